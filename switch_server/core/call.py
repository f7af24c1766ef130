"""One call (通话): the caller's leg, a far leg while one is dialled, the recording, and the walk through the flow.

```
opening ──► up ──► ending ──► ended
```
``opening`` until the caller's ACK, ``ending`` once the caller has gone or is being sent away: every leg is brought down, the recording is
ended, the records are written, and only then is the call forgotten. What was ordered goes on without the call.
"""

from enum import StrEnum
from typing import Any

from shared.aci import CancelOrder, PlaceOrder
from shared.enums import EndCause, Language
from shared.ids import BranchId, CallId, LegId, OrderKey, leg_of
from switch_server.core import records
from switch_server.core.board import Switchboard
from switch_server.core.config import Trunk
from switch_server.core.effects import (
    Answer,
    Effect,
    HangUp,
    OrderContext,
    PlaceCall,
    Reject,
    Ring,
    ToCard,
    Transition,
)
from switch_server.core.events import DigitUsed
from switch_server.core.flow import Dial, Flow, Piece
from switch_server.core.ivr import Ivr
from switch_server.core.leg import ChannelState, Leg, LegEvent, LegState
from switch_server.core.media import (
    CardCommand,
    ChangeFar,
    CloseChannel,
    Far,
    Hear,
    MaskRecording,
    MediaStats,
    Near,
    OpenChannel,
    Play,
    StartRecording,
    StopPlay,
)
from switch_server.core.records import Recording
from switch_server.core.say import segments
from switch_server.core.services import Login, Services
from switch_server.core.subject import key_of


class CallState(StrEnum):
    OPENING = "opening"
    UP = "up"
    ENDING = "ending"
    ENDED = "ended"


TRANSITIONS: dict[CallState, dict[str, CallState]] = {
    CallState.OPENING: {"confirmed": CallState.UP, "end": CallState.ENDING},
    CallState.UP: {"end": CallState.ENDING},
    CallState.ENDING: {"settled": CallState.ENDED},
    CallState.ENDED: {},
}
TIMERS = ("step", "announce", "hash", "unmask", "answer", "setup", "teardown", "call_max")
"""Every deadline that a call can have; none outlives it."""


class Call:
    def __init__(self, call: CallId, caller: Leg, flow: Flow, board: Switchboard) -> None:
        self.id = call
        self.caller = caller
        self.far: Leg | None = None
        self.legs: dict[LegId, Leg] = {caller.id: caller}
        self.state = CallState.OPENING
        self.started = board.now
        self.cause: EndCause | None = None
        self.ended_at_step = ""
        self.recording: Recording | None = None
        self.variables: dict[str, Any] = {"ani": caller.ani, "dnis": caller.dnis}
        self._board = board
        self.ivr = Ivr(flow, self, self.variables)
        limits = board.config.limits
        self.services = Services(
            self,
            answer_wait=limits.answer_wait,
            order_wait=limits.order_wait,
            wrong_pins=limits.wrong_pins_per_call,
        )
        self._legs_made = 1
        self._read_backs = 0
        self._read_back_ms: int | None = None
        self._yes_ms: int | None = None
        self._bridged = False

    # --- legs ---

    def open_channel(self, leg: Leg, far: Far | None) -> None:
        """The leg's card has been chosen; the card is asked for a channel."""
        leg.step_channel("open")
        leg.far = far
        trunk = next((t for t in self._board.config.trunks if t.name == leg.trunk), Trunk(leg.trunk))
        self.to_card(leg, OpenChannel(leg.id, far, far.law if far else trunk.laws[0], trunk.digits))

    def channel_opened(self, leg: Leg, near: Near) -> None:
        if not leg.step_channel("opened"):
            self._board.count("events_ignored")
            return
        leg.near = near
        if not leg.alive:
            self._close_channel(leg)
        elif leg.incoming:
            self.step_leg(leg, LegEvent.CHANNEL_OPENED_IN)
            self.emit(Ring(leg.id))
            self.emit(Answer(leg.id, near))
        else:
            self.step_leg(leg, LegEvent.CHANNEL_OPENED_OUT)
            self.emit(PlaceCall(leg.id, leg.trunk, leg.ani, leg.dnis, near))

    def channel_failed(self, leg: Leg) -> None:
        """The card has no channel for the leg: no line of an incoming one is answered, no outgoing one is dialled."""
        if not leg.step_channel("failed"):
            self._board.count("events_ignored")
        elif leg is self.caller:
            self.end(EndCause.REJECTED_FULL)
        elif leg.alive:
            self._drop(leg, EndCause.REJECTED_FULL)

    def confirmed(self, recording_ms: int | None) -> None:
        """The caller keyed 1 on a read-back: the one-use key is made now (DESIGN §7.1)."""
        self._yes_ms = recording_ms if recording_ms is not None else self._recording_ms()
        self.services.armed = key_of(self.id, self._read_backs)

    def leg_confirmed(self, leg: Leg) -> None:
        _, new = self.step_leg(leg, LegEvent.CONFIRMED)
        if new is None:
            return
        leg.answered = self._board.now
        self._move("confirmed")
        self.timer("setup", None)
        self._start_recording()
        records.call_answered(self)
        self.ivr.start()

    def leg_ringing(self, leg: Leg, far: Far | None) -> None:
        _, new = self.step_leg(leg, LegEvent.RINGING)
        if far is not None and new is not None:
            leg.far = far
            self.to_card(leg, ChangeFar(leg.id, far))
            self._bridge()

    def leg_answered(self, leg: Leg, far: Far) -> None:
        _, new = self.step_leg(leg, LegEvent.ANSWERED)
        if new is None:
            return
        leg.answered = self._board.now
        leg.far = far
        self.to_card(leg, ChangeFar(leg.id, far))
        self._bridge()
        self.ivr.far_up()

    def leg_changed(self, leg: Leg, far: Far) -> None:
        if leg.alive:
            leg.far = far
            self.to_card(leg, ChangeFar(leg.id, far))

    def leg_ended(self, leg: Leg, cause: EndCause) -> None:
        _, new = self.step_leg(leg, LegEvent.ENDED)
        if new is None:
            return
        leg.cause = leg.cause or cause
        self._after_leg_end(leg)

    def _after_leg_end(self, leg: Leg) -> None:
        self._close_channel(leg)
        if leg is self.caller:
            self.end(leg.cause or EndCause.FAULT)
        else:
            self._far_gone(leg)

    def _far_gone(self, leg: Leg) -> None:
        if leg is self.far:
            self.far = None
            self._unbridge()
            self.ivr.far_gone()

    def _drop(self, leg: Leg, cause: EndCause) -> None:
        """Gives up the far leg while the call goes on."""
        self.hang_up(leg, cause)
        self._far_gone(leg)

    def channel_closed(self, leg: Leg, stats: MediaStats) -> None:
        if not leg.step_channel("closed"):
            self._board.count("events_ignored")
            return
        leg.stats = stats
        if leg is self.caller:
            self.end(EndCause.CARD_LOST)  # means nothing where we closed it
        elif leg.alive:
            self._drop(leg, EndCause.CARD_LOST)

    def card_died(self) -> None:
        for leg in self.legs.values():
            leg.step_channel("card died")
        if self.recording and not self.recording.ended:
            records.recording_ended(self, "card_lost", None)
        self.end(EndCause.CARD_LOST)

    # --- the end ---

    def end(self, cause: EndCause) -> None:
        """Brings everything down; ``cause`` counts if it is the first."""
        if not self._move("end", cause.value):
            return
        self.cause = cause
        self.ended_at_step = self.ivr.step_name
        self.ivr.stop()
        self.services.stop()
        for leg in self.legs.values():
            if leg.alive:
                self.hang_up(leg, cause)
        self._board.timer(f"{self.id}:teardown", self._board.config.limits.teardown)

    def hang_up(self, leg: Leg, cause: EndCause) -> None:
        old, _ = self.step_leg(leg, LegEvent.HANG_UP)
        leg.cause = cause
        if old is LegState.OPENING and not leg.incoming:  # no INVITE has left, so the lines know nothing of it
            self.step_leg(leg, LegEvent.ENDED)
        elif old is LegState.OPENING:
            self.emit(Reject(leg.id, 503, cause))
        else:
            self.emit(HangUp(leg.id, cause))
        self._close_channel(leg)

    def _close_channel(self, leg: Leg) -> None:
        if leg.channel is ChannelState.OPEN:
            self.to_card(leg, CloseChannel(leg.id))
            leg.step_channel("close")

    def settle(self) -> None:
        """Ends the call once nothing is owed any more."""
        if self.state is CallState.ENDING and all(leg.over for leg in self.legs.values()):
            self._board.timer(f"{self.id}:teardown", None)
            if self.recording and not self.recording.ended:
                records.recording_ended(self, "closed", None)
            self._move("settled")
            records.call_ended(self)

    def give_up(self) -> None:
        """The lines or the card never said that a leg is gone: stop waiting."""
        for leg in self.legs.values():
            if leg.state is not LegState.ENDED:
                self.step_leg(leg, LegEvent.ENDED)
            self.to_card(leg, CloseChannel(leg.id))
            leg.channel = ChannelState.CLOSED

    # --- recording ---

    def _start_recording(self) -> None:
        self.recording = Recording(self.id, self._board.config.recordings, self._board.now)
        self.to_card(self.caller, StartRecording(self.caller.id, self.recording.id, self.recording.path))
        records.recording_started(self)

    def recording_ended(self, cause: str, duration_ms: int, text: str) -> None:
        if self.recording and not self.recording.ended:
            records.recording_ended(self, cause, duration_ms, text)

    def _recording_ms(self) -> int | None:
        return None if self.recording is None else round((self._board.now - self.recording.started) * 1000)

    # --- Host of the IVR ---

    def play(
        self, pieces: tuple[Piece, ...], number: int, *, barge_in: bool, loop: bool = False, muted: bool = False
    ) -> None:
        names = segments(pieces, self.variables, self.language, self._board.config.stocks)
        if not muted:
            self.to_card(self.caller, Play(self.caller.id, number, names, barge_in, loop))

    def stop_play(self) -> None:
        self.to_card(self.caller, StopPlay(self.caller.id))

    def mask(self, *, on: bool) -> None:
        self.to_card(self.caller, MaskRecording(self.caller.id, on))

    def timer(self, name: str, seconds: float | None) -> None:
        self._board.timer(f"{self.id}:{name}", seconds)

    def run_service(self, service: str) -> None:
        self.services.run(service)

    def dial(self, step: Dial) -> None:
        number = str(self.variables.get(step.number.strip("{}"), "")) if step.number.startswith("{") else step.number
        self._legs_made += 1
        leg = Leg(
            leg_of(self.id, self._legs_made),
            step.trunk,
            incoming=False,
            ani=self.caller.ani,
            dnis=number,
            started=self._board.now,
        )
        leg.card = self.caller.card
        if number and self._board.has_line(leg):
            self.legs[leg.id] = self.far = leg
            self.open_channel(leg, None)
        else:
            self.ivr.far_gone()

    def drop_far(self) -> None:
        far, self.far = self.far, None
        assert far is not None
        self.hang_up(far, EndCause.NO_ANSWER)
        self._unbridge()

    def read_back(self) -> None:
        self._read_backs += 1
        self._read_back_ms = self._recording_ms()
        self.services.armed = None

    def finish(self, cause: EndCause) -> None:
        self.end(cause)

    def key_used(self, digit: str, recording_ms: int | None) -> None:
        at = recording_ms if recording_ms is not None else self._recording_ms()
        self._board.journal(DigitUsed(self.caller.id, digit, at))

    def moved(self, old: str, event: str, new: str) -> None:
        self.emit(Transition("ivr", self.id, old, event, new))

    # --- Caller of the services ---

    def emit(self, effect: Effect) -> None:
        self._board.emit(effect)

    def wait_for_answer(self, seconds: float | None) -> None:
        self.timer("answer", seconds)

    def outcome(self, name: str) -> None:
        self.ivr.outcome(name)

    def logged_in(self, login: Login) -> None:
        self.variables["login"] = {"account": login.account, "branch": login.branch}

    def capture(self, key: OrderKey, order: PlaceOrder | CancelOrder) -> None:
        login = self.services.login
        assert login is not None
        recording = self.recording.id if self.recording else None
        context = OrderContext(self.id, login.account, login.branch, recording, self._read_back_ms, self._yes_ms)
        self._board.capture(key, order, context)

    def any_branch(self) -> BranchId | None:
        return self._board.any_branch()

    # --- small things ---

    @property
    def language(self) -> Language:
        return self.ivr.language

    @property
    def now(self) -> float:
        return self._board.now

    def to_card(self, leg: Leg, command: CardCommand) -> None:
        if leg.card is not None and leg.channel in (ChannelState.OPENING, ChannelState.OPEN):
            self.emit(ToCard(leg.card, command))

    def _bridge(self) -> None:
        if self.far is None or self._bridged:
            return
        self._bridged = True
        self.stop_play()
        self.to_card(self.caller, Hear(self.caller.id, (self.far.id,)))
        self.to_card(self.far, Hear(self.far.id, (self.caller.id,)))

    def _unbridge(self) -> None:
        if self._bridged:
            self._bridged = False
            self.to_card(self.caller, Hear(self.caller.id, ()))

    def step_leg(self, leg: Leg, event: LegEvent) -> tuple[LegState, LegState | None]:
        old, new = leg.step(event)
        self.emit(Transition("leg", leg.id, old.value, event.value, new.value if new else "ignored"))
        return old, new

    def _move(self, event: str, why: str = "") -> bool:
        """``why`` is logged in place of the event; ``False`` where the event means nothing in this state."""
        old, new = self.state, TRANSITIONS[self.state].get(event)
        if new is None:
            return False
        self.state = new
        self.emit(Transition("call", self.id, old.value, why or event, new.value))
        return True
