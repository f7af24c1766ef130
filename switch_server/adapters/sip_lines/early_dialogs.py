"""The early dialogs of an INVITE of ours: one for each callee that has sent a provisional response (RFC 3261 §12.1, §13.2.2.4)."""

from collections.abc import Callable
from typing import Final

from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.early_media import is_heard
from switch_server.adapters.sip_lines.reliable import Receiver
from switch_server.core.words import Far

MOST: Final = 32
"""Callees of one INVITE; provisional responses of more are not looked at."""


class EarlyDialog:
    """``far``: the callee's media; ``allowed``: by P-Early-Media, ``None``: not said."""

    def __init__(self, dialog: SipDialog) -> None:
        self.dialog = dialog
        self.received = Receiver()
        self.far: Far | None = None
        self.allowed: bool | None = None
        self.answered = False
        """Our offer has its answer, in a reliable response: the callee may offer anew."""
        self.updated = False
        """The callee has offered anew, so that the SDP of its 200 is out of date."""


class EarlyDialogs:
    """By the callee's tag; the one whose media came last is heard."""

    def __init__(self) -> None:
        self._dialogs: dict[str | None, EarlyDialog] = {}

    def of(self, tag: str | None) -> EarlyDialog | None:
        return self._dialogs.get(tag)

    def begun(self, tag: str | None, begin: Callable[[], SipDialog | None]) -> EarlyDialog | None:
        """The dialog with this tag, a new one if there is none yet; ``None``: there are too many, or it can't be begun."""
        if tag not in self._dialogs and len(self._dialogs) < MOST and (dialog := begin()) is not None:
            self._dialogs[tag] = EarlyDialog(dialog)
        return self._dialogs.get(tag)

    def media_came(self, tag: str | None) -> None:
        self._dialogs[tag] = self._dialogs.pop(tag)

    def ended(self, tag: str | None) -> None:
        """199: this callee has gone (RFC 6228)."""
        self._dialogs.pop(tag, None)

    def all_ended(self) -> None:
        self._dialogs.clear()

    @property
    def heard(self) -> Far | None:
        """The early media that is heard; ``None``: our ringback."""
        newest_first = reversed(self._dialogs.values())
        return next((each.far for each in newest_first if is_heard(each.far, each.allowed)), None)

    def answering(self, tag: str | None) -> EarlyDialog | None:
        """The dialog of a 200: of the same callee; of the last one with media where a gateway changes the tag between its 183 and its 200."""
        newest_first = reversed(self._dialogs.values())
        return self._dialogs.get(tag) or next((each for each in newest_first if each.far is not None), None)
