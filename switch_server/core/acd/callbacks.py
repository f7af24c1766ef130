"""Callbacks (预约回拨): places in a queue that are kept without a line, and dialled when their turn comes.

```
(asked) ──► waiting ──turn──► dialling ──answered──► done
               ▲                  │
               └── ten minutes ◄──┴─ not answered; after the third time ──► failed
```
A stop of the switch while it is dialled is nobody's fault: the next start finds it.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from shared.days import shanghai_day
from shared.ids import CallId, CardId, QueueName
from switch_server.core.acd.facts import CallbackJudged, CallbackRecovered
from switch_server.core.acd.records import CallbackRow
from switch_server.core.acd.rules import named
from switch_server.core.call import Call, ForCallback, LineSwitchboard, NoWay, next_try, takes, way_out
from switch_server.core.words import is_personal, phone_key, saved

NO_LINE_WAIT = 5.0


class CallbackVerdict(StrEnum):
    """The answer to who wishes to be called back."""

    KEPT = "kept"
    THERE = "there"
    """They are going to be called already: that place is theirs, no second one is made."""
    REFUSED = "refused"


class CallbackState(StrEnum):
    WAITING = "waiting"
    DIALLING = "dialling"
    DONE = "done"
    FAILED = "failed"


TRANSITIONS: dict[CallbackState, dict[str, CallbackState]] = {
    CallbackState.WAITING: {"turn": CallbackState.DIALLING},
    CallbackState.DIALLING: {
        "answered": CallbackState.DONE,
        "not answered": CallbackState.WAITING,
        "third time": CallbackState.FAILED,
    },
    CallbackState.DONE: {},
    CallbackState.FAILED: {},
}


class Callback:
    """One kept place. ``id``: of the call in which it was asked for. ``tries``: dialled so often."""

    def __init__(self, recovered: CallbackRecovered) -> None:
        self.id = recovered.id
        self.queue = recovered.queue
        self.number = recovered.number
        self.since = recovered.since
        self.priority = recovered.priority
        self.flow = recovered.flow
        self.step = recovered.step
        self.tries = recovered.tries
        self.state = CallbackState.WAITING
        self.not_before = 0.0

    @property
    def rank(self) -> tuple[int, float, CallId]:
        return -self.priority, self.since, self.id


class Callbacks:
    def __init__(self, switch: LineSwitchboard) -> None:
        self._switch = switch
        self.items: dict[CallId, Callback] = {}
        self.judged: dict[tuple[CallId, int], CallbackVerdict] = {}
        """For a replay: what the journal says."""
        self._day = ""
        self._asked: Counter[str] = Counter()
        """How often each number has asked on that day."""

    def waiting(self, queue: QueueName | None = None) -> list[Callback]:
        return [c for c in self.items.values() if c.state is CallbackState.WAITING and queue in (None, c.queue)]

    def on_their_way(self, queue: QueueName) -> int:
        """Called, and not yet at their place: each will want a seat."""
        calls = self._switch.calls.values()
        return sum(call.kept is not None and call.kept.queue == queue and call.cause is None for call in calls)

    def asked(self, call: Call, queue: QueueName, answer: str) -> bool:
        """``False``: the caller never waited in that queue, or can't be called back, or has asked too often today."""
        call.callback_wishes += 1
        wish = call.id, call.callback_wishes
        verdict = self.judged.get(wish) or self._judge(call, queue)
        self._switch.journal(CallbackJudged(*wish, verdict.value))
        self._switch.count(f"callback_{verdict.value}")
        place = call.waiting
        if verdict is CallbackVerdict.KEPT and place is not None:
            self._asked[phone_key(call.number)] += 1
            flow = call.ivr.flow.flow
            self._add(CallbackRecovered(call.id, place.queue, call.number, place.since, place.total, flow, answer))
        return verdict is not CallbackVerdict.REFUSED

    def _judge(self, call: Call, queue: QueueName) -> CallbackVerdict:
        place, number, config = call.waiting, call.number, self._switch.config
        if place is None or place.queue != queue or not is_personal(number):
            return CallbackVerdict.REFUSED
        if not any(takes(trunk, number) for trunk in config.trunks):
            return CallbackVerdict.REFUSED
        key = phone_key(number)
        if any(phone_key(callback.number) == key for callback in self.items.values()):
            return CallbackVerdict.THERE
        self._today()
        owed = sum(callback.queue == place.queue for callback in self.items.values())
        often = self._asked[key] >= config.limits.callbacks_per_day
        return (
            CallbackVerdict.REFUSED if often or owed >= named(config.queues, place.queue).most else CallbackVerdict.KEPT
        )

    def counted(self, numbers: Mapping[str, int]) -> None:
        """Of today, before this start."""
        self._today()
        for number, times in numbers.items():
            self._asked[phone_key(number)] += times

    def _today(self) -> None:
        if (day := shanghai_day(self._switch.now)) != self._day:
            self._day = day
            self._asked.clear()

    def recovered(self, event: CallbackRecovered) -> None:
        if event.id not in self.items:
            self._add(event)

    def _add(self, event: CallbackRecovered) -> None:
        callback = self.items[event.id] = Callback(event)
        self._save(callback)

    # --- their turn ---

    def dial(self, callback: Callback) -> None:
        """A seat is free for it: a call is made. Without a line or a channel it waits a little."""
        switch = self._switch
        flows = [flow for flow in switch.flows if flow.flow == callback.flow]
        way = way_out(switch, callback.number, ForCallback, flows)
        if isinstance(way, NoWay) or switch.draining:
            callback.not_before = switch.now + NO_LINE_WAIT
            return
        callback.tries += 1
        self._step(callback, "turn", way.card)
        of = ForCallback(callback.id, callback.flow, callback.step, callback.queue, callback.priority, callback.since)
        switch.take(way.call(CallId(f"{callback.id}b{callback.tries}"), callback.number, of))

    def answered(self, id_: CallId) -> None:
        if (callback := self.items.get(id_)) is not None:  # not in a replay
            self._step(callback, "answered")

    def call_over(self, call: Call) -> bool:
        """The call that was made for one is forgotten. ``False``: it was made for none, or for one that was answered, and is done with."""
        callback = self.items.get(call.callback_of) if call.callback_of is not None else None
        if callback is None:
            return False
        again = next_try(ForCallback, callback.tries, call.cause, self._switch.now)
        callback.not_before = self._switch.now if again is None else again
        self._step(callback, "third time" if again is None else "not answered")
        return True

    def _step(self, callback: Callback, event: str, card: CardId | None = None) -> None:
        callback.state = TRANSITIONS[callback.state][event]
        if not TRANSITIONS[callback.state]:
            del self.items[callback.id]
            self._switch.count(f"callbacks_{callback.state.value}")
        self._save(callback, card)

    def _save(self, callback: Callback, card: CardId | None = None) -> None:
        row = CallbackRow(
            id=callback.id, queue=callback.queue, number=callback.number, since=callback.since, priority=callback.priority,
            flow=callback.flow, step=callback.step, tries=callback.tries, state=callback.state.value, card=card,
        )  # fmt: skip
        self._switch.emit(saved(row))
