"""Outgoing calls: an agent dials out, and a caller is called back in turn, also after the switch was killed."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared import desk as wire
from shared.desk import DeskRefusal, Refused
from shared.enums import CallKind, SeatState
from tests.e2e.callee import Callee
from tests.e2e.centre import Centre, leads_out
from tests.e2e.desk import Desk, both_sides, hears, talks, wrap_up
from tests.e2e.phone import Phone
from tests.rtp_peer import sine

pytestmark = pytest.mark.slow
QUEUE, CUSTOMER = "7100", "013900001234"
FLOW = """
flow: back
numbers: ["7100"]
start: agents
steps:
  agents: {kind: queue, queue: agents, wait: 60, keys: {1: callback}, on_timeout: ended, on_ended: ended}
  callback: {kind: callback, queue: agents, next: ended, answer: again, on_failed: ended}
  again: {kind: say, say: [callback_answer], next: agents}
  ended: {kind: hangup, say: [after_talk], cause: agent_hung_up}
"""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Centre]:
    """The trunk ``out`` leads to a customer's telephone and takes numbers that begin with 0 or 1; ``city`` takes no outgoing calls."""

    def change(content: dict[str, Any]) -> None:
        leads_out(content, port, "0*", "1*", lines=2)

    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows={"back": FLOW}, change=change) as made:
        yield made


@pytest.fixture
def customer(centre: Centre, port: int) -> Iterator[Callee]:
    with Callee(centre, port) as it:
        yield it


def dials(desk: Desk) -> str:
    """Dials from the locked seat; the phone answers by itself."""
    desk.done(wire.Dial(CUSTOMER))
    desk.until(lambda: desk.state.call is not None)
    call = desk.call
    assert (call.kind, call.auto, call.state, call.number) == (CallKind.OUT, True, SeatState.DIALLING, CUSTOMER)
    desk.phone.wait(lambda: desk.phone.invite)
    assert desk.phone.tokens[-1] == call.token
    desk.phone.answer()
    return call.call


def test_an_agent_dials_out_hears_ringback_and_talks(centre: Centre, customer: Callee) -> None:
    with Desk(centre) as desk:
        call = dials(desk)
        customer.rings()
        assert customer.dialled == CUSTOMER
        hears(desk.phone.rtp, 450)
        customer.answers()
        desk.seat(SeatState.TALKING)
        desk.phone.rtp.say(sine(400, 8000 * 60))
        customer.rtp.say(sine(1000, 8000 * 60))
        hears(desk.phone.rtp, 1000)
        hears(customer.rtp, 400)
        customer.rtp.listen(1.5)
        desk.put_down()
        customer.hung_up_on()
        desk.phone.wait(lambda: desk.phone.hung_up_on)
        desk.seat(SeatState.WRAP_UP)
        desk.done(wire.WrapUp(call, "other", ""))
    (talk,) = talks(centre, call)
    assert (talk["agent"], talk["kind"], talk["number"], talk["disposition"]) == (desk.agent, "out", CUSTOMER, "other")
    both_sides(centre, call)


def test_a_customer_who_does_not_take_it(centre: Centre, customer: Callee) -> None:
    with Desk(centre) as desk:
        dials(desk)
        customer.rings()
        customer.refuses(486)
        desk.until(lambda: desk.state.call is None)
        desk.phone.wait(lambda: desk.phone.hung_up_on)


def test_an_agent_gives_up_dialling(centre: Centre, customer: Callee) -> None:
    with Desk(centre) as desk:
        dials(desk)
        customer.rings()
        desk.put_down()
        customer.cancelled()
        desk.until(lambda: desk.state.call is None)


def test_a_number_that_no_trunk_takes(centre: Centre) -> None:
    with Desk(centre) as desk:
        assert desk.do(wire.Dial("95500")) == Refused(DeskRefusal.NO_LINE)
        assert desk.state.call is None


def asks_for_a_callback(centre: Centre) -> Phone:
    with Phone(centre, QUEUE) as phone:
        phone.at("agents")
        phone.keys("1")
        phone.hung_up_on()
    centre.until(lambda: [row for row in centre.rows("callbacks") if row["id"] == phone.call])
    return phone


def called_back(centre: Centre, desk: Desk, customer: Callee, asked: Phone) -> None:
    """Checks that the customer is called at their own number, and that the agent gets the call as the first in the queue."""
    dialog = customer.takes_call()
    assert customer.dialled == asked.ani
    call = desk.rings()
    assert (call.kind, call.number, call.queue) == (CallKind.CALLBACK, asked.ani, "agents")
    desk.phone.answer()
    desk.seat(SeatState.TALKING)
    desk.phone.rtp.say(sine(400, 8000 * 30))
    hears(customer.rtp, 400)
    dialog.request("BYE")
    wrap_up(desk, call.call)
    (row,) = [row for row in centre.rows("callbacks") if row["id"] == asked.call]
    assert (row["state"], row["tries"]) == ("done", 1)


def test_a_caller_is_called_back(centre: Centre, customer: Callee) -> None:
    asked = asks_for_a_callback(centre)
    with Desk(centre) as desk:
        desk.open()
        called_back(centre, desk, customer, asked)


def test_a_callback_outlives_the_switch(centre: Centre, customer: Callee) -> None:
    """(The last test, since it restarts the switch.)"""
    asked = asks_for_a_callback(centre)
    centre.switch.kill()
    centre.start_switch()
    with Desk(centre) as desk:
        assert customer.peer.silent(0.2), "nobody is free yet"
        desk.open()
        called_back(centre, desk, customer, asked)
