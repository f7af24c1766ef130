"""``ports.floor.FloorRowsPort``: the supervisors' board, composed of data of the core, the agent book, the configuration, the links and the store."""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from shared.desk import DeskCall, Seat
from shared.enums import Language, SeatState
from shared.floor import BranchRow, ColleagueRow, LineRow, QueueBoardRow, Rows, SeatRow, TargetRow, WaitingRow
from shared.ids import AgentId, BranchId, CallId, QueueName, TrunkName
from shared.initials import initials
from switch_server.core.flow import Flow
from switch_server.core.snapshot import FloorView, QueueView
from switch_server.core.words import Queue, SwitchConfig
from switch_server.ports.desks import AgentBook, AgentRecord
from switch_server.ports.floor import OrderCounts, QueueCounts
from switch_server.ports.operations import BranchState
from switch_server.services.config_file import BranchSettings

Shown = tuple[Seat | None, DeskCall | None]


class FloorSources(Struct, frozen=True, kw_only=True):
    """The sources of the rows; all are called on the loop."""

    clock: Callable[[], float]
    """UTC seconds."""
    config: Callable[[], SwitchConfig]
    flows: Callable[[], tuple[Flow, ...]]
    branches: Callable[[], Iterable[BranchSettings]]
    floor: Callable[[float], FloorView]
    desk_state: Callable[[AgentId], Shown]
    book: AgentBook
    trunk_states: Callable[[], Mapping[TrunkName, str]]
    """``up``, ``down``; other trunks are not watched."""
    branch_states: Callable[[], Mapping[BranchId, BranchState]]
    queue_counts: Callable[[], Mapping[QueueName, QueueCounts]]
    order_counts: Callable[[], Mapping[BranchId, OrderCounts]]


class FloorRows:
    """See the port. Disabled agents are not shown."""

    def __init__(self, sources: FloorSources) -> None:
        self._from = sources

    def directory(self) -> Rows:
        of = self._from
        seats = [(record, of.desk_state(record.agent)) for record in self._agents()]
        return Rows(colleagues=self._colleagues(seats), targets=self._targets(of.floor(of.clock()).queues))

    def whole(self) -> Rows:
        of = self._from
        view = of.floor(of.clock())
        seats = [(record, of.desk_state(record.agent)) for record in self._agents()]
        return Rows(
            colleagues=self._colleagues(seats),
            targets=self._targets(view.queues),
            seats=tuple(self._seat(record, *shown) for record, shown in seats),
            queues=self._queues(view),
            waiting=_waiting(view),
            lines=self._lines(view),
            branches=self._branches(),
        )

    # --- people ---

    def _agents(self) -> Iterable[AgentRecord]:
        return (record for record in self._from.book.agents() if not record.disabled)

    def _colleagues(self, seats: Iterable[tuple[AgentRecord, Shown]]) -> tuple[ColleagueRow, ...]:
        rows = []
        for record, (seat, _) in seats:
            state = seat.state if seat else SeatState.OFFLINE
            rows.append(ColleagueRow(record.agent, record.name, initials(record.name), record.group, state))
        return tuple(rows)

    def _seat(self, record: AgentRecord, seat: Seat | None, call: DeskCall | None) -> SeatRow:
        return SeatRow(
            agent=record.agent,
            name=record.name,
            initials=initials(record.name),
            group=record.group,
            role=record.role,
            state=seat.state if seat else SeatState.OFFLINE,
            skills=record.skills,
            calls_today=seat.calls_today if seat else self._from.book.calls_today(record.agent),
            desk=seat.desk if seat else None,
            since=seat.since if seat else None,
            reason=(seat.lock_next or seat.reason) if seat else None,
            call=call.call if call else None,
            kind=call.kind if call else None,
            number=call.number if call else "",
            queue=call.queue if call else None,
            target=call.target if call else None,
        )

    # --- queues, lines, branches ---

    def _targets(self, queues: Iterable[QueueView]) -> tuple[TargetRow, ...]:
        titles = self._titles()
        waiting = (TargetRow("queue", each.name, titles[each.name], each.is_open) for each in queues)
        menus = (TargetRow("menu", flow.flow, {}) for flow in self._from.flows())
        return (*waiting, *menus)

    def _queues(self, view: FloorView) -> tuple[QueueBoardRow, ...]:
        known, counts = {queue.name: queue for queue in self._from.config().queues}, self._from.queue_counts()
        return tuple(
            _queue(each, known[QueueName(each.name)], counts.get(QueueName(each.name))) for each in view.queues
        )

    def _titles(self) -> dict[str, dict[Language, str]]:
        return {queue.name: queue.title for queue in self._from.config().queues}

    def _lines(self, view: FloorView) -> tuple[LineRow, ...]:
        states = {name: state == "up" for name, state in self._from.trunk_states().items()}
        trunks = (
            LineRow("trunk", each.trunk, states.get(TrunkName(each.trunk)), each.used_in + each.used_out, each.lines)
            for each in view.trunks
        )
        return (*trunks, *(LineRow("card", each.card, each.up, each.used, each.channels) for each in view.cards))

    def _branches(self) -> tuple[BranchRow, ...]:
        links, counts = self._from.branch_states(), self._from.order_counts()
        return tuple(
            _branch(branch, links.get(branch.id), counts.get(branch.id, OrderCounts()))
            for branch in self._from.branches()
        )


def _queue(view: QueueView, queue: Queue, counted: QueueCounts | None) -> QueueBoardRow:
    today = counted or QueueCounts()
    return QueueBoardRow(
        queue=queue.name,
        title=queue.title,
        is_open=view.is_open,
        waiting=view.waiting,
        oldest=view.oldest,
        open_seats=view.open_seats,
        staffed=view.seats,
        service_level=queue.service_level,
        offered=today.offered,
        answered=today.answered,
        in_time=today.in_time,
        abandoned=today.abandoned,
    )


def _waiting(view: FloorView) -> tuple[WaitingRow, ...]:
    return tuple(
        WaitingRow(
            CallId(each.call), QueueName(each.queue), each.number, each.since, each.priority, each.ringing, each.consult
        )
        for each in view.waiting
    )


def _branch(branch: BranchSettings, link: BranchState | None, today: OrderCounts) -> BranchRow:
    title = {Language.ZH: branch.name, Language.EN: branch.name_en or branch.name}
    status = link.status if link else None
    trading = status.trading_system_up if status else None
    return BranchRow(branch.id, title, link is not None and link.link_up, trading, today.states, today.turnover)
