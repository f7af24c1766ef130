"""``python -m tests.core.diagrams`` writes ``docs/machines.md`` from the core's transition tables."""

import argparse
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

from shared.enums import SeatState
from shared.fax import FaxState
from switch_server.core.acd import callbacks
from switch_server.core.call import call
from switch_server.core.desks import seat
from switch_server.core.fax import machine as fax
from switch_server.core.fax import moves
from switch_server.core.flow import KINDS, walk
from switch_server.core.leg import leg
from switch_server.core.orders import order
from switch_server.core.room import room, sounds_of
from tests.core import rooms

PAGE = Path(__file__).parents[2] / "docs" / "machines.md"
HEAD = """# Machines (状态机)

Generated from the tables in `switch_server/core` by `python -m tests.core.diagrams`; a test compares. An event without a transition in the
state's row is ignored and counted.
"""
TABLES: tuple[tuple[str, str, str, Mapping[StrEnum, Mapping[StrEnum | str, StrEnum]]], ...] = (
    ("Leg (话路): the line", "leg/leg.py", leg.LegState.OPENING, leg.TRANSITIONS),  # type: ignore[arg-type]
    ("Leg: its card channel", "leg/leg.py", leg.ChannelState.NONE, leg.CHANNEL_TRANSITIONS),  # type: ignore[arg-type]
    ("Call (通话)", "call/call.py", call.CallState.OPENING, call.TRANSITIONS),  # type: ignore[arg-type]
    ("Order (委托)", "orders/order.py", order.OrderState.CAPTURED, order.TRANSITIONS),  # type: ignore[arg-type]
    ("Callback (预约回拨)", "acd/callbacks.py", callbacks.CallbackState.WAITING, callbacks.TRANSITIONS),  # type: ignore[arg-type]
    ("Fax to be sent (传真)", "fax/machine.py", FaxState.WAITING, fax.TRANSITIONS),  # type: ignore[arg-type]
    ("Fax on a live call: the way of the media", "fax/moves.py", moves.MoveState.OPENING, moves.TRANSITIONS),  # type: ignore[arg-type]
)


def render() -> str:
    parts = [HEAD]
    for title, file, first, table in TABLES:
        parts.append(f"\n## {title}\n\n`switch_server/core/{file}`\n\n```mermaid\nstateDiagram-v2\n")
        parts += [f"    {line}\n" for line in _lines(first, table)]
        parts.append("```\n")
    return "".join(parts) + _seat() + _room() + _ivr()


def _seat() -> str:
    """A seat has no table of transitions: its state is derived from its leg, link, wrap-up and lock."""
    says = {None: "any", True: "yes", False: "no"}
    busy = ", ".join(state.value for state in SeatState if state in seat.BUSY)
    rows = [f"| is {busy} | any | any | any | the same |\n"]
    rows += [
        f"| none | {says[link]} | {says[wrap]} | {says[lock]} | {state} |\n" for link, wrap, lock, state in seat.IDLE
    ]
    return (
        "\n## Seat (座席)\n\n`switch_server/core/desks/seat.py`. Derived after each event, never set; each change is logged.\n\n"
        "| desk's leg | link up | wrap-up runs | locked | state |\n|---|---|---|---|---|\n" + "".join(rows)
    )


def _room() -> str:
    """A room has groups in place of transitions; the picture is that of the module's docstring."""
    assert room.__doc__ is not None
    text = room.__doc__.partition("\n\n")[2].strip()
    head = "| | customer hears | ann hears | bob hears | ann's seat | bob's seat |\n|---|---|---|---|---|---|\n"
    rows = "".join(f"| {' | '.join((name, *_hears(its), *_does(its)))} |\n" for name, its in rooms.pictures())
    return f"\n## Room (通话中的各方)\n\n`switch_server/core/room/room.py`\n\n{text}\n\nBy `sounds_of` and `Room.state_of`:\n\n{head}{rows}"


def _hears(its: room.Room) -> list[str]:
    sounds = sounds_of(its)
    heard = {
        who: [rooms.NAMES[voice] for voice in sound.hears] or [sound.play or "silence"] for who, sound in sounds.items()
    }
    return [", ".join(heard.get(who, ["–"])) for who in rooms.SHOWN]


def _does(its: room.Room) -> list[str]:
    states = [its.state_of(who) for who in rooms.SHOWN[1:]]
    return [state.value if state else "–" for state in states]


def _lines(first: str, table: Mapping[StrEnum, Mapping[StrEnum | str, StrEnum]]) -> Iterator[str]:
    yield f"[*] --> {first}"
    for old, row in table.items():
        for event, new in row.items():
            yield f"{old.value} --> {new.value}: {event}"
        if not row:
            yield f"{old.value} --> [*]"


def _ivr() -> str:
    """The flow decides the next step; the table has the first state of each kind of step, and the events that each state handles."""
    rows = [
        f"| {state.value} | {', '.join(_steps(state)) or '–'} | {', '.join(sorted(event.value for event in events)) or '–'} |\n"
        for state, events in walk.HANDLED_EVENTS.items()
    ]
    edges = [f"    {old.value} --> {new.value}: {why}\n" for old, why, new in walk.WITHIN_A_STEP]
    return (
        "\n## IVR (语音导航)\n\n`switch_server/core/flow/walk.py`. The flow decides which step follows.\n\n"
        "| state | first state of the kinds | handles |\n|---|---|---|\n" + "".join(rows) + "\nWithin a step:\n\n"
        "```mermaid\nstateDiagram-v2\n" + "".join(edges) + "```\n"
    )


def _steps(state: walk.IvrState) -> list[str]:
    return [name for name, kind in KINDS.items() if kind.FIRST_STATE is state]  # type: ignore[misc]


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
