"""Reports over a desk's link (``shared.desk``): the same lines as the operator's (``shared.reports``), with the asking agent's rights."""

from typing import Annotated

from msgspec import Meta

from shared.control_reports import Day
from shared.desk import Message, Name, Reply, Request
from shared.reports import By, ReportRow


class AskReport(Request, frozen=True):
    """Answered by ``ReportShown``: of the days ``first`` to ``last``, both included. Refused ``not_found`` where the days are none.

    An agent asks with their own id as ``agent``. A supervisor has agents and groups of their own group only (others are ``not_allowed``, and
    without an ``agent`` the lines are cut to the group), a manager all. It may take some seconds.
    """

    by: By
    first: Day
    last: Day
    queue: Name | None = None
    agent: Annotated[str, Meta(max_length=32)] | None = None


class ReportShown(Reply, frozen=True):
    """``at``: of a day that is not over, until when. ``group``: whose agents it has, where it was cut to one."""

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
