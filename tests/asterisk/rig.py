"""A whole centre with a trunk to each door of a box with Asterisk."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.asterisk.box import Box, Door, doors
from tests.e2e.centre import Centre

QUEUE = "7100"
"""The number at the switch that leads to an agent."""
AGENTS = """
flow: agents
numbers: ["7100"]
start: agents
steps:
  agents: {kind: queue, queue: agents, wait: 60, on_timeout: ended, on_ended: ended}
  ended: {kind: hangup}
"""
MENU = "7200"
KEYS = """
flow: menu
numbers: ["7200"]
start: waits
says: {invalid: ["pause:100"], no_input: ["pause:100"]}
steps:
  waits: {kind: menu, say: ["pause:60000"], keys: {1: one, 2: two, "#": hash}, on_fail: ended}
  one: {kind: menu, say: ["pause:60000"], keys: {1: one, 2: two, "#": hash}, on_fail: ended}
  two: {kind: menu, say: ["pause:60000"], keys: {1: one, 2: two, "#": hash}, on_fail: ended}
  hash: {kind: menu, say: ["pause:60000"], keys: {1: one, 2: two, "#": hash}, on_fail: ended}
  ended: {kind: hangup}
"""
"""A menu in which each key leads to a step with its name."""
DIALLED = ("600", "601", "602", "6103", "6117", "6119", "6121", "6134", "620", "630", "631", "640", "8001", "8002")
"""The box's numbers; a caller of the switch dials a door's digit before them."""
OUT = """
flow: out{digit}
numbers: {numbers}
start: dial
steps:
  dial: {{kind: dial, trunk: {door}, number: "{{dnis}}", ring: 12, on_failed: failed, on_ended: ended}}
  failed: {{kind: say, say: ["pause:60000"], next: ended}}
  ended: {{kind: hangup}}
"""


@contextlib.contextmanager
def rig(root: Path, folder: Path, *parties: str) -> Iterator[tuple[Centre, Box]]:
    """The switch and the box. A caller of the switch dials a door's digit and a number, and is bridged to that number at the box."""
    made = doors()
    flows = {"agents": AGENTS, "menu": KEYS}
    for door in made:
        numbers = [door.digit + number for number in DIALLED]
        flows[f"out{door.digit}"] = OUT.format(digit=door.digit, door=door.name, numbers=json.dumps(numbers))

    def change(content: dict[str, Any]) -> None:
        content["trunks"][0]["direction"] = "in"
        content["trunks"] += [trunk(door) for door in made]
        content["queues"] = [{"name": "agents", "ring": 40, "wrap_up": 60}]

    centre = Centre(folder, branches=(), flows=flows, change=change)
    with Box(root, centre.sip, made, parties) as box, centre:
        yield centre, box


def trunk(door: Door) -> dict[str, Any]:
    """Incoming calls have numbers that begin with 7."""
    return {
        "name": door.name, "far": [f"127.0.0.1:{door.port}"], "lines": 10, "numbers": [f"{door.digit}*", "7*"],
        "session_expires": 90 if door.name == "timed" else 1800,
    }  # fmt: skip
