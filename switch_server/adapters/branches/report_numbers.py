"""Order reports of one branch in their order: 1, 2, 3 … per trade date, each posted once. Pure.

``take`` says what to do with a report; a gap is closed by asking for all that followed the last one in order, of its day and of later ones,
and until they come later reports are dropped (they are among those that come again).
"""

from enum import Enum, auto

from shared.aci import GatewayStatus, OrderReport


class ReportVerdict(Enum):
    POST = auto()
    DROP = auto()  # told already, or of a day that is over
    RESYNC = auto()  # something is missing before it: ask for reports after ``ReportNumbering.last``


class ReportNumbering:
    """``last``: the number of the last report in order, of ``trade_date``; empty: none is known, ask for the gateway's day."""

    def __init__(self, trade_date: str = "") -> None:
        self.trade_date = trade_date
        self.last = 0

    def begin(self, status: GatewayStatus) -> None:
        """Where no day is known yet, the gateway's: what it numbers from now on is asked for by that day, even on the next."""
        self.trade_date = self.trade_date or status.trade_date

    def take(self, report: OrderReport) -> ReportVerdict:
        if report.trade_date > self.trade_date:
            self.trade_date, self.last = report.trade_date, 0
        if report.trade_date < self.trade_date or report.seq <= self.last:
            return ReportVerdict.DROP
        if report.seq != self.last + 1:
            return ReportVerdict.RESYNC
        self.last = report.seq
        return ReportVerdict.POST

    def behind(self, status: GatewayStatus) -> bool:
        """Does the gateway have reports that we have not?"""
        return (status.trade_date, status.last_report) > (self.trade_date, self.last)
