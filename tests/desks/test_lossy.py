"""A desk shows the switch's state, even if reports are lost, doubled or late, and however often the link breaks."""

import asyncio
import random
from collections.abc import Callable

import pytest

from shared import codec
from shared import desk as wire
from shared.enums import SeatState
from shared.ids import AgentId, DeskId
from shared.link import Channel, keys
from shared.protocol import SESSION_MESSAGES
from tests.desk_client import DEADLINE, DeskClient
from tests.desks.rig import QUEUE, Rig, call, pop, rig
from tests.fakes.desks import agent

TABLE = codec.MessageTable((*SESSION_MESSAGES, *wire.REPLIES, *wire.REPORTS))
STATES = [SeatState.OPEN, SeatState.RINGING, SeatState.TALKING, SeatState.HOLDING, SeatState.WRAP_UP]
UNSEEN = 5
"""The number of changes after a cut before the desk is connected again."""


class Lossy:
    """Sits between a session and its socket, and at random loses, doubles or delays reports."""

    def __init__(self, channel: Channel, chance: random.Random) -> None:
        self._through = channel._send
        self._chance = chance
        self._late: bytes | None = None
        self.counts = {"lost": 0, "doubled": 0, "late": 0}
        channel._send = self  # type: ignore[assignment]

    def __call__(self, data: bytes) -> bool:
        dice = self._chance.random()
        if codec.decode(data, TABLE).seq == 0 or dice > 0.15:
            went = self._through(data)
        elif dice < 0.05:
            self.counts["lost"] += 1
            went = True
        elif dice < 0.10:
            self.counts["doubled"] += 1
            went = self._through(data) and self._through(data)
        elif self._late is None:
            self.counts["late"] += 1
            self._late = data
            return True
        else:
            went = self._through(data)
        if self._late is not None:
            late, self._late = self._late, None
            went = self._through(late) and went
        return went


def repair(channel: Channel) -> None:
    lossy = channel._send
    if isinstance(lossy, Lossy):
        channel._send = lossy._through


def change(on: Rig, who: AgentId, number: int, chance: random.Random) -> None:
    """A random change of an agent's seat, call or pop."""
    match chance.randrange(6):
        case 0 | 1:
            on.core.seat(who, chance.choice(STATES), since=float(number))
        case 2:
            on.core.give(who, call(number))
        case 3:
            on.core.give(who, None)
        case 4:
            on.links.do(pop(who, number % 5))
        case _:
            shown = on.links._register.pops._showing.get(who)
            if shown is not None:
                on.pops.fill(shown.effect.call)


async def a_day(on: Rig, who: AgentId, name: str, events: int, cuts: int, lossy: list[Lossy]) -> DeskClient:
    """Makes ``events`` changes with ``cuts`` reconnects among them; every session is lossy."""
    chance = random.Random(name)
    client = await on.logged_in(who, name)
    at_cut = {round((number + 1) * events / (cuts + 1)) for number in range(cuts)}
    spoilt: Channel | None = None
    for number in range(events):
        desk = on.links._register.desks.get(DeskId(name))
        if desk is not None and desk.channel is not spoilt:
            spoilt = desk.channel
            lossy.append(Lossy(desk.channel, chance))
        change(on, who, number, chance)
        if number in at_cut:
            sessions = client.sessions
            client.cut()
        elif number - UNSEEN in at_cut:
            await client.until(lambda before=sessions: client.sessions > before and client.state.seat is not None)  # type: ignore[misc]
        elif number % 20 == 0:
            await asyncio.sleep(0)
    return client


@pytest.mark.slow
def test_ten_thousand_events_and_two_hundred_reconnects() -> None:
    """Ten desks, each with 1,000 changes and 20 reconnects in between."""
    names = [f"desk-{number:02}" for number in range(10)]
    agents = [AgentId(str(2000 + number)) for number in range(10)]

    async def test() -> None:
        async with rig(*names) as on, asyncio.timeout(90):
            for each in agents:
                on.book.put_agent(agent(each), "operator")
            lossy: list[Lossy] = []
            days = [a_day(on, who, name, 1000, 20, lossy) for who, name in zip(agents, names, strict=True)]
            clients = await asyncio.gather(*days)
            for who, client in zip(agents, clients, strict=True):
                await client.until(lambda client=client: client.state.seat is not None and client.link.channel)
                repair(on.links._register.by_agent[who].channel)
                on.core.seat(who, SeatState.OPEN, since=1e6)  # a last report arrives and shows the gaps before it
                await settled(client, lambda who=who: snapshot(on, who))
            totals = {key: sum(each.counts[key] for each in lossy) for key in ("lost", "doubled", "late")}
            assert min(totals.values()) > 100, totals
            assert sum(client.sessions for client in clients) >= 10 + 200
            assert sum(client.gaps for client in clients) > 100

    asyncio.run(test())


def snapshot(on: Rig, who: AgentId) -> wire.DeskSnapshot:
    """The snapshot that the switch would send now."""
    return on.links._register.snapshot(on.links._register.by_agent[who])


async def settled(client: DeskClient, truth: Callable[[], wire.DeskSnapshot]) -> None:
    """Waits until the client shows ``truth``: a report shows the gap, and the client requests a snapshot."""
    await client.until(lambda: client.state == truth(), DEADLINE)


def test_fifty_desks_at_once() -> None:
    names = [f"desk-{number:02}" for number in range(50)]
    agents = [AgentId(str(3000 + number)) for number in range(50)]

    async def test() -> None:
        async with rig(*names) as on, asyncio.timeout(60):
            for each in agents:
                on.book.put_agent(agent(each), "operator")
            clients = await asyncio.gather(*(on.logged_in(*pair) for pair in zip(agents, names, strict=True)))
            for number in range(20):
                for who in agents:
                    on.core.seat(who, SeatState.OPEN, since=float(number))
            on.core.queues = (QUEUE, QUEUE)
            for who, client in zip(agents, clients, strict=True):
                await client.until(
                    lambda client=client: client.state.seat.since == 19.0 and len(client.state.queues) == 2
                )
                assert client.state.seat == on.core.seats[who]
                assert client.gaps == 0
            commands = await asyncio.gather(*(client.do(wire.OpenSeat()) for client in clients))
            assert commands == [wire.Done()] * 50
            assert [state.agent for state in on.links.states()] == agents

    asyncio.run(test())


def test_a_key_is_one_desk_s() -> None:
    """Fifty links with unknown keys don't keep the others out."""

    async def test() -> None:
        async with rig() as on:
            strangers = [await on.desk(keys=keys.make()) for _ in range(50)]
            client = await on.logged_in()
            assert (await client.snapshot()).seat is not None
            assert all(each.sessions == 0 for each in strangers)
            assert len(on.said("connection_refused")) <= 1, "one address, one line a minute"

    asyncio.run(test())
