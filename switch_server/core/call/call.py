# Over 400 lines: a call implements the protocols of its walk, its services, its recordings and its desks, each with a dozen small methods.
"""One call (通话): its legs, its recordings, the customer's walk through the flow, and the agents' side (``desk``).

```
opening ──► up ──► ending ──► ended
```
``opening`` until the caller's ACK (in an outgoing call until the customer answers). In ``ending`` every leg is hung up and its channel closed;
when all legs are over, the recordings are ended, the records are written, and the call is removed. Orders go on without the call.
"""

from enum import StrEnum
from typing import Any

from shared.aci import CancelOrder, PlaceOrder
from shared.desk import TrailStep
from shared.enums import EndCause, Language
from shared.ids import AgentId, BranchId, CallId, CustomerId, OrderKey, QueueName, RecordingId, TrunkName
from switch_server.core.call import records
from switch_server.core.call.facts import CallerFound
from switch_server.core.call.legs import CallLegs
from switch_server.core.call.recordings import Recordings
from switch_server.core.call.records import EndedCall
from switch_server.core.call.walks import Walks
from switch_server.core.flow import HOLD_MUSIC, Flow, Piece, QueueStep
from switch_server.core.ivr import CallerLogIn, Ivr, ServiceRunner
from switch_server.core.leg import Answer, DigitUsed, Leg, LegEnded, LegEvent, LegState, PlaceCall, Ring
from switch_server.core.orders import OrderContext, key_of
from switch_server.core.speech import segments
from switch_server.core.talk import DESK_TRUNK, CallSwitchboard, DeskSide, desk_phone
from switch_server.core.words import (
    VOICE,
    Far,
    MaskRecording,
    MediaStats,
    Near,
    Play,
    QueuePlace,
    StopPlay,
    Transition,
)


class CallState(StrEnum):
    OPENING = "opening"
    UP = "up"
    ENDING = "ending"
    ENDED = "ended"


TRANSITIONS: dict[CallState, dict[str, CallState]] = {
    CallState.OPENING: {"confirmed": CallState.UP, "answered": CallState.UP, "end": CallState.ENDING},
    CallState.UP: {"end": CallState.ENDING},
    CallState.ENDING: {"settled": CallState.ENDED},
    CallState.ENDED: {},
}
TIMERS = ("step", "announce", "hash", "unmask", "answer", "setup", "ring", "teardown", "call_max", "fax")
"""Every timer of a call; all are cancelled when the call is removed."""
LONGEST_TRAIL = 50
LONGER_WAIT = (181, 182)
"""Forwarded, queued: responses that begin the wait for an answer anew."""
LONGEST_RINGING = 180.0
"""Seconds from the begin of a leg after which they do not."""


class Call(CallLegs):
    """``start``: the first step of the walk; ``None``: the flow's ``start``."""

    def __init__(
        self, call: CallId, caller: Leg, flow: Flow, switch: CallSwitchboard, start: str | None = None
    ) -> None:
        super().__init__(call, caller, switch)
        self.far: Leg | None = None
        self.desk = DeskSide(self)
        self.state = CallState.OPENING
        self.started = switch.now
        self.cause: EndCause | None = None
        self.ended_at_step = ""
        self.recordings = Recordings(self)
        self.number = caller.ani if caller.incoming else caller.dnis
        self.variables: dict[str, Any] = {
            "ani": self.number,
            "dnis": caller.dnis if caller.incoming else caller.ani,
        }
        self.trail: list[TrailStep] = []
        self.found: CallerFound | None = None
        self.waiting: QueuePlace | None = None
        """The caller's place in a queue, now or before."""
        self.kept: QueuePlace | None = None
        """The place that is kept for the caller (callback, hand-over, lost desk), until the caller enters the queue."""
        self.queue_requests = 0
        """Number of the caller's requests to enter a queue."""
        self.callback_requests = 0
        """Number of the caller's requests for a callback."""
        self.callback_of: CallId | None = None
        """The callback that this call is a try of: the id of the call in which it was asked for."""
        self.internal = caller.trunk == DESK_TRUNK
        """Seat to seat: ``caller`` is the leg of the called seat."""
        self.callee = ""
        """Contact of the called seat's phone; empty: that seat is in a call, and the calling agent hears busy tone."""
        self.is_fax = flow.start in flow.steps and flow.steps[flow.start].CARD != VOICE
        """Whether the call is a fax from its first second to its last, on a fax card: nothing is played and nothing recorded."""
        self.makes_contact = not self.is_fax
        """Whether the end of the call makes the customer's contact; a fax makes its own."""
        self.ivr = Ivr(flow, self, self.variables)
        self.walks = Walks(self)
        self._start = start or flow.start
        limits = switch.config.limits
        self.services = ServiceRunner(
            self,
            answer_wait=limits.answer_wait,
            order_wait=limits.order_wait,
            wrong_pins=limits.wrong_pins_per_call,
        )
        self._read_backs = 0
        self._read_back_ms: int | None = None
        self._yes_ms: int | None = None

    @property
    def busy(self) -> AgentId | None:
        """The called seat, where it is in a call and can't be rung."""
        return AgentId(self.caller.dnis) if self.internal and not self.callee else None

    @property
    def customer(self) -> CustomerId | None:
        """The customer of the log-in, or else the customer who has the caller's number."""
        login = self.services.login
        if login is not None:
            return login.customer
        return self.found.customer if self.found is not None else None

    # --- legs ---

    def channel_opened(self, leg: Leg, near: Near) -> None:
        if not leg.step_channel("opened"):
            self.switch.count("events_ignored")
            return
        leg.near = near
        if not leg.alive:
            self.close_channel(leg)
        elif leg.incoming:
            self.step_leg(leg, LegEvent.CHANNEL_OPENED_IN)
            self.emit(Ring(leg.id))
            self.emit(Answer(leg.id, near))
        elif leg.trunk == DESK_TRUNK:
            self.desk.opened(leg, near)
        else:
            self.step_leg(leg, LegEvent.CHANNEL_OPENED_OUT)
            caller = self.caller
            forwarded = (caller.dnis if caller.incoming else caller.ani) if leg is self.far else ""
            self.emit(PlaceCall(leg.id, leg.trunk, leg.ani, leg.dnis, near, forwarded, leg.withheld))

    def channel_failed(self, leg: Leg) -> None:
        """The card has no channel for the leg: an incoming leg is not answered, an outgoing leg is not dialled."""
        if not leg.step_channel("failed"):
            self.switch.count("events_ignored")
        elif leg is self.caller:
            self.end(EndCause.REJECTED_FULL)
        elif leg.alive:
            self._drop(leg, EndCause.REJECTED_FULL)

    def confirmed(self, recording_ms: int | None) -> None:
        """The caller keyed 1 in a read-back: makes the one-use key (``core.orders.keys``)."""
        self._yes_ms = recording_ms if recording_ms is not None else self.recordings.whole_ms
        self.services.confirmed_key = key_of(self.id, self._read_backs)

    def leg_confirmed(self, leg: Leg) -> None:
        _, new = self.step_leg(leg, LegEvent.CONFIRMED)
        if new is not None:
            self._caller_up("confirmed")
            self.ivr.start(self._start)

    def _caller_up(self, event: str) -> None:
        self.caller.answered = self.now
        self._move(event)
        self.timer("setup", None)
        if not self.is_fax:
            self.recordings.begin_whole()
        self.emit(records.call_answered(self.id, self.caller))

    def dial_customer(self) -> None:
        """Dials the customer: the phone of the agent who dials is up, or a callback begins."""
        self.timer("setup", self.switch.config.limits.callback_ring)
        self.open_channel(self.caller, None)

    def leg_ringing(self, leg: Leg, far: Far | None, sip_code: int) -> None:
        _, new = self.step_leg(leg, LegEvent.RINGING)
        if new is None:
            return
        leg.progressed(sip_code)
        if sip_code in LONGER_WAIT and self.now - leg.started < LONGEST_RINGING:
            self._wait_longer(leg)
        if far is not None:
            self.change_far(leg, far)
        leg.early = far
        self._early_media(leg)

    def media_latched(self, leg: Leg) -> None:
        if leg.state is LegState.RINGING:
            leg.media_came = True
            self._early_media(leg)

    def _early_media(self, leg: Leg) -> None:
        """Who waits for this leg's answer hears its early media, or our ringback."""
        if leg is not self.far:
            self.desk.ringing(leg)
        elif leg.is_heard_early:
            self._far_heard(leg)
        elif leg.id in self.desk.room.members:
            self._far_out(leg, "far_silent")
            self.ivr.far_silent()

    def _wait_longer(self, leg: Leg) -> None:
        """The call is forwarded or queued at the far end: the wait for its answer begins anew."""
        if leg is self.far:
            self.ivr.far_delayed()
        elif leg is self.caller:
            self.timer("setup", self.switch.config.limits.callback_ring)
        else:
            self.desk.consults.wait_longer(leg)

    def leg_answered(self, leg: Leg, far: Far) -> None:
        _, new = self.step_leg(leg, LegEvent.ANSWERED)
        if new is None:
            return
        leg.answered = self.now
        if leg is self.caller:
            self.change_far(leg, far)
            self._customer_answered()
        elif leg is self.far:
            self.change_far(leg, far)
            self._far_heard(leg)
            self.ivr.far_up()
        else:
            self.desk.leg_answered(leg, far)

    def _far_heard(self, leg: Leg) -> None:
        """The far end of a ``dial`` step sends early media, or has answered: the caller and the far end hear each other."""
        room = self.desk.room
        if leg.id not in room.members:
            room.enter(leg, None, self.desk.customer_in(room.new_group()), self.now)
            self.desk.rewire("far_heard")

    def _customer_answered(self) -> None:
        """The customer has answered a call that we made."""
        self._caller_up("answered")
        if self.is_fax:
            self.switch.faxes.answered(self.id)
        elif self.desk.room.ask is not None:
            self.desk.caller_came()
        else:
            self.switch.acd.callback_answered(self.id)
            self.ivr.start(self._start)

    def leg_changed(self, leg: Leg, far: Far) -> None:
        if leg.alive:
            was = leg.far
            self.change_far(leg, far)
            desk_phone.media_changed(self.desk, leg, was, far)

    def leg_ended(self, leg: Leg, event: LegEnded) -> None:
        _, new = self.step_leg(leg, LegEvent.ENDED)
        if new is None:
            return
        leg.cause = leg.cause or event.cause
        leg.sip_code, leg.reason = event.sip_code or None, event.reason
        self.close_channel(leg)
        if self._ends_with(leg):
            self.end(leg.cause)
        elif leg is self.far:
            self._far_gone()
        else:
            self.desk.leg_ended(leg, event.cause, event.sip_code)

    def _ends_with(self, leg: Leg) -> bool:
        """Whether the call ends with this leg: with the caller's. In a call between seats that talk, no leg ends the call by itself."""
        return leg is self.caller and not (self.internal and self.state is CallState.UP)

    def _far_gone(self) -> None:
        self._unbridge_far()
        self.ivr.far_gone()

    def _unbridge_far(self) -> None:
        far, self.far = self.far, None
        assert far is not None
        if far.id in self.desk.room.members:
            self._far_out(far, "far_gone")

    def _far_out(self, far: Leg, event: str) -> None:
        """The far end of a ``dial`` step isn't heard any more: the caller is in the flow alone."""
        del self.desk.room.members[far.id]
        self.desk.customer_out()
        self.desk.rewire(event)

    def _drop(self, leg: Leg, cause: EndCause) -> None:
        """A leg has lost its channel: ends the leg; the call goes on."""
        if leg is self.far:
            self.hang_up(leg, cause)
            self._far_gone()
        else:
            self.desk.channel_lost(leg)

    def channel_closed(self, leg: Leg, stats: MediaStats) -> None:
        if not leg.step_channel("closed"):
            self.switch.count("events_ignored")
            return
        leg.stats = stats
        if self._ends_with(leg):
            self.end(EndCause.CARD_LOST)  # has no effect where the call is ending already
        elif leg.alive:
            self._drop(leg, EndCause.CARD_LOST)

    def card_died(self) -> None:
        for leg in self.legs.values():
            leg.step_channel("card died")
        self.recordings.all_ended("card_lost")
        self.end(EndCause.CARD_LOST)

    # --- the end ---

    def end(self, cause: EndCause) -> None:
        """Ends the call: hangs up all legs. Only the first ``cause`` counts."""
        if not self._move("end", cause):
            return
        self.cause = cause
        self.ended_at_step = self.ivr.step_name
        self.desk.call_ends(cause)
        self.switch.acd.leave(self.id)
        self.ivr.stop()
        self.services.stop()
        self.walks.stop()
        for leg in self.legs.values():
            if leg.alive:
                self.hang_up(leg, cause)
        self.timer("teardown", self.switch.config.limits.teardown)

    def settle(self) -> None:
        """Finishes an ending call when all its legs are over: writes its records."""
        if self.state is CallState.ENDING and all(leg.over for leg in self.legs.values()):
            self.timer("teardown", None)
            self.recordings.all_ended("closed")
            self._move("settled")
            self._record_end()

    def _record_end(self) -> None:
        ended = EndedCall(
            self.id, self.caller, self.number, self.started, self.now, self.cause, self.ended_at_step, self.language,
            self.customer, self.services.login, self.desk.last_owner,
        )  # fmt: skip
        self.emit(records.call_ended(ended))
        for leg in self.legs.values():
            self.emit(records.leg(self.id, leg))
        if self.caller.answered is not None and not self.internal and self.makes_contact:
            self.emit(records.contact(ended))

    # --- recording ---

    def close_channel(self, leg: Leg) -> None:
        if self.state is CallState.UP:
            self.recordings.leg_closes(leg, self.desk.room.next_recorded(leg.id))
        super().close_channel(leg)

    # --- called by the walk (``core.flow.walk.WalkHost``) ---

    def play(
        self, pieces: tuple[Piece, ...], number: int, *, barge_in: bool, loop: bool = False, muted: bool = False
    ) -> None:
        names = segments(pieces, self.variables, self.language, self.switch.config.stocks)
        if not muted:
            self.to_card(self.caller, Play(self.caller.id, number, names, barge_in, loop))

    def stop_play(self) -> None:
        self.to_card(self.caller, StopPlay(self.caller.id))

    def music(self) -> str:
        """The music segment for a waiting customer: that of the queue step, or the default."""
        step = self.ivr.step
        piece = step.music if isinstance(step, QueueStep) else HOLD_MUSIC
        return segments((piece,), self.variables, self.language, self.switch.config.stocks)[0]

    def mask(self, *, on: bool) -> None:
        self.to_card(self.caller, MaskRecording(self.caller.id, on))

    def record(self) -> RecordingId:
        return self.recordings.begin_partial()

    def end_recording(self, recording: RecordingId) -> None:
        self.recordings.end_partial(recording)

    def timer(self, name: str, seconds: float | None) -> None:
        self.switch.timer(f"{self.id}:{name}", seconds)

    def run_service(self, service: str) -> None:
        self.services.run(service)

    def dial(self, trunk: TrunkName, number: str, *, withhold: bool) -> None:
        number = str(self.variables.get(number.strip("{}"), "")) if number.startswith("{") else number
        leg = Leg(self.next_leg(), trunk, incoming=False, ani=self.number, dnis=number, started=self.now)
        leg.card, leg.withheld = self.caller.card, withhold
        if number and self.switch.may_dial(leg):
            self.add_leg(leg)
            self.far = leg
            self.open_channel(leg, None)
        else:
            self.ivr.far_gone()

    def drop_far(self) -> None:
        assert self.far is not None
        self.hang_up(self.far, EndCause.NO_ANSWER)
        self._unbridge_far()

    def queue(self, queue: QueueName, priority: int) -> str:
        return self.switch.acd.enter(self.id, queue, priority)

    def leave_queue(self) -> None:
        self.desk.leave_queue()
        self.switch.acd.leave(self.id)

    def queue_news(self) -> None:
        self.variables["queue_position"], self.variables["queue_minutes"] = self.switch.acd.position_and_minutes(
            self.id
        )

    def keep_place(self, queue: QueueName, answer: str) -> bool:
        return self.switch.acd.request_callback(self.id, queue, answer)

    def receive_fax(self) -> None:
        self.switch.faxes.receive(self.id)

    def send_fax(self, document: str, to: str) -> None:
        number = str(self.variables.get(to.strip("{}"), "")) if to else ""
        if self.services.login is None or (to and not number):
            self.outcome("failed")
        else:
            self.switch.faxes.send(self.id, document, number)

    @property
    def desk_rings(self) -> bool:
        return self.desk.rings

    def entered(self, name: str, title: dict[Language, str] | None) -> None:
        if title:
            self.trail.append(TrailStep(self.now, name, title))
            del self.trail[:-LONGEST_TRAIL]

    def read_back(self) -> None:
        self._read_backs += 1
        self._read_back_ms = self.recordings.whole_ms
        self.services.confirmed_key = None

    def finish(self, cause: EndCause) -> None:
        if not self.walks.finished(cause):
            self.end(cause)

    def key_used(self, digit: str, recording_ms: int | None) -> None:
        at = recording_ms if recording_ms is not None else self.recordings.whole_ms
        self.switch.journal(DigitUsed(self.caller.id, digit, at))

    def moved(self, old: str, event: str, new: str) -> None:
        self.emit(Transition("ivr", self.id, old, event, new))

    # --- called by the services ---

    def wait_for_answer(self, seconds: float | None) -> None:
        self.timer("answer", seconds)

    def outcome(self, name: str) -> None:
        self.ivr.outcome(name)

    def logged_in(self, login: CallerLogIn) -> None:
        self.variables["login"] = {"account": login.account, "branch": login.branch}
        self.switch.desks.caller_known(self.id)

    def caller_found(self, found: CallerFound) -> None:
        self.found = found
        self.switch.acd.caller_known(self.id)
        self.switch.desks.caller_known(self.id)

    def capture(self, key: OrderKey, order: PlaceOrder | CancelOrder) -> None:
        login = self.services.login
        assert login is not None
        whole = self.recordings.whole
        recording = whole.id if whole is not None else None
        context = OrderContext(self.id, login.account, login.branch, recording, self._read_back_ms, self._yes_ms)
        self.switch.capture(key, order, context)

    def any_branch(self) -> BranchId | None:
        return self.switch.any_branch()

    # --- small things ---

    @property
    def language(self) -> Language:
        return self.ivr.language

    def _move(self, event: str, why: str = "") -> bool:
        """``why`` is logged in place of the event; ``False`` where this state has no transition for the event."""
        old, new = self.state, TRANSITIONS[self.state].get(event)
        if new is None:
            return False
        self.state = new
        self.emit(Transition("call", self.id, old, why or event, new))
        return True
