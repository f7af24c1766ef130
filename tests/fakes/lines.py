"""``ports.LinesPort`` without SIP: far ends act at once, as the test sets them."""

import itertools
from collections.abc import Callable

from shared.enums import DigitMode, EndCause, Law
from shared.ids import CallId, LegId, TrunkName, leg_of
from shared.secret import Secret
from switch_server.core.call import CallOffered
from switch_server.core.leg import (
    Answer,
    DigitPressed,
    HangUp,
    LegAnswered,
    LegChanged,
    LegConfirmed,
    LegEnded,
    LegRefreshed,
    LegReoffered,
    LegReofferRefused,
    LegRinging,
    LineEffect,
    PlaceCall,
    RefreshLeg,
    Reject,
    Reoffer,
    Ring,
    RingDesk,
)
from switch_server.core.words import Event, Far
from switch_server.ports import Post

FAR = Far("192.0.2.10", 40000, Law.A, 101)


def answers(effect: PlaceCall | RingDesk) -> list[Event]:
    """The events of a called party that answers."""
    return [LegRinging(effect.leg), LegAnswered(effect.leg, FAR)]


class FakeLines:
    """``effects`` keeps all effects. ``callee`` gives the events of a called party, ``phone`` those of a desk's phone.

    ``confirms``: callers send ACK at once.
    """

    def __init__(
        self,
        post: Post,
        *,
        callee: Callable[[PlaceCall], list[Event]] = answers,
        confirms: bool = True,
        phone: Callable[[RingDesk], list[Event]] = answers,
    ) -> None:
        self._post = post
        self._callee = callee
        self._phone = phone
        self._confirms = confirms
        self._numbers = itertools.count(1)
        self._live: dict[LegId, bool] = {}
        self.effects: list[LineEffect] = []
        self.deaf: set[LegId] = set()
        """Far ends that do not answer a session refresh or a new offer."""
        self.reoffered: dict[LegId, Far | int] = {}
        """What the far end answers to a new offer: its media, or the code of a refusal; other legs answer with ``FAR``."""

    # --- events that a test triggers ---

    def offer(
        self, ani: str = "13800138000", dnis: str = "95500", far: Far | None = FAR, trunk: str = "local", call: str = ""
    ) -> LegId:
        """An incoming call."""
        leg = leg_of(CallId(call or f"f{next(self._numbers)}"), 1)
        self._live[leg] = True
        self._post(CallOffered(leg, TrunkName(trunk), ani, dnis, far))
        return leg

    def confirm(self, leg: LegId) -> None:
        self._post(LegConfirmed(leg))

    def press(self, leg: LegId, keys: str) -> None:
        """Keys by SIP INFO."""
        for key in keys:
            self._post(DigitPressed(leg, Secret(key), DigitMode.INFO))

    def change(self, leg: LegId, far: Far) -> None:
        self._post(LegChanged(leg, far))

    def far_hangs_up(self, leg: LegId) -> None:
        if leg in self._live:
            self._end(leg, EndCause.CALLER_HUNG_UP if self._live[leg] else EndCause.FAR_HUNG_UP)

    def cancel(self, leg: LegId) -> None:
        self._end(leg, EndCause.CANCELLED, 487)

    # --- ports.LinesPort ---

    def do(self, effect: LineEffect) -> None:
        self.effects.append(effect)
        if isinstance(effect, PlaceCall):
            self._place(effect, self._callee(effect))
        elif isinstance(effect, RingDesk):
            self._place(effect, self._phone(effect))
        elif effect.leg in self._live:
            self._do(effect)

    def _do(self, effect: LineEffect) -> None:
        match effect:
            case Answer():
                if self._confirms:
                    self._post(LegConfirmed(effect.leg))
            case Reject(sip_code=code, cause=cause):
                self._end(effect.leg, cause, code)
            case HangUp(cause=cause):
                self._end(effect.leg, cause)
            case RefreshLeg() | Reoffer() if effect.leg in self.deaf:
                self._end(effect.leg, EndCause.FAR_LOST, 408)
            case RefreshLeg():
                self._post(LegRefreshed(effect.leg))
            case Reoffer():
                self._reoffer(effect.leg, self.reoffered.get(effect.leg, FAR))
            case Ring():
                pass
            case _:
                raise TypeError(effect)

    def _reoffer(self, leg: LegId, answer: Far | int) -> None:
        self._post(LegReofferRefused(leg, answer) if isinstance(answer, int) else LegReoffered(leg, answer))

    def live_legs(self) -> frozenset[LegId]:
        return frozenset(self._live)

    def _place(self, effect: LineEffect, happens: list[Event]) -> None:
        self._live[effect.leg] = False
        for event in happens:
            if isinstance(event, LegEnded):
                self._end(event.leg, event.cause, event.sip_code)
            elif effect.leg in self._live:
                self._post(event)

    def _end(self, leg: LegId, cause: EndCause, code: int = 0) -> None:
        if self._live.pop(leg, None) is not None:
            self._post(LegEnded(leg, cause, code))
