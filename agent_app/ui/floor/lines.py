"""The board's lines (trunks and voice cards) and branches with the day's orders."""

from PySide6.QtWidgets import QAbstractItemView

from agent_app.model.desk.view import DeskView
from agent_app.model.floor.mirror import FloorDeskView, order_counts
from agent_app.ui.parts import words
from agent_app.ui.parts.boards import BoardColumn, BoardTable, FloorPanel
from agent_app.ui.parts.fmt import NOTHING, yuan
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP
from agent_app.ui.parts.widgets import Clock, named, rows
from shared.floor import BranchRow, LineRow

NEARLY_FULL = 0.9


class LinesBoard(FloorPanel):
    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self.table: BoardTable[LineRow] = BoardTable(self._columns(), lines=6)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setLayout(rows(self.table))
        self.redraw()

    def _columns(self) -> list[BoardColumn[LineRow]]:
        return [
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Line"), lambda row: row.name, 0, sort=lambda row: (row.kind != "trunk", row.name)),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Kind"), self._kind, 10),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "In use"), lambda row: f"{row.used}/{row.total}", 10, right=True, bold=True, sort=lambda row: row.used),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Part"), lambda row: f"{_load(row):.0%}", 6, right=True, colour=_how_full, sort=_load),
            BoardColumn(
                QT_TRANSLATE_NOOP("tables", "State"), self._state, 10, colour=lambda row: {True: "ok", False: "danger", None: "muted"}[row.up],
                sort=lambda row: {False: 0, True: 1, None: 2}[row.up],
            ),
        ]  # fmt: skip

    def show_floor(self, floor: FloorDeskView, was: FloorDeskView) -> None:  # noqa: ARG002  as the base has it
        self.table.board.show_all(floor.lines)

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is not None and view.language != was.language:
            self.table.board.repaint_all()

    def retranslate(self) -> None:
        self.table.set_empty(self.tr("There are no lines."))
        named(self.table, self.tr("Lines"), self.tr("Trunks and voice cards, how many of their lines are in use"))

    def _kind(self, row: LineRow) -> str:
        return self.tr("Trunk") if row.kind == "trunk" else self.tr("Voice card")

    def _state(self, row: LineRow) -> str:
        return {True: self.tr("up"), False: self.tr("down"), None: NOTHING}[row.up]


class BranchesBoard(FloorPanel):
    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, framed=False)
        self.table: BoardTable[BranchRow] = BoardTable(self._columns(), lines=6)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setLayout(rows(self.table))
        self.redraw()

    def _columns(self) -> list[BoardColumn[BranchRow]]:

        def count(title: str, name: str, colour: str = "") -> BoardColumn[BranchRow]:
            return BoardColumn(
                title, lambda row: str(order_counts(row)[name]), 6, right=True, sort=lambda row: order_counts(row)[name],
                colour=lambda row: colour if order_counts(row)[name] else "",
            )  # fmt: skip

        return [
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Branch"), self._title, 0, colour=lambda row: "" if row.up and row.trading else "danger"),
            count(QT_TRANSLATE_NOOP("tables", "Orders"), "all"),
            count(QT_TRANSLATE_NOOP("tables", "Filled"), "filled"),
            count(QT_TRANSLATE_NOOP("tables", "Refused"), "refused", "warn"),
            count(QT_TRANSLATE_NOOP("tables", "In doubt"), "in_doubt", "danger"),
            BoardColumn(QT_TRANSLATE_NOOP("tables", "Turnover"), lambda row: yuan(row.turnover), 13, right=True, sort=lambda row: row.turnover),
        ]  # fmt: skip

    def show_floor(self, floor: FloorDeskView, was: FloorDeskView) -> None:  # noqa: ARG002  as the base has it
        self.table.board.show_all(floor.branches)

    def show_view(self, view: DeskView, was: DeskView | None) -> None:
        if was is not None and view.language != was.language:
            self.table.board.repaint_all()

    def retranslate(self) -> None:
        self.table.set_empty(self.tr("There are no branches."))
        named(
            self.table,
            self.tr("Branches"),
            self.tr("Orders of today by what became of them; turnover at the orders' prices"),
        )

    def _title(self, row: BranchRow) -> str:
        title = words.titled(row.title, self._view.language, row.branch)
        if row.up and row.trading:
            return title
        why = self.tr("no trading system") if row.up else self.tr("no connection")
        return words.about(title, why)


def _load(row: LineRow) -> float:
    return row.used / row.total if row.total else 0.0


def _how_full(row: LineRow) -> str:
    return "danger" if _load(row) >= 1.0 else "warn" if _load(row) >= NEARLY_FULL else ""
