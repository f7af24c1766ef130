"""Overload control: whether a new call may begin. Pure; the time is an argument (seconds that only rise).

Two queues are watched, by what a caller feels. *The datagrams* that are not handled: an INVITE that comes when the oldest has waited ``LATE`` is
refused; so the queue stays that short, since a refusal costs a fraction of a call. *The core* (engine, card, records): so many calls may be in
set-up at once, a window. A window clocks itself: a call begins when another has been answered, so the core is neither idle nor behind, whatever its
capacity is at this moment. Each interval the window moves towards the size at which the shortest time to the core's first effect is ``TARGET`` (as
CoDel, RFC 8289, the shortest: a burst is no overload; RFC 7339 and 7415 leave the measure to the server). In both, who has had less than a fair
share goes first.

Messages of calls that have begun, and REGISTER, are never asked about here.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

TARGET: Final = 0.1
"""Seconds from the INVITE's handling to the core's first effect; a card's tick is 0.02 of them."""
INTERVAL, ANSWERS, LONGEST_S = 0.1, 5, 0.5
"""An interval has so many seconds and answers at least, and no more than ``LONGEST_S``: one call says nothing."""
FIRST, LEAST, MOST = 40.0, 4.0, 2000.0
"""Calls in set-up at once: at the start, at least, at most."""
SMALL: Final = 3.0
"""So many calls in set-up any source may have: a few calls that come at once are no flood."""
MORE: Final = 1.5
"""Of the window, for sources that have not had their share."""
SHRINK, GROW = 0.7, 1.2
"""The most by which the window changes in one interval."""
LATE: Final = 0.03
"""Seconds in the queue from which an INVITE is refused, while the queue stands."""
STANDS_S, AGAIN_S, CALM_S = 0.2, 0.04, 1.0
"""The queue stands when INVITEs that have waited ``LATE`` are read for so long, without one that hasn't; the second value holds until none was late
for the third. So after a stall, when the queue is long but runs, nobody is refused.
"""
ACTIVE_S: Final = 1.0
"""A source counts as active for so long after its last INVITE."""
LOST_S: Final = 10.0
"""A call in set-up that was neither answered nor ended for so long is no longer counted."""
REMEMBERED, REPEATED_S = 8192, 32.0
"""Refused INVITEs whose repeats are refused, too (RFC 3261 §8.2.7): their callers have gone elsewhere. At most so many, for 64·T1."""
ALARM_S: Final = 60.0


class Overload:
    """``source`` is whoever is to have a fair share: a trunk, or an address. ``call`` is any key of a call in set-up."""

    def __init__(self) -> None:
        self.window = FIRST
        self._lately = 0
        self._refused_at = float("-inf")
        self._refused: OrderedDict[int, float] = OrderedDict()
        """By hash, which takes a tenth of the memory: when, the oldest first."""
        self._begun: dict[str, tuple[float, str]] = {}
        """Calls in set-up, the oldest first: when it began, and source."""
        self._by_source: dict[str, int] = {}
        self._active: dict[str, float] = {}
        self._taken: dict[str, int] = {}
        """Of each source in this and the last second, those of the last halved."""
        self._second = 0
        self._late_from: float | None = None
        """When the first of a row of late INVITEs was read."""
        self._late_at = float("-inf")
        self._stood = False
        self._most = 0
        """Calls in set-up at once in this interval."""
        self._slow = False
        """The last interval was over ``TARGET``."""
        self._interval_from = 0.0
        self._shortest: float | None = None
        self._answers = 0
        self._bound = False
        """In this interval a call was refused because of the window."""

    @property
    def in_set_up(self) -> int:
        return len(self._begun)

    def refused_lately(self, now: float) -> int:
        """For the operator: the calls refused since the last time that none was refused for ``ALARM_S``; from any thread."""
        return self._lately if now - self._refused_at <= ALARM_S else 0

    def admits(self, source: str, invite: Hashable, now: float, waited: float = 0.0, coming: int = 0) -> bool:
        """Whether a new call of ``source`` may begin. ``invite`` is the key of its transaction, ``waited`` the seconds of its queue, ``coming``: so
        many calls are admitted and have not begun.
        """
        self._turn(now)
        self._active[source] = now
        if (
            hash(invite) not in self._refused
            and self._is_in_time(source, now, waited)
            and self._has_room(source, coming)
        ):
            return True
        self.refused(invite, now)
        return False

    def refused(self, invite: Hashable, now: float) -> None:
        """A new call is refused; its repeats are, too."""
        self._lately = self.refused_lately(now) + 1
        self._refused_at = now
        self._refused[hash(invite)] = now
        self._forget_refused(now)

    def begins(self, call: str, source: str, now: float) -> None:
        """An admitted call is in set-up."""
        self._begun[call] = now, source
        self._taken[source] = self._taken.get(source, 0) + 1
        self._by_source[source] = self._by_source.get(source, 0) + 1
        self._most = max(self._most, len(self._begun))

    def answered(self, call: str, now: float) -> None:
        """The core's first effect for the call; later ones, and calls that are not in set-up, are ignored."""
        found = self._take_out(call)
        if found is not None:
            took = now - found
            self._shortest = took if self._shortest is None else min(self._shortest, took)
            self._answers += 1
            self._turn(now)

    def gone(self, call: str) -> None:
        """The caller has given up."""
        self._take_out(call)

    # --- inside ---

    def _is_in_time(self, source: str, now: float, waited: float) -> bool:
        if waited <= LATE:
            self._late_from = None
            return True
        calm, self._late_at = now - self._late_at > CALM_S, now
        self._stood = self._stood and not calm
        if self._late_from is None:
            self._late_from = now
        stands = now - self._late_from >= (AGAIN_S if self._stood else STANDS_S)
        if not stands:
            return True
        self._stood = True
        fair = sum(self._taken.values()) / max(1, len(self._active))
        return self._taken.get(source, 0) < max(SMALL, fair / 2)

    def _has_room(self, source: str, coming: int) -> bool:
        """A source may fill half of the window, and beyond that its share: nobody is kept out by another, and nobody waits for room that nobody uses."""
        has = self._is_less_than_window(source, len(self._begun) + coming)
        self._bound = self._bound or not has
        return has

    def _is_less_than_window(self, source: str, begun: int) -> bool:
        if begun < self.window / 2:
            return True
        sources = len(self._active)
        if sources == 1:
            return begun < self.window
        return begun < MORE * self.window and self._by_source.get(source, 0) < max(SMALL, self.window / sources)

    def _forget_refused(self, now: float) -> None:
        while self._refused and (
            len(self._refused) > REMEMBERED or now - next(iter(self._refused.values())) > REPEATED_S
        ):
            self._refused.popitem(last=False)

    def _take_out(self, call: str) -> float | None:
        found = self._begun.pop(call, None)
        if found is None:
            return None
        began, source = found
        left = self._by_source[source] - 1
        if left:
            self._by_source[source] = left
        else:
            del self._by_source[source]
        return began

    def _turn(self, now: float) -> None:
        """The end of an interval: the next window."""
        lasted = now - self._interval_from
        if lasted < INTERVAL or (self._answers < ANSWERS and lasted < LONGEST_S):
            return
        oldest = next(iter(self._begun.items()), None)
        if oldest is not None and now - oldest[1][0] > LOST_S:
            self._take_out(oldest[0])
        waiting = now - oldest[1][0] if oldest is not None else 0.0
        shortest = self._shortest if self._shortest is not None else waiting
        slow, self._slow = self._slow, shortest > TARGET
        if slow and self._slow and self._most >= self.window / 2:
            self.window = max(LEAST, self.window * max(SHRINK, TARGET / shortest))
        elif self._bound and 0 < shortest <= TARGET:
            self.window = min(MOST, self.window * min(GROW, TARGET / shortest) + 1)
        self._interval_from, self._shortest, self._answers, self._bound = now, None, 0, False
        self._most = len(self._begun)
        self._forget_refused(now)
        if int(now) != self._second:
            self._second = int(now)
            self._taken = {source: taken // 2 for source, taken in self._taken.items() if taken > 1}
        self._active = {source: at for source, at in self._active.items() if now - at <= ACTIVE_S}
