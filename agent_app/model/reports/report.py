"""Spans of days for a supervisor's reports, and the view of a report. Pure."""

from enum import StrEnum

from msgspec import Struct

from shared.days import day_after
from shared.desk_reports import ReportShown
from shared.reports import By


class ReportSpan(StrEnum):
    """A named span of days; ``CUSTOM``: as typed."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    SEVEN_DAYS = "seven_days"
    """The last seven days with today."""
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    CUSTOM = "custom"


class ReportView(Struct, frozen=True):
    """``busy``: a report is pending, and ``shown`` is the one before. ``problem``: the code if the last report did not come."""

    busy: bool = False
    by: By = By.QUEUES
    shown: ReportShown | None = None
    problem: str = ""
    problem_text: str = ""


def days_of(span: ReportSpan, today: str) -> tuple[str, str]:
    """First and last day (``YYYYMMDD``), both included; ``today`` has the same format."""
    month = f"{today[:6]}01"
    match span:
        case ReportSpan.YESTERDAY:
            return day_after(today, -1), day_after(today, -1)
        case ReportSpan.SEVEN_DAYS:
            return day_after(today, -6), today
        case ReportSpan.THIS_MONTH:
            return month, today
        case ReportSpan.LAST_MONTH:
            last = day_after(month, -1)
            return f"{last[:6]}01", last
        case ReportSpan.TODAY | ReportSpan.CUSTOM:
            return today, today
