"""The ACD (自动排队分配): the callers in queues, and the choice of the next seat.

Callers are served by priority, then by waiting time; seats are chosen by level, then by idle time. ``distribute`` goes through all places
after each event that may change the result (``dirty``) and keeps no other state between two rounds, so no caller can be lost.
"""

from collections import defaultdict
from functools import partial
from math import ceil

from shared.enums import CallKind, SeatState
from shared.ids import CallId, LegId, QueueName
from switch_server.core.acd import records
from switch_server.core.acd.callbacks import Callback, Callbacks
from switch_server.core.acd.facts import QueueJudged
from switch_server.core.acd.host import QueueSeat, QueueSwitchboard
from switch_server.core.acd.records import VisitEnd
from switch_server.core.acd.rules import is_open, next_overflow, queue_named, serving_queues
from switch_server.core.call import Call
from switch_server.core.room import Talk
from switch_server.core.talk import AgentAssigned
from switch_server.core.words import RETURNING, VIP, Queue, QueuePlace, save_record

CARD_FULL_WAIT = 1.0
CLOSED_WAIT = 60.0
"""Seconds after which a callback of a closed queue is considered again."""
SHORTEST_TIMER = 0.01
"""Shortest timer, in seconds: rounding must not make a timer due at the same instant for ever."""
INITIAL_TALK_S = 180.0
"""Length of a talk in seconds, before the first talk."""
NEWEST_WEIGHT = 0.1
"""Weight of the newest talk in the running mean."""


class QueueStats:
    """Counts of one queue since the start. ``talk_s``: running mean of a talk's seconds."""

    def __init__(self) -> None:
        self.answered = 0
        self.abandoned = 0
        self.talk_s = INITIAL_TALK_S

    def talked(self, seconds: float) -> None:
        self.talk_s += NEWEST_WEIGHT * (seconds - self.talk_s)


class Acd:
    def __init__(self, switch: QueueSwitchboard) -> None:
        self._switch = switch
        self.waiting: dict[CallId, QueuePlace] = {}
        self.callbacks = Callbacks(switch)
        self.stats: dict[QueueName, QueueStats] = defaultdict(QueueStats)
        self.replayed_verdicts: dict[tuple[CallId, int], str] = {}
        """For a replay: the verdicts in the journal."""
        self.dirty = False

    def queue(self, name: QueueName) -> Queue:
        return queue_named(self._switch.config.queues, name)

    # --- called by calls (``core.talk.host.QueueHost``) ---

    def enter(self, call_id: CallId, name: QueueName, priority: int) -> str:
        call = self._switch.calls[call_id]
        queue = self.queue(name)
        kept = call.kept if call.kept is not None and call.kept.queue == queue.name else None
        verdict = self._verdict(call, queue, kept=kept is not None)
        if verdict != "open":
            return verdict
        place = kept or QueuePlace(call.id, queue.name, priority, self._switch.now)
        call.kept, call.waiting = None, place
        if kept is None:
            place.bonus = self._bonus(call)
        self.waiting[call.id] = place
        self.dirty = True
        if not place.visit:
            self._record_entered(queue, place, called_back=kept is not None and call.callback_of is not None)
        return verdict

    def _verdict(self, call: Call, queue: Queue, *, kept: bool) -> str:
        call.queue_requests += 1
        verdict = self.replayed_verdicts.get((call.id, call.queue_requests)) or ("open" if kept else self._judge(queue))
        self._switch.journal(QueueJudged(call.id, call.queue_requests, verdict))
        if verdict != "open":
            self._switch.count(f"queue_{verdict}")
            self._switch.emit(records.refused(call.id, queue, self._switch.now, verdict))
        return verdict

    def _record_entered(self, queue: Queue, place: QueuePlace, *, called_back: bool = False) -> None:
        place.entered = self._switch.now
        row = records.entered(place.call, queue, place.entered, called_back=called_back)
        place.visit = row.id
        self._switch.emit(save_record(row))

    def enter_for_agent(self, call_id: CallId, queue: QueueName, by: LegId) -> str:
        call = self._switch.calls[call_id]
        verdict = self._verdict(call, self.queue(queue), kept=False)
        if verdict == "open":
            place = self.waiting[call.id] = QueuePlace(call.id, queue, 0, self._switch.now)
            place.agent_leg, place.bonus = by, self._bonus(call)
            self._record_entered(self.queue(queue), place)
            self.dirty = True
        return verdict

    def take_over_place(self, call_id: CallId) -> QueuePlace:
        place = self.waiting.pop(call_id)
        place.agent_leg, place.ringing = None, False
        self.dirty = True
        return place

    def requeue(self, call_id: CallId) -> None:
        place = self._switch.calls[call_id].waiting
        assert place is not None
        place.lost = True
        self.waiting[call_id] = place
        self.dirty = True

    def leave(self, call_id: CallId, *, answered: bool = False) -> None:
        call = self._switch.calls[call_id]
        self.dirty = self.dirty or call.kept is not None
        place = self.waiting.pop(call_id, None)
        if place is None:
            return
        place.ringing = False
        self._record_left(call, place, answered=answered)
        if answered:
            self.stats[place.queue].answered += 1
        elif call.cause is not None:
            self.stats[place.queue].abandoned += 1

    def _record_left(self, call: Call, place: QueuePlace, *, answered: bool) -> None:
        """The row of a visit that has been answered stays answered."""
        if not place.served:
            place.served = answered
            end = VisitEnd.ANSWERED if answered else VisitEnd.LEFT if call.cause is None else VisitEnd.ABANDONED
            self._switch.emit(records.left(place, self.queue(place.queue), self._switch.now, end))

    def next_agent(self, call_id: CallId, *, blame: bool) -> None:
        place = self.waiting[call_id]
        place.ringing = False
        place.not_before = 0.0 if blame else self._switch.now + CARD_FULL_WAIT
        self.dirty = True

    def position_and_minutes(self, call_id: CallId) -> tuple[int, int]:
        place = self.waiting[call_id]
        before = [p for p in self.waiting.values() if p.queue == place.queue and p.rank < place.rank]
        owed = [c for c in self.callbacks.waiting(place.queue) if c.rank < place.rank]
        position = 1 + len(before) + len(owed)
        seats = sum(seat.link and seat.level_in(self.queue(place.queue)) is not None for seat in self._seats())
        return position, max(1, ceil(position * self.stats[place.queue].talk_s / max(seats, 1) / 60))

    def talked(self, talk: Talk) -> None:
        """Adds a talk to the mean, for the estimated wait."""
        if talk.queue is not None and talk.answered_at is not None:
            self.stats[talk.queue].talked(self._switch.now - talk.answered_at)

    def request_callback(self, call_id: CallId, queue: QueueName, answer: str) -> bool:
        kept = self.callbacks.request(self._switch.calls[call_id], queue, answer)
        self.dirty = self.dirty or kept
        return kept

    def callback_answered(self, call_id: CallId) -> None:
        of = self._switch.calls[call_id].callback_of
        assert of is not None
        self.callbacks.answered(of)

    def call_over(self, call: Call) -> None:
        """The call has been removed."""
        if self.callbacks.call_over(call):
            self.dirty = True

    def caller_known(self, call_id: CallId) -> None:
        """The store has found the caller: a VIP, or a caller who has called a short while ago, moves up."""
        call, place = self._switch.calls[call_id], self.waiting.get(call_id)
        if place is not None and call.callback_of is None:
            place.bonus = self._bonus(call)
            self.dirty = True

    def _bonus(self, call: Call) -> int:
        found = call.found
        if found is None:
            return 0
        lately = found.last_call is not None and call.started - found.last_call <= self._switch.config.limits.returning
        return (VIP if found.vip else 0) + (RETURNING if lately else 0)

    def _judge(self, queue: Queue) -> str:
        if not is_open(queue, self._switch.now):
            return "closed"
        there = sum(place.queue == queue.name for place in self.waiting.values())
        return "open" if there < queue.most else "full"

    # --- the round ---

    def distribute(self) -> None:
        """Gives callers to free seats, in the order of the callers' rank, until the callers or the seats are used up."""
        if not self.dirty:
            return
        self.dirty = False
        entries: list[QueuePlace | Callback] = [p for p in self.waiting.values() if not p.ringing]
        entries += self.callbacks.waiting()
        free = [seat for seat in self._seats() if seat.state is SeatState.OPEN]
        for entry in sorted(entries, key=lambda entry: entry.rank):
            if not free:
                break
            if entry.not_before <= self._switch.now:
                self._serve(entry, free)
        self._set_wake_timer(entries)

    def _serve(self, entry: QueuePlace | Callback, free: list[QueueSeat]) -> None:
        able = [(rank, seat) for seat in free if (rank := self._rank(seat, entry)) is not None]
        if isinstance(entry, Callback):
            if len(able) > self.callbacks.on_their_way(entry.queue) and is_open(
                self.queue(entry.queue), self._switch.now
            ):
                self.callbacks.dial(entry)
        elif able:
            _, seat = min(able, key=lambda pair: pair[0])
            free.remove(seat)
            call = self._switch.calls[entry.call]
            self._switch.run_for_call(call, partial(self._assign, call, entry, seat))

    def _rank(self, seat: QueueSeat, entry: QueuePlace | Callback) -> tuple[int, int, float, str] | None:
        """Sort key; the lowest seat is rung. ``None``: not a seat for this caller. Seats of overflow queues come after the queue's own."""
        queues = serving_queues(self.queue(entry.queue), self._switch.config.queues, self._switch.now - entry.since)
        for distance, queue in enumerate(queues):
            if (level := seat.level_in(queue)) is not None:
                return distance, -level, seat.idle_since, seat.agent
        return None

    def _assign(self, call: Call, place: QueuePlace, seat: QueueSeat) -> None:
        place.ringing = True
        kind = CallKind.IN if call.callback_of is None else CallKind.CALLBACK
        if place.agent_leg is not None:
            kind = CallKind.CONSULT
        waited = self._switch.now - place.since
        ring = self.queue(place.queue).ring
        self._switch.apply_decision(
            AgentAssigned(
                call.id, call.next_leg(), seat.agent, kind, seat.contact, ring, place.queue, waited, place.agent_leg
            )
        )

    def _set_wake_timer(self, entries: list[QueuePlace | Callback]) -> None:
        """Sets the timer of the next round that may have a new result without an event: an overflow, the end of a pause, a queue that opens."""
        now = self._switch.now
        waits: list[float] = []
        for entry in entries:
            if entry.not_before > now:
                waits.append(entry.not_before - now)
            if (wait := next_overflow(self.queue(entry.queue), now - entry.since)) is not None:
                waits.append(wait)
            if isinstance(entry, Callback) and not is_open(self.queue(entry.queue), now):
                waits.append(CLOSED_WAIT)
        self._switch.timer("acd:wake", max(min(waits), SHORTEST_TIMER) if waits else None)

    def _seats(self) -> list[QueueSeat]:
        return list(self._switch.seats.values())
