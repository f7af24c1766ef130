"""``ports.desks.Pops``: the same tests for the fake and for the real service with a store and branches."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.desk import Pop
from shared.ids import CallId, TrunkName
from switch_server.core.desks import ShowPop
from switch_server.ports.desks import Pops
from tests.branch.programs import until
from tests.fakes.desks import FakePops
from tests.services.customer_rig import ANN, BOB, CALL, centre

OTHER = CallId("20251125-120000-0002")
Test = Callable[[Pops], Any]


@pytest.fixture(params=["fake", "real"])
def on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Test], None]:
    async def real(test: Test) -> None:
        async with centre(tmp_path) as rig:
            await test(rig.pops)

    async def fake(test: Test) -> None:
        await test(FakePops())

    return lambda test: asyncio.run((real if request.param == "real" else fake)(test))


def show(pops: Pops, told: list[Pop], *, agent: Any = ANN, call: CallId = CALL) -> None:
    pops.show(ShowPop(agent.agent, call, "13900012345", TrunkName("carrier"), None, None, ()), told.append)


async def filled(pops: Pops, told: list[Pop]) -> None:
    if isinstance(pops, FakePops):
        pops.fill(told[-1].call)
    await until(lambda: not told[-1].pending)


def test_known_data_is_shown_at_once_and_the_rest_later(on_both: Callable[[Test], None]) -> None:
    async def test(pops: Pops) -> None:
        told: list[Pop] = []
        show(pops, told)
        assert [(pop.call, pop.number, pop.pending) for pop in told] == [(CALL, "13900012345", True)]
        await filled(pops, told)

    on_both(test)


def test_the_next_agent_is_told_and_the_one_before_no_more(on_both: Callable[[Test], None]) -> None:
    async def test(pops: Pops) -> None:
        first: list[Pop] = []
        second: list[Pop] = []
        show(pops, first)
        show(pops, second, agent=BOB)
        await filled(pops, second)
        assert len(first) == 1

    on_both(test)


def test_after_the_call_no_desk_is_told(on_both: Callable[[Test], None]) -> None:
    async def test(pops: Pops) -> None:
        told: list[Pop] = []
        other: list[Pop] = []
        show(pops, told)
        pops.forget(CALL)
        pops.forget(CALL)
        show(pops, other, call=OTHER)
        await filled(pops, other)
        assert len(told) == 1

    on_both(test)
