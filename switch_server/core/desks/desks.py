"""The agents' desks: the seats of all agents who are logged in, and the reports to each desk.

A fact changes a seat; the seat's state follows (``Seat.derived``) and is logged as a ``Transition``. At the end of each event every changed
desk gets a report of what differs from its last report. The effect of a seat on a call is an event of the call (``DeskGone``), for its replay.
"""

from collections.abc import Callable
from functools import partial
from typing import assert_never

from shared import desk
from shared.desk import desk_phone
from shared.enums import CallKind, EndCause, LockReason, SeatState
from shared.ids import AgentId, CallId, LegId
from switch_server.core.acd import queue_named
from switch_server.core.call import Call
from switch_server.core.desks.effects import AnswerDesk, HidePop, ShowPop
from switch_server.core.desks.facts import (
    AgentOffline,
    AgentOnline,
    AgentSkilled,
    DeskCommanded,
    DeskDown,
    PhoneTold,
    PopSeen,
)
from switch_server.core.desks.host import DeskSwitchboard
from switch_server.core.desks.records import SeatRecords
from switch_server.core.desks.seat import BUSY, Seat
from switch_server.core.leg import HangUp, LegState, RefreshLeg
from switch_server.core.room import Outcome, Talk, lock_after
from switch_server.core.talk import DeskGone, TellDesk
from switch_server.core.talk import records as talk_records
from switch_server.core.words import Audit, Transition

DeskFact = AgentOnline | AgentSkilled | AgentOffline | DeskDown | PhoneTold | PopSeen
WRAP_UP = 30.0
"""Seconds of wrap-up after a call that the agent dialled, where no queue is configured."""
COUNTED_KINDS = frozenset({CallKind.IN, CallKind.CALLBACK, CallKind.OUT})
"""Kinds of talk that count as one of the agent's calls of today, when answered."""
PHONE_REPORT_WAIT = 10.0
"""Seconds after the answer from which on the phone must report the leg of its call."""
DeskState = tuple[desk.Seat | None, desk.DeskCall | None]


class Desks:
    def __init__(self, switch: DeskSwitchboard) -> None:
        self._switch = switch
        self.seats: dict[AgentId, Seat] = {}
        self._records = SeatRecords(switch)
        self._told: dict[AgentId, DeskState] = {}
        self._touched: dict[AgentId, None] = {}
        self._answers: list[AnswerDesk] = []
        self._unfinished_wrap_ups: dict[AgentId, Talk] = {}
        """For an agent who was logged out without own log-out: the talk whose disposition is still to come, until the next log-in."""

    # --- facts ---

    def handle(self, event: DeskFact) -> None:
        if isinstance(event, AgentOnline):
            self._online(event)
            return
        seat = self.seats.get(event.agent)
        if seat is None:
            self._switch.count("events_of_no_seat")
            return
        match event:
            case AgentSkilled():
                seat.name, seat.role, seat.skills, seat.group = event.name, event.role, event.skills, event.group
                self.seat_changed(seat, "skilled")
            case AgentOffline(code=code):
                self._offline(seat, code)
            case DeskDown():
                self._down(seat)
            case PhoneTold(legs=legs):
                self._phone_told(seat, frozenset(legs))
            case PopSeen():
                self._pop_seen(seat, event)
            case _:
                assert_never(event)

    def _online(self, event: AgentOnline) -> None:
        seat = self.seats.get(event.agent)
        if seat is None:
            seat = self.seats[event.agent] = Seat(event, self._switch.now)
            seat.last_talk = self._unfinished_wrap_ups.pop(event.agent, None)
        else:
            if seat.desk != event.desk:
                self._take_out_of_call(seat, Outcome.LOST)
                seat.recent_legs.clear()
            seat.came_online(event)
            self._timer(seat, "grace", None)
            self._timer(seat, "away", None)
            if event.anew and seat.lock is None:
                self.lock(seat, LockReason.LOGGED_IN)
        self._told.pop(seat.agent, None)
        self.seat_changed(seat, "online")

    def _offline(self, seat: Seat, code: str) -> None:
        self._take_out_of_call(seat, Outcome.OFFLINE)
        if code == "logged_out" or seat.last_talk is None:
            self.end_wrap_up(seat)
        else:
            self._unfinished_wrap_ups[seat.agent] = seat.last_talk  # with its pop
            self._timer(seat, "wrap", None)
        seat.link = False
        self.seat_changed(seat, code)
        self._records.shift_over(seat, code)
        self._timer(seat, "grace", None)
        self._timer(seat, "away", None)
        del self.seats[seat.agent]
        if code != "logged_out":
            self._switch.emit(TellDesk(seat.agent, desk.LoggedOut(code)))
            self._told.pop(seat.agent, None)
            self._touched.pop(seat.agent, None)

    def _down(self, seat: Seat) -> None:
        """A seat without a link gets no more calls. A talk may go on for ``desk_grace`` seconds, since the voice does not use the link."""
        if not seat.link:
            return
        seat.link = False
        talk = seat.talk
        if talk is not None and talk.leg.state is LegState.UP and talk.id not in talk.room.listeners:
            self._switch.emit(RefreshLeg(talk.id))
            self._timer(seat, "grace", self._switch.config.limits.desk_grace)
        else:
            self._take_out_of_call(seat, Outcome.OFFLINE)
        self._timer(seat, "away", self._switch.config.limits.desk_away)
        self.seat_changed(seat, "desk_down")

    def _phone_told(self, seat: Seat, theirs: frozenset[LegId]) -> None:
        """Compares the phone's legs with the seat's: a leg that differs twice in a row is repaired (once may be a message on its way). Legs of
        other seats are ignored and counted.
        """
        talk = seat.talk
        if desk_phone(talk.contact if talk is not None else seat.contact) is not None:
            return  # the app's phone has no data on the desk phone's legs
        ours = frozenset({talk.id}) if talk is not None else frozenset()
        up_since = talk.leg.answered if talk is not None else None
        if not theirs <= set(seat.recent_legs):
            self._switch.count("legs_of_others")
            theirs &= set(seat.recent_legs)
        seat.reported_legs = (seat.reported_legs | theirs) & ours
        late = up_since is not None and self._switch.now - up_since > PHONE_REPORT_WAIT
        due = ours if late else seat.reported_legs if up_since is not None else frozenset()
        differ = (due - theirs) | (theirs - ours)
        for leg in sorted(differ & seat.differing_legs):
            self._switch.count("repaired_seats")
            if leg in ours:
                self._take_out_of_call(seat, Outcome.LOST)
            else:
                self._switch.emit(HangUp(leg, EndCause.RECONCILED))
        seat.differing_legs = differ

    def _pop_seen(self, seat: Seat, event: PopSeen) -> None:
        for talk in (seat.talk, seat.last_talk):
            if talk is not None and talk.call == event.call:
                self._switch.emit(talk_records.pop_seen(talk, event.after_ms))
                return

    def timed_out(self, name: str) -> None:
        """``<agent>:wrap``, ``<agent>:grace`` or ``<agent>:away``."""
        agent, _, what = name.rpartition(":")
        seat = self.seats[AgentId(agent)]
        if what == "wrap":
            seat.wrap_until = None
            self.seat_changed(seat, "wrap_up_over")
        elif what == "away":
            self._switch.emit(Audit("switch-server", "agent_logged_out", seat.agent, "link_lost"))
            self._offline(seat, "link_lost")
        else:
            self._take_out_of_call(seat, Outcome.LOST)

    def reconcile(self, seat: Seat) -> None:
        """Repairs a seat whose call does not exist or does not have this talk, and a state that differs from the derived one."""
        talk = seat.talk
        if talk is not None:
            call = self._switch.calls.get(talk.call)
            if call is None or call.desk.talks.get(talk.id) is not talk:
                self._switch.count("repaired_seats")
                talk.end(Outcome.LOST, self._switch.now)
                self.talk_over(talk)
        if seat.derived() is not seat.state:
            self._switch.count("repaired_seats")
            self.seat_changed(seat, "reconciled")

    def _take_out_of_call(self, seat: Seat, outcome: Outcome) -> None:
        """Takes the seat out of its call, for a reason outside the call."""
        talk = seat.talk
        call = self._switch.calls.get(talk.call) if talk is not None else None
        if talk is not None and call is not None:
            self._switch.run_for_call(
                call, partial(self._switch.apply_decision, DeskGone(call.id, talk.id, outcome.value))
            )

    # --- called by calls (``core.talk.host.SeatHost``) ---

    def talk_begun(self, talk: Talk) -> None:
        seat = self.seats.get(talk.agent)
        if seat is None:  # a replay
            return
        self.end_wrap_up(seat)
        seat.talk = talk
        seat.recent_legs.append(talk.id)
        if talk.shows_pop:
            self._show_pop(self._switch.calls[talk.call], talk)
        self.seat_changed(seat, "dial" if talk.auto else "ring")

    def talk_answered(self, talk: Talk) -> None:
        seat = self.seats.get(talk.agent)
        if seat is not None and talk.kind in COUNTED_KINDS:
            seat.count_call(self._switch.now)

    def talk_moved(self, talk: Talk, event: str) -> None:
        seat = self.seats.get(talk.agent)
        if seat is not None:
            self.seat_changed(seat, event)

    def talk_over(self, talk: Talk) -> None:
        """The seat's next state: wrap-up after a talk with its own customer, locked after a call that it let ring, or as before."""
        seat = self.seats.get(talk.agent)
        if seat is None:
            return
        assert talk.outcome is not None
        seat.talk = None
        self._switch.acd.talked(talk)
        self._timer(seat, "grace", None)
        if talk.had_customer and not talk.wrapped_up:
            seat.last_talk = talk
            self.start_wrap_up(seat)
        elif talk.shows_pop:
            self._switch.emit(HidePop(seat.agent, talk.call))
        seat.lock = seat.lock_next or lock_after(talk) or seat.lock
        seat.lock_next = None
        self.seat_changed(seat, talk.outcome.value)

    def caller_known(self, call_id: CallId) -> None:
        call = self._switch.calls[call_id]
        for talk in call.desk.talks.values():
            if talk.shows_pop and talk.agent in self.seats:
                self._show_pop(call, talk)

    # --- open and locked ---

    def open_(self, seat: Seat) -> None:
        """Opens the seat; in a call this also cancels a lock that was to begin after the call."""
        seat.lock = seat.lock_next = None
        if seat.state is SeatState.WRAP_UP:
            self.end_wrap_up(seat)
        self.seat_changed(seat, "opened")

    def lock(self, seat: Seat, reason: LockReason) -> None:
        """Locks the seat; in a call the lock begins after the call."""
        if seat.state in BUSY:
            seat.lock_next = reason
        else:
            seat.lock = reason
        self.seat_changed(seat, "locked")

    # --- wrap-up ---

    def start_wrap_up(self, seat: Seat) -> None:
        """The whole wrap-up time runs from now."""
        talk, queues = seat.last_talk, self._switch.config.queues
        assert talk is not None
        queue = queue_named(queues, talk.queue) if talk.queue is not None else next(iter(queues), None)
        wait = queue.wrap_up if queue is not None else WRAP_UP
        seat.wrap_until = self._switch.now + wait if wait > 0 else None
        self._timer(seat, "wrap", wait if wait > 0 else None)

    def end_wrap_up(self, seat: Seat) -> None:
        """Ends the wrap-up of the last talk."""
        seat.wrap_until = None
        self._timer(seat, "wrap", None)
        if seat.last_talk is not None:
            self._switch.emit(HidePop(seat.agent, seat.last_talk.call))
            seat.previous_talk, seat.last_talk = seat.last_talk, None

    # --- reports to desks ---

    def seat_changed(self, seat: Seat, event: str) -> None:
        """The seat may have changed, by ``event``: derives its state, and marks its desk for a report."""
        self._touched[seat.agent] = None
        old = seat.settle(self._switch.now)
        if old is not None:
            self._switch.emit(Transition("seat", seat.agent, old.value, event, seat.state.value))
        self._records.seat_changed(seat, event)
        if seat.state is SeatState.OPEN:
            self._switch.acd.dirty = True

    def answer(self, event: DeskCommanded, reply: desk.Done | desk.Refused) -> None:
        self._answers.append(AnswerDesk(event.agent, event.request, reply))

    def tell(self, attempt: Callable[[str, Callable[[], None]], None]) -> None:
        """At the end of an event: the reports to changed desks, then the answers to commands.

        ``attempt(name, work)`` runs ``work`` and catches its exceptions, so that a fault of one seat does not touch the others.
        """
        if self._touched:
            touched, self._touched = self._touched, {}
            for agent in touched:
                attempt("desks", partial(self._tell, agent))
        if self._answers:
            answers, self._answers = self._answers, []
            for answer in answers:
                self._switch.emit(answer)

    def _tell(self, agent: AgentId) -> None:
        was, now = self._told.get(agent), self.desk_state(agent)
        if was is None or was[0] != now[0]:
            self._switch.emit(TellDesk(agent, desk.SeatChanged(now[0])))
        if was is None or was[1] != now[1]:
            self._switch.emit(TellDesk(agent, desk.CallChanged(now[1])))
        if now[0] is None:
            self._told.pop(agent, None)
        else:
            self._told[agent] = now

    def desk_state(self, agent: AgentId) -> DeskState:
        seat = self.seats.get(agent)
        return (None, None) if seat is None else (seat.view(), seat.call_view())

    def has_call(self, agent: AgentId, call: CallId) -> bool:
        seat = self.seats.get(agent)
        return seat is not None and any(talk is not None and talk.call == call for talk in (seat.talk, seat.last_talk))

    def _show_pop(self, call: Call, talk: Talk) -> None:
        login = call.services.login
        self._switch.emit(
            ShowPop(
                talk.agent,
                call.id,
                talk.number,
                call.caller.trunk,
                login.account if login else None,
                call.customer,
                tuple(call.trail),
            )
        )

    def _timer(self, seat: Seat, what: str, seconds: float | None) -> None:
        self._switch.timer(f"seat:{seat.agent}:{what}", seconds)
