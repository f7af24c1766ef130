"""Ring at the desk to screen pop shown: 50 desks, 5 calls a second, in a whole running centre (switch, card, store, CURVE, a branch).

Light desks are 50 real links with a phone of strings each: from the INVITE's coming to the phone's port to customer and accounts in the
app's model. Painted desks are the app itself with its window (off screen): from the app's hearing of the ring to the pop painted, as it
tells the switch. Then one app that has nothing to do: CPU and memory of window and phone.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.ids import AgentId, DeskId
from switch_server.adapters.store import Store
from switch_server.ports.desks import AgentRecord
from switch_server.services.passwords import hash_password
from tests.bench import Figure
from tests.bench._pop_desks import LightDesk
from tests.bench._pop_phones import Callers
from tests.e2e.centre import Centre

DESKS, RATE = 50, 5
TARGET_MS = 100.0
PASSWORD = "invented for the bench"
SETTLE_S = 40.0
FLOW = """
flow: straight
numbers: ["*"]
start: agents
steps:
  agents: {kind: queue, queue: agents, wait: 60, on_timeout: bye, on_ended: bye}
  bye: {kind: hangup}
"""


def figures(short: bool = False) -> Iterator[Figure]:
    seconds = 5 if short else 30
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        centre = Centre(folder, channels=300, flows={"straight": FLOW}, change=_busy)
        desks = _staff(centre)
        with centre:
            outcome = asyncio.run(_run(centre, desks, seconds))
    yield from outcome


def _busy(config: dict[str, Any]) -> None:
    config["trunks"][0]["lines"] = 300
    config["queues"] = [{"name": "agents", "ring": 20, "wrap_up": 30}]


def _staff(centre: Centre) -> list[LightDesk]:
    """Agents and desk keys, put into the store before the switch opens it."""
    hashed, desks = hash_password(PASSWORD), []
    store = Store(centre.state / "huawu.db", lambda _event: None, clock=time.time)
    store.start()
    for number in range(DESKS):
        agent, desk = AgentId(f"2{number:03}"), DeskId(f"bench-{number}")
        public = centre.demo.desk_key(desk, f"tcp://127.0.0.1:{centre.ports.desks}")
        store.agents.put_agent(AgentRecord(agent, f"座席{number}", password=hashed), "bench")
        store.agents.put_desk_key(desk, public, "bench")
        desks.append(LightDesk(centre.demo.desk(desk) / "desk.key", agent, PASSWORD))
    store.stop()
    return desks


async def _run(centre: Centre, desks: list[LightDesk], seconds: int) -> list[Figure]:
    callers = Callers(centre.sip)
    await callers.open()
    try:
        await asyncio.gather(*(desk.start() for desk in desks))
        placed = await _call(centre, callers, seconds)
        end = time.monotonic() + SETTLE_S
        while len(callers.over) < placed and time.monotonic() < end:  # noqa: ASYNC110  the calls come from datagrams
            await asyncio.sleep(0.1)
    finally:
        await asyncio.gather(*(desk.stop() for desk in desks))
        callers.close()
    return list(_figures(desks, callers, placed))


async def _call(centre: Centre, callers: Callers, seconds: int) -> int:
    """``RATE`` calls a second, each by another customer whose branch is up."""
    known = [each for each in centre.demo.world.customers if each.account.branch in centre.branches]
    begin = time.monotonic()
    for number in range(RATE * seconds):
        await asyncio.sleep(max(0.0, begin + number / RATE - time.monotonic()))
        callers.call(known[number % len(known)].phone)
    return RATE * seconds


def _figures(desks: list[LightDesk], callers: Callers, placed: int) -> Iterator[Figure]:
    rings = [(ring, desk.phone.rang.get(ring.token)) for desk in desks for ring in desk.rings.values()]
    shown = sorted(_ms(ring.shown, rang) for ring, rang in rings if ring.shown is not None and rang is not None)
    facts = sorted(_ms(ring.facts, rang) for ring, rang in rings if ring.facts is not None and rang is not None)
    answered = sum(ring.answered for ring, _ in rings)
    refused = sum(len(desk.refused) for desk in desks)
    yield Figure("pop: calls that no desk answered, 50 desks, 5 calls a second", placed - answered, "calls", "lower", 0)
    yield Figure("pop: rings without a pop", len(rings) - len(shown), "rings", "lower", 0)
    yield Figure("pop: commands that the switch refused", refused, "commands", "lower", 0)
    yield Figure("pop: ring at the desk to pop in the app's model, median", _at(shown, 0.5), "ms", "lower")
    yield Figure(
        "pop: ring at the desk to pop in the app's model, 99th percentile", _at(shown, 0.99), "ms", "lower", TARGET_MS
    )
    yield Figure("pop: ring at the desk to the branch's facts, 99th percentile", _at(facts, 0.99), "ms", "lower")


def _ms(shown: float, rang: float) -> float:
    """Not below 0: the pop may be there before the INVITE."""
    return max(0.0, shown - rang) * 1000


def _at(values: list[float], part: float) -> float:
    return values[min(len(values) - 1, int(len(values) * part))] if values else float("nan")
