"""Who hears whom by each command of the soft phone, on real audio, and after it is undone.

The commands are hold, consult, swap, conference, hand over, monitor, whisper, barge and intercept. With the whole switch, a real card,
scripted desks with RTP phones, a caller and an outside party over SIP. Every party sends its own tone (``tests.e2e.cast``).
"""

from collections.abc import Iterator
from typing import Any

import pytest

from shared import desk as wire
from shared.desk import CameBack, DeskRefusal, Refused, ToMenu, ToNumber, ToPin, ToQueue, ToSeat
from shared.enums import ListenMode, LockReason, SeatState
from shared.ids import AgentId, QueueName
from tests.e2e.cast import Cast
from tests.e2e.centre import Centre, leads_out
from tests.e2e.desk import Desk, talks
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, MAIN, QUEUE

pytestmark = pytest.mark.slow
OUTSIDE = "013900001234"
ANN, BOB, CAT, DAN, BOSS = range(5)
CHOSEN = {"agents": 30, "fund": 4}
"""Seconds that a desk rings, by queue."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Centre]:
    def change(content: dict[str, Any]) -> None:
        content["queues"] = [{"name": name, "ring": ring, "wrap_up": 60} for name, ring in CHOSEN.items()]
        content["queues"][1]["skill"] = "fund"
        leads_out(content, port, "0*")

    flows = {"agents": FLOWS["agents"], "main": MAIN.read_text()}
    with Centre(tmp_path_factory.mktemp("centre"), branches=("GZ01",), flows=flows, change=change, agents=5) as made:
        boss = made.demo.world.agents[BOSS].agent
        made.ctl("agent", "change", boss, "--role", "manager")
        made.ctl("agent", "change", made.demo.world.agents[CAT].agent, "--skill", "fund=3")
        yield made


@pytest.fixture
def cast(centre: Centre, port: int) -> Iterator[Cast]:
    with Cast(centre, port) as made:
        yield made


def in_talk(cast: Cast) -> tuple[Desk, Phone]:
    """Ann in a talk with a customer."""
    ann = cast.seat("ann", ANN)
    phone = cast.caller(QUEUE)
    ann.answer()
    cast.hears(customer="ann", ann="customer")
    return ann, phone


def does(desk: Desk, command: wire.Command, state: SeatState | None = None) -> None:
    desk.done(command)
    if state is not None:
        desk.seat(state)


def puts_down(desk: Desk, state: SeatState) -> None:
    desk.put_down()
    desk.seat(state)


def consult(ann: Desk, target: wire.Target) -> None:
    does(ann, wire.Consult(ann.call.call, target), SeatState.CONSULTING)


def came_back(ann: Desk, why: CameBack) -> None:
    ann.until(lambda: ann.state.call is not None and ann.state.call.came_back is why)
    assert ann.call.state is SeatState.TALKING


def with_bob(cast: Cast) -> tuple[Desk, Desk, Phone]:
    """Ann consults Bob, who has answered; the customer waits."""
    bob = cast.seat("bob", BOB, opened=False)
    ann, phone = in_talk(cast)
    consult(ann, ToSeat(bob.agent))
    cast.hears(customer="music", ann="ringback")
    bob.answer()
    cast.hears(customer="music", ann="bob", bob="ann")
    return ann, bob, phone


def ends(desk: Desk, phone: Phone) -> None:
    desk.put_down()
    phone.hung_up_on()


def auto(desk: Desk) -> None:
    """The phone answers by itself a call that its agent asked for."""
    desk.phone.wait(lambda: desk.phone.invite)
    desk.until(lambda: desk.state.call is not None)
    assert desk.call.auto
    desk.phone.answer()


# --- two parties ---


def test_hold(cast: Cast) -> None:
    ann, phone = in_talk(cast)
    does(ann, wire.Hold(ann.call.call), SeatState.HOLDING)
    cast.hears(customer="music", ann="silence")
    does(ann, wire.Retrieve(ann.call.call), SeatState.TALKING)
    cast.hears(customer="ann", ann="customer")
    ends(ann, phone)
    cast.recorded()


# --- consult, swap, conference ---


def test_consult_and_swap_and_back(cast: Cast) -> None:
    ann, bob, phone = with_bob(cast)
    does(ann, wire.Swap(ann.call.call))
    cast.hears(customer="ann", ann="customer", bob="music")
    does(ann, wire.Swap(ann.call.call))
    cast.hears(customer="music", ann="bob", bob="ann")
    does(ann, wire.Return(ann.call.call))
    came_back(ann, CameBack.CANCELLED)
    bob.until(lambda: bob.state.call is None)
    cast.hears(customer="ann", ann="customer")
    ends(ann, phone)
    cast.recorded()


def test_conference_of_three_and_the_agent_leaves(cast: Cast) -> None:
    ann, bob, phone = with_bob(cast)
    does(ann, wire.Join(ann.call.call), SeatState.CONFERENCE)
    assert {party.kind for party in ann.call.parties} == {"customer", "seat"}
    cast.hears(customer="ann bob", ann="customer bob", bob="customer ann")
    puts_down(ann, SeatState.WRAP_UP)
    cast.hears(customer="bob", bob="customer")
    ends(bob, phone)
    bob.seat(SeatState.WRAP_UP)
    cast.recorded()


def test_conference_of_five(cast: Cast) -> None:
    outside = cast.outsider()
    cat = cast.seat("cat", CAT, opened=False)
    ann, bob, phone = with_bob(cast)
    call = ann.call.call
    does(ann, wire.Join(call), SeatState.CONFERENCE)
    consult(ann, ToNumber(OUTSIDE))
    cast.hears(customer="bob", bob="customer", ann="ringback")
    outside.takes_call()
    cast.hears(customer="bob", bob="customer", ann="outside", outside="ann")
    does(ann, wire.Join(call), SeatState.CONFERENCE)
    consult(ann, ToSeat(cat.agent))
    cat.answer()
    does(ann, wire.Join(call), SeatState.CONFERENCE)
    cast.hears(
        customer="ann bob cat outside", ann="customer bob cat outside", bob="customer ann cat outside",
        cat="customer ann bob outside", outside="customer ann bob cat",
    )  # fmt: skip
    leg = next(party.leg for party in ann.call.parties if party.kind == "outside")
    does(ann, wire.DropParty(call, leg))
    outside.hung_up_on()
    cast.hears(customer="ann bob cat", ann="customer bob cat", bob="customer ann cat", cat="customer ann bob")
    phone.hang_up()
    for desk in (ann, bob, cat):
        desk.until(lambda desk=desk: desk.state.call is None)  # type: ignore[misc]
    cast.recorded()


# --- a seat drops ---


def test_a_seat_drops_in_a_consult(cast: Cast) -> None:
    """App and phone are killed: the customer hears an apology and music, is the first in the queue, and the next agent gets the pop."""
    ann, bob, phone = with_bob(cast)
    ann.kill()
    bob.until(lambda: bob.state.call is None)
    cast.hears(customer="prompt")
    bob.done(wire.OpenSeat())  # it rings at once
    bob.answer()
    assert bob.call.call == phone.call
    bob.until(lambda: bob.state.pop is not None)
    assert bob.state.pop.number == phone.ani
    cast.hears(customer="bob", bob="customer")
    ends(bob, phone)
    cast.recorded()


def test_a_seat_drops_in_a_conference(cast: Cast) -> None:
    ann, bob, phone = with_bob(cast)
    does(ann, wire.Join(ann.call.call), SeatState.CONFERENCE)
    ann.kill()
    bob.seat(SeatState.TALKING)
    cast.hears(customer="bob", bob="customer")
    ends(bob, phone)
    cast.recorded()


# --- transfer ---


def test_transfer_to_a_seat_while_it_rings(cast: Cast, centre: Centre) -> None:
    bob = cast.seat("bob", BOB, opened=False)
    ann, phone = in_talk(cast)
    consult(ann, ToSeat(bob.agent))
    bob.rings()
    puts_down(ann, SeatState.WRAP_UP)
    cast.hears(customer="ringback")
    bob.phone.answer()
    cast.hears(customer="bob", bob="customer")
    ends(bob, phone)
    bob.seat(SeatState.WRAP_UP)
    phone.ended()
    one, two = talks(centre, phone.call)
    assert (one["agent"], one["transferred_to"], two["agent"]) == (ann.agent, f"seat:{bob.agent}", bob.agent)
    cast.recorded()


def test_transfer_to_a_seat_that_refuses_is_undone(cast: Cast) -> None:
    bob = cast.seat("bob", BOB, opened=False)
    ann, phone = in_talk(cast)
    consult(ann, ToSeat(bob.agent))
    bob.rings()
    puts_down(bob, SeatState.LOCKED)
    came_back(ann, CameBack.REFUSED)
    cast.hears(customer="ann", ann="customer")
    consult(ann, ToSeat(bob.agent))
    does(ann, wire.Return(ann.call.call), SeatState.TALKING)
    cast.hears(customer="ann", ann="customer")
    ends(ann, phone)
    cast.recorded()


def test_a_hand_over_that_crosses_with_the_colleague_s_hang_up_is_refused(cast: Cast) -> None:
    ann, bob, phone = with_bob(cast)
    meant = wire.HangUp(ann.call.call, ann.call.hanging_up)
    puts_down(bob, SeatState.LOCKED)
    assert ann.do(meant) == Refused(DeskRefusal.WRONG_STATE)
    came_back(ann, CameBack.HUNG_UP)
    cast.hears(customer="ann", ann="customer")
    ends(ann, phone)
    cast.recorded()


def test_transfer_to_a_queue_and_undone(cast: Cast, centre: Centre) -> None:
    cat = cast.seat("cat", CAT, opened=False)
    ann, phone = in_talk(cast)
    consult(ann, ToQueue(QueueName("fund")))
    cast.hears(customer="music", ann="ringback")
    does(ann, wire.Return(ann.call.call), SeatState.TALKING)
    cast.hears(customer="ann", ann="customer")
    consult(ann, ToQueue(QueueName("fund")))
    cat.done(wire.OpenSeat())  # it rings at once
    cat.answer()
    cast.hears(customer="music", ann="cat", cat="ann")
    puts_down(ann, SeatState.WRAP_UP)
    cast.hears(customer="cat", cat="customer")
    ends(cat, phone)
    phone.ended()
    assert [talk["agent"] for talk in talks(centre, phone.call)] == [ann.agent, cat.agent]
    cast.recorded()


def test_transfer_to_a_queue_where_nobody_is_comes_back(cast: Cast) -> None:
    """The queue's agent does not answer and is locked; Ann presses 返回; the recording goes on, and Ann has the wrap-up."""
    cat = cast.seat("cat", CAT, opened=False)
    ann, phone = in_talk(cast)
    cat.open()
    consult(ann, ToQueue(QueueName("fund")))
    cat.rings()
    assert cat.seat(SeatState.LOCKED).reason is LockReason.NO_ANSWER
    cast.hears(customer="music", ann="ringback")
    does(ann, wire.Return(ann.call.call), SeatState.TALKING)
    cast.hears(customer="ann", ann="customer")
    ends(ann, phone)
    ann.seat(SeatState.WRAP_UP)
    cast.recorded()


def test_transfer_outside(cast: Cast, centre: Centre) -> None:
    outside = cast.outsider()
    ann, phone = in_talk(cast)
    consult(ann, ToNumber(OUTSIDE))
    outside.rings()
    outside.refuses(486)
    came_back(ann, CameBack.BUSY)
    cast.hears(customer="ann", ann="customer")
    consult(ann, ToNumber(OUTSIDE))
    dialog = outside.takes_call()
    cast.hears(customer="music", ann="outside", outside="ann")
    puts_down(ann, SeatState.WRAP_UP)
    cast.hears(customer="outside", outside="customer")
    dialog.request("BYE")
    outside.peer.expect(200, "BYE")
    phone.hung_up_on()
    assert talks(centre, phone.call)[0]["transferred_to"] == f"number:{OUTSIDE}"
    cast.recorded()


def test_transfer_to_a_menu_and_undone(cast: Cast) -> None:
    ann, phone = in_talk(cast)
    consult(ann, ToMenu("main"))
    cast.hears(customer="music", ann="silence")
    does(ann, wire.Return(ann.call.call), SeatState.TALKING)
    cast.hears(customer="ann", ann="customer")
    consult(ann, ToMenu("main"))
    puts_down(ann, SeatState.WRAP_UP)
    cast.hears(customer="prompt")
    phone.at("main_menu", after=1)
    phone.hang_up()
    cast.recorded()


def test_the_pin_is_asked_for_and_undone(cast: Cast, centre: Centre) -> None:
    """A wrong PIN, a withdrawn check, a right PIN: agent and recording hear no key; the agent is told only pass or fail."""
    person = centre.customer()
    ann, phone = in_talk(cast)
    call = ann.call.call
    consult(ann, ToPin())
    cast.hears(customer="prompt", ann="silence")
    does(ann, wire.Return(call))
    came_back(ann, CameBack.CANCELLED)
    cast.hears(customer="ann", ann="customer")
    consult(ann, ToPin())
    at = phone.at("account")
    phone.rtp.press(f"{person.account.account}#", 60)
    phone.at("pin", after=at)
    phone.rtp.press(f"{person.account.pin}#", 60)
    came_back(ann, CameBack.PIN_PASSED)
    ann.until(lambda: ann.state.pop is not None and ann.state.pop.verified == person.account.account)
    cast.hears(customer="ann", ann="customer")
    ends(ann, phone)
    phone.ended()
    needle = str(person.account.pin).encode()
    assert not [path for path in centre.files() if path.suffix in (".jsonl", ".log") and needle in path.read_bytes()]


# --- supervisors ---


def test_monitor_whisper_barge_and_back(cast: Cast) -> None:
    boss = cast.seat("boss", BOSS, opened=False)
    ann, phone = in_talk(cast)
    does(boss, wire.Monitor(AgentId(ann.agent)))
    auto(boss)
    boss.seat(SeatState.MONITORING)
    cast.hears(customer="ann", ann="customer", boss="customer ann")
    call = boss.call.call
    does(boss, wire.Listen(call, ListenMode.WHISPER))
    cast.hears(customer="ann", ann="customer boss", boss="customer ann")
    does(boss, wire.Listen(call, ListenMode.BARGE))
    cast.hears(customer="ann boss", ann="customer boss", boss="customer ann")
    does(boss, wire.Listen(call, ListenMode.MONITOR))
    cast.hears(customer="ann", ann="customer", boss="customer ann")
    puts_down(boss, SeatState.LOCKED)
    cast.hears(customer="ann", ann="customer")
    ends(ann, phone)
    cast.recorded()


def test_whisper_in_a_consult_and_a_conference(cast: Cast) -> None:
    boss = cast.seat("boss", BOSS, opened=False)
    ann, bob, phone = with_bob(cast)
    does(boss, wire.Monitor(AgentId(ann.agent), ListenMode.WHISPER))
    auto(boss)
    cast.hears(customer="music", ann="bob boss", bob="ann", boss="ann bob")
    does(ann, wire.Join(ann.call.call), SeatState.CONFERENCE)
    cast.hears(customer="ann bob", ann="customer bob boss", bob="customer ann", boss="customer ann bob")
    phone.hang_up()
    for desk in (ann, bob, boss):
        desk.until(lambda desk=desk: desk.state.call is None)  # type: ignore[misc]
    cast.recorded()


def test_intercept(cast: Cast, centre: Centre) -> None:
    boss = cast.seat("boss", BOSS, opened=False)
    ann, phone = in_talk(cast)
    does(boss, wire.Monitor(AgentId(ann.agent)))
    auto(boss)
    boss.seat(SeatState.MONITORING)
    does(boss, wire.Intercept(boss.call.call), SeatState.TALKING)
    ann.seat(SeatState.WRAP_UP)
    cast.hears(customer="boss", boss="customer")
    assert ann.client.reports[-1] == wire.PopChanged(None) or any(
        isinstance(report, wire.Notice) and report.code == "intercepted" for report in ann.client.reports
    )
    ends(boss, phone)
    boss.seat(SeatState.WRAP_UP)
    phone.ended()
    assert talks(centre, phone.call)[0]["transferred_to"] == f"seat:{boss.agent}"
    cast.recorded()


def test_an_agent_may_not_listen(cast: Cast) -> None:
    bob = cast.seat("bob", BOB, opened=False)
    ann, _ = in_talk(cast)
    assert bob.do(wire.Monitor(AgentId(ann.agent))) == Refused(DeskRefusal.NOT_ALLOWED)


# --- seat to seat ---


def test_an_internal_call(cast: Cast) -> None:
    ann = cast.seat("ann", ANN, opened=False)
    bob = cast.seat("bob", BOB, opened=False)
    does(ann, wire.CallSeat(AgentId(bob.agent)))
    auto(ann)
    cast.hears(ann="ringback")
    assert bob.rings().number == ann.agent
    bob.phone.answer()
    ann.seat(SeatState.TALKING)
    bob.seat(SeatState.TALKING)
    cast.hears(ann="bob", bob="ann")
    does(ann, wire.Hold(ann.call.call), SeatState.HOLDING)
    cast.hears(ann="silence", bob="music")
    does(ann, wire.Retrieve(ann.call.call), SeatState.TALKING)
    cast.hears(ann="bob", bob="ann")
    puts_down(bob, SeatState.LOCKED)
    ann.seat(SeatState.LOCKED)


def test_the_called_colleague_can_do_in_the_call_what_the_calling_one_can(cast: Cast, centre: Centre) -> None:
    ann, bob, cat = (
        cast.seat(name, number, opened=False) for name, number in (("ann", ANN), ("bob", BOB), ("cat", CAT))
    )
    does(ann, wire.CallSeat(AgentId(bob.agent)))
    auto(ann)
    bob.answer()
    call = bob.call.call
    cast.records(call, "bob")
    cast.hears(ann="bob", bob="ann")
    consult(bob, ToSeat(cat.agent))
    cast.hears(ann="music", bob="ringback")
    cat.answer()
    cast.hears(ann="music", bob="cat", cat="bob")
    does(bob, wire.Swap(call))
    cast.hears(ann="bob", bob="ann", cat="music")
    does(bob, wire.Join(call), SeatState.CONFERENCE)
    cast.hears(ann="bob cat", bob="ann cat", cat="ann bob")
    does(bob, wire.DropParty(call, cat.call.leg), SeatState.TALKING)
    cast.hears(ann="bob", bob="ann")
    consult(bob, ToSeat(cat.agent))
    cat.answer()
    puts_down(bob, SeatState.LOCKED)
    cast.records(call, "ann")
    cast.hears(ann="cat", cat="ann")
    puts_down(ann, SeatState.LOCKED)
    cat.seat(SeatState.LOCKED)
    assert [row["transferred_to"] for row in talks(centre, call) if row["agent"] == bob.agent] == [f"seat:{cat.agent}"]
    cast.recorded()


def test_a_busy_seat_is_heard_as_busy_and_can_be_listened_to(cast: Cast) -> None:
    boss = cast.seat("boss", BOSS, opened=False)
    ann, phone = in_talk(cast)
    does(boss, wire.CallSeat(AgentId(ann.agent)))
    auto(boss)
    boss.until(lambda: boss.state.call is not None and boss.state.call.busy == ann.agent)
    busy = boss.phone.rtp.listen(2.0)
    loud = [abs(block).max() > 3000 for block in busy.reshape(-1, 400)]
    assert 0.3 < sum(loud) / len(loud) < 0.7, "0.35 s on, 0.35 s off"
    boss.phone.invite = None
    does(boss, wire.Monitor(AgentId(ann.agent)))
    auto(boss)
    boss.seat(SeatState.MONITORING)
    cast.hears(customer="ann", ann="customer", boss="customer ann")
    phone.hang_up()
    boss.seat(SeatState.LOCKED)
