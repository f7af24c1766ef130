"""Reports from records: pure sums. ``docs/statistics.md`` defines each figure; this module computes the same.

A call is one case at each key (queue, hour …), however often it came there or rang: offered once, and answered if it was answered at all.
All times are counted in whole ms between rounded instants, so that the parts of a shift add up to it. A call belongs to one day as a whole, so a
report is the sum of its days, which are added as columns (``services.day_columns``).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from msgspec import Struct

from shared.days import SHANGHAI, shanghai_day
from shared.enums import CallKind, SeatState
from shared.fax import FaxState
from shared.reports import By, ReportRow
from switch_server.core.acd import VisitEnd
from switch_server.core.room import Outcome
from switch_server.services.day_columns import DAY_S, HOUR_MS, NONE, Day, Rows, to_ms
from switch_server.services.report_sums import Cases, Grouping, Indexes, Mask, Sums, all_rows, changes

OFFSET_S = round(SHANGHAI.total_seconds())
TALK = frozenset({SeatState.TALKING, SeatState.CONSULTING, SeatState.CONFERENCE})
FREE = frozenset({SeatState.OPEN, SeatState.LOCKED, SeatState.OFFLINE})
"""A seat is busy in all other states."""
SPENT = {
    "talk_ms": TALK,
    "hold_ms": {SeatState.HOLDING},
    "wrap_up_ms": {SeatState.WRAP_UP},
    "open_ms": {SeatState.OPEN},
    "away_ms": {SeatState.OFFLINE},
}
OFFERED_KINDS = frozenset({CallKind.IN, CallKind.CALLBACK, CallKind.CONSULT, CallKind.TAKEN})
"""The kinds of calls that count as offered to an agent."""
MISSED = frozenset({Outcome.NO_ANSWER, Outcome.REFUSED, Outcome.PHONE_LOST, Outcome.OFFLINE})
NOT_LET_IN = frozenset({VisitEnd.CLOSED, VisitEnd.FULL})
GONE = frozenset({VisitEnd.ABANDONED, VisitEnd.LOST})
USUAL_MS = 20_000
"""The service level of a call without a queue."""
BY_SEAT = frozenset({By.AGENTS, By.GROUPS})
_FAX_KEYS = {By.AGENTS: "agent", By.GROUPS: "group"}
"""Columns of ``day_columns.FAXES``."""
HOURS = tuple(f"{hour:02}" for hour in range(24))


class AgentName(Struct, frozen=True):
    """An agent's present name and group."""

    name: str = ""
    group: str = ""


class ReportQuery(Struct, frozen=True, kw_only=True):
    """``now``: UTC seconds. ``queue``, ``agent``, ``group``: restrict the report to it."""

    by: By
    now: float
    queue: str | None = None
    agent: str | None = None
    group: str | None = None

    @property
    def at_desks(self) -> bool:
        """Calls are counted as offers to agents, not to queues."""
        return self.by in BY_SEAT or self.agent is not None or self.group is not None


class ReportBuilder:
    """Adds up the days of the span, passed to ``add``; ``rows`` are by key, ``total`` counts each call once."""

    def __init__(self, ask: ReportQuery, who: Mapping[str, AgentName]) -> None:
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
        """Times are the sum of the rows' times; calls are not, since a call may count in several rows."""
        self._all.ms = sum((sums.ms for sums in self._sums.values()), Counter())
        self._all.locked_ms = sum((sums.locked_ms for sums in self._sums.values()), Counter())
        return self._all.row("", "", shifts=self._shifts)

    def add(self, day: Day) -> None:
        self._seat_times(day)
        if not self._ask.at_desks:
            self._visits(day)
        self._rings(day)
        self._orders(day)
        self._faxes(day)

    # --- seats ---

    def _seat_times(self, day: Day) -> None:
        which = self._asked_for(day, day.times)
        if not self._shifts:
            which &= ~_among(day, day.times["state"], FREE)
        times = day.times[which]
        here, lines = self._lines(day, times, day.start + times["hour"] * 3600.0)
        times = times[here]
        words, number = len(day.words), len(lines.sums)
        spent = np.bincount(lines.place * words + times["state"], weights=times["ms"], minlength=number * words)
        spent = spent.reshape(number, words)
        for figure, states in SPENT.items():
            self._spend(lines, figure, spent[:, [word in states for word in day.words]])
        self._spend(lines, "busy_ms", spent[:, [word not in FREE for word in day.words]])
        if self._shifts:
            self._spend(lines, "shift_ms", spent)
        locked = _among(day, times["state"], {SeatState.LOCKED})
        for reason in np.unique(times["reason"][locked]).tolist():
            for sums, ms in lines.added(times["ms"], locked & (times["reason"] == reason)):
                if ms:
                    sums.locked_ms[day.words[reason] or ""] += ms

    def _spend(self, lines: Grouping, figure: str, ms: Rows) -> None:
        """``ms``: by row and state."""
        for sums, spent in zip(lines.sums, ms.sum(axis=1).tolist(), strict=True):
            sums.ms[figure] += int(spent)

    # --- queues ---

    def _visits(self, day: Day) -> None:
        which = self._asked_for(day, day.visits)
        visits, back = day.visits[which], _called_back(day, day.visits)[which]
        here, lines = self._lines(day, visits, _first_of_call(visits["call"], visits["entered"]))
        self._visited(day, visits[here], back[here], lines)
        self._visited(day, visits, back, self._total(visits))

    def _visited(self, day: Day, visits: Rows, back: Mask, lines: Grouping) -> None:
        """``back``: of calls in which the centre called the customer back."""
        cases = Cases(visits["call"], lines)
        visits, back = visits[cases.order], back[cases.order]
        answered = _among(day, visits["outcome"], {VisitEnd.ANSWERED})
        let_in = ~_among(day, visits["outcome"], NOT_LET_IN)
        cases.lines.count("callbacks", cases.any(back & answered))
        cases.lines.count("refused", ~cases.any(back | let_in))
        self._let_in(day, visits[let_in & ~back], cases.of.of(let_in & ~back))

    def _let_in(self, day: Day, visits: Rows, lines: Grouping) -> None:
        """The waits add up until the call is answered."""
        cases = Cases(visits["call"], lines)
        visits = visits[cases.order]
        is_answer = _among(day, visits["outcome"], {VisitEnd.ANSWERED})
        answered, end = cases.any(is_answer), cases.first(is_answer)
        waits = visits["waited_ms"]
        waits = np.where(np.isnan(waits), to_ms(self._ask.now - visits["entered"]), waits)
        until = np.append(0.0, np.cumsum(waits))
        waited = until[end + 1] - until[cases.begins]
        gone = _among(day, visits["outcome"][end], GONE)
        cases.lines.count("offered", all_rows(end))
        cases.lines.answered(answered, waited, visits["service_level_ms"][end])
        cases.lines.count("abandoned", ~answered & gone)
        cases.lines.count("left", ~answered & ~gone)
        cases.lines.waited(all_rows(end), waited)

    # --- desks ---

    def _rings(self, day: Day) -> None:
        which = self._asked_for(day, day.rings)
        rings, back = day.rings[which], _called_back(day, day.rings)[which]
        here, lines = self._lines(day, rings, _first_of_call(rings["call"], rings["offered"]))
        rings, back = rings[here], back[here]
        offered = _among(day, rings["kind"], OFFERED_KINDS)
        for each in (lines, self._total(rings)):
            _rang(day, rings, offered, each)
            if self._ask.at_desks:
                _count_offers(day, rings[offered], back[offered], each.of(offered))

    # --- orders ---

    def _orders(self, day: Day) -> None:
        which = self._asked_for(day, day.orders)
        if self._ask.at_desks:
            which &= day.orders["agent"] != NONE
        orders = day.orders[which]
        here, lines = self._lines(day, orders, orders["at"])
        orders = orders[here]
        for each in (lines, self._total(orders)):
            each.count("orders", all_rows(orders))
            for sums, milli in each.added(orders["price"] * orders["filled"], all_rows(orders)):
                sums.milli += milli

    # --- faxes ---

    def _faxes(self, day: Day) -> None:
        """They belong to no queue and to no branch. The group is the fax's own, also where no agent has it."""
        ask, which = self._ask, all_rows(day.faxes)
        if ask.queue is not None or ask.by in (By.QUEUES, By.BRANCHES):
            return
        for column, wanted in (("agent", ask.agent), ("group", ask.group)):
            if wanted is not None:
                which &= _among(day, day.faxes[column], {wanted})
        if ask.by in BY_SEAT:
            which &= day.faxes[_FAX_KEYS[ask.by]] != NONE
        faxes = day.faxes[which]
        if ask.by in BY_SEAT:
            lines = self._lines_of(faxes[_FAX_KEYS[ask.by]], [word or "" for word in day.words])
        else:
            _, lines = self._lines(day, faxes, faxes["at"])
        for each in (lines, self._total(faxes)):
            _count_faxes(day, faxes, each)

    # --- keys ---

    def _asked_for(self, day: Day, rows: Rows) -> Mask:
        ask, which = self._ask, all_rows(rows)
        if ask.queue is not None:
            which &= _among(day, rows["queue"], {ask.queue})
        if ask.agent is not None:
            which &= _among(day, rows["agent"], {ask.agent})
        if ask.group is not None:
            which &= _among(
                day, rows["agent"], {word for word in day.words if word and self._of(word).group == ask.group}
            )
        return which

    def _lines(self, day: Day, rows: Rows, at: Rows) -> tuple[Mask, Grouping]:
        """Whether each row belongs to this report, and the grouping of those that do. ``at``: UTC seconds, for the hour and the day of each row."""
        keys: Sequence[str]
        match self._ask.by:
            case By.AGENTS:
                number, keys = rows["agent"], [word or "" for word in day.words]
            case By.GROUPS:
                number, keys = rows["agent"], [self._of(word or "").group for word in day.words]
            case By.QUEUES:
                number, keys = rows["queue"], [word or "" for word in day.words]
            case By.BRANCHES:
                number, keys = rows["branch"], [word or "" for word in day.words]
            case By.HOURS:
                number, keys = (to_ms(at) + OFFSET_S * 1000) // HOUR_MS % 24, HOURS
            case By.DAYS:
                days, number = np.unique(_day_number(at), return_inverse=True)
                keys = [shanghai_day(each * DAY_S - OFFSET_S) for each in days.tolist()]
        here = number != NONE if self._ask.by is By.QUEUES else all_rows(rows)
        return here, self._lines_of(number[here], keys)

    def _lines_of(self, number: Rows, keys: Sequence[str]) -> Grouping:
        """Numbers with the same key (two agents of a group) share a row."""
        found, place = np.unique(number, return_inverse=True)
        lines: dict[str, int] = {}
        of_number = [lines.setdefault(keys[each], len(lines)) for each in found.tolist()]
        return Grouping(np.array(of_number, np.int64)[place], [self._sums[key] for key in lines])

    def _total(self, rows: Rows) -> Grouping:
        return Grouping(np.zeros(len(rows), np.int64), [self._all])

    def _of(self, agent: str) -> AgentName:
        return self._who.get(agent) or AgentName()


def _rang(day: Day, rings: Rows, offered: Mask, lines: Grouping) -> None:
    unanswered, kind = np.isnan(rings["answered"]), rings["kind"]
    lines.count("talks", ~unanswered & ~_among(day, kind, {CallKind.MONITOR}))
    lines.count("dialled", _among(day, kind, {CallKind.OUT}))
    lines.count("missed", unanswered & offered & _among(day, rings["outcome"], MISSED))
    lines.count("transfers", rings["transferred_to"])
    for number in np.unique(rings["disposition"]).tolist():
        if disposition := day.words[number]:
            for sums, times in lines.added(all_rows(rings), rings["disposition"] == number):
                if times:
                    sums.dispositions[disposition] += times


def _count_offers(day: Day, rings: Rows, back: Mask, lines: Grouping) -> None:
    """One case for each call to one agent or group; the caller's wait is from the queue to the answer. ``back``: see ``_visited``."""
    cases = Cases(rings["call"], lines)
    rings, back = rings[cases.order], back[cases.order]
    is_answer = ~np.isnan(rings["answered"])
    called_back, answered = cases.any(back), cases.any(is_answer)
    cases.lines.count("callbacks", called_back & answered)
    cases.lines.count("offered", ~called_back)
    end = rings[cases.first(is_answer)]
    gone = _among(day, end["outcome"], {Outcome.CALLER_GONE})
    cases.lines.count("abandoned", ~called_back & ~answered & gone)
    waited = np.rint(end["waited_ms"] + np.where(answered, end["answered"] - end["offered"], 0.0) * 1000)
    promised = np.where(np.isnan(end["service_level_ms"]), USUAL_MS, end["service_level_ms"])
    cases.lines.answered(~called_back & answered, waited, promised)
    cases.lines.waited(~called_back & answered, waited)


def _count_faxes(day: Day, faxes: Rows, lines: Grouping) -> None:
    out, into = (_among(day, faxes["direction"], {direction}) for direction in ("out", "in"))
    pages = faxes["pages"]
    lines.count("faxes_sent", out & _among(day, faxes["state"], {FaxState.SENT}))
    lines.count("faxes_failed", out & _among(day, faxes["state"], {FaxState.FAILED}))
    lines.count("faxes_received", into & (pages > 0))
    for figure, which in (("fax_pages_sent", out), ("fax_pages_received", into)):
        for sums, number in lines.added(pages, which):
            sums.counts[figure] += number


def _among(day: Day, column: Rows, words: Collection[str]) -> Mask:
    which: Mask = np.array([word in words for word in day.words], np.bool_)[column]
    return which


def _called_back(day: Day, rows: Rows) -> Mask:
    """All rows of the calls by which the centre called a customer back."""
    back = _among(day, rows["kind"], {CallKind.CALLBACK})
    calls = np.zeros(rows["call"].max(initial=0) + 1, np.bool_)
    calls[rows["call"][back]] = True
    called_back: Mask = calls[rows["call"]]
    return called_back


def _first_of_call(call: Rows, at: Rows) -> Rows:
    """The time at which each row's call began; the rows of a call are adjacent."""
    new = changes(call)
    first: Rows = at[np.flatnonzero(new)][np.cumsum(new) - 1]
    return first


def _day_number(at: Rows) -> Indexes:
    """Days since 1970 in Shanghai, from whole microseconds, as in ``shared.days``."""
    return (np.rint(at * 1e6).astype(np.int64) // 1_000_000 + OFFSET_S) // round(DAY_S)
