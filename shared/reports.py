"""Reports (统计报表): what one line of them holds. The same for the operator's command line and for a supervisor's window.

What each figure means stands in ``docs/statistics.md``. Times are ms, money fen. ``None``: there is nothing to divide by, or it has no meaning
in this report.
"""

from enum import StrEnum

from msgspec import Struct

from shared.ids import Fen


class By(StrEnum):
    """What a report has a line for."""

    AGENTS = "agents"
    GROUPS = "groups"
    QUEUES = "queues"
    HOURS = "hours"  # of the day, 00 to 23, all days together
    DAYS = "days"
    BRANCHES = "branches"


class ReportRow(Struct, frozen=True, kw_only=True):
    """``key``: the agent, group, queue, hour (``09``), day (``YYYYMMDD``) or branch; empty: none, or not known. ``name``: an agent's."""

    key: str = ""
    name: str = ""
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    left: int = 0
    """Led out of the queue by the flow, or (of the day's last) still waiting."""
    refused: int = 0
    """The queue was closed or full."""
    callbacks: int = 0
    within: int = 0
    """Answered within the queue's service level."""
    service_level: float | None = None
    """``within`` of ``offered``, 0 to 1."""
    wait_average_ms: int | None = None
    """Of those that were answered."""
    wait_longest_ms: int = 0
    talks: int = 0
    dialled: int = 0
    missed: int = 0
    """Rings that the agent did not answer."""
    transfers: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    handle_average_ms: int | None = None
    """Talk, hold and wrap-up of one talk."""
    orders: int = 0
    turnover: Fen = Fen(0)
    dispositions: dict[str, int] = {}
    shift_ms: int = 0
    open_ms: int = 0
    busy_ms: int = 0
    away_ms: int = 0
    """In the shift, while the desk's link was down."""
    locked_ms: dict[str, int] = {}
    """By reason."""
    occupancy: float | None = None
    """``busy_ms`` of ``busy_ms`` and ``open_ms``, 0 to 1."""
