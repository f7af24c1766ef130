"""One seat (座席): an agent who is logged in at a desk. The seat's state is derived from its facts, never set.

| desk's leg | link | wrap-up runs | locked | state |
|---|---|---|---|---|
| rings, dials, talks, holds, consults … | any | any | any | the leg's (``Talk.state``) |
| none | down | any | any | ``offline`` |
| none | up | yes | any | ``wrap_up`` |
| none | up | no | yes | ``locked`` |
| none | up | no | no | ``open`` |

So a lost message can't leave a seat in a state that its leg, its link, its wrap-up or its lock does not explain. ``IDLE`` has the rows without
a leg, ``derive`` the whole table.
"""

from collections import deque

from shared import desk
from shared.days import shanghai_day
from shared.enums import LockReason, Role, SeatState
from shared.ids import AgentId, DeskId, LegId, SkillName
from switch_server.core.desks.facts import AgentOnline
from switch_server.core.room import Talk, party_fields
from switch_server.core.words import Queue

BUSY = frozenset(SeatState) - {SeatState.OFFLINE, SeatState.LOCKED, SeatState.OPEN, SeatState.WRAP_UP}
KEEPS_IDLE = frozenset({SeatState.RINGING, SeatState.OFFLINE})
"""A seat that goes from one of these states to ``open`` keeps its ``idle_since``."""
RECENT_LEGS = 8


IDLE: tuple[tuple[bool | None, bool | None, bool | None, SeatState], ...] = (
    (False, None, None, SeatState.OFFLINE),
    (True, True, None, SeatState.WRAP_UP),
    (True, False, True, SeatState.LOCKED),
    (True, False, False, SeatState.OPEN),
)
"""Link up, wrap-up running, locked (``None``: any), and the state of a seat whose desk has no live leg."""


def derive(leg: SeatState | None, *, link: bool, wrap_up: bool, locked: bool) -> SeatState:
    """The table above. ``leg``: the state that follows from the desk's leg (``Talk.state``); ``None`` without a live leg."""
    if leg is not None:
        return leg
    facts = (link, wrap_up, locked)
    return next(
        state for *row, state in IDLE if all(want in (None, have) for want, have in zip(row, facts, strict=True))
    )


class Seat:
    """Facts of one seat. Times are UTC seconds."""

    def __init__(self, online: AgentOnline, now: float) -> None:
        self.agent: AgentId = online.agent
        self.name = ""
        self.desk: DeskId = online.desk
        self.contact = ""
        self.role = Role.AGENT
        self.group = ""
        self.skills: dict[SkillName, int] = {}
        self.calls_today = online.calls_today
        self._day = shanghai_day(now)
        self.link = False
        self.lock: LockReason | None = online.lock or LockReason.LOGGED_IN
        self.lock_next: LockReason | None = None
        self.talk: Talk | None = None
        self.last_talk: Talk | None = None
        """The last talk, while its disposition is still to come."""
        self.previous_talk: Talk | None = None
        """The talk before, which takes no disposition any more; the end of its note may still come."""
        self.wrap_until: float | None = None
        self.idle_since = now
        self.state = SeatState.OFFLINE
        self.since = now
        self.recent_legs: deque[LegId] = deque(maxlen=RECENT_LEGS)
        """The last legs of this seat; other legs in its phone's reports are ignored."""
        self.differing_legs: frozenset[LegId] = frozenset()
        """Legs that differed in the phone's last report."""
        self.reported_legs: frozenset[LegId] = frozenset()
        """The seat's current legs that the phone has reported once: if such a leg is missing in a report, no message about it is on its way."""
        self.came_online(online)

    def came_online(self, online: AgentOnline) -> None:
        """The agent has logged in, or the link is back: takes over the data of the log-in; all other state stays."""
        self.name, self.desk, self.contact = online.name, online.desk, online.contact
        self.role, self.group, self.skills, self.link = online.role, online.group, online.skills, True

    def derived(self) -> SeatState:
        leg = self.talk.state if self.talk is not None else None
        return derive(leg, link=self.link, wrap_up=self.wrap_until is not None, locked=self.lock is not None)

    def settle(self, now: float) -> SeatState | None:
        """Sets the state to the derived one. Returns the old state if it has changed, else ``None``."""
        old, new = self.state, self.derived()
        if new is old:
            return None
        if new is SeatState.OPEN and old not in KEEPS_IDLE:
            self.idle_since = now
        self.state, self.since = new, now
        return old

    def count_call(self, now: float) -> None:
        """Counts one more talk of today (Asia/Shanghai)."""
        if (day := shanghai_day(now)) != self._day:
            self._day, self.calls_today = day, 0
        self.calls_today += 1

    def level_in(self, queue: Queue) -> int | None:
        """The seat's level for the queue; ``None``: the seat does not serve the queue."""
        if not queue.skill:
            return 0
        level = self.skills.get(queue.skill)
        return level if level is not None and level >= queue.level else None

    def view(self) -> desk.Seat:
        return desk.Seat(
            self.agent,
            self.name,
            self.role,
            self.desk,
            self.state,
            self.since,
            self.lock,
            self.lock_next,
            self.wrap_until,
            self.last_talk.call if self.last_talk is not None else None,
            self.calls_today,
        )

    def call_view(self) -> desk.DeskCall | None:
        """The seat's call as its desk shows it. The ``token`` is empty: the desks' adapter fills it in."""
        talk = self.talk
        state = talk.state if talk is not None else None
        if talk is None or state is None:
            return None
        return desk.DeskCall(
            call=talk.call,
            leg=talk.id,
            token="",
            auto=talk.auto,
            kind=talk.kind,
            state=state,
            hanging_up=talk.hanging_up,
            number=talk.number,
            dnis=talk.dnis,
            queue=talk.queue,
            waited=talk.waited,
            rang_at=talk.offered_at,
            answered_at=talk.answered_at,
            held_at=talk.held_at,
            **party_fields(talk),
        )
