"""What is left of a call after its end: nothing that waits for the garbage collector, whose rounds would hold up the lines."""

import gc
import weakref

import pytest

from switch_server.core.leg import LegConfirmed, LegEnded, LegRinging
from tests.lines.peer import Call
from tests.lines.switch import Switch, switch_to
from tests.sip.far_end import counts


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def switch(callee):
    with switch_to(callee) as it:
        yield it


def the_leg(switch: Switch) -> weakref.ref:
    exchange = switch.lines._exchange
    assert exchange is not None
    (leg,) = exchange.legs.values()
    return weakref.ref(leg)


@pytest.mark.parametrize("by_caller", [True, False])
def test_a_caller_s_leg(no_collector, switch, callee, by_caller) -> None:
    call = Call(callee)
    call.up()
    leg = the_leg(switch)
    if by_caller:
        switch.wait(LegConfirmed)
        call.request("BYE")
        callee.expect(200, "BYE")
    else:
        switch.hang_up(switch.wait(LegConfirmed).leg)
        callee.reply(callee.expect("BYE"), 200)
    switch.wait(LegEnded)
    switch.until(lambda: leg() is None)


def test_a_refused_and_a_cancelled_caller_s_leg(no_collector, callee) -> None:
    with switch_to(callee, script=lambda _: []) as switch:
        call = Call(callee)
        call.invite()
        callee.expect(100)
        leg = the_leg(switch)
        call.cancel()
        call.learn(callee.expect(487, "INVITE"))
        call.ack(failed=True)
        switch.until(lambda: leg() is None)


def test_transactions_of_many_calls_end(switch, callee) -> None:
    for number in range(40):
        call = Call(callee)
        call.up()
        leg = switch.wait(LegConfirmed).leg
        if number % 2:
            call.request("BYE")
            callee.expect(200, "BYE")
        else:
            switch.hang_up(leg)
            callee.reply(callee.expect("BYE"), 200)
        switch.wait(LegEnded)
    exchange = switch.lines._exchange
    assert exchange is not None
    switch.until(lambda: counts(exchange.tm)[:2] == (0, 0))
    assert len(exchange.timers) < 300
    assert exchange.legs == {}
    switch.place()
    callee.reply(callee.expect("INVITE"), 180, tag="a")
    switch.wait(LegRinging)
