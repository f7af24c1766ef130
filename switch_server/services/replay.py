"""Replay of one call (重放): its part of the event journal passes through a new core, which gives the same transitions.

Events that belong to no single call (configuration, branches, draining, the call's own card) are passed in, too; decisions that depended on
other calls (a line, a card, a place in a queue) are in the journal as ``LegPlaced``, ``QueueJudged``, ``CallbackJudged`` and ``FaxPlaced`` and come first. No
agent is logged in here: the asked desk, and a seat's effects on the call, are events of the call (``AgentAssigned``, ``DeskGone``,
``CallPlaced``). Deadlines pass at their own times, so only the events are needed.
"""

from collections.abc import Iterable, Iterator

from shared.ids import CallId, CardId, leg_of
from switch_server.core.acd import CallbackJudged, QueueJudged
from switch_server.core.call import LegPlaced
from switch_server.core.event_call import call_of_event
from switch_server.core.facts import BranchDown, BranchUp, CardDied, CardUp, Draining
from switch_server.core.fax import FaxPlaced
from switch_server.core.flow import Configured
from switch_server.core.switch import Switch
from switch_server.core.words import Effect, Event, Transition

JournalEntry = tuple[int, float, Event]
"""(number, UTC seconds, event), in the journal's order."""


def replay(
    call: CallId, entries: Iterable[JournalEntry], until: float | None = None
) -> Iterator[tuple[float, Transition]]:
    """Yields (UTC seconds, transition) of the call's legs, of the call itself, of its walk and of its orders.

    ``until``: the time up to which deadlines pass; by default that of the last entry of the whole journal. A call that is not in the
    journal yields nothing. Raises the exceptions of iterating ``entries``.
    """
    ours: list[JournalEntry] = []
    last = 0.0
    for entry in entries:
        last = entry[1]
        if isinstance(entry[2], _OF_ALL) or call_of_event(entry[2]) == call:
            ours.append(entry)
    switch = Switch()
    cards = _place(switch, call, ours)
    for _, at, event in ours:
        if not isinstance(event, _DECIDED) and not _of_other_card(event, cards):
            yield from _told(switch, switch.handle(event, at))
    yield from _told(switch, switch.tick(last if until is None else until))


_DECIDED = (LegPlaced, QueueJudged, CallbackJudged, FaxPlaced)
_OF_ALL = (Configured, CardUp, CardDied, BranchUp, BranchDown, Draining)


def _place(switch: Switch, call: CallId, ours: list[JournalEntry]) -> set[CardId | None]:
    """Passes in the decisions of that time; returns the call's cards."""
    cards: set[CardId | None] = set()
    for _, _, event in ours:
        if isinstance(event, _DECIDED):
            switch.handle(event, 0.0)
        if isinstance(event, FaxPlaced):
            cards.add(event.card)
    first = switch.replayed_cards.get(leg_of(call, 1))
    return cards | {first} if first is not None else set()


def _of_other_card(event: Event, cards: set[CardId | None]) -> bool:
    """``cards``: empty where the journal does not say the call's."""
    return isinstance(event, CardDied) and bool(cards) and event.card not in cards


def _told(switch: Switch, effects: list[Effect]) -> Iterator[tuple[float, Transition]]:
    for effect in effects:
        if isinstance(effect, Transition):
            yield switch.now, effect
