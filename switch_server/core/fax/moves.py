"""A fax on a live call: the far end's media moves to a fax card, and back. Its channel on the voice card stays open meanwhile, and silent.

```
opening ──opened──► offering ──taken──► faxing ──ended──► returning ──taken──► over
   │                   │                   │                  │
   └─ failed ──────────┴─ refused ──► over └─ card lost ──►   └─ refused ──► the call ends
```
Where the far end refuses T.38, the same is offered as sound. After a fax that was received the call ends.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec.structs import replace

from shared.enums import Direction, EndCause
from shared.fax import FaxResult
from shared.ids import CallId, CardId
from switch_server.core.call import AnyLegFact, Call
from switch_server.core.fax.session import FaxSession
from switch_server.core.leg import (
    ChannelClosed,
    ChannelFailed,
    ChannelOpened,
    Leg,
    LegChanged,
    LegReoffered,
    LegReofferRefused,
    Reoffer,
    ToCard,
)
from switch_server.core.words import ChangeFar, Far, Near, ReceiveFax, SendFax, SwitchConfig, Transition


class MoveState(StrEnum):
    OPENING = "opening"
    OFFERING = "offering"
    FAXING = "faxing"
    RETURNING = "returning"
    OVER = "over"


S = MoveState
TRANSITIONS: dict[MoveState, dict[str, MoveState]] = {
    S.OPENING: {"opened": S.OFFERING, "failed": S.OVER, "lost": S.OVER},
    S.OFFERING: {"sound": S.OFFERING, "taken": S.FAXING, "refused": S.OVER, "late": S.RETURNING, "lost": S.RETURNING},
    S.FAXING: {"ended": S.RETURNING, "lost": S.RETURNING},
    S.RETURNING: {"taken": S.OVER, "refused": S.OVER, "lost": S.RETURNING},
    S.OVER: {},
}


class FaxMove:
    """Of the caller's leg, which is up. ``card``: the fax card. ``on_tone``: begun because the caller's fax machine was heard; the caller's walk goes on until the far end takes the offer."""

    def __init__(
        self, call: Call, session: FaxSession, command: SendFax | ReceiveFax, card: CardId, *, on_tone: bool = False
    ) -> None:
        self.call = call
        self.leg = call.caller
        self.session = session
        self.command = command
        self.card = card
        self.on_tone = on_tone
        self.state = MoveState.OPENING
        self.near: Near | None = None
        self.t38 = False
        self.result: FaxResult | None = None

    def step(self, event: str) -> bool:
        old, new = self.state, TRANSITIONS[self.state].get(event)
        self.call.emit(Transition("fax_move", self.call.id, old.value, event, new.value if new else "ignored"))
        self.state = new or old
        return new is not None


class FaxMoves:
    """``begun(move)``: the far end's media is at the fax card. ``over(move)``: the voice is back, or never left; not called where the call ends first."""

    def __init__(
        self, config: Callable[[], SwitchConfig], begun: Callable[[FaxMove], None], over: Callable[[FaxMove], None]
    ) -> None:
        self._config, self._begun, self._over = config, begun, over
        self.items: dict[CallId, FaxMove] = {}

    def begin(self, move: FaxMove) -> None:
        self.items[move.call.id] = move
        move.call.open_second(move.leg, move.card)

    def takes(self, call: Call, leg: Leg, event: AnyLegFact) -> bool:
        """Whether the fact is about the leg's channel on the fax card, or about an offer of the move; it has been handled then."""
        move, second = self.items.get(call.id), leg.second
        card: CardId | None = getattr(event, "card", None)
        of_second = second is not None and card == second.card
        match event:
            case ChannelOpened(near=near) if of_second:
                call.second_opened(leg)
                if move is not None and leg.alive and move.step("opened"):
                    self._offer(move, near)
            case ChannelFailed() | ChannelClosed() if of_second:
                self._gone(call, leg)
            case LegReoffered() | LegReofferRefused() | LegChanged() if call.cause is not None:
                pass
            case LegReoffered(far=far) if move is not None and leg is move.leg:
                self._taken(move, far)
            case LegReofferRefused() if move is not None and leg is move.leg:
                self._refused(move)
            case LegChanged(far=far) if move is not None and leg is move.leg and move.state is S.FAXING:
                self._to_fax_card(move, ChangeFar(leg.id, far))
            case ChannelOpened() | ChannelFailed() | ChannelClosed() if card not in (None, leg.card):
                call.switch.count("events_ignored")
            case _:
                return False
        return True

    def stop(self, move: FaxMove) -> None:
        """The fax is cancelled: the voice comes back."""
        if move.state is S.FAXING:
            self.ended(move, FaxResult.STOPPED)
        else:
            move.result = FaxResult.STOPPED

    def ended(self, move: FaxMove, result: FaxResult) -> None:
        """The T.30 session is over: the voice comes back, if the far end stays."""
        if move.call.cause is not None:
            return
        move.result = result
        if move.step("ended"):
            self._back(move)

    def card_died(self, call: Call, card: CardId) -> None:
        """The fax card of a call's second channel has died."""
        if call.caller.second_card == card:
            self._gone(call, call.caller)

    def call_over(self, call: CallId) -> None:
        self.items.pop(call, None)

    # --- inside ---

    def _offer(self, move: FaxMove, near: Near) -> None:
        trunk = next((each for each in self._config().trunks if each.name == move.leg.trunk), None)
        move.near, move.t38 = near, near.t38 and trunk is not None and trunk.fax == "t38"
        move.call.emit(Reoffer(move.leg.id, near, t38=move.t38))

    def _taken(self, move: FaxMove, far: Far) -> None:
        call, leg = move.call, move.leg
        if move.state is S.RETURNING:
            call.change_far(leg, far)
            call.close_second(leg)
            self._end(move, "taken")
        elif move.state is S.OFFERING and (move.result is not None or (move.on_tone and call.ivr.is_talking)):
            move.result = FaxResult.STOPPED  # cancelled, or an agent has answered meanwhile
            move.step("late")
            self._back(move)
        elif move.step("taken"):
            assert leg.far is not None  # as of each leg that is up
            call.change_far(leg, replace(leg.far, direction=Direction.INACTIVE))
            self._to_fax_card(move, ChangeFar(leg.id, far))
            self._to_fax_card(move, move.command)
            self._begun(move)

    def _refused(self, move: FaxMove) -> None:
        if move.state is S.OFFERING and move.t38 and move.near is not None:
            move.t38 = False
            move.step("sound")
            move.call.emit(Reoffer(move.leg.id, move.near))
        elif move.state is S.RETURNING:
            move.step("refused")
            move.call.end(EndCause.FAR_REFUSED)
        elif move.state is S.OFFERING:
            move.call.close_second(move.leg)
            move.result = FaxResult.INCOMPATIBLE
            self._end(move, "refused")

    def _gone(self, call: Call, leg: Leg) -> None:
        """The channel on the fax card is closed, or was never opened."""
        leg.second = None
        move = self.items.get(call.id)
        if move is not None:
            self._lost(move)

    def _lost(self, move: FaxMove) -> None:
        if move.call.cause is not None:
            return
        if move.state is S.OPENING:
            move.result = FaxResult.NO_LINE
            self._end(move, "lost")
        elif move.state in (S.OFFERING, S.FAXING):
            move.result = move.result or FaxResult.CARD_LOST
            move.step("lost")
            self._back(move)

    def _back(self, move: FaxMove) -> None:
        near = move.leg.near
        assert near is not None  # as of each leg that is up
        move.call.emit(Reoffer(move.leg.id, near))

    def _end(self, move: FaxMove, event: str) -> None:
        move.step(event)
        self.items.pop(move.call.id, None)
        self._over(move)

    def _to_fax_card(self, move: FaxMove, command: ChangeFar | SendFax | ReceiveFax) -> None:
        move.call.emit(ToCard(move.card, command))
