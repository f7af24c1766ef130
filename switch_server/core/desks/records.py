"""Rows of seats in the store (table ``seat_states``): one for each stretch (时段), the time in which a seat has one state. Times UTC seconds.

A stretch ends at the instant at which the next begins, so the stretches of a shift (log-in to log-out) add up to the shift. A row's key is the
agent and the microsecond at which the stretch began: unique over restarts, and of several states of a seat at one instant only the last is
kept. ``shift`` is the key of the shift's first row; its last row has the state ``offline``, and ``ended_by`` the log-out's code. ``lock`` is the
lock that the seat has, or will have after its call: after a kill of the switch the seat gets it back.
"""

from typing import ClassVar, NamedTuple

from msgspec import UNSET, UnsetType

from shared.enums import LockReason, SeatState
from shared.ids import AgentId
from switch_server.core.desks.seat import Seat
from switch_server.core.words import Row, Switchboard, save_record


class SeatStateRow(Row, frozen=True, kw_only=True):
    TABLE: ClassVar[str] = "seat_states"

    shift: str | UnsetType = UNSET
    agent: AgentId | UnsetType = UNSET
    desk: str | UnsetType = UNSET
    state: SeatState | UnsetType = UNSET
    reason: LockReason | UnsetType | None = UNSET
    call: str | UnsetType | None = UNSET
    queue: str | UnsetType | None = UNSET
    kind: str | UnsetType | None = UNSET
    lock: LockReason | UnsetType | None = UNSET
    begun_at: float | UnsetType = UNSET
    ended_at: float | UnsetType | None = UNSET
    ended_by: str | UnsetType | None = UNSET


class SeatActivity(NamedTuple):
    """A change in any of these begins a new stretch."""

    desk: str
    state: SeatState
    reason: LockReason | None
    """Reason of the lock, in the state ``locked``."""
    call: str | None
    queue: str | None
    kind: str | None


class Stretch(NamedTuple):
    id: str
    shift: str
    begun: float
    activity: SeatActivity
    lock: LockReason | None


class SeatRecords:
    def __init__(self, switch: Switchboard) -> None:
        self._switch = switch
        self._open: dict[AgentId, Stretch] = {}

    def seat_changed(self, seat: Seat, event: str) -> None:
        """The seat may have changed, by ``event``."""
        now, old = self._switch.now, self._open.get(seat.agent)
        activity, lock = _activity(seat), seat.lock_next or seat.lock
        if old is not None and old.activity == activity:
            if old.lock is not lock:
                self._open[seat.agent] = old._replace(lock=lock)
                self._save(SeatStateRow(id=old.id, lock=lock))
            return
        key = f"{seat.agent}@{round(now * 1e6)}"
        if old is not None and old.id != key:
            self._save(SeatStateRow(id=old.id, ended_at=now, ended_by=event))
        new = self._open[seat.agent] = Stretch(key, key if old is None else old.shift, now, activity, lock)
        self._save(
            SeatStateRow(
                id=key, shift=new.shift, agent=seat.agent, desk=activity.desk, state=activity.state, reason=activity.reason,
                call=activity.call, queue=activity.queue, kind=activity.kind, lock=lock, begun_at=now, ended_at=None, ended_by=None,
            )
        )  # fmt: skip

    def shift_over(self, seat: Seat, code: str) -> None:
        """The agent has logged out, or has been logged out."""
        old = self._open.pop(seat.agent)
        self._save(SeatStateRow(id=old.id, ended_at=self._switch.now, ended_by=code))

    def _save(self, row: SeatStateRow) -> None:
        self._switch.emit(save_record(row))


def _activity(seat: Seat) -> SeatActivity:
    talk = seat.last_talk if seat.state is SeatState.WRAP_UP else seat.talk
    reason = seat.lock if seat.state is SeatState.LOCKED else None
    call, queue, kind = (None, None, None) if talk is None else (talk.call, talk.queue, talk.kind)
    return SeatActivity(seat.desk, seat.state, reason, call, queue, kind)
