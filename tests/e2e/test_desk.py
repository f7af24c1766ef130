"""A call reaches an agent, with the whole switch, real cards and real links: every course that such a call can take."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared import desk as wire
from shared.enums import LockReason, SeatState
from shared.ids import CallId
from switch_server.switchctl.replaying import _replayed
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, PjsuaPhone, RawPhone, both_sides, desks, hears, talks, wrap_up
from tests.e2e.phone import Phone
from tests.e2e.test_replay import transitions
from tests.rtp_peer import level, purity, sine

pytestmark = pytest.mark.slow
QUEUE, QUICK = "7100", "7101"
FLOW = """
flow: {queue}
numbers: ["{number}"]
start: agents
steps:
  agents: {{kind: queue, queue: {queue}, wait: 60, excuse: [agent_lost], on_timeout: ended, on_ended: ended}}
  ended: {{kind: hangup, say: [after_talk], cause: agent_hung_up}}
"""
FLOWS = {"agents": FLOW.format(queue="agents", number=QUEUE), "quick": FLOW.format(queue="quick", number=QUICK)}
MAIN = Path(__file__).parents[2] / "resources" / "flows" / "main.yaml"


def queues(content: dict[str, Any]) -> None:
    """The queue ``quick`` lets a desk ring for three seconds."""
    content["queues"] = [{"name": "agents", "ring": 40, "wrap_up": 60}, {"name": "quick", "ring": 3, "wrap_up": 60}]


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    flows = FLOWS | {"main": MAIN.read_text()}
    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=flows, change=queues) as made:
        yield made


def test_zero_leads_to_an_agent_who_talks_holds_and_ends_it(centre: Centre) -> None:
    with Desk(centre) as desk:
        desk.open()
        with Phone(centre) as phone:
            phone.at("main_menu")
            phone.keys("0")
            rung = desk.rings()
            assert (rung.number, rung.dnis, rung.queue, rung.state) == (phone.ani, "95500", "agents", "ringing")
            desk.until(lambda: desk.state.pop is not None)
            assert desk.state.pop.number == phone.ani
            assert [step.step for step in desk.state.pop.trail][-1] in ("to_agent", "agents")
            desk.phone.answer()
            desk.seat(SeatState.TALKING)
            phone.rtp.say(sine(1000, 8000 * 60))
            desk.phone.rtp.say(sine(400, 8000 * 60))
            hears(desk.phone.rtp, 1000)
            hears(phone.rtp, 400)
            phone.rtp.listen(1.0)
            held(desk, phone)
            phone.rtp.listen(1.0)
            desk.put_down()
            desk.until(lambda: desk.state.call is None)
            desk.phone.wait(lambda: desk.phone.hung_up_on == 1)
            phone.hung_up_on()
        wrap_up(desk, phone.call)
        desk.until(lambda: desk.state.pop is None)
    row = phone.ended()
    assert (row["cause"], row["agent"], row["queue"]) == ("agent_hung_up", desk.agent, "agents")
    (talk,) = talks(centre, phone.call)
    assert (talk["agent"], talk["disposition"], talk["note"], talk["kind"]) == (desk.agent, "enquiry", "问了基金", "in")
    assert 0 < talk["hold_ms"] < 60_000
    (contact,) = [row for row in centre.rows("contacts") if row["id"] == phone.call]
    assert (contact["agent"], contact["disposition"]) == (desk.agent, "enquiry")
    both_sides(centre, phone.call)


def held(desk: Desk, phone: Phone) -> None:
    """During hold the caller hears music, the agent nothing."""
    desk.done(wire.Hold(desk.call.call))
    assert desk.call.state is SeatState.HOLDING
    phone.rtp.listen(0.5)
    music = phone.rtp.listen(1.0)
    assert level(music) > -45
    assert purity(music, 400) < 0.5
    assert level(desk.phone.rtp.listen(0.5)) < -60
    desk.done(wire.Retrieve(desk.call.call))
    assert desk.call.state is SeatState.TALKING
    hears(desk.phone.rtp, 1000)
    hears(phone.rtp, 400)


def test_a_ticket_saved_at_another_desk_is_in_the_pop_of_the_call_in_hand(centre: Centre) -> None:
    known = centre.demo.world.customers[0]
    with Desk(centre) as desk, Desk(centre, 1) as other:
        desk.open()
        phone = Phone(centre, QUEUE)
        phone.ani = phone.sip.caller = known.phone
        with phone:
            desk.rings()
            desk.until(lambda: desk.state.pop is not None and desk.state.pop.customer is not None)
            customer = desk.state.pop.customer
            assert (customer.id, customer.tickets) == (known.id, ())
            saved = other.do(wire.SaveTicket(customer.id, None, "Statement by post"))
            assert isinstance(saved, wire.TicketSaved), saved
            desk.until(lambda: saved.ticket.id in {ticket.id for ticket in desk.state.pop.customer.tickets})
            phone.hang_up()
        desk.until(lambda: desk.state.call is None)


def test_the_caller_hangs_up_while_the_desk_rings(centre: Centre) -> None:
    with Desk(centre) as desk:
        desk.open()
        with Phone(centre, QUEUE) as phone:
            desk.rings()
            phone.hang_up()
            desk.seat(SeatState.OPEN)
            desk.phone.wait(lambda: desk.phone.cancelled == 1)
        desk.until(lambda: desk.state.call is None and desk.state.pop is None)
        assert phone.ended()["cause"] == "caller_hung_up"
        (talk,) = talks(centre, phone.call)
        assert (talk["answered_at"], talk["agent"]) == (None, desk.agent)


def test_who_lets_it_ring_is_locked_and_the_next_agent_gets_it(centre: Centre) -> None:
    with desks(centre, 2) as (first, second), Phone(centre, QUICK) as phone:
        first.phone.wait(lambda: first.phone.tokens)
        second.answer()
        assert first.seat(SeatState.LOCKED).reason is LockReason.NO_ANSWER
        first.phone.wait(lambda: first.phone.cancelled == 1)
        assert first.state.call is None
        second.put_down()
        phone.hung_up_on()
        wrap_up(second, phone.call)
        one, two = talks(centre, phone.call)
        assert (one["agent"], two["agent"]) == (first.agent, second.agent)
        assert one["answered_at"] is None


@pytest.mark.parametrize(
    ("code", "reason"), [(486, LockReason.NO_ANSWER), (603, LockReason.NO_ANSWER), (403, LockReason.PHONE_LOST)]
)
def test_a_phone_that_refuses(centre: Centre, code: int, reason: LockReason) -> None:
    with Desk(centre, 0, RawPhone(centre, busy=code)) as desk, Desk(centre, 1) as other:
        desk.open()
        other.open()
        with Phone(centre, QUEUE):
            assert desk.seat(SeatState.LOCKED).reason is reason
            other.rings()


def test_a_phone_that_is_not_there(centre: Centre) -> None:
    with desks(centre, 2) as (first, second):
        first.phone.kill()
        with Phone(centre, QUEUE) as phone:
            second.answer()
            assert first.seat(SeatState.LOCKED).reason is LockReason.PHONE_LOST
            phone.hang_up()
            second.seat(SeatState.WRAP_UP)


def test_a_link_that_is_back_in_time_keeps_the_talk(centre: Centre) -> None:
    """The link was broken for a moment, without effect on the talk."""
    with Desk(centre) as desk:
        desk.open()
        with Phone(centre, QUEUE) as phone:
            desk.answer()
            call, sessions = desk.call, desk.client.sessions
            desk.run(desk.cut())
            desk.until(lambda: desk.client.sessions > sessions and desk.client.session and desk.state.call is not None)
            desk.phone.rtp.say(sine(400, 8000 * 10))
            hears(phone.rtp, 400)
            assert desk.run(desk.client.snapshot()).call == call
            desk.put_down()
            phone.hung_up_on()
        (talk,) = talks(centre, phone.call)
        assert talk["outcome"] not in ("lost", "offline")


@pytest.mark.parametrize("what", ["phone", "app"])
def test_who_is_lost_in_a_talk_is_followed_by_the_next_agent(centre: Centre, what: str) -> None:
    """The caller hears an apology and music, is the first in the queue, and the next agent gets the pop."""
    with desks(centre, 1) as (first,), Phone(centre, QUEUE) as phone:
        first.answer()
        call = first.call
        with Desk(centre, 1) as second:
            second.open()
            phone.rtp.say(sine(1000, 8000 * 60))
            if what == "app":
                first.kill()
            else:
                first.phone.kill()
                first.tell_until(wire.PhoneNow((), problem="phone_down"), lambda: first.state.call is None)
            second.answer()
            assert second.call.call == call.call
            assert second.state.pop.number == phone.ani
            second.phone.rtp.say(sine(400, 8000 * 60))
            hears(second.phone.rtp, 1000)
            hears(phone.rtp, 400)
            second.put_down()
            phone.hung_up_on()
            wrap_up(second, phone.call)
        one, two = talks(centre, phone.call)
        assert (one["agent"], one["outcome"], two["agent"]) == (first.agent, "lost", second.agent)
        assert len([row for row in centre.rows("recordings") if row["call"] == phone.call]) == 1


def test_pjsua_is_the_desk_s_phone(centre: Centre) -> None:
    with Desk(centre, 0, PjsuaPhone()) as desk:
        desk.open()
        with Phone(centre, QUEUE) as phone:
            desk.answer()
            desk.phone.hang_up()  # the phone hangs up without a command: the desk counts as lost, and no other seat is open
            desk.until(lambda: desk.state.call is None)
            assert phone.rtp.listen(0.5) is not None
            phone.hang_up()
        assert [row["outcome"] for row in talks(centre, phone.call)][:1] == ["lost"]


def test_the_operator_sees_and_ends_a_log_in(centre: Centre) -> None:
    with Desk(centre) as desk:
        desk.open()
        rows = {row["agent"]: row for row in centre.ctl("agents")["rows"]}
        assert (rows[desk.agent]["state"], rows[desk.agent]["desk"]) == ("open", centre.demo.world.agents[0].desk)
        centre.ctl("agent", "logout", desk.agent)
        desk.until(lambda: desk.state.seat is None)
        assert desk.client.reports[-1] == wire.LoggedOut("operator")


def test_each_of_these_calls_is_replayed_as_it_was(centre: Centre) -> None:
    """The journal has the parts of other agents and calls, so all calls of this module are replayed with the same transitions."""
    with desks(centre, 2) as (first, second), Phone(centre, QUEUE) as phone:
        first.rings()
        first.phone.hang_up()
        second.answer()
        second.put_down()
        phone.hung_up_on()
        wrap_up(second, phone.call)
    phone.ended()
    centre.until(lambda: any("-> ended" in line for line in transitions(centre)[phone.call]))
    logged = transitions(centre)
    calls = {row["call"] for row in centre.rows("talks")}
    assert phone.call in calls
    for call in calls:  # as ``switchctl replay``, without a process for each call
        steps = _replayed(centre.state / "journal", CallId(call)).transitions
        assert [f"{t.machine} {t.subject}: {t.old} -> {t.event} -> {t.new}" for t in steps] == logged[call], call


def test_the_switch_is_killed_in_a_talk(centre: Centre) -> None:
    """After the restart the desks resume by themselves, without a call, locked as before; open records are closed in the store as of the kill.
    (This test is the last, since it restarts the switch.)
    """
    with Desk(centre) as desk, Desk(centre, 1) as at_lunch:
        at_lunch.done(wire.LockSeat(LockReason.LUNCH))
        desk.open()
        phone = Phone(centre, QUEUE)
        with phone:
            desk.answer()
            centre.until(lambda: "talking" in [row["state"] for row in open_stretches(centre)])
            centre.switch.kill()
            dead = time.time()
            (alive,) = centre.rows("life")
            phone.over = True
        sessions = desk.client.sessions, at_lunch.client.sessions
        time.sleep(3)
        restarted = time.time()
        centre.start_switch()
        for each, before in zip((desk, at_lunch), sessions, strict=True):
            each.until(lambda each=each, before=before: each.client.sessions > before and each.state.seat is not None)
        assert desk.state.call is None
        assert desk.seat(SeatState.LOCKED).reason is LockReason.LOGGED_IN
        assert at_lunch.seat(SeatState.LOCKED).reason is LockReason.LUNCH
        desk.open()
        with Phone(centre, QUEUE) as again:
            desk.rings()
            again.hang_up()
        assert next(row for row in centre.rows("calls") if row["id"] == phone.call)["cause"] == "switch_stopped"
        assert talks(centre, phone.call)[0]["ended_at"] <= dead
    stopped = [row for row in centre.rows("seat_states") if row["ended_by"] == "switch_stopped"]
    assert {(row["agent"], row["state"]) for row in stopped} == {(desk.agent, "talking"), (at_lunch.agent, "locked")}
    assert all(max(alive["at"], row["begun_at"]) <= row["ended_at"] <= dead < restarted for row in stopped)
    centre.until(lambda: not open_stretches(centre))  # all agents have logged out


def open_stretches(centre: Centre) -> list[dict[str, Any]]:
    return [row for row in centre.rows("seat_states") if row["ended_at"] is None]
