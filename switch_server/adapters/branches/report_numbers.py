"""Order reports of one branch in their order: 1, 2, 3 … per trade date, each posted once. Pure.

``take`` decides about a report. After a gap all reports since the last one in order are requested, of its day and of later days;
until they arrive later reports are dropped (they are contained in the requested ones).
"""

from enum import Enum, auto

from shared.aci import GatewayStatus, OrderReport


class NumberingVerdict(Enum):
    POST = auto()
    DROP = auto()  # posted already, or of a past day
    RESYNC = auto()  # a report before it is missing: request the reports after ``ReportNumbering.last``


class ReportNumbering:
    """``last``: the number of the last report in order, of ``trade_date``; empty: none is known, request those of the gateway's day."""

    def __init__(self, trade_date: str = "") -> None:
        self.trade_date = trade_date
        self.last = 0

    def begin(self, status: GatewayStatus) -> None:
        """If no day is known yet, takes the gateway's: its reports are requested by that day from now on, even on the next day."""
        self.trade_date = self.trade_date or status.trade_date

    def take(self, report: OrderReport) -> NumberingVerdict:
        if report.trade_date > self.trade_date:
            self.trade_date, self.last = report.trade_date, 0
        if report.trade_date < self.trade_date or report.seq <= self.last:
            return NumberingVerdict.DROP
        if report.seq != self.last + 1:
            return NumberingVerdict.RESYNC
        self.last = report.seq
        return NumberingVerdict.POST

    def behind(self, status: GatewayStatus) -> bool:
        """Whether the gateway has reports that are missing here."""
        return (status.trade_date, status.last_report) > (self.trade_date, self.last)
