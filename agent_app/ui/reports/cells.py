"""The columns of a report's line, and the measures for the chart."""

from collections.abc import Callable
from dataclasses import dataclass

from agent_app.ui.parts.boards import BoardColumn
from agent_app.ui.parts.fmt import NOTHING, duration, yuan
from agent_app.ui.parts.tables import QT_TRANSLATE_NOOP
from shared.reports import By, ReportRow

Text = Callable[[ReportRow], str]


def percent(part: float | None) -> str:
    return NOTHING if part is None else f"{part:.0%}"


def seconds(ms: float | None) -> str:
    return NOTHING if ms is None else duration(ms / 1000)


def whole(number: float) -> str:
    return f"{number:,.0f}"


@dataclass(frozen=True)
class Measure:
    """``title``: English, marked for translation in ``tables``; ``said``: formats a value."""

    title: str
    value: Callable[[ReportRow], float | None]
    said: Callable[[float], str] = whole
    width: int = 7
    only: frozenset[By] = frozenset(By)
    summed: bool = False
    """The measure is shown in the total below the table."""

    def text(self, row: ReportRow) -> str:
        value = self.value(row)
        return NOTHING if value is None else self.said(value)

    def column(self) -> BoardColumn[ReportRow]:
        return BoardColumn(self.title, self.text, self.width, right=True, sort=self.value)


IN_TIME = frozenset({By.AGENTS, By.GROUPS, By.HOURS, By.DAYS})
"""Reports whose lines have shifts."""
MEASURES: tuple[Measure, ...] = (
    Measure(QT_TRANSLATE_NOOP("tables", "Offered"), lambda row: row.offered, summed=True),
    Measure(QT_TRANSLATE_NOOP("tables", "Answered"), lambda row: row.answered, summed=True),
    Measure(QT_TRANSLATE_NOOP("tables", "Gave up"), lambda row: row.abandoned, summed=True),
    Measure(QT_TRANSLATE_NOOP("tables", "In time"), lambda row: row.service_level, percent, summed=True),
    Measure(QT_TRANSLATE_NOOP("tables", "Average wait"), lambda row: row.wait_average_ms, seconds, summed=True),
    Measure(QT_TRANSLATE_NOOP("tables", "Longest"), lambda row: row.wait_longest_ms, seconds),
    Measure(QT_TRANSLATE_NOOP("tables", "Talks"), lambda row: row.talks, summed=True),
    Measure(QT_TRANSLATE_NOOP("tables", "Dialled"), lambda row: row.dialled),
    Measure(QT_TRANSLATE_NOOP("tables", "Missed"), lambda row: row.missed),
    Measure(QT_TRANSLATE_NOOP("tables", "Transfers"), lambda row: row.transfers),
    Measure(QT_TRANSLATE_NOOP("tables", "Talk time"), lambda row: row.talk_ms, seconds, 9),
    Measure(QT_TRANSLATE_NOOP("tables", "Hold"), lambda row: row.hold_ms, seconds, 8),
    Measure(QT_TRANSLATE_NOOP("tables", "Wrap-up"), lambda row: row.wrap_up_ms, seconds, 8),
    Measure(QT_TRANSLATE_NOOP("tables", "A talk"), lambda row: row.handle_average_ms, seconds),
    Measure(QT_TRANSLATE_NOOP("tables", "Shift"), lambda row: row.shift_ms, seconds, 9, IN_TIME),
    Measure(QT_TRANSLATE_NOOP("tables", "Occupancy"), lambda row: row.occupancy, percent, 9, IN_TIME),
    Measure(QT_TRANSLATE_NOOP("tables", "Orders"), lambda row: row.orders, summed=True),
    Measure(
        QT_TRANSLATE_NOOP("tables", "Turnover"), lambda row: row.turnover, lambda fen: yuan(round(fen)), 13, summed=True
    ),
    Measure(QT_TRANSLATE_NOOP("tables", "Faxes sent"), lambda row: row.faxes_sent, only=IN_TIME),
    Measure(QT_TRANSLATE_NOOP("tables", "Pages sent"), lambda row: row.fax_pages_sent, only=IN_TIME),
    Measure(QT_TRANSLATE_NOOP("tables", "Faxes failed"), lambda row: row.faxes_failed, only=IN_TIME),
    Measure(QT_TRANSLATE_NOOP("tables", "Faxes received"), lambda row: row.faxes_received, only=IN_TIME),
)
