"""Log-in and seat at the presenter: a command is pending at once and ends once, and each failure is shown."""

import errno
from pathlib import Path

import pytest

from agent_app.model.desk.actions import Why
from agent_app.model.desk.view import Action, LinkState, PackView
from agent_app.presenters.parts.ports import Failed
from shared.desk import (
    ChangePassword,
    DeskRefusal,
    Done,
    LockSeat,
    LoggedIn,
    LoggedOut,
    LogIn,
    LogOut,
    OpenSeat,
    QueuesChanged,
    Refused,
    Resume,
    SeatChanged,
)
from shared.enums import Language, LockReason, SeatState
from shared.protocol import SnapshotRequest
from tests.agent_app.fakes import AGENT, CONTACT, PASSWORD, SEAT, World, at_work, call, card, pop, seat


def test_first_view_asks_for_a_password_and_says_why_nothing_works_yet() -> None:
    view = World(agent="8002", language="en").view
    assert view.needs_password
    assert (view.agent_name, view.language) == ("8002", Language.EN)
    assert view.enabled[Action.LOG_IN].why == Why.LINK_DOWN
    assert not any(each.on for each in view.enabled.values())


def test_logging_in_is_pending_at_once_and_shows_what_the_switch_knows() -> None:
    world = World()
    world.connect()
    world.desk.log_in(AGENT, PASSWORD)
    assert [pending.action for pending in world.view.pending] == [Action.LOG_IN]
    assert world.switch.open(LogIn) == [LogIn(AGENT, PASSWORD, CONTACT)]
    world.switch.answer(LoggedIn("s", world.snapshot(seat=SEAT)))
    assert (world.view.state.seat, world.view.needs_password, world.view.stale) == (SEAT, False, False)
    assert world.settings == {"agent": AGENT}


def test_the_password_is_in_no_view_and_no_setting() -> None:
    world = World()
    world.log_in()
    world.desk.change_password(PASSWORD, "another one")
    assert PASSWORD not in repr(world.views)
    assert PASSWORD not in repr(world.settings)


@pytest.mark.parametrize(
    "refusal",
    [
        Refused(DeskRefusal.WRONG_PASSWORD),
        Refused(DeskRefusal.TOO_MANY_TRIES, wait=30.0),
        Refused(DeskRefusal.ALREADY_LOGGED_IN, "desk-9"),
    ],
)
def test_a_refused_log_in_says_why(refusal: Refused) -> None:
    world = World()
    world.connect()
    world.desk.log_in(AGENT, PASSWORD)
    world.switch.answer(refusal)
    problem = world.view.problem
    assert problem is not None
    assert (problem.action, problem.code, problem.text, problem.wait) == (
        Action.LOG_IN,
        refusal.code,
        refusal.text,
        refusal.wait,
    )
    assert world.view.needs_password
    assert world.view.enabled[Action.LOG_IN].on


def test_a_second_log_in_elsewhere_can_be_taken_over() -> None:
    world = World()
    world.connect()
    world.desk.log_in(AGENT, PASSWORD, take_over=True)
    assert world.switch.open(LogIn) == [LogIn(AGENT, PASSWORD, CONTACT, take_over=True)]


@pytest.mark.parametrize(("agent", "password"), [("", "x" * 8), ("8001", ""), ("8" * 65, "x" * 8), ("8001", "x" * 257)])
def test_a_log_in_out_of_bounds_is_not_sent(agent: str, password: str) -> None:
    world = World()
    world.connect()
    world.desk.log_in(agent, password)
    assert not world.switch.open(LogIn)
    assert world.problem == DeskRefusal.WRONG_PASSWORD


def test_without_a_phone_there_is_no_log_in() -> None:
    world = World()
    world.open_link()
    world.switch.answer(world.snapshot())
    world.desk.log_in(AGENT, PASSWORD)
    assert world.problem == Why.PHONE_NOT_READY


def test_a_double_click_sends_one_command() -> None:
    world = World()
    world.log_in()
    world.desk.open_seat()
    world.desk.open_seat()
    assert world.switch.open(OpenSeat) == [OpenSeat()]
    assert world.view.enabled[Action.OPEN_SEAT].why == Why.PENDING
    assert world.problem == ""


def test_a_command_s_end_shows_the_reports_that_came_before_its_answer() -> None:
    world = World()
    world.log_in()
    world.desk.open_seat()
    world.report(SeatChanged(seat()))
    world.switch.answer(Done())
    assert world.view.pending == ()
    assert world.view.enabled[Action.OPEN_SEAT].why == Why.SEAT_OPEN
    world.desk.lock(LockReason.LUNCH)
    assert world.switch.open(LockSeat) == [LockSeat(LockReason.LUNCH)]


def test_a_switch_that_never_answers_ends_in_a_problem_within_the_time_out() -> None:
    world = World()
    world.log_in()
    world.desk.open_seat()
    until = world.view.pending[0].until
    world.switch.asked.clear()  # the port does not answer either
    world.pass_time(until - world.now + 0.6)
    assert world.view.pending == ()
    assert world.problem == "timed_out"
    assert world.view.problem is not None
    assert world.view.problem.action is Action.OPEN_SEAT


def test_an_answer_after_the_time_out_changes_nothing() -> None:
    world = World()
    world.log_in()
    world.desk.open_seat()
    on_reply = world.switch.asked.pop()[2]
    world.pass_time(6.0)
    before = world.view
    on_reply(Refused(DeskRefusal.FAULT))
    assert world.view is before


def test_a_refusal_is_shown_until_another_command_succeeds() -> None:
    world = World()
    world.log_in()
    world.desk.open_seat()
    world.switch.answer(Refused(DeskRefusal.WRONG_STATE))
    assert world.problem == "wrong_state"
    world.desk.lock(LockReason.LUNCH)
    assert world.problem == "wrong_state"
    world.switch.answer(Done())
    assert world.problem == ""


def test_an_answer_of_a_wrong_kind_is_a_bad_reply() -> None:
    world = World()
    world.log_in()
    world.desk.open_seat()
    world.switch.answer(world.snapshot())
    assert world.problem == "bad_reply"


def test_a_problem_can_be_dismissed() -> None:
    world = World()
    world.desk.hold()
    assert world.problem
    world.desk.dismiss_problem()
    assert world.view.problem is None


def test_log_out_forgets_the_customer_and_needs_the_password_again() -> None:
    world = at_work(pop=pop(customer=card()))
    assert world.view.shown is not None
    world.desk.log_out()
    assert world.switch.open(LogOut)
    world.switch.answer(Done())
    assert world.view.needs_password
    assert world.view.shown is None
    assert world.view.state.seat is None


def test_a_log_in_whose_answer_was_lost_shows_no_state() -> None:
    world = World()
    world.connect()
    world.desk.log_in(AGENT, PASSWORD)
    world.pass_time(11)
    assert world.problem == "timed_out"
    world.report(SeatChanged(seat()))
    world.ring(customer=card())
    assert (world.view.shown, world.view.state.seat, world.view.state.call, world.view.state.pop) == (
        None,
        None,
        None,
        None,
    )
    world.desk.log_in(AGENT, PASSWORD)
    world.switch.answer(
        LoggedIn("s", world.snapshot(seat=seat(SeatState.RINGING), call=call(), pop=pop(customer=card())))
    )
    assert world.view.shown == card()


def test_no_log_out_in_a_call() -> None:
    world = at_work(call=call())
    world.desk.log_out()
    assert (world.problem, world.switch.open(LogOut)) == (Why.IN_CALL, [])


@pytest.mark.parametrize("code", ["operator", "displaced", "removed"])
def test_logged_out_by_the_switch(code: str) -> None:
    world = at_work(pop=pop(customer=card()))
    world.report(LoggedOut(code))
    assert (world.problem, world.view.needs_password, world.view.shown) == (code, True, None)
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    world.open_link()
    assert not world.switch.open(Resume)  # the session is void


# --- the link ---


def test_with_the_link_lost_the_state_is_stale_and_commands_are_refused() -> None:
    world = at_work()
    world.switch.cut()
    world.desk.link_state(LinkState.LOST, "silent", 2.0)
    view = world.view
    assert (view.link, view.link_text, view.retry_in, view.stale) == (LinkState.LOST, "silent", 2.0, True)
    assert view.state.seat == seat()
    world.desk.lock(LockReason.BREAK)
    assert world.problem == "never_left"
    assert not world.switch.open(LockSeat)


def test_a_command_pending_when_the_link_broke_is_a_problem() -> None:
    world = at_work()
    world.desk.lock(LockReason.BREAK)
    world.switch.cut()
    assert (world.problem, world.view.pending) == ("link_lost", ())


@pytest.mark.parametrize("gone", [5.0, 300.0])
def test_after_the_network_was_gone_the_session_is_resumed(gone: float) -> None:
    world = at_work()
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    world.pass_time(gone, step=1.0)
    world.open_link()
    assert world.view.stale
    assert world.switch.open(Resume) == [Resume("session-1", CONTACT)]
    world.switch.answer(LoggedIn("session-2", world.snapshot(seat=SEAT)))
    assert (world.view.state.seat, world.view.stale, world.view.needs_password) == (SEAT, False, False)
    world.switch.cut()
    world.open_link()
    assert world.switch.open(Resume) == [Resume("session-2", CONTACT)]


def test_a_session_that_is_over_asks_for_the_password_and_says_why() -> None:
    world = at_work()
    world.open_link()
    world.switch.answer(Refused(DeskRefusal.SESSION_OVER), Resume)
    assert (world.problem, world.view.needs_password, world.view.state.seat) == ("session_over", True, None)
    world.switch.answer(world.snapshot(), SnapshotRequest)
    assert not world.view.stale
    assert world.view.enabled[Action.LOG_IN].on


@pytest.mark.parametrize("failure", [Failed("timed_out"), Refused(DeskRefusal.BUSY)])
def test_a_switch_too_busy_to_resume_is_asked_again(failure: Failed | Refused) -> None:
    world = at_work()
    world.open_link()
    world.switch.answer(failure)  # type: ignore[arg-type]
    assert not world.switch.open(Resume)
    world.pass_time(2.5)
    assert len(world.switch.open(Resume)) == 1
    assert not world.view.needs_password


def test_a_switch_that_lost_the_log_in_is_asked_to_resume_the_session() -> None:
    world = at_work()
    world.desk.gap()
    world.switch.answer(world.snapshot(), SnapshotRequest)
    assert world.switch.open(Resume)


@pytest.mark.parametrize(
    ("state", "text"), [(LinkState.WRONG_KEY, ""), (LinkState.WRONG_VERSION, "agent-app 0.1 is older")]
)
def test_wrong_key_and_wrong_version_are_shown(state: LinkState, text: str) -> None:
    world = World()
    world.desk.link_state(state, text)
    assert (world.view.link, world.view.link_text) == (state, text)
    world.desk.log_in(AGENT, PASSWORD)
    assert world.problem == "never_left"


def test_a_clock_that_is_a_day_off_is_measured() -> None:
    world = World()
    world.utc_off -= 86_400
    world.connect()
    world.desk.opened()
    world.switch.answer(world.snapshot().__class__(at=world.wall() + 86_400))
    assert world.view.clock_off == pytest.approx(86_400)


def test_a_pc_that_slept_fetches_the_state_again() -> None:
    world = at_work()
    world.pass_time(1.0)
    world.now += 3600
    world.tick()
    assert world.view.stale
    assert len(world.switch.open(SnapshotRequest)) == 1
    world.switch.answer(world.snapshot(seat=SEAT))
    assert (world.view.state.seat, world.view.stale) == (SEAT, False)


def test_a_sleep_that_only_the_wall_clock_shows_counts_too() -> None:
    world = at_work()
    world.pass_time(1.0)
    world.utc_off += 3600
    world.tick()
    assert world.switch.open(SnapshotRequest)


# --- reports ---


def test_lost_repeated_and_late_reports() -> None:
    world = at_work()
    world.desk.told(SeatChanged(seat(SeatState.RINGING)), 1)
    world.desk.told(SeatChanged(seat(SeatState.TALKING)), 2)
    world.desk.told(SeatChanged(seat(SeatState.RINGING)), 1)  # late
    world.desk.told(SeatChanged(seat(SeatState.TALKING)), 2)  # repeated
    assert world.view.state.seat == seat(SeatState.TALKING)
    assert not world.view.stale
    world.desk.told(QueuesChanged(()), 5)
    world.desk.gap()
    world.desk.told(QueuesChanged(()), 9)
    assert world.view.stale
    assert len(world.switch.open(SnapshotRequest)) == 1  # one snapshot request for all gaps until the snapshot comes
    world.switch.answer(world.snapshot(seat=SEAT))
    assert (world.view.state.seat, world.view.stale) == (SEAT, False)


def test_a_snapshot_that_does_not_come_is_asked_for_again() -> None:
    world = at_work()
    world.desk.gap()
    world.switch.answer(Failed("timed_out"), SnapshotRequest)
    world.pass_time(2.5)
    assert len(world.switch.open(SnapshotRequest)) == 1


def test_once_a_minute_the_copy_is_compared_with_the_switch() -> None:
    world = at_work()
    world.pass_time(61.0, step=1.0)
    world.switch.answer(world.snapshot(seat=SEAT), SnapshotRequest)
    assert world.view.state.seat == SEAT


def test_5000_reports_in_a_burst_end_with_the_last_report_s_state() -> None:
    world = at_work()
    states = [SeatState.RINGING, SeatState.TALKING, SeatState.WRAP_UP, SeatState.OPEN]
    for number in range(5000):
        world.report(SeatChanged(seat(states[number % 4], calls_today=number)))
    assert world.view.state.seat == seat(SeatState.OPEN, calls_today=4999)
    assert not world.view.stale


# --- passwords, language, diagnostics ---


def test_a_weak_new_password_is_not_sent_and_a_good_one_is() -> None:
    world = at_work()
    world.desk.change_password(PASSWORD, "short")
    assert (world.problem, world.switch.open(ChangePassword)) == ("weak_password", [])
    world.desk.change_password("x" * 300, "long enough")
    assert (world.problem, world.switch.open(ChangePassword)) == ("wrong_password", [])
    world.desk.change_password(PASSWORD, "long enough")
    world.switch.answer(Done())
    assert world.problem == ""


def test_language_is_shown_and_remembered() -> None:
    world = World(language="nonsense")
    assert world.view.language is Language.ZH
    world.desk.set_language(Language.EN)
    assert (world.view.language, world.settings["language"]) == (Language.EN, "en")


def test_diagnostics_are_packed_with_progress() -> None:
    world = World()
    world.desk.pack_diagnostics(Path("x"))
    assert world.view.packing == PackView()
    world.desk.pack_diagnostics(Path("y"))  # one at a time
    world.diagnostics.step(3, 20)
    assert world.view.packing == PackView(3, 20)
    world.diagnostics.end(Path("x/pack.zip"))
    assert world.view.packing == PackView(path=str(Path("x/pack.zip")))
    world.diagnostics.step(4, 20)  # late
    assert world.view.packing == PackView(path=str(Path("x/pack.zip")))
    assert world.diagnostics.packs == [Path("x")]


def test_diagnostics_are_cancelled() -> None:
    world = World()
    world.desk.cancel_diagnostics()
    world.desk.pack_diagnostics(Path("x"))
    world.desk.cancel_diagnostics()
    assert world.diagnostics.cancelled == 1
    world.diagnostics.end(None)
    assert (world.view.packing, world.problem) == (None, "")


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EACCES, "no_access"),
        (errno.EROFS, "no_access"),
        (errno.ENOTDIR, "no_folder"),
        (errno.EIO, "cannot_write"),
        (None, "cannot_write"),
    ],
)
def test_diagnostics_that_cannot_be_written_are_a_problem_by_its_code(error: int | None, problem: str) -> None:
    world = World()
    world.desk.pack_diagnostics(Path("x"))
    world.diagnostics.end(OSError(error, "No space left on device"))
    assert (world.view.packing, world.problem) == (None, problem)
    assert world.view.problem is not None
    assert world.view.problem.text == ""
