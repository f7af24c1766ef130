"""The desk's copy of what the switch knows: whole values, applied by ``shared.desk.applied``, numbered per session of the link.

- A report that came already, or late, changes nothing: a newer value of the same field may stand there.
- A report that leaves a gap is applied (it is the newest value of its field), and a snapshot is due.
- Replies and reports travel in one order, so a snapshot covers every report that was lost before it arrived: one asked for is enough
  for all gaps seen until it comes.
"""

from enum import StrEnum

from msgspec.structs import replace

from shared.desk import DeskSnapshot, Report, StateReport, applied


class ReportVerdict(StrEnum):
    """Of a report."""

    APPLIED = "applied"
    OLD = "old"  # doubled or late: left out
    GAP = "gap"  # applied, and a snapshot is due


class Mirror:
    """See the module. ``stale``: a snapshot is due, or nothing was heard in this session yet."""

    def __init__(self) -> None:
        self.snapshot = DeskSnapshot(at=0.0)
        self.stale = True
        self.seq = 0
        self.counts = dict.fromkeys(ReportVerdict, 0)

    def begin(self) -> None:
        """A new session: its reports begin at 1, and what is known is of the old one."""
        self.seq = 0
        self.stale = True

    def take(self, snapshot: DeskSnapshot) -> None:
        self.snapshot = snapshot
        self.stale = False

    def forget(self) -> None:
        """Nobody is logged in any more."""
        self.snapshot = replace(self.snapshot, seat=None, call=None, pop=None)

    def told(self, report: Report, seq: int) -> ReportVerdict:
        """One that is no part of the snapshot only counts."""
        verdict = (
            ReportVerdict.OLD
            if seq <= self.seq
            else ReportVerdict.APPLIED
            if seq == self.seq + 1
            else ReportVerdict.GAP
        )
        self.counts[verdict] += 1
        if verdict is ReportVerdict.OLD:
            return verdict
        self.seq = seq
        if isinstance(report, StateReport):
            self.snapshot = applied(self.snapshot, report)
        self.stale = self.stale or verdict is ReportVerdict.GAP
        return verdict
