"""``kill -9`` at random moments under a load of orders: each key is at the trading system at most once, and its fate is known."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shared import aci
from shared.ids import CallId, OrderKey
from switch_server.core.facts import BranchUp
from switch_server.core.ivr import AskBranch, BranchAnswered
from switch_server.core.orders import OrderAnswered, OrderSilent, Resolve, SendOrder
from tests.branch.programs import ACCOUNT, BRANCH, Branch, Program, branch, order, until

ROUNDS = 6
ORDERS = 40
Fate = aci.OrderAccepted | aci.OrderRefused | aci.OrderVoid


class Centre:
    """Acts as the core: asks about silent and pending keys until their answers are final."""

    def __init__(self, rig: Branch) -> None:
        self.rig = rig
        self.fates: dict[OrderKey, Fate] = {}
        self.contradictions: list[tuple[Fate, Fate]] = []
        self._sent: list[OrderKey] = []
        self._read = 0

    def send(self, number: int) -> None:
        key = OrderKey(f"k{number}")
        self._sent.append(key)
        self.rig.links.do(SendOrder(key, BRANCH, order(key)))

    def read(self) -> set[OrderKey]:
        """Reads new events; returns the open keys for which no request is running."""
        loose: set[OrderKey] = set()
        for event in self.rig.events[self._read :]:
            match event:
                case OrderSilent(key) | OrderAnswered(key, aci.OrderPending()):
                    loose.add(key)
                case OrderAnswered(key, reply):
                    assert isinstance(reply, Fate)
                    before = self.fates.setdefault(key, reply)
                    if before != reply:
                        self.contradictions.append((before, reply))
        self._read = len(self.rig.events)
        return loose - set(self.fates)

    async def settle(self) -> None:
        async with asyncio.timeout(40):
            while len(self.fates) < len(self._sent):
                for key in self.read():
                    self.rig.links.do(Resolve(key, BRANCH))
                await asyncio.sleep(0.05)

    async def check(self) -> None:
        """Asks about all keys once more, and compares with the trading system's orders."""
        rig = self.rig
        for key in self._sent:
            answered = await rig.answer(Resolve(key, BRANCH), OrderAnswered)
            assert answered.reply == self.fates[key]
        assert self.contradictions == []
        asked = await rig.answer(AskBranch(CallId("c"), 1, BRANCH, aci.AskOrders(ACCOUNT)), BranchAnswered)
        assert isinstance(asked.reply, aci.Orders)
        there = [row.key for row in asked.reply.rows]
        assert len(there) == len(set(there))
        contracts = {row.key: row.contract for row in asked.reply.rows}
        accepted = {key: fate.contract for key, fate in self.fates.items() if isinstance(fate, aci.OrderAccepted)}
        assert contracts == accepted


async def _rounds(rig: Branch, victim: Program) -> Centre:
    """Rounds of ``ORDERS`` orders, with a kill between two of them in each round except the last."""
    centre, dice = Centre(rig), random.Random(7)
    for round_number in range(ROUNDS):
        after = len(rig.events)
        doomed = dice.randrange(2, ORDERS - 2)
        await _send(
            centre, round_number, dice, lambda number, doomed=doomed: victim.kill() if number == doomed else None
        )
        await victim.start()
        if victim is rig.gateway:
            await rig.event(BranchUp, after=after)
        await centre.settle()
    await rig.trading_up()
    await _send(centre, ROUNDS, dice, lambda _number: None)
    await centre.settle()
    return centre


async def _send(centre: Centre, round_number: int, dice: random.Random, meanwhile: Callable[[int], Any]) -> None:
    kill: Awaitable[None] | None = None
    for number in range(ORDERS):
        centre.send(round_number * ORDERS + number)
        if (doom := meanwhile(number)) is not None:
            kill = asyncio.ensure_future(doom)
        await asyncio.sleep(dice.uniform(0, 0.006))
    if kill is not None:
        await kill


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["gateway", "sim"])
def test_each_key_is_at_the_trading_system_once_or_known_not_to_be(tmp_path: Path, victim: str) -> None:
    async def main() -> None:
        async with branch(tmp_path) as rig:
            centre = await _rounds(rig, getattr(rig, victim))
            await centre.check()
            kinds = [type(centre.fates[key]) for key in centre._sent]
            assert kinds[-ORDERS:] == [aci.OrderAccepted] * ORDERS
            last = rig.links.states()[0]
            assert last.pending == 0

    asyncio.run(main())


@pytest.mark.slow
def test_reports_are_complete_and_in_order_over_kills(tmp_path: Path) -> None:
    async def main() -> None:
        async with branch(tmp_path) as rig:
            centre = Centre(rig)
            for number in range(60):
                centre.send(number)
                if number == 30:
                    await rig.gateway.kill()
                    await rig.start_gateway()
            await centre.settle()
            accepted = {key for key, fate in centre.fates.items() if isinstance(fate, aci.OrderAccepted)}
            await until(lambda: {event.report.key for event in rig.reports()} >= accepted)
            seqs = [event.report.seq for event in rig.reports()]
            assert seqs == list(range(1, len(seqs) + 1))

    asyncio.run(main())
