"""The desk's copy of its state at the switch: whole values, applied by ``shared.desk.applied``, numbered per session of the link.

- A repeated or late report changes nothing: the copy may have a newer value of the same field.
- A report after a gap is applied (its value is the newest of its field), and a snapshot is due.
- Replies and reports come in one order, so a snapshot covers every report that was lost before its arrival: one request is enough for all gaps
  until the snapshot comes.
"""

from enum import StrEnum

from msgspec.structs import replace

from shared.desk import DeskSnapshot, Report, StateReport, applied


class ReportVerdict(StrEnum):
    """The result of a report."""

    APPLIED = "applied"
    OLD = "old"  # repeated or late: not applied
    GAP = "gap"  # applied, and a snapshot is due


class Mirror:
    """See the module. ``stale``: a snapshot is due, or this session has brought none yet."""

    def __init__(self) -> None:
        self.snapshot = DeskSnapshot(at=0.0)
        self.stale = True
        self.seq = 0
        self.counts = dict.fromkeys(ReportVerdict, 0)

    def begin(self) -> None:
        """A new session: its reports begin at 1, and the copy is of the old session."""
        self.seq = 0
        self.stale = True

    def take(self, snapshot: DeskSnapshot) -> None:
        self.snapshot = snapshot
        self.stale = False

    def forget(self) -> None:
        """Nobody is logged in any more."""
        self.snapshot = replace(self.snapshot, seat=None, call=None, pop=None)

    def told(self, report: Report, seq: int) -> ReportVerdict:
        """Applies a report of the snapshot's state; of other reports only the number counts."""
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
