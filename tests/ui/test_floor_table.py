"""The tables of the supervisor's desk: sorted, filtered and changed together, with Qt's model tester on every signal."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest

from agent_app.ui.parts.boards import FALLING, RISING, BoardColumn, BoardRows, BoardTable, _runs
from shared.floor import LineRow
from tests.ui.floor_scenes import many_lines

pytestmark = pytest.mark.usefixtures("qapp")
COLUMNS = [
    BoardColumn[LineRow]("Name", lambda row: row.name),
    BoardColumn[LineRow]("Used", lambda row: str(row.used), sort=lambda row: row.used or None),
    BoardColumn[LineRow]("Age", lambda _row: "", ticks=True),
]
FAIL = QAbstractItemModelTester.FailureReportingMode.Warning  # pytest-qt fails a test at a warning


def line(name: str, used: int) -> LineRow:
    return LineRow("trunk", name, True, used, 30)


def table(lines: int = 5, **more: Any) -> BoardTable[LineRow]:
    return BoardTable(COLUMNS, lines=lines, **more)


def names(model: BoardRows[LineRow]) -> list[str]:
    return [model.row(at).name for at in range(model.rowCount())]  # type: ignore[union-attr]


FLOORS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 4), max_size=8)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("rows"), FLOORS),
        st.tuples(st.just("sort"), st.tuples(st.integers(0, 1), st.booleans())),
        st.tuples(st.just("filter"), st.integers(0, 4)),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60)
@given(STEPS)
def test_after_any_steps_the_right_rows_are_shown_in_order(steps: list[tuple[str, Any]]) -> None:
    shown = table()
    model = shown.board
    tester = QAbstractItemModelTester(model, FAIL)
    rows: dict[str, LineRow] = {}
    by, falling, least = 0, False, 0
    for what, value in steps:
        held = [
            (QPersistentModelIndex(model.index(at, 0)), model.row(at).key)  # type: ignore[union-attr]
            for at in range(model.rowCount())
        ]
        if what == "rows":
            rows = {
                row.key: rows.get(row.key, row) if rows.get(row.key) == row else row
                for row in (line(*item) for item in value.items())
            }
            model.show_all(rows)
        elif what == "sort":
            by, falling = value
            model.sort(by, Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder)
        else:
            least = value
            model.set_filter(lambda row, least=least: row.used >= least)
        wanted = sorted((row for row in rows.values() if row.used >= least), key=lambda row: row.name)
        if by == 1:
            some = sorted((row for row in wanted if row.used), key=lambda row: row.used, reverse=falling)
            wanted = [*some, *(row for row in wanted if not row.used)]
        elif falling:
            wanted.reverse()
        assert [model.row(at) for at in range(model.rowCount())] == wanted
        for index, key in held:
            if index.isValid():
                assert model.key_of(index.row()) == key
    del tester
    shown.deleteLater()


def test_only_changed_rows_are_redrawn() -> None:
    model = table().board
    rows = {row.key: row for row in many_lines(1000)}
    model.show_all(rows)
    drawn: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(lambda a, b, _roles: drawn.append((a.row(), b.row(), a.column(), b.column())))
    model.show_all(rows)
    model.show_all({**rows})
    assert drawn == []
    key = model.row(7).key  # type: ignore[union-attr]
    model.show_all({**rows, key: replace(rows[key], used=29, total=31)})
    assert drawn == [(7, 7, 0, 2)]
    model.tick()
    assert drawn[1:] == [(0, 999, 2, 2)]
    table().board.tick()


def test_only_the_place_of_a_change_is_painted() -> None:
    """Also with the last column hidden; a change of a row out of sight paints nothing."""
    shown = table()
    shown.resize(400, 200)
    shown.show()
    rows = {row.key: row for row in many_lines(1000)}
    shown.board.show_all(rows)
    shown.setColumnHidden(2, True)
    QTest.qWait(50)
    painted: list[QRect] = []

    class Seen(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if isinstance(event, QPaintEvent):
                painted.append(event.rect())
            return False

    seen = Seen()
    shown.viewport().installEventFilter(seen)
    shown.board.show_all({**rows, "trunk:trunk-0001": replace(rows["trunk:trunk-0001"], used=29, total=31)})
    QTest.qWait(50)
    place = shown.visualRect(shown.board.index(1, 0))
    assert [(rect.top(), rect.height()) for rect in painted] == [(place.top(), place.height())]
    assert painted[0].width() >= shown.viewport().width() - 1
    painted.clear()
    shown.board.show_all({**rows, "trunk:trunk-0900": replace(rows["trunk:trunk-0900"], used=29, total=31)})
    QTest.qWait(50)
    assert [rect.top() for rect in painted] in ([], [place.top()])
    shown.setColumnHidden(2, False)
    QTest.qWait(50)
    painted.clear()
    shown.board.tick()
    QTest.qWait(50)
    assert {rect.left() for rect in painted} == {shown.columnViewportPosition(2)}


def test_the_chosen_row_stays_chosen_through_changes() -> None:
    shown = table(sorted_by=1)
    shown.show()
    rows = {row.key: row for row in (line("a", 1), line("b", 2), line("c", 3))}
    shown.board.show_all(rows)
    shown.selectRow(1)
    assert shown.chosen_row() == line("b", 2)
    shown.board.show_all({**rows, "trunk:b": line("b", 9), "trunk:d": line("d", 0)})
    assert names(shown.board) == ["a", "c", "b", "d"]
    assert shown.chosen_row() == line("b", 9)
    shown.board.set_filter(lambda row: row.name != "b")
    assert shown.chosen_row() is None or shown.chosen_row() != line("b", 9)
    shown.board.show_all({})
    assert shown.chosen_row() is None


def test_a_click_on_a_heading_sorts_and_a_second_click_reverses_the_order() -> None:
    shown = table()
    shown.resize(600, 300)
    shown.show()
    shown.board.show_all({row.key: row for row in (line("a", 3), line("b", 1), line("c", 2))})
    header = shown.horizontalHeader()

    def click(column: int) -> str:
        at = header.rect().center()
        at.setX(header.sectionViewportPosition(column) + header.sectionSize(column) // 2)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        return str(shown.board.headerData(column, Qt.Orientation.Horizontal))

    assert click(1) == f"Used {RISING}"
    assert names(shown.board) == ["b", "c", "a"]
    assert click(1) == f"Used {FALLING}"
    assert names(shown.board) == ["a", "c", "b"]
    assert click(0) == f"Name {RISING}"
    assert names(shown.board) == ["a", "b", "c"]


def test_changes_in_a_thousand_rows_take_little_time() -> None:
    """The limit is generous so that the test holds on a busy machine; the bench measures the time exactly."""
    model = table(sorted_by=1).board
    rows = {row.key: row for row in many_lines(1000)}
    model.show_all(rows)
    began = time.process_time()
    for turn in range(20):
        changed = {key: replace(row, used=(row.used + turn) % 31) for key, row in list(rows.items())[turn::50]}
        rows = {**rows, **changed}
        model.show_all(rows)
    assert (time.process_time() - began) / 20 < 0.1


def test_runs() -> None:
    assert list(_runs([])) == []
    assert list(_runs([1, 2, 3, 7, 9, 10])) == [(1, 3), (7, 7), (9, 10)]
