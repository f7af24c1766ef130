"""Reports over a desk's link (``shared.desk``): the same rows as the operator's (``shared.reports``), with the rights of the asking agent."""

from typing import Annotated

from msgspec import Meta

from shared.control_reports import Day
from shared.desk import Message, Name, Reply, Request
from shared.reports import By, ReportRow


class AskReport(Request, frozen=True):
    """Answered by ``ReportShown`` of the days ``first`` to ``last``, both included. Refused with ``not_found`` if these are no days.

    An agent asks with their own id as ``agent``. A supervisor sees agents and groups of their own group only (others: ``not_allowed``;
    without ``agent`` the rows are restricted to the group), a manager all. The reply may take some seconds.
    """

    by: By
    first: Day
    last: Day
    queue: Name | None = None
    agent: Annotated[str, Meta(max_length=32)] | None = None


class ReportShown(Reply, frozen=True):
    """``at``: if the last day is not over, the time up to which it is counted. ``group``: the group to which the rows are restricted."""

    at: float
    by: By
    first: str
    last: str
    rows: tuple[ReportRow, ...]
    total: ReportRow
    queue: str | None = None
    agent: str | None = None
    group: str | None = None


QUESTIONS: tuple[type[Request], ...] = (AskReport,)
REPLIES: tuple[type[Reply], ...] = (ReportShown,)
MESSAGES: tuple[type[Message], ...] = (*QUESTIONS, *REPLIES)
