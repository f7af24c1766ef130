"""The board's tables: sorted and filtered by the person, updated row by row, fast with a thousand rows.

Rows come as a mapping whose unchanged rows are the same objects as before (``model.floor.mirror``). Only changes are drawn. The chosen row stays
chosen, and in its place on the screen as far as the order allows. Times run by ``tick``, which draws one column.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from agent_app.model.floor.mirror import FloorDeskView
from agent_app.ui.parts import theme
from agent_app.ui.parts.tables import ROOT, DataTable, TableColumn, TableModel
from agent_app.ui.parts.widgets import Clock, Panel
from shared.floor import Keyed

Row = TypeVar("Row", bound=Keyed)
Index = QModelIndex | QPersistentModelIndex
RISING, FALLING = "↑", "↓"
FILL = Qt.ItemDataRole.UserRole + 1
_ROLE = Qt.ItemDataRole
ASKED = frozenset(
    int(role)
    for role in (
        _ROLE.DisplayRole,
        _ROLE.ToolTipRole,
        _ROLE.TextAlignmentRole,
        _ROLE.ForegroundRole,
        _ROLE.AccessibleTextRole,
        FILL,
    )
)
"""The roles of a cell that have a value; Qt asks for as many others each time it paints a cell."""


@dataclass(frozen=True)
class BoardColumn(TableColumn[Row], Generic[Row]):
    """``sort``: the sort key (``None`` values last); without it the text. ``ticks``: the text runs with the clock.

    ``fill``: colour behind white text (``#rrggbb``), or ``""``.
    """

    sort: Callable[[Row], Any] | None = None
    ticks: bool = False
    fill: Callable[[Row], str] | None = None


class BoardRows(TableModel[Row]):
    """``show_all`` sets all rows; ``set_filter`` and ``sort`` choose the shown rows and their order."""

    def __init__(self, columns: Sequence[BoardColumn[Row]], parent: QWidget) -> None:
        super().__init__(columns, lambda row: row.key, parent)
        self._boards = tuple(columns)
        self._all: Mapping[str, Row] = {}
        self._takes: Callable[[Row], bool] = lambda _row: True
        self._by, self._order = 0, Qt.SortOrder.AscendingOrder

    def show_all(self, rows: Mapping[str, Row]) -> None:
        was, self._all = self._all, rows
        if rows is not was:
            self._arrange({key for key, row in rows.items() if was.get(key) is not row})

    def set_filter(self, takes: Callable[[Row], bool]) -> None:
        self._takes = takes
        self._arrange(set())

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._by, self._order = column, order
        self._arrange(set())
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def repaint_all(self) -> None:
        """Sorts again, since another language has another order, and repaints."""
        self._arrange(set())
        super().repaint_all()

    def tick(self) -> None:
        """Draws what runs with the clock."""
        for at, column in enumerate(self._boards):
            if column.ticks and self._rows:
                self.dataChanged.emit(
                    self.index(0, at), self.index(len(self._rows) - 1, at), [Qt.ItemDataRole.DisplayRole]
                )

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        """The sorted column has its arrow in the text, since Qt's own arrow would cover the text."""
        found = super().headerData(section, orientation, role)
        if role == Qt.ItemDataRole.DisplayRole and section == self._by and found:
            return f"{found} {RISING if self._order == Qt.SortOrder.AscendingOrder else FALLING}"
        return found

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return super().data(index, role) if role in ASKED else None

    def _cell(self, index: Index, role: int) -> Any:
        if role == FILL:
            row, fill = self.row(index.row()), self._boards[index.column()].fill
            return fill(row) if row is not None and fill is not None else ""
        return super()._cell(index, role)

    # --- inside ---

    def _arrange(self, changed: set[str]) -> None:
        wanted = self._wanted()
        keys = {row.key for row in wanted}
        self._remove(keys)
        self._rows = tuple(self._all[row.key] for row in self._rows)
        had = {row.key for row in self._rows}
        self._reorder([row for row in wanted if row.key in had])
        for at, row in enumerate(self._rows):
            if row.key in changed:
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(self.columns) - 1))
        self._insert(wanted, had)

    def _wanted(self) -> list[Row]:
        sort = self._boards[self._by].sort or self._boards[self._by].text

        def value(row: Row) -> tuple[bool, Any]:
            found = sort(row)
            return (found is None, found)

        rows = sorted((row for row in self._all.values() if self._takes(row)), key=lambda row: row.key)
        if self._order == Qt.SortOrder.AscendingOrder:
            return sorted(rows, key=value)
        there = [row for row in rows if sort(row) is not None]
        return [*sorted(there, key=value, reverse=True), *(row for row in rows if sort(row) is None)]

    def _remove(self, keys: set[str]) -> None:
        gone = [at for at, row in enumerate(self._rows) if row.key not in keys]
        for first, last in reversed(list(_runs(gone))):
            self.beginRemoveRows(ROOT, first, last)
            self._rows = self._rows[:first] + self._rows[last + 1 :]
            self.endRemoveRows()

    def _reorder(self, rows: list[Row]) -> None:
        if [row.key for row in rows] == [row.key for row in self._rows]:
            return
        self.layoutAboutToBeChanged.emit()
        at = {row.key: number for number, row in enumerate(rows)}
        old = self.persistentIndexList()
        new = [self.index(at[self._rows[index.row()].key], index.column()) for index in old]
        self._rows = tuple(rows)
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _insert(self, wanted: list[Row], had: set[str]) -> None:
        new = [at for at, row in enumerate(wanted) if row.key not in had]
        for first, last in _runs(new):
            self.beginInsertRows(ROOT, first, last)
            self._rows = self._rows[:first] + tuple(wanted[first : last + 1]) + self._rows[first:]
            self.endInsertRows()


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Rising numbers as ranges: 1 2 3 7 8 -> (1, 3), (7, 8)."""
    first = 0
    for at, number in enumerate(numbers):
        if at + 1 == len(numbers) or numbers[at + 1] != number + 1:
            yield numbers[first], number
            first = at + 1


class BoardTable(DataTable[Row]):
    """A click on a heading sorts. ``sorted_by``: the column at the start."""

    def __init__(
        self, columns: Sequence[BoardColumn[Row]], *, lines: int, sorted_by: int = 0, falling: bool = False
    ) -> None:
        super().__init__(columns, lambda row: row.key, lines=lines)
        self.board: BoardRows[Row] = BoardRows(columns, self)
        self.rows = self.board
        self.setModel(self.board)
        chips = _Chips(self)
        for at, column in enumerate(columns):
            if column.fill is not None:  # Python paints these; Qt paints all others
                self.setItemDelegateForColumn(at, chips)
        order = Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(sorted_by, order)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorShown(False)
        self._measure()

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:  # noqa: N802
        """Draws only these cells; Qt's own method draws the whole table for more than one cell."""
        if QAccessible.isActive():  # only Qt's own method informs screen readers
            super().dataChanged(first, last, list(roles))
            return
        place = self.visualRect(first).united(self.visualRect(last))
        if first.column() != last.column():  # the last column may be hidden, without a place
            place.setLeft(0)
            place.setRight(self.viewport().width())
        self.viewport().update(place)

    def chosen_row(self) -> Row | None:
        """``None``: no row is chosen."""
        index = self.currentIndex()
        return self.board.row(index.row()) if index.isValid() and self.selectionModel().hasSelection() else None


class FloorPanel(Panel):
    """A panel of the supervisor's desk, which draws a ``FloorDeskView`` too (``show_floor``) and keeps the newest."""

    def __init__(self, clock: Clock, *, framed: bool = True) -> None:
        super().__init__(clock, framed=framed)
        self._floor = FloorDeskView()

    def draw_floor(self, floor: FloorDeskView) -> None:
        was, self._floor = self._floor, floor
        self.drawing(lambda: self.show_floor(floor, was))

    def show_floor(self, floor: FloorDeskView, was: FloorDeskView) -> None:
        """Draws what differs from ``was``."""

    def _from_nothing(self) -> None:
        self.show_floor(FloorDeskView(), self._floor)
        self.show_floor(self._floor, FloorDeskView())
        super()._from_nothing()


class _Chips(QStyledItemDelegate):
    """Paints a cell with a fill as a coloured plate with a white word; grey in a disabled table (old rows)."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colour = index.data(FILL)
        if not colour:
            super().paint(painter, option, index)
            return
        text = str(index.data())
        self.initStyleOption(option, index)
        option.text = ""
        widget: QWidget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        on = bool(option.state & QStyle.StateFlag.State_Enabled)
        place: QRect = option.rect.adjusted(3, 2, -3, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour if on else theme.STATE_OFF))
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(QColor(theme.ON_STATE))
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width() - 8)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, shown)
        painter.restore()
