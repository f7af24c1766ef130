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
from shared.ids import BranchId, CallId, LegId, OrderKey, RecordingId, leg_of
from switch_server.core import records
from switch_server.core.board import Switchboard
from switch_server.core.effects import (
    Answer,
    Effect,
    HangUp,
    KeyUsed,
    OrderContext,
    PlaceCall,
    Reject,
    Ring,
    ToCard,
    Transition,
)
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
    Near,
    OpenChannel,
    Play,
    StartRecording,
    StopPlay,
)
from switch_server.core.say import segments
from switch_server.core.services import Login, Services


class CallState(StrEnum):
    OPENING = "opening"
    UP = "up"
    ENDING = "ending"
    ENDED = "ended"


class Recording:
    """Of the whole call: left is what the caller says, right what the caller hears."""

    def __init__(self, recording: RecordingId, path: str, started: float) -> None:
        self.id = recording
        self.path = path
        self.started = started
        self.ended = False


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
        self._read_backs = 0
        self._read_back_ms: int | None = None
        self._yes_ms: int | None = None
        self._bridged = False

    # --- legs ---

    def open_channel(self, leg: Leg, far: Far | None) -> None:
        """The leg's card has been chosen; the card is asked for a channel."""
        leg.channel = ChannelState.OPENING
        leg.far = far
        trunk = next((t for t in self._board.config.trunks if t.name == leg.trunk), None)
        law = far.law if far else (trunk.laws[0] if trunk else None)
        command = OpenChannel(leg.id, far) if law is None else OpenChannel(leg.id, far, law)
        if trunk is not None:
            command = OpenChannel(leg.id, far, command.law, trunk.digits)
        self.to_card(leg, command)

    def channel_opened(self, leg: Leg, near: Near) -> None:
        leg.channel = ChannelState.OPEN
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
        leg.channel = ChannelState.CLOSED
        if leg.incoming and leg.alive:
            self.step_leg(leg, LegEvent.HANG_UP)
            self.emit(Reject(leg.id, 503, EndCause.REJECTED_FULL))
            self.end(EndCause.REJECTED_FULL)
        elif leg.alive:
            self._leg_gone_before_invite(leg)

    def _leg_gone_before_invite(self, leg: Leg) -> None:
        self.step_leg(leg, LegEvent.ENDED)
        leg.cause = EndCause.REJECTED_FULL
        self._after_leg_end(leg)

    def confirmed(self, recording_ms: int | None) -> None:
        """The caller keyed 1 on a read-back: the one-use key is made now (DESIGN §7.1)."""
        self._yes_ms = recording_ms if recording_ms is not None else self._recording_ms()
        self.services.armed = OrderKey(f"{self.id}-{self._read_backs}")

    def leg_confirmed(self, leg: Leg) -> None:
        _, new = self.step_leg(leg, LegEvent.CONFIRMED)
        if new is None:
            return
        leg.answered = self._board.now
        if leg is self.caller:
            self._move(CallState.UP, "confirmed")
            self._start_recording()
            records.call_answered(self)
            self.ivr.start()

    def leg_ringing(self, leg: Leg, far: Far | None) -> None:
        self.step_leg(leg, LegEvent.RINGING)
        if far is not None and leg.alive and leg is self.far:
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
        if leg is self.far:
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
        elif leg is self.far:
            self.far = None
            self._unbridge()
            if self.state is CallState.UP:
                self.ivr.far_gone()
        self.settle()

    def channel_closed(self, leg: Leg) -> None:
        leg.channel = ChannelState.CLOSED
        if leg.alive:  # the card gave up a channel that we did not close
            self.hang_up(leg, EndCause.CARD_LOST)
            if leg is self.caller:
                self.end(EndCause.CARD_LOST)
        self.settle()

    def card_died(self) -> None:
        for leg in self.legs.values():
            if leg.channel is not ChannelState.NONE:
                leg.channel = ChannelState.CLOSED
        if self.recording and not self.recording.ended:
            records.recording_ended(self, "card_lost", None)
        self.end(EndCause.CARD_LOST)
        self.settle()

    # --- the end ---

    def end(self, cause: EndCause) -> None:
        """Brings everything down; ``cause`` counts if it is the first."""
        if self.state in (CallState.ENDING, CallState.ENDED):
            return
        self.cause = cause
        self.ended_at_step = self.ivr.step_name
        self._move(CallState.ENDING, cause.value)
        self.ivr.stop()
        self.services.stop()
        for leg in self.legs.values():
            if leg.alive:
                self.hang_up(leg, cause)
        self._board.timer(f"{self.id}:teardown", self._board.config.limits.teardown)

    def hang_up(self, leg: Leg, cause: EndCause) -> None:
        old, new = self.step_leg(leg, LegEvent.HANG_UP)
        if new is None:
            return
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
            leg.channel = ChannelState.CLOSING
            self.to_card(leg, CloseChannel(leg.id))

    def settle(self) -> None:
        """Ends the call once nothing is owed any more."""
        if self.state is CallState.ENDING and all(leg.over for leg in self.legs.values()):
            self._board.timer(f"{self.id}:teardown", None)
            if self.recording and not self.recording.ended:
                records.recording_ended(self, "closed", None)
            self._move(CallState.ENDED, "settled")
            records.call_ended(self)

    def give_up(self) -> None:
        """The lines or the card never said that a leg is gone: stop waiting."""
        for leg in self.legs.values():
            if leg.state is not LegState.ENDED:
                self.step_leg(leg, LegEvent.ENDED)
            leg.channel = ChannelState.CLOSED
        self.settle()

    # --- recording ---

    def _start_recording(self) -> None:
        recording = RecordingId(self.id)
        path = f"{self._board.config.recordings}/{self.id[:4]}/{self.id[4:6]}/{self.id[6:8]}/{self.id}.wav"
        self.recording = Recording(recording, path, self._board.now)
        self.to_card(self.caller, StartRecording(self.caller.id, recording, path))
        records.recording_started(self)

    def recording_ended(self, cause: str, duration_ms: int, text: str) -> None:
        if self.recording and not self.recording.ended:
            records.recording_ended(self, cause, duration_ms, text)
        self.settle()

    def _recording_ms(self) -> int | None:
        return None if self.recording is None else round((self._board.now - self.recording.started) * 1000)

    # --- Host of the IVR ---

    def play(self, pieces: tuple[Piece, ...], number: int, *, barge_in: bool, loop: bool = False) -> None:
        names = segments(pieces, self.variables, self.language, self._board.config.stocks)
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
        leg = Leg(
            leg_of(self.id, len(self.legs) + 1),
            step.trunk,
            incoming=False,
            ani=self.caller.ani,
            dnis=number,
            started=self._board.now,
        )
        if not self._board.trunk_free(step.trunk):
            self.ivr.far_gone()
            return
        leg.card = self.caller.card
        self.legs[leg.id] = self.far = leg
        self.open_channel(leg, None)

    def drop_far(self) -> None:
        far, self.far = self.far, None
        if far is not None and far.alive:
            self.hang_up(far, EndCause.NO_ANSWER)
        self._unbridge()

    def read_back(self) -> None:
        self._read_backs += 1
        self._read_back_ms = self._recording_ms()
        self.services.armed = None

    def finish(self, cause: EndCause) -> None:
        self.end(cause)

    def key_used(self, digit: str, recording_ms: int | None) -> None:
        self.emit(KeyUsed(self.caller.id, digit, recording_ms))

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
        if leg.card is not None and (leg.channel is not ChannelState.CLOSED):
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

    def _move(self, new: CallState, event: str) -> None:
        old, self.state = self.state, new
        self.emit(Transition("call", self.id, old.value, event, new.value))
