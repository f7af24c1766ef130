"""Reports as a supervisor asks for them: spans of days, and what the window shows of them. Pure."""

from enum import StrEnum

from msgspec import Struct

from shared.days import day_after
from shared.desk_reports import ReportShown
from shared.reports import By


class ReportSpan(StrEnum):
    """Days by a word; ``CUSTOM``: as typed."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    SEVEN_DAYS = "seven_days"
    """The last seven, today among them."""
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    CUSTOM = "custom"


class ReportView(Struct, frozen=True):
    """``busy``: one is on its way; what is shown is the one before. ``problem``: a code where the last one did not come."""

    busy: bool = False
    by: By = By.QUEUES
    shown: ReportShown | None = None
    problem: str = ""
    problem_text: str = ""


def days_of(span: ReportSpan, today: str) -> tuple[str, str]:
    """First and last day (``YYYYMMDD``), both included; ``today`` is one."""
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
