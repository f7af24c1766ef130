"""May this call come in, and where does it go: flow by dialled number, line of the trunk, card with the most free channels.

In a replay of one call the others are not there, so what they had a part in (line and card) comes from the journal (``LegPlaced``).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from shared.enums import EndCause
from shared.ids import CallId, CardId, LegId, TrunkName
from switch_server.core.call.call import Call
from switch_server.core.call.facts import CallOffered
from switch_server.core.flow import Flow
from switch_server.core.leg import LegState, Reject
from switch_server.core.talk import CallSwitchboard
from switch_server.core.words import VOICE, Event, Far, Trunk


class Card:
    """A voice card as the core sees it. What it has in use is counted from the living legs, never kept."""

    def __init__(self, channels: int, kind: str) -> None:
        self.channels = channels
        self.kind = kind
        self.up = True


class LineSwitchboard(CallSwitchboard, Protocol):
    """The switch, as those see it who make calls: with all calls and cards."""

    @property
    def calls(self) -> dict[CallId, Call]: ...
    @property
    def cards(self) -> Mapping[CardId, Card]: ...
    @property
    def decided(self) -> Mapping[LegId, CardId | None]:
        """For a replay: what the journal says."""
        ...

    @property
    def draining(self) -> bool: ...
    def take(self, event: Event) -> None:
        """A choice of the core's own is journalled, for replays, and handled."""
        ...

    def settled(self, call: Call) -> None:
        """Something was done to the call: forgets it if that was its end."""
        ...

    def one_of_many(self, call: Call, work: Callable[[], None]) -> None:
        """Does it; a fault costs this call only."""
        ...


def admit(switch: LineSwitchboard, event: CallOffered) -> tuple[Flow, CardId, Far] | Reject:
    """Flow, card and media for a call, or the refusal: 404 no such number, 488 no common codec, 503 no channel, 486 no line."""
    trunk = next((t for t in switch.config.trunks if t.name == event.trunk), None)
    flow = _flow_for(switch.flows, event.dnis)
    if flow is None or trunk is None:
        return Reject(event.leg, 404, EndCause.REJECTED_NUMBER)
    if event.far is None:
        return Reject(event.leg, 488, EndCause.REJECTED_MEDIA)
    if event.leg in switch.decided:
        decided = switch.decided[event.leg]
        return Reject(event.leg, 503, EndCause.REJECTED_FULL) if decided is None else (flow, decided, event.far)
    card = freest(switch)
    if switch.draining or card is None:
        return Reject(event.leg, 503, EndCause.REJECTED_FULL)
    if lines_used(switch.calls.values(), event.trunk) >= trunk.lines:
        return Reject(event.leg, 486, EndCause.REJECTED_BUSY)
    return flow, card, event.far


def lines_used(calls: Iterable[Call], trunk: TrunkName) -> int:
    return sum(leg.trunk == trunk and leg.state is not LegState.ENDED for call in calls for leg in call.legs.values())


def trunk_out(switch: LineSwitchboard, number: str) -> Trunk | None:
    """The first trunk that may carry a call to this number and has a free line; ``None``: there is none."""
    return next(
        (t for t in switch.config.trunks if takes(t, number) and lines_used(switch.calls.values(), t.name) < t.lines),
        None,
    )


def takes(trunk: Trunk, number: str) -> bool:
    """Does it carry calls out to this number, were there a line?"""
    fits = (number.startswith(n[:-1]) if n.endswith("*") else number == n for n in trunk.numbers)
    # a network says who may call in, not where to call
    has_way_out = not trunk.far or any("/" not in far or far.endswith("/32") for far in trunk.far)
    return trunk.direction != "in" and has_way_out and any(fits)


def shown_number(flows: Iterable[Flow]) -> str:
    """Ours, for calls that we make: the first that a flow answers; empty where there is none."""
    return next((number for flow in flows for number in flow.numbers if number != "*"), "")


def _flow_for(flows: tuple[Flow, ...], dnis: str) -> Flow | None:
    exact = next((flow for flow in flows if dnis in flow.numbers), None)
    return exact or next((flow for flow in flows if "*" in flow.numbers), None)


def channels_used(calls: Iterable[Call]) -> Counter[CardId]:
    return Counter(leg.card for call in calls for leg in call.legs.values() if leg.card and leg.holds_channel)


def freest(switch: LineSwitchboard, channels: int = 1, kind: str = VOICE) -> CardId | None:
    """Of this kind, the card with the most free channels, if it has so many."""
    used = channels_used(switch.calls.values())
    free = [(card.channels - used[name], name) for name, card in switch.cards.items() if card.up and card.kind == kind]
    most, name = max(free, default=(0, CardId("")))
    return name if most >= channels else None
