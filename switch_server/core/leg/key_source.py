"""One source of keys a leg: the card (RTP events, or tones where no events were negotiated) or the SIP lines (INFO).

Many senders give each key in both ways. The way that is seen first is the source; the keys of the other way are taken for its doubles. So a
sender of INFO alone is heard though it negotiated events, and no key is counted twice, whichever way is the faster one. The source changes
only after it has rested for ``DOUBLE_LATE``: then the key of the other way can't be the double of one that was counted.
"""

from typing import Final

from shared.enums import DigitMode

DOUBLE_LATE: Final = 32.0
"""Seconds: the longest time between a key and its double. An INFO is repeated for so long (timer F, RFC 3261 §17.1.2.2)."""


class KeySource:
    """``takes`` is called for each reported key, in order."""

    def __init__(self) -> None:
        self._by_info: bool | None = None
        self._last = 0.0
        self.has_tones = False
        """The leg's sound has had keys as tones."""

    @property
    def is_info(self) -> bool:
        return self._by_info is True

    def takes(self, way: DigitMode, now: float) -> bool:
        """Whether the key counts. ``now``: UTC seconds."""
        self.has_tones = self.has_tones or way is DigitMode.INBAND
        by_info = way is DigitMode.INFO
        if self._by_info not in (None, by_info) and now - self._last <= DOUBLE_LATE:
            return False
        self._by_info, self._last = by_info, now
        return True
