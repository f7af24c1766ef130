"""The time from the ring at a desk to the screen pop: 50 desks, 5 calls a second, in a whole running centre (switch, card, store, CURVE, a branch).

Light desks are real links without a window, each with a minimal SIP phone: measured from the INVITE at the phone's port until customer
and accounts are in the app's model. Painted desks are the app itself with its window (off screen): measured from the report of the ring
until the pop is painted, as the app reports it to the switch. Then one idle app: CPU and memory of window and phone.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from shared.ids import AgentId, DeskId, SkillName
from switch_server.adapters.store import Store
from switch_server.ports.desks import AgentRecord
from switch_server.services.passwords import hash_password
from tests.bench import Figure
from tests.bench._pop_apps import App
from tests.bench._pop_desks import LightDesk
from tests.bench._pop_phones import Callers
from tests.e2e.centre import Centre

DESKS, RATE = 50, 5
PAINTED = 2
"""The number of desks that are the app itself. They have the highest skill, so that they get calls first."""
TARGET_MS = 100.0
IDLE_CPU, IDLE_MB = 1.0, 250.0
"""Targets of the idle app: per cent of a core, and MB of both processes together."""
PASSWORD = "invented for the bench"
SETTLE_S, SETTLE_IDLE_S = 40.0, 3.0
SKILL = SkillName("bench")
FLOW = """
flow: straight
numbers: ["*"]
start: agents
steps:
  agents: {kind: queue, queue: agents, wait: 60, on_timeout: bye, on_ended: bye}
  bye: {kind: hangup}
"""


def figures(short: bool = False) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        centre = Centre(Path(name), channels=300, flows={"straight": FLOW}, change=_busy)
        keys = _staff(centre)
        with centre:
            yield from _rings(centre, keys, seconds=5 if short else 30)
            yield from _idle(centre, keys[-1], seconds=3.0 if short else 10.0)


def _busy(config: dict[str, Any]) -> None:
    config["trunks"][0]["lines"] = 300
    config["queues"] = [{"name": "agents", "skill": SKILL, "ring": 20, "wrap_up": 30}]


def _staff(centre: Centre) -> list[tuple[AgentId, Path]]:
    """Puts agents and desk keys into the store before the switch opens it: of painted desks, light desks and the idle desk."""
    hashed, made = hash_password(PASSWORD), []
    store = Store(centre.state / "huawu.db", lambda _event: None, clock=time.time)
    store.start()
    for number in range(DESKS + 1):
        agent, desk = AgentId(f"2{number:03}"), DeskId(f"bench-{number}")
        public = centre.demo.desk_key(desk, f"tcp://127.0.0.1:{centre.ports.desks}")
        level = 2 if number < PAINTED else 1
        store.agents.put_agent(AgentRecord(agent, f"座席{number}", skills={SKILL: level}, password=hashed), "bench")
        store.agents.put_desk_key(desk, public, "bench")
        made.append((agent, centre.demo.desk(desk) / "desk.key"))
    store.stop()
    return made


# --- rings ---


def _rings(centre: Centre, keys: list[tuple[AgentId, Path]], seconds: int) -> Iterator[Figure]:
    light = [LightDesk(key, agent, PASSWORD) for agent, key in keys[PAINTED:DESKS]]
    painted = keys[:PAINTED]
    with ExitStack() as stack:
        apps = [
            stack.enter_context(App("tests.bench._pop_window", key, agent, PASSWORD, up="ready"))
            for agent, key in painted
        ]
        for app in apps:
            app.wait_up()
        callers, placed = asyncio.run(_run(centre, light, seconds))
        centre.until(lambda: centre.ctl("status")["calls"] == 0)
    cpu = sorted(
        float(line.removeprefix("painted ")) for app in apps for line in app.said if line.startswith("painted ")
    )
    names = {agent for agent, _ in painted}
    talks = [row for row in centre.rows("talks") if row["agent"] in names]
    yield from _figures(light, talks, callers, placed)
    yield Figure("pop: of that, CPU of the window's thread, median", _at(cpu, 0.5), "ms", "lower")
    yield Figure("pop: of that, CPU of the window's thread, 99th percentile", _at(cpu, 0.99), "ms", "lower")


async def _run(centre: Centre, desks: list[LightDesk], seconds: int) -> tuple[Callers, int]:
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
    return callers, placed


async def _call(centre: Centre, callers: Callers, seconds: int) -> int:
    """Places ``RATE`` calls a second, each by another customer whose branch is up."""
    known = [each for each in centre.demo.world.customers if each.account.branch in centre.branches]
    begin = time.monotonic()
    for number in range(RATE * seconds):
        await asyncio.sleep(max(0.0, begin + number / RATE - time.monotonic()))
        callers.call(known[number % len(known)].phone)
    return RATE * seconds


def _figures(desks: list[LightDesk], talks: list[dict[str, Any]], callers: Callers, placed: int) -> Iterator[Figure]:
    rings = [(ring, desk.phone.rang.get(ring.token)) for desk in desks for ring in desk.rings.values()]
    shown = sorted(_ms(ring.shown, rang) for ring, rang in rings if ring.shown is not None and rang is not None)
    facts = sorted(_ms(ring.facts, rang) for ring, rang in rings if ring.facts is not None and rang is not None)
    painted = sorted(row["pop_ms"] for row in talks if row["pop_ms"] is not None)
    answered = sum(ring.answered for ring, _ in rings) + sum(row["answered_at"] is not None for row in talks)
    without = len(rings) + len(talks) - len(shown) - len(painted)
    refused = sum(len(desk.refused) for desk in desks)
    yield Figure(
        f"pop: calls that no desk answered, {DESKS} desks, {RATE} a second", placed - answered, "calls", "lower", 0
    )
    yield Figure("pop: calls that did not end with the agent's word", placed - len(callers.over), "calls", "lower", 0)
    yield Figure("pop: rings without a pop", without, "rings", "lower", 0)
    yield Figure("pop: commands that the switch refused", refused, "commands", "lower", 0)
    yield Figure("pop: ring at the desk to pop in the app's model, median", _at(shown, 0.5), "ms", "lower")
    yield Figure(
        "pop: ring at the desk to pop in the app's model, 99th percentile", _at(shown, 0.99), "ms", "lower", TARGET_MS
    )
    yield Figure("pop: ring at the desk to the branch's facts, 99th percentile", _at(facts, 0.99), "ms", "lower")
    yield Figure("pop: pops painted in a window", len(painted), "pops", "higher", 1)
    yield Figure("pop: ring heard by the app to pop painted, median", _at(painted, 0.5), "ms", "lower")
    yield Figure(
        "pop: ring heard by the app to pop painted, 99th percentile", _at(painted, 0.99), "ms", "lower", TARGET_MS
    )


def _ms(shown: float, rang: float) -> float:
    """Milliseconds from ring to pop; 0 where the pop came before the INVITE."""
    return max(0.0, shown - rang) * 1000


def _at(values: list[float], part: float) -> float:
    return values[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


# --- a desk with nothing to do ---


def _idle(centre: Centre, key: tuple[AgentId, Path], seconds: float) -> Iterator[Figure]:
    """CPU and memory of an app that is logged in, without a call, with its window open."""
    agent, file = key
    with App("agent_app", file, agent, PASSWORD, up="window") as app:
        app.wait_up()
        centre.until(lambda: any(row["agent"] == agent and row["desk"] for row in centre.ctl("agents")["rows"]))
        time.sleep(SETTLE_IDLE_S)
        cpu, memory = app.cost(seconds)
    yield Figure("pop: CPU of an idle desk, window and phone", cpu, "% of core", "lower", IDLE_CPU)
    yield Figure("pop: memory of an idle desk, window and phone", memory, "MB", "lower", IDLE_MB)
