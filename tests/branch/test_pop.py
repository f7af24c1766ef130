"""A pop with a real gateway and trading system: the window's state while one of them is frozen, and afterwards."""

import asyncio
from pathlib import Path

import pytest

from shared.desk import AccountFacts, Pop
from shared.ids import AgentId, CallId, CustomerId, TrunkName
from switch_server.adapters.branches.links import Timeouts
from switch_server.adapters.store import Store
from switch_server.core.desks import ShowPop
from switch_server.ports.records import Account, Customer
from switch_server.services.pop import ScreenPops
from tests.branch.programs import ACCOUNT, BRANCH, branch, until
from tests.store.samples import Clock, Posted

pytestmark = pytest.mark.slow


def test_a_frozen_gateway_is_shown_as_slow_and_asked_again_for_the_next_agent(tmp_path: Path) -> None:
    async def main() -> None:
        store = Store(tmp_path / "huawu.db", Posted(), clock=Clock())
        store.put_customers([Customer(CustomerId(1), "陈小明", ("13900012345",), (Account(ACCOUNT, BRANCH),))])
        store.start()
        assert await asyncio.to_thread(store.flush, 20.0)
        async with branch(tmp_path, timeouts=Timeouts(ask=1.0)) as rig:
            pops = ScreenPops(
                store.read_pops, rig.links, store.agents, place=str, branch_name=lambda _branch: {}, clock=Clock()
            )
            told: list[Pop] = []

            def show(agent: str) -> None:
                effect = ShowPop(AgentId(agent), CallId("c"), "13900012345", TrunkName("carrier"), None, None, ())
                pops.show(effect, told.append)

            def account() -> AccountFacts | None:
                customer = told[-1].customer
                return customer.accounts[0] if customer else None

            rig.gateway.freeze(on=True)
            show("1001")
            assert len(told) == 1
            await until(lambda: (facts := account()) is not None and not facts.pending)
            facts = account()
            assert facts is not None
            assert (facts.problem, facts.funds) == ("branch_slow", None)
            rig.gateway.freeze(on=False)
            await until(lambda: rig.links.states()[0].up)
            show("1002")
            await until(lambda: (facts := account()) is not None and not facts.pending and facts.funds is not None)
            facts = account()
            assert facts is not None
            assert (facts.problem, facts.holdings[0].name) == ("", "浦发银行")
            pops.stop()
        assert await asyncio.to_thread(store.stop) == 0

    asyncio.run(main())
