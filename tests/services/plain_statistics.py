"""A plain reference for reports: all records of the span are read and added up one by one.

It shares no code with ``services.statistics``, ``services.day_columns`` and ``adapters.store``; ``docs/statistics.md`` defines each figure.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from shared.control_reports import AskReport
from shared.days import SHANGHAI, day_after, day_start, shanghai_day
from shared.enums import CallKind, SeatState
from shared.ids import Fen
from shared.reports import By, ReportRow
from switch_server.core.acd import VisitEnd
from switch_server.core.room import Outcome
from switch_server.ports.statistics import DeskRing, PlacedOrder, QueueVisit, SeatTime

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
OFFSET_MS = round(SHANGHAI.total_seconds() * 1000)
TALK = frozenset({SeatState.TALKING, SeatState.CONSULTING, SeatState.CONFERENCE})
FREE = frozenset({SeatState.OPEN, SeatState.LOCKED, SeatState.OFFLINE})
"""In all other states a seat is busy."""
OFFERED_KINDS = frozenset({CallKind.IN, CallKind.CALLBACK, CallKind.CONSULT, CallKind.TAKEN})
"""The kinds of calls that are offered to an agent."""
MISSED = frozenset({Outcome.NO_ANSWER, Outcome.REFUSED, Outcome.PHONE_LOST, Outcome.OFFLINE})
NOT_LET_IN = frozenset({VisitEnd.CLOSED, VisitEnd.FULL})
GONE = frozenset({VisitEnd.ABANDONED, VisitEnd.LOST})
USUAL_MS = 20_000
"""The service level's time for a call without a queue."""
BY_SEAT = frozenset({By.AGENTS, By.GROUPS})


LONGEST_CALL, LONGEST_STRETCH = 24 * 3600.0, 31 * 24 * 3600.0

_SEAT_TIMES = """
    SELECT s.agent, s.state, s.reason, s.queue, s.begun_at, s.ended_at, c.branch
    FROM seat_states s LEFT JOIN calls c ON c.id = s.call
    WHERE s.begun_at >= :start - :longest AND s.begun_at < :end AND (s.ended_at IS NULL OR s.ended_at > :start)
"""
_VISITS = """
    SELECT v.call, v.queue, v.kind, v.entered_at, v.waited_ms, v.outcome, v.service_level_ms, c.branch
    FROM (
        SELECT call, min(entered_at) AS first FROM queue_visits
        WHERE entered_at >= :start - :longest AND entered_at < :end GROUP BY call
    ) f JOIN queue_visits v ON v.call = f.call LEFT JOIN calls c ON c.id = v.call
    WHERE f.first >= :start ORDER BY v.call, v.entered_at, v.id
"""
_RINGS = """
    SELECT t.call, t.agent, t.queue, t.kind, t.offered_at, t.answered_at, coalesce(t.waited_ms, 0), t.outcome, t.disposition,
        t.transferred_to, (
            SELECT v.service_level_ms FROM queue_visits v WHERE v.call = t.call AND v.queue = t.queue ORDER BY v.entered_at LIMIT 1
        ), c.branch
    FROM (
        SELECT call, min(offered_at) AS first FROM talks
        WHERE offered_at >= :start - :longest AND offered_at < :end GROUP BY call
    ) f JOIN talks t ON t.call = f.call LEFT JOIN calls c ON c.id = t.call
    WHERE f.first >= :start ORDER BY t.call, t.offered_at, t.id
"""
_ORDERS = """
    SELECT o.at, o.call, o.agent, o.branch, o.price, coalesce(o.filled, 0), (
            SELECT v.queue FROM queue_visits v WHERE v.call = o.call ORDER BY v.entered_at LIMIT 1
        )
    FROM orders o
    WHERE o.kind = 'place' AND o.contract IS NOT NULL AND o.at >= :start AND o.at < :end
"""
_FAXES = "SELECT created, agent, taken_by, group_name, direction, state, pages_done FROM faxes WHERE created >= :start AND created < :end"


def plain_report(
    db: sqlite3.Connection, asked: AskReport, who: "Mapping[str, Who]", now: float
) -> tuple[tuple[ReportRow, ...], ReportRow]:
    """A report's rows and total."""
    start, end = day_start(asked.first), day_start(day_after(asked.last))
    ask = Ask(by=asked.by, start=start, end=end, now=now, queue=asked.queue, agent=asked.agent, group=asked.group)
    made, span = Report(ask, who), {"start": start, "end": end}
    made.seat_times(map(SeatTime._make, db.execute(_SEAT_TIMES, span | {"longest": LONGEST_STRETCH})))
    made.visits(map(QueueVisit._make, db.execute(_VISITS, span | {"longest": LONGEST_CALL})))
    made.rings(map(DeskRing._make, db.execute(_RINGS, span | {"longest": LONGEST_CALL})))
    made.orders(map(PlacedOrder._make, db.execute(_ORDERS, span)))
    for row in db.execute(_FAXES, span):
        made.fax(*row)
    return made.rows(), made.total()


class Who(Struct, frozen=True):
    """An agent's present name and group."""

    name: str = ""
    group: str = ""


class Ask(Struct, frozen=True, kw_only=True):
    """A report's span, ``start`` to ``end`` (UTC seconds), and its filters ``queue``, ``agent`` and ``group``."""

    by: By
    start: float
    end: float
    now: float
    queue: str | None = None
    agent: str | None = None
    group: str | None = None

    @property
    def at_desks(self) -> bool:
        """Whether calls are counted as offered to agents, not to queues."""
        return self.by in BY_SEAT or self.agent is not None or self.group is not None


class Sums:
    """The sums of one key, or of all keys."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.longest_ms = 0
        self.waited_ms = 0
        self.milli = 0
        self.dispositions: Counter[str] = Counter()
        self.locked_ms: Counter[str] = Counter()
        self.ms: Counter[str] = Counter()

    def row(self, key: str, name: str, *, shifts: bool) -> ReportRow:
        """The report's row. ``shifts``: times outside calls are included."""
        count, ms = self.counts, self.ms
        free = ms["open_ms"]
        handled = ms["talk_ms"] + ms["hold_ms"] + ms["wrap_up_ms"]
        return ReportRow(
            key=key,
            name=name,
            **count,
            service_level=count["within"] / count["offered"] if count["offered"] else None,
            wait_average_ms=round(self.waited_ms / count["answered"]) if count["answered"] else None,
            wait_longest_ms=self.longest_ms,
            **ms,
            handle_average_ms=round(handled / count["talks"]) if count["talks"] else None,
            turnover=Fen((self.milli + 5) // 10),
            dispositions=dict(sorted(self.dispositions.items())),
            locked_ms=dict(sorted(self.locked_ms.items())),
            occupancy=ms["busy_ms"] / (ms["busy_ms"] + free) if shifts and ms["busy_ms"] + free else None,
        )


class Report:
    """Takes the span's records of four kinds, in any order of the kinds; ``rows`` are by key, ``total`` counts each call once."""

    def __init__(self, ask: Ask, who: Mapping[str, Who]) -> None:
        self._ask, self._who = ask, who
        self._sums: defaultdict[str, Sums] = defaultdict(Sums)
        self._all = Sums()
        self._shifts = ask.by not in (By.QUEUES, By.BRANCHES) and ask.queue is None

    def rows(self) -> tuple[ReportRow, ...]:
        by_agent = self._ask.by is By.AGENTS
        return tuple(
            self._sums[key].row(key, self._of(key).name if by_agent else "", shifts=self._shifts)
            for key in sorted(self._sums, key=lambda key: (not key, key))
        )

    def total(self) -> ReportRow:
        """The total: times are added up from the rows, calls are counted once."""
        self._all.ms = sum((sums.ms for sums in self._sums.values()), Counter())
        self._all.locked_ms = sum((sums.locked_ms for sums in self._sums.values()), Counter())
        return self._all.row("", "", shifts=self._shifts)

    # --- seats ---

    def seat_times(self, times: Iterable[SeatTime]) -> None:
        ask = self._ask
        first, last, now = _ms(ask.start), _ms(ask.end), _ms(min(ask.now, ask.end))
        for time in times:
            if self._passed_over(time.queue, time.agent) or (not self._shifts and time.state in FREE):
                continue
            begun, ended = max(_ms(time.begun), first), min(now if time.ended is None else _ms(time.ended), last)
            for key, part in self._parts(time, begun, ended):
                if part > 0 and key is not None:
                    _spend(self._sums[key], time, part, shifts=self._shifts)

    def _parts(self, time: SeatTime, begun: int, ended: int) -> Iterator[tuple[str | None, int]]:
        """A seat's state, cut where an hour or a day ends."""
        unit = {By.HOURS: HOUR_MS, By.DAYS: DAY_MS}.get(self._ask.by)
        if unit is None:
            yield self._key(time.agent, time.queue, time.branch, 0.0), ended - begun
            return
        while begun < ended:
            cut = min(ended, ((begun + OFFSET_MS) // unit + 1) * unit - OFFSET_MS)
            yield self._key(time.agent, time.queue, time.branch, begun / 1000), cut - begun
            begun = cut

    # --- queues ---

    def visits(self, visits: Iterable[QueueVisit]) -> None:
        """By call, then in order."""
        if self._ask.at_desks:
            return
        for _, group in groupby(visits, attrgetter("call")):
            whole = list(group)
            back = any(visit.kind == CallKind.CALLBACK for visit in whole)
            of_call = [visit for visit in whole if not self._passed_over(visit.queue, None)]
            by_key: defaultdict[str | None, list[QueueVisit]] = defaultdict(list)
            for visit in of_call:
                by_key[self._key("", visit.queue, visit.branch, of_call[0].entered)].append(visit)
            for key, at_key in by_key.items():
                if key is not None:
                    self._case(self._sums[key], at_key, back=back)
            if of_call:
                self._case(self._all, of_call, back=back)

    def _case(self, sums: Sums, visits: list[QueueVisit], *, back: bool) -> None:
        """Counts the visits of one call. ``back``: a callback by the centre."""
        count = sums.counts
        if back:
            count["callbacks"] += any(visit.outcome == VisitEnd.ANSWERED for visit in visits)
            return
        let_in = [visit for visit in visits if visit.outcome not in NOT_LET_IN]
        if not let_in:
            count["refused"] += 1
            return
        count["offered"] += 1
        waited = 0
        for visit in let_in:
            waited += round((self._ask.now - visit.entered) * 1000) if visit.waited_ms is None else visit.waited_ms
            if visit.outcome == VisitEnd.ANSWERED:
                _answered(sums, waited, visit.service_level_ms)
                break
        else:
            count["abandoned" if let_in[-1].outcome in GONE else "left"] += 1
        sums.longest_ms = max(sums.longest_ms, waited)

    # --- desks ---

    def rings(self, rings: Iterable[DeskRing]) -> None:
        """By call, then in order."""
        for _, group in groupby(rings, attrgetter("call")):
            whole = list(group)
            back = any(rung.kind == CallKind.CALLBACK for rung in whole)
            of_call = [rung for rung in whole if not self._passed_over(rung.queue, rung.agent)]
            by_key: defaultdict[str | None, list[DeskRing]] = defaultdict(list)
            for rung in of_call:
                by_key[self._key(rung.agent, rung.queue, rung.branch, of_call[0].offered)].append(rung)
            for key, at_key in by_key.items():
                if key is not None:
                    self._rang(self._sums[key], at_key, back=back)
            if counted := [rung for rung in of_call if self._ask.by is not By.QUEUES or rung.queue is not None]:
                self._rang(self._all, counted, back=back)

    def _rang(self, sums: Sums, rings: list[DeskRing], *, back: bool) -> None:
        for rung in rings:
            talked = rung.answered is not None and rung.kind != CallKind.MONITOR
            sums.counts["talks"] += talked
            sums.counts["dialled"] += rung.kind == CallKind.OUT
            sums.counts["missed"] += rung.answered is None and rung.kind in OFFERED_KINDS and rung.outcome in MISSED
            sums.counts["transfers"] += bool(rung.transferred_to)
            if rung.disposition:
                sums.dispositions[rung.disposition] += 1
        offered = [rung for rung in rings if rung.kind in OFFERED_KINDS]
        if not self._ask.at_desks or not offered:
            return
        if back:
            sums.counts["callbacks"] += any(rung.answered is not None for rung in offered)
        else:
            _offered(sums, offered)

    # --- orders ---

    def orders(self, orders: Iterable[PlacedOrder]) -> None:
        for order in orders:
            if self._passed_over(order.queue, order.agent):
                continue
            if self._ask.at_desks and order.agent is None:
                continue
            key = self._key(order.agent or "", order.queue, order.branch, order.at)
            for sums in () if key is None else (self._sums[key], self._all):
                sums.counts["orders"] += 1
                sums.milli += order.price * order.filled

    # --- faxes ---

    def fax(
        self,
        at: float,
        agent: str | None,
        taken_by: str | None,
        group: str | None,
        direction: str,
        state: str,
        pages: int | None,
    ) -> None:
        ask, whose = self._ask, taken_by if direction == "in" else agent
        if ask.queue is not None or ask.agent not in (None, whose) or ask.group not in (None, group):
            return
        key = {By.AGENTS: whose, By.GROUPS: group or None, By.QUEUES: None, By.BRANCHES: None}.get(ask.by, "")
        if key is None:
            return
        if ask.by not in BY_SEAT:
            key = self._key("", None, None, at)
        for sums in (self._sums[key or ""], self._all):
            count = sums.counts
            count["faxes_sent"] += (direction, state) == ("out", "sent")
            count["faxes_failed"] += (direction, state) == ("out", "failed")
            count["faxes_received"] += direction == "in" and bool(pages)
            count["fax_pages_sent"] += (pages or 0) * (direction == "out")
            count["fax_pages_received"] += (pages or 0) * (direction == "in")

    # --- keys ---

    def _key(self, agent: str, queue: str | None, branch: str | None, at: float) -> str | None:
        """The row's key; ``None``: the record is not in this report."""
        match self._ask.by:
            case By.AGENTS:
                return agent
            case By.GROUPS:
                return self._of(agent).group
            case By.QUEUES:
                return queue
            case By.BRANCHES:
                return branch or ""
            case By.DAYS:
                return shanghai_day(at)
            case By.HOURS:
                return f"{(round(at * 1000) + OFFSET_MS) // HOUR_MS % 24:02}"

    def _passed_over(self, queue: str | None, agent: str | None) -> bool:
        ask = self._ask
        if (ask.queue is not None and queue != ask.queue) or (ask.agent is not None and agent != ask.agent):
            return True
        return ask.group is not None and (agent is None or self._of(agent).group != ask.group)

    def _of(self, agent: str) -> Who:
        return self._who.get(agent) or Who()


def _ms(at: float) -> int:
    return round(at * 1000)


def _spend(sums: Sums, time: SeatTime, ms: int, *, shifts: bool) -> None:
    state, spent = time.state, sums.ms
    if shifts:
        spent["shift_ms"] += ms
    if state not in FREE:
        spent["busy_ms"] += ms
    if state in TALK:
        spent["talk_ms"] += ms
    elif state == SeatState.HOLDING:
        spent["hold_ms"] += ms
    elif state == SeatState.WRAP_UP:
        spent["wrap_up_ms"] += ms
    elif state == SeatState.OPEN:
        spent["open_ms"] += ms
    elif state == SeatState.OFFLINE:
        spent["away_ms"] += ms
    elif state == SeatState.LOCKED:
        sums.locked_ms[time.reason or ""] += ms


def _answered(sums: Sums, waited_ms: int, service_level_ms: int) -> None:
    sums.counts["answered"] += 1
    sums.counts["within"] += waited_ms <= service_level_ms
    sums.waited_ms += waited_ms


def _offered(sums: Sums, rings: list[DeskRing]) -> None:
    """Counts one call offered to one agent or group; the caller's wait is from the queue to the answer."""
    sums.counts["offered"] += 1
    answered = next((rung for rung in rings if rung.answered is not None), None)
    if answered is None or answered.answered is None:
        sums.counts["abandoned"] += rings[-1].outcome == Outcome.CALLER_GONE
        return
    waited = round(answered.waited_ms + (answered.answered - answered.offered) * 1000)
    _answered(sums, waited, USUAL_MS if answered.service_level_ms is None else answered.service_level_ms)
    sums.longest_ms = max(sums.longest_ms, waited)
