"""The watchers of the floor: the rows of each scope are built once, compared with the rows before, and sent to all desks that watch the scope.

A scope is the part of the floor that a role may see. Without watchers nothing is computed. A desk stops watching when its agent leaves or
may see another part of the floor; in the second case it gets ``FloorChanged`` number 0, so that it asks again.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from shared.desk import DeskRefusal, Refused, Reply
from shared.enums import Role
from shared.floor import EVERY_S, FloorChanged, FloorSnapshot, Rows, Watch, WatchFloor, difference
from shared.ids import AgentId
from switch_server.adapters.desks.link import DeskLink
from switch_server.ports.desks import AgentBook, AgentRecord
from switch_server.ports.floor import FloorRowsPort, supervises


class Scope(NamedTuple):
    """``group``: the group whose seats are shown; ``None``: all seats."""

    what: Watch
    group: str | None = None


def scope_of(agent: AgentRecord, what: Watch) -> Scope | None:
    """``None``: the agent may not watch this."""
    if what is Watch.COLLEAGUES:
        return Scope(what)
    if agent.role is Role.MANAGER:
        return Scope(what)
    return Scope(what, agent.group) if supervises(agent, agent.group) else None


class _SentRows(Struct):
    """The rows that all watchers of a scope have."""

    rows: Rows
    number: int = 0


class _Watcher(Struct):
    agent: AgentId
    scope: Scope


class FloorWatch:
    """On the loop. ``rows``: the present floor; ``clock``: UTC seconds."""

    def __init__(self, rows: FloorRowsPort, book: AgentBook, clock: Callable[[], float]) -> None:
        self._rows, self._book, self._clock = rows, book, clock
        self._watchers: dict[DeskLink, _Watcher] = {}
        self._told: dict[Scope, _SentRows] = {}
        self._ticker: asyncio.TimerHandle | None = None
        self._ticks = 0

    def stop(self) -> None:
        if self._ticker is not None:
            self._ticker.cancel()

    def watch(self, desk: DeskLink, agent: AgentRecord, asked: WatchFloor) -> Reply:
        """The reply; changes follow it."""
        self._watchers.pop(desk, None)
        if asked.what is Watch.OFF:
            return FloorSnapshot(asked.what, self._clock(), 0)
        scope = scope_of(agent, asked.what)
        if scope is None:
            return Refused(DeskRefusal.NOT_ALLOWED)
        told = self._told.get(scope)
        if told is None:
            told = self._told[scope] = _SentRows(self._now(scope))
        self._watchers[desk] = _Watcher(agent.agent, scope)
        if self._ticker is None:
            self._ticker = asyncio.get_running_loop().call_later(EVERY_S, self._tick)
        return FloorSnapshot(asked.what, self._clock(), told.number, told.rows)

    def _tick(self) -> None:
        self._ticker = asyncio.get_running_loop().call_later(
            EVERY_S, self._tick
        )  # first, so that a bug costs one turn only
        self._drop_watchers()
        if not self._watchers:
            self._ticker.cancel()
            self._ticker = None
            return
        self._ticks += 1
        whole = self._rows.whole() if any(scope.what is Watch.FLOOR for scope in self._told) else None
        for scope, told in self._told.items():
            if scope.what is Watch.FLOOR or self._ticks % 2 == 0:
                self._tell(scope, told, _cut(whole, scope) if whole is not None else self._rows.directory())

    def _tell(self, scope: Scope, told: _SentRows, now: Rows) -> None:
        changed = difference(told.rows, now)
        if changed is None:
            return
        told.rows, told.number = now, told.number + 1
        report = FloorChanged(self._clock(), told.number, *changed)
        for desk, watcher in self._watchers.items():
            if watcher.scope == scope:
                desk.report(report)

    def _drop_watchers(self) -> None:
        """Removes agents who left, or whose scope has changed."""
        for desk, watcher in list(self._watchers.items()):
            agent = self._book.agent(watcher.agent)
            if desk.agent != watcher.agent or not desk.is_shown or agent is None:
                del self._watchers[desk]
            elif scope_of(agent, watcher.scope.what) != watcher.scope:
                del self._watchers[desk]
                desk.report(FloorChanged(self._clock(), 0))
        watched = {watcher.scope for watcher in self._watchers.values()}
        self._told = {scope: told for scope, told in self._told.items() if scope in watched}

    def _now(self, scope: Scope) -> Rows:
        return _cut(self._rows.whole(), scope) if scope.what is Watch.FLOOR else self._rows.directory()


def _cut(whole: Rows, scope: Scope) -> Rows:
    """The part of all rows that belongs to the scope."""
    if scope.what is Watch.COLLEAGUES:
        return Rows(colleagues=whole.colleagues, targets=whole.targets)
    if scope.group is None:
        return whole
    return replace(whole, seats=tuple(row for row in whole.seats if row.group == scope.group))
