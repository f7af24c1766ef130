"""The presenter under any order of clicks, reports, losses, failures and passing time (a Hypothesis state machine).

The reference is a switch's snapshot; the link loses, repeats and delays reports, and breaks. After any history, a desk whose link
is up and whose gaps have been noticed shows the switch's state; no command stays pending for ever; a logged-out desk shows no customer.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from agent_app.model.desk import actions
from agent_app.model.desk.actions import UP
from agent_app.model.desk.view import LinkState, PhoneState
from agent_app.model.sound.phone_messages import CallOver, CallUp, Expect, Forget, PhoneProblem, PhoneReady, Ringing
from agent_app.presenters.calling.calling import ASKING
from agent_app.presenters.parts.ports import Failed
from agent_app.presenters.parts.requests import GRACE_S
from shared import desk as wire
from shared.desk import (
    CallChanged,
    CameBack,
    CustomerShown,
    DeskRefusal,
    DeskSnapshot,
    Done,
    LoggedIn,
    LoggedOut,
    Notice,
    Party,
    PopChanged,
    QueuesChanged,
    Refused,
    Reply,
    Report,
    SeatChanged,
    StateReport,
    applied,
)
from shared.enums import ListenMode, LockReason, PartyState, Role, SeatState
from shared.ids import CallId, CustomerId, LegId
from shared.protocol import SnapshotRequest
from tests.agent_app.fakes import AGENT, CHOICES, CONTACT, PASSWORD, World, call, card, pop, seat

PARTIES = [
    wire.Party(LegId(f"c1/{number}"), kind, "8002", "", state, 0.0)
    for number, (kind, state) in enumerate(
        [("customer", PartyState.WAITING), ("seat", PartyState.RINGING), ("outside", PartyState.TALKING), ("menu", PartyState.ASKED)]
    )
]  # fmt: skip
CLICKS = (
    "open_seat", "answer", "hang_up", "hold", "retrieve", "toggle_hold", "extend_wrap_up", "log_out", "call_back", "show_pop",
    "dismiss_problem", "close_player", "return_", "swap", "join", "intercept", "monitor", "listen", "dismiss_notice", "dismiss_returned",
    "undo_people",
)  # fmt: skip


class DeskMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.truth = DeskSnapshot(at=0.0, dispositions=CHOICES)
        self.session = ""
        self.numbers = 0
        self.unseen = False
        """A report was lost, and none came after it."""
        self.late: tuple[Report, int] | None = None
        self.calls = 0
        self.world.switch.up = False
        self.world.desk.phone_event(PhoneReady(CONTACT, "1"))
        self.link_opens()
        self.agent_logs_in()

    # --- the switch ---

    def _tell(self, report: Report, fate: str) -> None:
        if isinstance(report, StateReport):
            self.truth = applied(self.truth, report)
        if isinstance(report, LoggedOut):
            self.session = ""
        if not self.world.switch.up:
            return
        self.numbers += 1
        if fate == "lost":
            self.unseen = True
            return
        self.unseen = False
        self.world.desk.told(report, self.numbers)
        if fate == "doubled":
            self.world.desk.told(report, self.numbers)
        if fate == "late again":
            self.late = report, self.numbers

    @precondition(lambda self: self.late is not None and self.world.switch.up)
    @rule()
    def an_old_report_comes_again(self) -> None:
        assert self.late is not None
        (report, number), self.late = self.late, None
        self.world.desk.told(report, number)

    FATES = st.sampled_from(["", "", "", "lost", "doubled", "late again"])

    @precondition(lambda self: self.truth.seat is not None and self.truth.call is None)
    @rule(fate=FATES, known=st.booleans())
    def switch_rings(self, fate: str, known: bool) -> None:
        self.calls += 1
        name = f"c{self.calls}"
        self._tell(PopChanged(pop(name, card(self.calls) if known else None)), fate)
        self._tell(CallChanged(call(name)), fate)
        self._tell(SeatChanged(seat(SeatState.RINGING)), "")

    @precondition(lambda self: self.truth.call is not None)
    @rule(
        state=st.sampled_from([*UP, SeatState.DIALLING]), others=st.lists(st.sampled_from(PARTIES), max_size=4),
        came_back=st.sampled_from([None, *CameBack]), role=st.sampled_from(list(Role)), fate=FATES, more=FATES,
    )  # fmt: skip
    def switch_moves_the_call(
        self, state: SeatState, others: list[Party], came_back: CameBack | None, role: Role, fate: str, more: str
    ) -> None:
        assert self.truth.call is not None
        moved = replace(
            self.truth.call, state=state, answered_at=1.0, parties=tuple(others), came_back=came_back,
            listening=ListenMode.WHISPER if state is SeatState.MONITORING else None,
        )  # fmt: skip
        self._tell(CallChanged(moved), fate)
        self._tell(SeatChanged(replace(seat(state), role=role)), more)

    @rule(fate=FATES)
    def a_supervisor_says_something(self, fate: str) -> None:
        self._tell(Notice(1.0, "message", "Li Min", "hello"), fate)

    @precondition(lambda self: self.truth.call is not None)
    @rule(fate=FATES, more=FATES)
    def switch_ends_the_call(self, fate: str, more: str) -> None:
        assert self.truth.call is not None
        last = self.truth.call.call
        self._tell(CallChanged(None), fate)
        self._tell(SeatChanged(seat(SeatState.WRAP_UP, wrap_up_call=last)), more)

    @precondition(lambda self: self.truth.seat is not None)
    @rule(code=st.sampled_from(["operator", "displaced"]))
    def operator_logs_the_agent_out(self, code: str) -> None:
        self._tell(LoggedOut(code), "")

    @precondition(lambda self: self.world.switch.asked)
    @rule(how=st.sampled_from(["well", "well", "well", "refused", "fails", "nonsense"]))
    def switch_answers(self, how: str) -> None:
        request = self.world.switch.asked[0][0]
        self.world.switch.answer(
            Failed("timed_out") if how == "fails" else Refused(DeskRefusal.BUSY) if how == "refused"
            else wire.Customers(()) if how == "nonsense" else self._answer(request)
        )  # fmt: skip

    @rule()
    def switch_answers_all(self) -> None:
        while self.world.switch.asked:
            self.world.switch.answer(self._answer(self.world.switch.asked[0][0]))

    def _answer(self, request: object) -> Reply:
        match request:
            case SnapshotRequest():
                return self._snapshot()
            case wire.LogIn():
                self.session = f"session-{self.numbers}"
                self.truth = replace(self.truth, seat=self.truth.seat or seat(SeatState.LOCKED))
                return LoggedIn(self.session, self._snapshot())
            case wire.Resume(session) if session and session == self.session:
                return LoggedIn(session, self._snapshot())
            case wire.Resume():
                return Refused(DeskRefusal.SESSION_OVER)
            case wire.LogOut():
                self.session = ""
                self.truth = DeskSnapshot(at=0.0, dispositions=CHOICES)
                return Done()
            case wire.AskCustomer(customer):
                return CustomerShown(card(customer))
            case wire.HangUp(ended, means) if self.truth.call is not None and ended == self.truth.call.call:
                if means is not self.truth.call.hanging_up:
                    return Refused(DeskRefusal.WRONG_STATE)
                self._tell(CallChanged(None), "")
                return Done()
            case _:
                return Done()

    def _snapshot(self) -> DeskSnapshot:
        self.unseen = False
        return replace(self.truth, at=self.world.wall())

    # --- the link ---

    @precondition(lambda self: self.world.switch.up)
    @rule()
    def link_breaks(self) -> None:
        self.world.switch.cut()
        self.world.desk.link_state(LinkState.LOST, "silent")

    @precondition(lambda self: not self.world.switch.up)
    @rule()
    def link_opens(self) -> None:
        self.numbers, self.unseen, self.late = 0, False, None  # old reports belong to the old session
        self.world.switch.up = True
        self.world.desk.opened()

    # --- people ---

    @rule(click=st.sampled_from(CLICKS), twice=st.booleans())
    def agent_clicks(self, click: str, twice: bool) -> None:
        for _ in range(1 + twice):
            getattr(self.world.desk, click)()

    @rule()
    def agent_logs_in(self) -> None:
        self.switch_answers_all()
        self.world.desk.log_in(AGENT, PASSWORD)
        self.switch_answers_all()

    @rule(number=st.integers(1, 3), answered=st.booleans())
    def agent_looks_somebody_up(self, number: int, answered: bool) -> None:
        self.world.desk.show_customer(CustomerId(number))
        if answered:
            self.switch_answers_all()

    @rule(text=st.sampled_from(["", "note"]), keys=st.sampled_from(["1", "23"]))
    def agent_types(self, text: str, keys: str) -> None:
        self.world.desk.set_note(text)
        self.world.desk.press(keys)
        self.world.desk.search(text)
        self.world.desk.lock(LockReason.BREAK)
        self.world.desk.finish_wrap_up("enquiry")
        self.world.desk.dial("10086")
        self.world.desk.call_seat("8002")
        self.world.desk.consult("pin")
        self.world.desk.drop_party("c1/3")
        self.world.desk.save_person(None, "Li", "10086")
        self.world.desk.fetch_recording(CallId("old"))

    # --- phone and time ---

    @precondition(lambda self: self.truth.call is not None)
    @rule(what=st.sampled_from([Ringing, CallUp]))
    def phone_has_the_leg(self, what: type[Ringing | CallUp]) -> None:
        assert self.truth.call is not None
        self.world.desk.phone_event(what(self.truth.call.leg))

    @precondition(lambda self: self.truth.call is not None)
    @rule()
    def phone_loses_the_leg(self) -> None:
        assert self.truth.call is not None
        self.world.desk.phone_event(CallOver(self.truth.call.leg, 200, by_us=False))

    @rule(there=st.booleans())
    def phone_process(self, there: bool) -> None:
        if there:
            self.world.phone.done.clear()  # a new process knows nothing
        self.world.desk.phone_event(PhoneReady(CONTACT, "1") if there else PhoneProblem("phone_down"))

    @rule(seconds=st.sampled_from([0.2, 1.0, 6.0, 3600.0]), step=st.sampled_from([0.2, 7.0]))
    def time_passes(self, seconds: float, step: float) -> None:
        self.world.pass_time(seconds, max(step, seconds / 100))

    # --- invariants ---

    @invariant()
    def the_window_has_the_newest_view(self) -> None:
        world = self.world
        assert world.views[-1] is world.view
        assert world.view.enabled == actions.enabled(world.view)
        assert PASSWORD not in repr(world.view)

    @invariant()
    def nothing_is_pending_twice_or_too_long(self) -> None:
        pending = self.world.view.pending
        assert len({each.action for each in pending}) == len(pending)
        assert all(each.until + GRACE_S + 7.0 >= self.world.now for each in pending)

    @invariant()
    def a_fresh_desk_shows_the_truth(self) -> None:
        view = self.world.view
        if view.link is LinkState.UP and not view.stale and not self.unseen and self.session:
            if view.needs_password:
                return  # the log-in's answer was lost; the form is shown
            assert replace(view.state, at=0.0) == replace(self.truth, at=0.0)

    @invariant()
    def a_logged_out_desk_shows_nobody(self) -> None:
        view = self.world.view
        if view.needs_password:
            assert (view.shown, view.notices, view.returned, view.people, view.calls) == (None, (), None, (), ())

    @invariant()
    def the_customer_is_back_only_in_a_call(self) -> None:
        view = self.world.view
        if view.returned is not None:
            assert view.state.call is not None
            assert view.state.call.came_back is view.returned.why
            assert view.state.call.state is not SeatState.CONSULTING

    @invariant()
    def nobody_is_asked_twice_at_once(self) -> None:
        assert len({each.action for each in self.world.view.pending} & set(ASKING)) <= 1

    @invariant()
    def the_phone_expects_the_call_in_hand(self) -> None:
        view, expected = self.world.view, set()
        for command in self.world.phone.done:
            if isinstance(command, Expect):
                expected.add(command.leg)
            elif isinstance(command, Forget):
                expected.discard(command.leg)
        if view.phone is PhoneState.READY and view.state.call is not None:
            assert view.state.call.leg in expected

    def teardown(self) -> None:
        """After any history: with a link and answers the desk shows the switch's state."""
        if not hasattr(self, "world"):
            return
        world = self.world
        world.desk.phone_event(PhoneReady(CONTACT, "1"))
        if not world.switch.up:
            self.link_opens()
        self._tell(QueuesChanged(()), "")  # makes a gap visible, if there is a gap
        for _ in range(60):
            while world.switch.asked:
                world.switch.answer(self._answer(world.switch.asked[0][0]))
            world.pass_time(0.5)
        assert world.view.pending == ()
        assert not world.view.stale
        if not world.view.needs_password:
            assert replace(world.view.state, at=0.0) == replace(self.truth, at=0.0)


TestDesk = pytest.mark.slow(DeskMachine.TestCase)
TestDesk.settings = settings(max_examples=40, stateful_step_count=60)
