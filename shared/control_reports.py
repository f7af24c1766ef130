"""The control protocol's messages about reports (统计报表): see ``shared.control``. Rows: ``shared.reports``; meanings: ``docs/statistics.md``."""

from typing import Annotated

from msgspec import Meta

from shared.control_base import Reply, Request
from shared.reports import By, ReportRow

Day = Annotated[str, Meta(pattern=r"^[0-9]{8}\Z")]
"""``YYYYMMDD`` in Asia/Shanghai."""


class AskReport(Request, frozen=True):
    """Answered by ``ControlReport`` of the days ``first`` to ``last``, both included. ``queue``, ``agent``, ``group``: restrict the report to it."""

    by: By
    first: Day
    last: Day
    queue: Annotated[str, Meta(max_length=64)] | None = None
    agent: Annotated[str, Meta(max_length=32)] | None = None
    group: Annotated[str, Meta(max_length=64)] | None = None


class ControlReport(Reply, frozen=True, tag="Report"):
    """``rows`` by key; ``total`` counts each call once. ``at``: if the last day is not over, the time up to which it is counted."""

    at: float
    by: By
    first: str
    last: str
    rows: tuple[ReportRow, ...]
    total: ReportRow
    queue: str | None = None
    agent: str | None = None
    group: str | None = None


REQUESTS: tuple[type[Request], ...] = (AskReport,)
REPLIES: tuple[type[Reply], ...] = (ControlReport,)
