"""A store with the records of a large centre's working days: 200 agents with 100 calls each, from 8 to 18 o'clock."""

import argparse
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from shared.days import day_after, day_start
from switch_server.adapters.store.schema import open_store

AGENTS, CALLS = 200, 100
FIRST = "20260901"
QUEUES = ("trading", "fund", "service")
BRANCHES = ("GZ01", "GZ02", "SZ01", "SH01", "BJ01", None)
DISPOSITIONS = ("order", "enquiry", "complaint", "other", None)
OPENS, CLOSES = 8 * 3600.0, 18 * 3600.0
SLOT = (CLOSES - OPENS - 60) / CALLS


def working_days(number: int) -> tuple[str, ...]:
    """``number`` working days (Monday to Friday) from ``FIRST`` (a Tuesday) on."""
    days = (day_after(FIRST, each) for each in range(number * 2 + 7))
    return tuple(day for day in days if (day_start(day) / 86_400 + 8 / 24 + 3) % 7 < 5)[:number]


def fill(path: Path, days: tuple[str, ...], seed: int = 1) -> None:
    """Writes the records of ``days`` into the file of a store that is not open."""
    open_store(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA synchronous = OFF")
        for day in days:
            rows = _Day(day, random.Random(f"{seed} {day}"))
            rows.fill()
            with db:
                for table, values in rows.rows.items():
                    names = list(values[0])
                    db.executemany(
                        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})",
                        values,
                    )


class _Day:
    def __init__(self, day: str, random: random.Random) -> None:
        self._day, self._start, self._random = day, day_start(day), random
        self._calls = 0
        self.rows: dict[str, list[dict[str, Any]]] = {
            "calls": [],
            "queue_visits": [],
            "talks": [],
            "seat_states": [],
            "orders": [],
        }

    def fill(self) -> None:
        for slot in range(CALLS):  # in order of time, all seats in parallel
            for agent in range(AGENTS):
                self._slot(f"{8001 + agent}", self._start + OPENS + slot * SLOT, first=slot == 0)
        for agent in range(AGENTS):
            self._stretch(
                f"{8001 + agent}",
                self._start + CLOSES - 60 + agent / 1000,
                self._start + CLOSES,
                "locked",
                reason="leaving",
            )
        for _ in range(AGENTS * CALLS // 10):
            self._given_up()

    def _slot(self, agent: str, at: float, *, first: bool) -> None:
        """One call at one seat, and the seat's states until the next call."""
        chance, over = self._random, at + SLOT
        at += int(agent) % 1000 / 1000
        over += int(agent) % 1000 / 1000
        if first:
            self._stretch(agent, at - 1800, at, "locked", reason="logged_in")
        queue, branch = chance.choice(QUEUES), chance.choice(BRANCHES)
        call = self._call(at - 20, over, branch)
        rings, wait = at + chance.uniform(1, 90), chance.expovariate(1 / 15)
        answers = rings + chance.uniform(1, 8)
        hangs_up = answers + chance.uniform(30, 180)
        ready = hangs_up + chance.uniform(5, 40)
        self._visit(call, queue, rings - wait, answers, "answered")
        if chance.random() < 0.08:
            other = f"{8001 + chance.randrange(AGENTS)}"
            self._talk(call, other, queue, rings - 15, None, rings - 1, (wait - 15) * 1000, "no_answer", None, None)
        to = f"seat:{8001 + chance.randrange(AGENTS)}" if chance.random() < 0.05 else None
        self._talk(
            call, agent, queue, rings, answers, hangs_up, wait * 1000, "answered", chance.choice(DISPOSITIONS), to
        )
        if to is not None:
            self._talk(
                call,
                to[5:],
                None,
                hangs_up - 9,
                hangs_up - 5,
                hangs_up + 60,
                0.0,
                "answered",
                "other",
                None,
                kind="consult",
            )
        for begun, ended, state in self._parts(at, rings, answers, hangs_up, ready, over):
            busy = {"call": call, "queue": queue} if state != "open" else {}
            self._stretch(agent, begun, ended, state, **busy)
        if chance.random() < 0.2:
            self._order(call, branch or "GZ01", answers)

    def _parts(self, *at: float) -> Iterator[tuple[float, float, str]]:
        free, rings, answers, hangs_up, ready, over = at
        yield free, rings, "open"
        yield rings, answers, "ringing"
        if self._random.random() < 0.2:
            middle = (answers + hangs_up) / 2
            yield answers, middle, "talking"
            yield middle, middle + 9, "holding"
            yield middle + 9, hangs_up, "talking"
        else:
            yield answers, hangs_up, "talking"
        yield hangs_up, ready, "wrap_up"
        yield ready, over, "open"

    def _given_up(self) -> None:
        chance = self._random
        at = self._start + chance.uniform(OPENS, CLOSES)
        ends = at + chance.expovariate(1 / 40)
        call = self._call(at - 20, ends, None)
        self._visit(call, chance.choice(QUEUES), at, ends, chance.choice(("abandoned", "abandoned", "left", "full")))

    # --- rows ---

    def _call(self, started: float, ended: float, branch: str | None) -> str:
        self._calls += 1
        call = f"{self._day}{self._calls:012}"
        self.rows["calls"].append({"id": call, "started_at": started, "ended_at": ended, "branch": branch})
        return call

    def _visit(self, call: str, queue: str, entered: float, left: float, outcome: str) -> None:
        self.rows["queue_visits"].append(
            {
                "id": f"{call}/{queue}@{round(entered * 1e6)}", "call": call, "queue": queue, "kind": "in", "entered_at": entered,
                "left_at": left, "waited_ms": round((left - entered) * 1000), "outcome": outcome, "service_level_ms": 20_000,
            }
        )  # fmt: skip

    def _talk(
        self,
        call: str,
        agent: str,
        queue: str | None,
        offered: float,
        answered: float | None,
        ended: float,
        waited_ms: float,
        outcome: str,
        disposition: str | None,
        to: str | None,
        *,
        kind: str = "in",
    ) -> None:
        self.rows["talks"].append(
            {
                "id": f"{call}/{len(self.rows['talks'])}", "call": call, "agent": agent, "queue": queue, "kind": kind, "number": "13900139000",
                "offered_at": offered, "answered_at": answered, "ended_at": ended, "waited_ms": max(waited_ms, 0.0), "outcome": outcome,
                "disposition": disposition, "transferred_to": to,
            }
        )  # fmt: skip

    def _stretch(self, agent: str, begun: float, ended: float, state: str, **more: str) -> None:
        row = {"reason": None, "call": None, "queue": None} | more
        self.rows["seat_states"].append(
            {
                "id": f"{agent}@{round(begun * 1e6)}", "shift": f"{agent}@{self._day}", "agent": agent, "desk": "desk-1", "state": state,
                "begun_at": begun, "ended_at": ended, "ended_by": "x", **row,
            }
        )  # fmt: skip

    def _order(self, call: str, branch: str, at: float) -> None:
        self.rows["orders"].append(
            {
                "key": f"{call}-1", "at": at, "call": call, "account": "880001", "branch": branch, "kind": "place", "market": "SH",
                "code": "600000", "side": "buy", "price": self._random.randrange(1_000, 99_999), "quantity": 100, "state": "filled",
                "contract": f"{call}-c", "filled": 100,
            }
        )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("days", nargs="*", metavar="YYYYMMDD")
    given = parser.parse_args()
    fill(given.store, tuple(given.days))
