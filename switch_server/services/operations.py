"""``ports.operations.Operations``: the operator's side of the running switch, answered from the states of the switch's parts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

from msgspec import Struct

from shared.control import (
    PART_BYTES,
    AskAudit,
    AskCalls,
    AskOrders,
    AskRecording,
    AuditTrail,
    BackupProgress,
    Branches,
    CallDetail,
    Calls,
    Cards,
    Counters,
    Customers,
    Done,
    FindCustomers,
    Lines,
    Orders,
    RecordingPart,
    RefusedCode,
    Reloaded,
    Status,
    TracedNumber,
)
from shared.control_rows import Trouble, TroubleCode
from shared.enums import SeatState
from shared.ids import AccountNo, BranchId, CallId, CardId, RecordingId, TrunkName
from switch_server.core.facts import HangUpOrdered
from switch_server.core.orders import OrderState
from switch_server.core.snapshot import CallView, CardView, SwitchSnapshot
from switch_server.core.words import Audit, CardLoad, Event, SwitchConfig
from switch_server.ports.errors import StoreError
from switch_server.ports.operations import (
    DEFAULT_ACTOR,
    BackupsPort,
    BranchState,
    FaxOperator,
    OperationRefused,
    Records,
    Staff,
)
from switch_server.services import look_audit, staff_rows
from switch_server.services import operator_rows as rows
from switch_server.services.strict_yaml import ConfigError
from switch_server.services.trunk_operations import TrunkOperations

P = ParamSpec("P")
R = TypeVar("R")
WITHHELD = "withheld"
"""Shown to an operator in place of a withheld number."""
NAMED = 5
"""The most numbers that a trouble names; the others are only counted."""


class OperationSources(Struct, frozen=True, kw_only=True):
    """The sources of the answers; all are called on the loop, except ``records``, in threads."""

    version: str
    pid: int
    started_at: float
    clock: Callable[[], float]
    """UTC seconds."""
    config: Callable[[], SwitchConfig]
    snapshot: Callable[[], SwitchSnapshot]
    trunk_states: Callable[[], Mapping[TrunkName, str]]
    """``up``, ``down``; trunks that are missing here are ``unwatched``."""
    line_counters: Callable[[], Mapping[str, int]]
    card_loads: Callable[[], Mapping[CardId, CardLoad]]
    card_restarts: Callable[[], Mapping[CardId, int]]
    """Of each configured card; the core has only the cards that have been up."""
    branch_states: Callable[[], Mapping[BranchId, BranchState]]
    counters: Callable[[], Mapping[str, Mapping[str, int]]]
    """Groups besides ``core`` and ``lines``: ``store``, ``journal`` …"""
    troubles: Callable[[], tuple[Trouble, ...]]
    """``store: disk is full`` …: the part, and its message."""
    records: Records
    post: Callable[[Event], object]
    audit: Callable[[Audit], object]
    unlock: Callable[[AccountNo, str], bool]
    """Account and actor; writes its own audit row. ``False``: no such account."""
    unlock_number: Callable[[str, str], bool]
    """Calling number (empty: withheld) and actor; writes its own audit row. ``False``: no wrong PIN came from the number today."""
    locked_numbers: Callable[[], list[str]]
    """The numbers without a PIN try today; empty text: the withheld numbers."""
    reload: Callable[[], Awaitable[tuple[str, ...]]]
    """Reads configuration and flows and posts ``Configured``; returns the flows' names. Raises ``ConfigError``, then nothing has changed."""
    backups: BackupsPort
    drain: Callable[..., object]
    """Begins the orderly stop; ``now=True``: ends the wait for running calls."""
    stops_at: Callable[[], float | None]
    """When the remaining calls are hung up, UTC seconds; ``None``: the switch is not stopping."""


class SwitchOperations:
    """``ports.operations.Operations``."""

    def __init__(self, sources: OperationSources, staff: Staff, trunks: TrunkOperations, faxes: FaxOperator) -> None:
        self.staff = staff
        self.trunks = trunks
        self.faxes = faxes
        self._from = sources
        self._reloading = asyncio.Lock()

    # --- queries ---

    def status(self) -> Status:
        of, now, cards = self._from, self._from.snapshot(), self._cards()
        branches, on = of.branch_states(), [seat for seat in now.seats if seat.state != SeatState.OFFLINE]
        return Status(
            version=of.version,
            pid=of.pid,
            at=of.clock(),
            started_at=of.started_at,
            draining=of.stops_at() is not None,
            stops_at=of.stops_at(),
            calls=len(now.calls),
            lines_used=sum(trunk.used_in + trunk.used_out for trunk in now.trunks),
            lines=sum(trunk.lines for trunk in now.trunks),
            cards_up=sum(card.up for card in cards),
            cards=len(cards),
            channels_used=sum(card.used for card in cards),
            channels=sum(card.channels for card in cards if card.up),
            branches_up=sum(state.link_up for state in branches.values()),
            branches=len(branches),
            orders=now.orders,
            flows=now.flows,
            troubles=self._troubles(now),
            seats=len(on),
            seats_open=sum(seat.state == SeatState.OPEN for seat in on),
            waiting=sum(queue.waiting for queue in now.queues),
        )

    def _troubles(self, now: SwitchSnapshot) -> tuple[Trouble, ...]:
        """The parts' own troubles, and troubles that follow from the figures."""
        branches, trunks = self._from.branch_states(), self._from.trunk_states()
        numbers = [number or WITHHELD for number in self._from.locked_numbers()]
        in_doubt = now.orders.get(OrderState.IN_DOUBT, 0)
        return (
            *self._from.troubles(),
            *(Trouble(TroubleCode.CARD_DOWN, card.card) for card in self._cards() if not card.up),
            *(Trouble(TroubleCode.BRANCH_AWAY, name) for name, state in branches.items() if not state.link_up),
            *(
                Trouble(TroubleCode.BRANCH_FOREIGN, name, str(state.foreign))
                for name, state in branches.items()
                if state.foreign
            ),
            *(Trouble(TroubleCode.TRUNK_SILENT, name) for name, state in trunks.items() if state == "down"),
            *self.trunks.troubles(),
            *(
                Trouble(TroubleCode.QUEUE_UNSERVED, queue.name, str(queue.waiting))
                for queue in now.queues
                if queue.waiting and not queue.seats
            ),
            *([Trouble(TroubleCode.ORDERS_IN_DOUBT, str(in_doubt))] if in_doubt else []),
            *([Trouble(TroubleCode.NUMBERS_LOCKED, str(len(numbers)), _first(numbers))] if numbers else []),
        )

    def lines(self) -> Lines:
        of = self._from
        return Lines(
            of.clock(),
            rows.lines(of.snapshot().trunks, of.config().trunks, of.trunk_states()),
            dict(of.line_counters()),
        )

    def cards(self) -> Cards:
        of = self._from
        return Cards(of.clock(), rows.cards(self._cards(), of.card_loads(), of.card_restarts()))

    def _cards(self) -> tuple[CardView, ...]:
        """Also the cards that have not been up yet."""
        known = self._from.snapshot().cards
        names = {card.card for card in known}
        return (*known, *(CardView(name, False, 0, 0) for name in self._from.card_restarts() if name not in names))

    def branches(self) -> Branches:
        states = self._from.branch_states()
        return Branches(self._from.clock(), tuple(rows.branch(name, states[name]) for name in sorted(states)))

    def counters(self) -> Counters:
        of = self._from
        groups = {"core": of.snapshot().counters, "lines": of.line_counters(), **of.counters()}
        return Counters(of.clock(), {name: dict(sorted(group.items())) for name, group in groups.items()})

    # --- queries of the records ---

    async def calls(self, ask: AskCalls) -> Calls:
        live = {view.call: view for view in reversed(self._from.snapshot().calls)}
        shown = [rows.live_call(view) for view in live.values()]
        if ask.past:
            past = await self._read(self._from.records.calls, ask.limit + len(live), since=ask.since)
            shown += [rows.past_call(row) for row in past if row["id"] not in live]
        return Calls(self._from.clock(), tuple(shown[: ask.limit]))

    async def call(self, call: CallId) -> CallDetail:
        view = self._live(call)
        record = await self._read(self._from.records.call, call)
        if view is None and record is None:
            raise OperationRefused(RefusedCode.NO_SUCH_CALL, call)
        orders = await self._read(self._from.records.orders, call=call)
        record = record or {}
        return CallDetail(
            self._from.clock(),
            rows.live_call(view) if view else rows.past_call(record),
            rows.live_legs(view) if view else tuple(rows.past_leg(row) for row in record.get("legs", ())),
            tuple(rows.recording(row) for row in record.get("recordings", ())),
            tuple(rows.order(order) for order in orders),
            tuple(staff_rows.talk(row) for row in await self._read(self._from.records.talks, call=call)),
        )

    async def orders(self, ask: AskOrders) -> Orders:
        found = await self._read(
            self._from.records.orders,
            ask.limit,
            since=ask.since,
            account=AccountNo(ask.account) if ask.account else None,
            branch=BranchId(ask.branch) if ask.branch else None,
            call=CallId(ask.call) if ask.call else None,
            state=ask.state,
        )
        return Orders(self._from.clock(), tuple(rows.order(order) for order in found))

    async def recording(self, ask: AskRecording) -> RecordingPart:
        call = CallId(ask.call)
        known = next(iter(await self._read(self._from.records.recordings, call)), None)
        known = known or await self._read(self._from.records.recording, RecordingId(ask.call))
        if known is None:
            exists = self._live(call) is not None or await self._read(self._from.records.call, call) is not None
            raise OperationRefused(RefusedCode.NO_RECORDING if exists else RefusedCode.NO_SUCH_RECORDING, call)
        try:
            size, data = await asyncio.to_thread(_part, Path(known["path"]), ask.offset)
        except OSError as error:
            raise OperationRefused(RefusedCode.RECORDING_GONE, f"{known['path']}: {error.strerror}") from error
        if ask.offset == 0:
            self._audit(ask.actor, "recording_heard", call)
        return RecordingPart(known["id"], size, ask.offset, data)

    async def traced_number(self, call: CallId, actor: str) -> TracedNumber:
        number = await self._read(self._from.records.traced_number, call)
        if number is None:
            exists = self._live(call) is not None or await self._read(self._from.records.call, call) is not None
            raise OperationRefused(RefusedCode.NO_TRACED_NUMBER if exists else RefusedCode.NO_SUCH_CALL, call)
        self._audit(actor, "number_traced", call)
        return TracedNumber(call, number)

    async def customers(self, ask: FindCustomers) -> Customers:
        found = await self._read(self._from.records.search_customers, ask.text, ask.limit)
        self._from.audit(look_audit.searched(ask.actor or DEFAULT_ACTOR, ask.text, [each.id for each in found]))
        return Customers(self._from.clock(), tuple(rows.customer(each) for each in found))

    async def audit(self, ask: AskAudit) -> AuditTrail:
        found = await self._read(self._from.records.audit, ask.limit)
        broken = await self._read(self._from.records.audit_broken)
        return AuditTrail(self._from.clock(), tuple(rows.audit(row) for row in found), broken)

    async def _read(self, question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await asyncio.to_thread(question, *args, **kwargs)
        except StoreError as error:
            raise OperationRefused(RefusedCode.STORE_FAILED, str(error)) from error

    # --- actions ---

    async def reload(self, actor: str) -> Reloaded:
        async with self._reloading:
            try:
                flows = await self._from.reload()
            except ConfigError as found:
                self._audit(actor, "reload_refused", "config", f"{len(found.complaints)} problems")
                return Reloaded(problems=tuple(str(complaint) for complaint in found.complaints))
        self._audit(actor, "reloaded", "config", ", ".join(flows))
        return Reloaded(flows=flows)

    def hang_up(self, call: CallId, actor: str) -> Done:
        view = self._live(call)
        if view is None:
            raise OperationRefused(RefusedCode.NO_SUCH_CALL, call)
        self._audit(actor, "hang_up", call)
        self._from.post(HangUpOrdered(call))
        return Done(call)

    async def unlock(self, account: AccountNo, actor: str) -> Done:
        if not self._from.unlock(account, actor or DEFAULT_ACTOR):
            raise OperationRefused(RefusedCode.NO_SUCH_ACCOUNT, rows.end_of(account))
        return Done(rows.end_of(account))

    def unlock_number(self, number: str, actor: str) -> Done:
        if not self._from.unlock_number(number, actor or DEFAULT_ACTOR):
            raise OperationRefused(RefusedCode.NO_WRONG_PINS, number)
        return Done(number)

    async def backup(self, folder: str, actor: str) -> BackupProgress:
        return await self._from.backups.begin(Path(folder), actor or DEFAULT_ACTOR)

    def backup_progress(self) -> BackupProgress:
        if (progress := self._from.backups.progress()) is None:
            raise OperationRefused(RefusedCode.NO_BACKUP)
        return progress

    def drain(self, actor: str, *, now: bool) -> Done:
        if now or self._from.stops_at() is None:
            self._audit(actor, "drain", "switch", "now" if now else "")
            self._from.drain(now=now)
        return Done()

    def _live(self, call: CallId) -> CallView | None:
        return next((view for view in self._from.snapshot().calls if view.call == call), None)

    def _audit(self, actor: str, action: str, subject: str, detail: str = "") -> None:
        self._from.audit(Audit(actor or DEFAULT_ACTOR, action, subject, detail))


def _first(numbers: list[str]) -> str:
    return ", ".join(numbers[:NAMED]) + (" …" if len(numbers) > NAMED else "")


def _part(path: Path, offset: int) -> tuple[int, bytes]:
    """The file's present size, and its bytes from ``offset`` on."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(min(offset, size))
        return size, file.read(PART_BYTES)
