"""Tables of rows that are plain values: columns declared as data, one model, one view; no widget for a row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from agent_app.ui.parts import words
from agent_app.ui.parts.faults import FAULTS
from agent_app.ui.parts.fmt import one_line, tip
from agent_app.ui.parts.theme import CELL_PADDING, GAP, ThemeTokens, digits, letters, tokens

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
CONTEXT = "tables"


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802, ARG001  the name that lupdate looks for; Qt's own is untyped
    """Marks a column's title for translation."""
    return text


@dataclass(frozen=True)
class TableColumn(Generic[Row]):
    """``title``: English, marked for translation. ``width``: in letters; 0 takes what is left. ``colour``: name of a theme token, or ``""``."""

    title: str
    text: Callable[[Row], str]
    width: int = 10
    right: bool = False
    bold: bool = False
    colour: Callable[[Row], str] | None = None
    tip: Callable[[Row], str] | None = None
    """The tooltip, if it has more than the text."""
    number: Callable[[Row], str] | None = None
    """A number to dial: the cell is drawn as a link, and a click on it emits ``DataTable.number_clicked``."""


class TableModel(QAbstractTableModel, Generic[Row]):
    """The rows shown. ``key``: the identity of a row whose values change, so that selection and scrolling stay."""

    def __init__(self, columns: Sequence[TableColumn[Row]], key: Callable[[Row], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row]) -> None:
        rows = tuple(rows)
        if rows == self._rows:
            return
        if [self._key(row) for row in rows] == [self._key(row) for row in self._rows]:
            self._rows = rows
            self.repaint_all()
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def repaint_all(self) -> None:
        """Repaints all cells and headings, after a change of language or theme."""
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self.columns) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def row(self, index: int) -> Row | None:
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def find(self, key: object) -> int:
        """The index of the row; -1: there is none."""
        return next((at for at, row in enumerate(self._rows) if self._key(row) == key), -1)

    def key_of(self, index: int) -> object:
        row = self.row(index)
        return None if row is None else self._key(row)

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return QCoreApplication.translate(CONTEXT, self.columns[section].title)
        return _side(self.columns[section].right) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell whose text raises an exception is empty."""
        try:
            return self._cell(index, role)
        except Exception as fault:  # noqa: BLE001  Qt asks while it paints; the other cells go on
            FAULTS.note(f"the column {self.columns[index.column()].title}", fault)
            return None

    def _cell(self, index: Index, role: int) -> Any:
        row = self.row(index.row())
        if row is None:
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(column.text(row))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip((column.tip or column.text)(row))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column.right)
        if role == Qt.ItemDataRole.ForegroundRole and column.colour is not None:
            return _colour(column.colour(row), tokens())
        if role == Qt.ItemDataRole.ForegroundRole and column.number is not None and column.number(row):
            return _colour("accent", tokens())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return words.about(QCoreApplication.translate(CONTEXT, column.title), column.text(row))
        return None


def _side(right: bool) -> Qt.AlignmentFlag:
    return (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter


def _colour(name: str, now: ThemeTokens) -> QColor | None:
    return QColor(getattr(now, name)) if name else None


class _KeepsColour(QStyledItemDelegate):
    """Paints a cell of a chosen row in the colour of its column; Qt would take the selection's colour."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        palette = option.palette
        palette.setBrush(QPalette.ColorRole.HighlightedText, palette.brush(QPalette.ColorRole.Text))
        option.palette = palette


class DataTable(QTableView, Generic[Row]):
    """A table in which one whole row is selected; Enter or a double click emits ``chosen``. Keyboard: arrows, Home, End, Enter.

    ``empty``: the sentence shown while there are no rows.
    """

    chosen = Signal(object)
    """The row."""
    number_clicked = Signal(object)
    """The row."""

    def __init__(self, columns: Sequence[TableColumn[Row]], key: Callable[[Row], object], *, lines: int = 4) -> None:
        super().__init__()
        self.rows: TableModel[Row] = TableModel(columns, key, self)
        self._lines, self.empty = lines, ""
        self._measured: list[int] = []
        """The columns' default widths."""
        self.setModel(self.rows)
        keeps = _KeepsColour(self)
        for at, column in enumerate(columns):
            if column.colour is not None or column.number is not None:  # Qt paints all others
                self.setItemDelegateForColumn(at, keeps)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self._measure()
        self.doubleClicked.connect(lambda index: self._choose(index.row()))
        self.clicked.connect(self._clicked)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Shows the rows; the chosen row stays chosen if it is still there."""
        key = self.rows.key_of(self.currentIndex().row())
        self.rows.show(rows)
        at = self.rows.find(key) if key is not None else -1
        if at >= 0 and at != self.currentIndex().row():
            self.setCurrentIndex(self.rows.index(at, 0))

    def set_empty(self, text: str) -> None:
        if text != self.empty:
            self.empty = text
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        if self.empty and not self.model().rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(QColor(tokens().muted))
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(GAP, GAP, -GAP, -GAP), int(flags), self.empty)

    def current(self) -> Row | None:
        return self.rows.row(self.currentIndex().row())

    def number(self) -> str:
        """The number to dial of the chosen row; ``""`` if there is none."""
        row = self.current()
        finds = next((column.number for column in self.rows.columns if column.number is not None), None)
        return finds(row) if finds is not None and row is not None and self.selectionModel().hasSelection() else ""

    def dial_current(self) -> bool:
        """Emits ``number_clicked`` for the chosen row; returns whether the row has a number."""
        row = self.current()
        if row is None or not self.number():
            return False
        self.number_clicked.emit(row)
        return True

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(super().sizeHint().width(), self._height(self._lines))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(super().minimumSizeHint().width(), self._height(min(2, self._lines)))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Selects a row when the focus comes by key, so that the place is seen."""
        super().focusInEvent(event)
        by_key = event.reason() != Qt.FocusReason.MouseFocusReason
        can = self.selectionMode() != QAbstractItemView.SelectionMode.NoSelection
        if by_key and can and not self.selectionModel().hasSelection():
            self.selectRow(max(0, self.currentIndex().row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange):
            self.rows.repaint_all()
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._measure()
        super().changeEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        row, finds = self.rows.row(index.row()), self.rows.columns[index.column()].number
        if row is not None and finds is not None and finds(row):
            self.number_clicked.emit(row)

    def _choose(self, at: int) -> None:
        row = self.rows.row(at)
        if row is not None:
            self.chosen.emit(row)

    def _height(self, lines: int) -> int:
        return self.horizontalHeader().sizeHint().height() + self.verticalHeader().defaultSectionSize() * lines + 4

    def widths(self) -> dict[str, int]:
        """The widths of columns that a person has changed, by title."""
        header = self.horizontalHeader()
        return {
            column.title: header.sectionSize(at)
            for at, column in enumerate(self.rows.columns)
            if column.width and not header.isSectionHidden(at) and header.sectionSize(at) != self._measured[at]
        }

    def set_widths(self, widths: Mapping[str, int]) -> None:
        """Sets widths from ``widths``; titles that no longer exist are ignored."""
        for at, column in enumerate(self.rows.columns):
            if column.width and column.title in widths:
                self.setColumnWidth(at, max(widths[column.title], self.horizontalHeader().minimumSectionSize()))

    def _measure(self) -> None:
        """Measures the default widths, again in another language or font; widths set by a person stay."""
        by_hand = self.widths() if self._measured else {}
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.5))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(letters(self.font(), 3))
        for at, column in enumerate(self.rows.columns):
            stretch = column.width == 0
            header.setSectionResizeMode(
                at, QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.Interactive
            )
            if not stretch:
                wide = digits(self.font(), column.width) + self._margins()
                self.setColumnWidth(at, max(wide, header.sectionSizeHint(at)))
        self._measured = [header.sectionSize(at) for at in range(len(self.rows.columns))]
        self.set_widths(by_hand)

    def _margins(self) -> int:
        """The margins left and right of a cell's text: the style's, and the style sheet's padding."""
        return 2 * (self.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, self) + 1 + CELL_PADDING)
