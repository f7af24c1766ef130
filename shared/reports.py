"""Reports (统计报表): the fields of one row, the same for the operator's command line and for a supervisor's window.

The meaning of each figure is in ``docs/statistics.md``. Times are ms, money fen. ``None``: the divisor is zero, or the figure has no
meaning in this report.
"""

from enum import StrEnum

from msgspec import Struct

from shared.ids import Fen


class By(StrEnum):
    """The key of a report's rows."""

    AGENTS = "agents"
    GROUPS = "groups"
    QUEUES = "queues"
    HOURS = "hours"  # of the day, 00 to 23, added up over all days
    DAYS = "days"
    BRANCHES = "branches"


class ReportRow(Struct, frozen=True, kw_only=True):
    """``key``: the agent, group, queue, hour (``09``), day (``YYYYMMDD``) or branch; empty: none or unknown. ``name``: of an agent."""

    key: str = ""
    name: str = ""
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    left: int = 0
    """Callers whom the flow led out of the queue, or (at the day's end) who still waited."""
    refused: int = 0
    """Callers who found the queue closed or full."""
    callbacks: int = 0
    within: int = 0
    """Callers answered within the queue's service level."""
    service_level: float | None = None
    """``within`` divided by ``offered``, 0 to 1."""
    wait_average_ms: int | None = None
    """The average over the answered callers."""
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
    """Talk, hold and wrap-up time per talk."""
    orders: int = 0
    turnover: Fen = Fen(0)
    faxes_sent: int = 0
    """Every page confirmed."""
    fax_pages_sent: int = 0
    """Confirmed pages, those of faxes that failed later too."""
    faxes_failed: int = 0
    faxes_received: int = 0
    fax_pages_received: int = 0
    dispositions: dict[str, int] = {}
    shift_ms: int = 0
    open_ms: int = 0
    busy_ms: int = 0
    away_ms: int = 0
    """Time in the shift while the desk's link was down."""
    locked_ms: dict[str, int] = {}
    """Locked time by reason."""
    occupancy: float | None = None
    """``busy_ms`` divided by the sum of ``busy_ms`` and ``open_ms``, 0 to 1."""
