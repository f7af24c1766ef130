"""The real ``agent-app`` of a supervisor at the real switch: into a colleague's call and out with it, seats forced, callers taken out of order."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent_app.model.desk.view import Action
from shared.enums import CallKind, ListenMode, LockReason, SeatState
from tests.e2e.app import Hands, hears_something_else, hears_tone
from tests.e2e.centre import Centre
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, QUEUE, queues
from tests.rtp_peer import sine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(
        tmp_path_factory.mktemp("centre"), branches=(), flows={"agents": FLOWS["agents"]}, change=queues
    ) as made:
        chief, agent = (each.agent for each in made.demo.world.agents[:2])
        made.ctl("agent", "change", chief, "--role", "supervisor", "--group", "east")
        made.ctl("agent", "change", agent, "--group", "east")
        yield made


@contextmanager
def both(centre: Centre, folder: Path) -> Iterator[tuple[Hands, Hands]]:
    """A supervisor (700 Hz), locked, and an agent of theirs (400 Hz), open."""
    with Hands(centre, folder, 0, say="tone:700") as chief:
        chief.do("lock", "paperwork")
        chief.is_seat(SeatState.LOCKED)
        with Hands(centre, folder, 1) as agent:
            yield chief, agent


def steers(chief: Hands, act: str, *arguments: object) -> None:
    """As soon as the act before it is answered: until then the window takes none."""
    chief.until(lambda view: not view.pending)
    chief.do(act, *arguments)


def noticed(hands: Hands, code: str, text: str = "") -> None:
    hands.until(lambda view: any((each.notice.code, each.notice.text) == (code, text) for each in view.notices))


def test_into_a_call_and_out_with_it(centre: Centre, tmp_path: Path) -> None:
    with both(centre, tmp_path) as (chief, agent), Phone(centre, QUEUE) as phone:
        phone.rtp.say(sine(1000, 8000 * 100))
        agent.answers(phone.call)
        hears_tone(phone, 400)
        steers(chief, "floor.listen_to", agent.agent, "monitor")
        chief.is_seat(SeatState.MONITORING)
        chief.until(lambda view: view.enabled[Action.WHISPER].on)
        assert (chief.call.target, chief.call.listening) == (agent.agent, ListenMode.MONITOR)
        hears_tone(phone, 400)
        steers(chief, "floor.listen_to", agent.agent, "whisper")
        chief.until(lambda view: view.state.call and view.state.call.listening is ListenMode.WHISPER)
        hears_tone(phone, 400)
        steers(chief, "floor.listen_to", agent.agent, "barge")
        chief.until(lambda view: view.state.call and view.state.call.listening is ListenMode.BARGE)
        hears_something_else(phone, 400)
        steers(chief, "floor.intercept", agent.agent)
        chief.is_seat(SeatState.TALKING)
        hears_tone(phone, 700)
        agent.is_seat(SeatState.WRAP_UP)
        agent.until(lambda view: any(each.notice.code == "intercepted" for each in view.notices))
        agent.wraps_up()
        chief.do("hang_up")
        phone.hung_up_on()
        chief.until(lambda view: view.enabled[Action.FINISH_WRAP_UP].on and view.state.call is None)
        chief.do("finish_wrap_up", "enquiry")
        chief.is_seat(SeatState.LOCKED)


def test_intercepted_from_the_row_at_once(centre: Centre, tmp_path: Path) -> None:
    """Which listens first, and goes on by itself."""
    with both(centre, tmp_path) as (chief, agent), Phone(centre, QUEUE) as phone:
        phone.rtp.say(sine(1000, 8000 * 100))
        agent.answers(phone.call)
        hears_tone(phone, 400)
        steers(chief, "floor.intercept", agent.agent)
        chief.is_seat(SeatState.TALKING)
        hears_tone(phone, 700)
        agent.wraps_up()
        phone.hang_up()
        chief.until(lambda view: view.enabled[Action.FINISH_WRAP_UP].on and view.state.call is None)
        chief.do("finish_wrap_up", "enquiry")
        chief.is_seat(SeatState.LOCKED)


def test_seats_are_forced_and_told(centre: Centre, tmp_path: Path) -> None:
    with both(centre, tmp_path) as (chief, agent):
        steers(chief, "floor.force", agent.agent, "lock", "meeting")
        agent.is_seat(SeatState.LOCKED)
        assert agent.seat.reason is LockReason.MEETING
        agent.until(lambda view: any(each.notice.code == "locked" for each in view.notices))
        steers(chief, "floor.force", agent.agent, "open")
        agent.is_seat(SeatState.OPEN)
        agent.until(lambda view: any(each.notice.code == "opened" for each in view.notices))
        steers(chief, "floor.send", "打得好", [agent.agent])
        noticed(agent, "message", "打得好")
        steers(chief, "floor.set_skills", agent.agent, {"zh": 4})
        noticed(agent, "skills", "zh 4")
        agent.do("floor.force", chief.agent, "open")
        agent.until(lambda view: view.problem is not None and view.problem.code == "not_allowed")
        steers(chief, "floor.force", agent.agent, "log_out")
        agent.until(lambda view: view.needs_password and view.problem is not None and view.problem.code == "operator")
    acts = {(row["actor"], row["action"], row["subject"]) for row in centre.rows("audit")}
    for act in ("force_lock", "force_open", "force_log_out", "message_sent"):
        assert (chief.agent, act, agent.agent) in acts


def test_a_caller_is_taken_out_of_order_and_one_is_given(centre: Centre, tmp_path: Path) -> None:
    with both(centre, tmp_path) as (chief, agent):
        steers(chief, "floor.force", agent.agent, "lock", "break")
        agent.is_seat(SeatState.LOCKED)
        with Phone(centre, QUEUE) as first, Phone(centre, QUEUE) as second:
            second.rtp.say(sine(1000, 8000 * 100))
            chief.until(lambda view: sum(row.waiting for row in view.state.queues) == 2)
            steers(chief, "floor.take", second.call)
            chief.is_seat(SeatState.TALKING)  # who takes a caller has no need to answer
            assert (chief.call.call, chief.call.kind) == (second.call, CallKind.IN)
            hears_tone(second, 700)
            first.rtp.say(sine(1000, 8000 * 100))
            steers(chief, "floor.force", agent.agent, "open")
            agent.answers(first.call)
            hears_tone(first, 400)
            for hands, phone in ((agent, first), (chief, second)):
                phone.hang_up()
                hands.until(lambda view: view.enabled[Action.FINISH_WRAP_UP].on and view.state.call is None)
                hands.do("finish_wrap_up", "enquiry")
                hands.until(
                    lambda view: view.state.seat and view.state.seat.state in {SeatState.OPEN, SeatState.LOCKED}
                )
