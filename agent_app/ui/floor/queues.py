"""The board's queues and waiting callers."""

from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout

from agent_app.model.desk.view import DeskView
from agent_app.model.floor.mirror import FloorDeskView, in_time
from agent_app.ui.parts import words
from agent_app.ui.parts.boards import BoardColumn, BoardTable, FloorPanel
from agent_app.ui.parts.fmt import NOTHING, duration
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP
from agent_app.ui.parts.widgets import Clock, OneLineLabel, named, rows
from shared.floor import QueueBoardRow, WaitingRow

GOOD, POOR = 0.8, 0.6
"""Service levels: above the first the value is shown as good, below the second as bad."""


class QueuesBoard(FloorPanel):
    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.heading = OneLineLabel("heading", wide=30)
        self.table: BoardTable[QueueBoardRow] = BoardTable(self._columns(), lines=6)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        whole = rows(self.heading, self.table, margin=8, gap=6)
        whole.setStretchFactor(self.table, 1)
        self.setLayout(whole)
        self.redraw()

    def _columns(self) -> list[BoardColumn[QueueBoardRow]]:
        return [
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Queue"), self._title, 0),
            BoardColumn(
                QT_TRANSLATE_NOOP("tables", "Waiting"), lambda row: str(row.waiting), 6, right=True, bold=True,
                colour=lambda row: "warn" if row.waiting else "", sort=lambda row: row.waiting,
            ),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Longest"), self._longest, 7, right=True, ticks=True, sort=lambda row: -row.oldest if row.oldest is not None else None),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "In time"), _part, 7, right=True, colour=_how_good, sort=in_time),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Answered"), lambda row: f"{row.answered}/{row.offered}", 8, right=True, sort=lambda row: row.answered),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Gave up"), lambda row: str(row.abandoned), 6, right=True, sort=lambda row: row.abandoned),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Seats"), lambda row: f"{row.open_seats}/{row.staffed}", 6, right=True, sort=lambda row: row.open_seats),
        ]  # fmt: skip

    def show_floor(self, floor: FloorDeskView, was: FloorDeskView) -> None:  # noqa: ARG002  as the base has it
        self.table.board.show_all(floor.queues)

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is not None and view.language != was.language:
            self.table.board.repaint_all()

    def tick(self, now: float) -> None:  # noqa: ARG002  the columns ask the clock
        self.table.board.tick()

    def retranslate(self) -> None:
        self.heading.say(self.tr("Queues today"))
        self.table.set_empty(self.tr("There are no queues."))
        named(
            self.table,
            self.tr("Queues today"),
            self.tr("In time: of today's callers, answered within what the queue promises"),
        )

    def _title(self, row: QueueBoardRow) -> str:
        title = words.titled(row.title, self._view.language, row.queue)
        return title if row.is_open else self.tr("{queue} (closed)").format(queue=title)

    def _longest(self, row: QueueBoardRow) -> str:
        return duration(self.now() - row.oldest) if row.oldest is not None else ""


class WaitingBoard(FloorPanel):
    """The waiting callers, with the buttons that take a caller out of order."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.heading = OneLineLabel("heading", wide=30)
        self.table: BoardTable[WaitingRow] = BoardTable(self._columns(), lines=5, sorted_by=2, falling=True)
        self.buttons = QHBoxLayout()
        whole = rows(self.heading, self.table, self.buttons, margin=8, gap=6)
        whole.setStretchFactor(self.table, 1)
        self.setLayout(whole)
        self.redraw()

    def _columns(self) -> list[BoardColumn[WaitingRow]]:
        return [
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Number"), lambda row: row.number, 14),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Queue"), self._queue, 0),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Waits"), lambda row: duration(self.now() - row.since), 8, right=True, ticks=True, sort=lambda row: -row.since),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Priority"), lambda row: str(row.priority), 8, right=True, sort=lambda row: row.priority),
            BoardColumn(
                QT_TRANSLATE_NOOP("tables", "At a desk"), self._desk_word, 8,
                colour=lambda row: "ok" if row.ringing else "", sort=lambda row: row.ringing,
            ),
        ]  # fmt: skip

    def show_floor(self, floor: FloorDeskView, was: FloorDeskView) -> None:  # noqa: ARG002  as the base has it
        self.table.board.show_all(floor.waiting)
        self._count()

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is not None and view.language != was.language:
            self.table.board.repaint_all()

    def tick(self, now: float) -> None:  # noqa: ARG002  the columns ask the clock
        self.table.board.tick()

    def retranslate(self) -> None:
        self._count()
        self.table.set_empty(self.tr("Nobody waits."))
        named(self.table, self.tr("Callers who wait"), self.tr("The menu of a row takes the caller out of order"))

    def _count(self) -> None:
        waiting = len(self._floor.waiting)
        self.heading.say(self.tr("Waiting: {n}").format(n=waiting) if waiting else self.tr("Nobody waits"))

    def _desk_word(self, row: WaitingRow) -> str:
        if row.ringing:
            return self.tr("rings")
        return self.tr("asks") if row.consult else ""

    def _queue(self, row: WaitingRow) -> str:
        queue = self._floor.queues.get(row.queue)
        return words.titled(queue.title, self._view.language, row.queue) if queue is not None else str(row.queue)


def _part(row: QueueBoardRow) -> str:
    part = in_time(row)
    return NOTHING if part is None else f"{part:.0%}"


def _how_good(row: QueueBoardRow) -> str:
    part = in_time(row)
    if part is None:
        return "muted"
    return "ok" if part >= GOOD else "danger" if part < POOR else "warn"
