"""The built-in flows, which are in no file, pass the same checks as the operator's own, with the existing prompts."""

from pathlib import Path

import pytest
from msgspec import structs

from shared import desk
from shared.desk import ToQueue
from shared.enums import EndCause
from switch_server.core import catalogue as ev
from switch_server.core.flow import HOLD_MUSIC, PIN_FLOW, Flow, QueueStep, check, queue_flow
from switch_server.services.flows import flow_context
from tests.core.a_flow import MAIN
from tests.core.desk_world import AGENTS, ANN, BOB, FLOW
from tests.core.floor_world import FLOOR, FUND, FloorWorld

PROMPTS = Path(__file__).parents[3] / "resources" / "prompts"
QUEUE_FLOW, FIRST = queue_flow((FLOW, MAIN), FUND)


@pytest.mark.parametrize("flow", [PIN_FLOW, QUEUE_FLOW], ids=["pin", "queue"])
def test_the_built_in_flows_are_valid(flow: Flow) -> None:
    context = flow_context([PROMPTS], queues=frozenset({FUND}))
    assert check(structs.replace(flow, numbers=("1",)), context) == []
    assert HOLD_MUSIC in context.music


def test_the_pin_ends_with_pass_or_fail_only() -> None:
    ends = {step.cause for step in PIN_FLOW.steps.values() if hasattr(step, "cause")}
    assert ends == {EndCause.GOODBYE, EndCause.WRONG_PIN}


def test_a_queue_is_waited_in_where_a_flow_leads_to_it() -> None:
    assert queue_flow((FLOW, MAIN), AGENTS) == (FLOW, "queue")
    assert queue_flow((MAIN,), AGENTS) == (MAIN, "other_queue")
    assert FIRST == "queue"
    step = QUEUE_FLOW.steps["queue"]
    assert isinstance(step, QueueStep)
    assert step.queue == FUND


def test_who_waits_in_such_a_queue_too_long_hears_that_nobody_is_there() -> None:
    world = FloorWorld()
    call = world.talks_to()
    world.asked(ToQueue(FUND))
    world.put_down()
    world.command(desk.LockSeat(), ANN)
    assert world.switch.calls[call].ivr.flow == QUEUE_FLOW
    world.run(301.0)
    assert world.heard()[-2:] == ["agents_absent", "goodbye"]
    world.run(10.0)
    assert call not in world.switch.calls
    world.finish()


def test_the_queue_is_closed_before_its_agents_are_there() -> None:
    """A place in which an agent waited is kept outside the opening hours too; a place in another queue is not."""
    world = FloorWorld()
    call = world.talks_to()
    world.asked(ToQueue(FUND))
    closed = structs.replace(FLOOR.queues[1], most=0)
    world.tell(ev.Configured(structs.replace(FLOOR, queues=(FLOOR.queues[0], closed)), (FLOW, MAIN)))
    world.put_down()
    assert world.state(call) == "queued"
    world.join(BOB, open_=True)
    world.run(4.0)
    assert world.hears(call) == {"bob"}
    world.finish()
