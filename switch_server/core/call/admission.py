"""Admission of an incoming call: the flow by dialled number, a line of the trunk, the card with the most free channels; and the trunk of an
outgoing one.

A replay of one call has no other calls, so the choices that depend on them (line and card) come from the journal (``LegPlaced``).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol

from shared.enums import EndCause
from shared.ids import CallId, CardId, LegId, TrunkName
from switch_server.core.call.call import Call
from switch_server.core.call.facts import CallOffered
from switch_server.core.call.trunk_choice import TrunkChoice
from switch_server.core.flow import Flow
from switch_server.core.leg import Reject
from switch_server.core.talk import CallSwitchboard
from switch_server.core.words import VOICE, Event, Far, Trunk, house_form, number_fits


class KnownCard:
    """The core's data of a voice card. Its channels in use are those of the legs (``LineUse``)."""

    def __init__(self, channels: int, kind: str) -> None:
        self.channels = channels
        self.kind = kind
        self.up = True


class LineSwitchboard(CallSwitchboard, Protocol):
    """The protocol of the switch for parts that make calls: with all calls and cards."""

    @property
    def calls(self) -> dict[CallId, Call]: ...
    @property
    def cards(self) -> Mapping[CardId, KnownCard]: ...
    @property
    def replayed_cards(self) -> Mapping[LegId, CardId | None]:
        """For a replay: the cards of legs, from the journal (``LegPlaced``)."""
        ...

    @property
    def draining(self) -> bool: ...
    @property
    def trunk_choice(self) -> TrunkChoice: ...
    def apply_decision(self, event: Event) -> None:
        """Journals an event that the core made itself (a replay reads it from the journal), and handles the event."""
        ...

    def call_changed(self, call: Call) -> None:
        """To be called after each change of a call: settles the call, and removes it if it has ended."""
        ...

    def run_for_call(self, call: Call, work: Callable[[], None]) -> None:
        """Runs ``work`` for one of several calls: an exception ends this call only."""
        ...


def admit(switch: LineSwitchboard, event: CallOffered) -> tuple[Flow, CardId, Far] | Reject:
    """Flow, card and far end's media of a call, or the refusal: 404 no flow for the number, 488 no common codec, 503 no channel (or the switch is
    stopping), 486 no line.
    """
    trunk = next((t for t in switch.config.trunks if t.name == event.trunk), None)
    flow = _flow_for(switch.flows, event.dnis)
    if flow is None or trunk is None:
        return Reject(event.leg, 404, EndCause.REJECTED_NUMBER)
    if event.far is None:
        return Reject(event.leg, 488, EndCause.REJECTED_MEDIA)
    if event.leg in switch.replayed_cards:
        decided = switch.replayed_cards[event.leg]
        return Reject(event.leg, 503, EndCause.REJECTED_FULL) if decided is None else (flow, decided, event.far)
    card = freest_card(switch, kind=flow.steps[flow.start].CARD)
    if switch.draining or card is None:
        return Reject(event.leg, 503, EndCause.REJECTED_FULL)
    if switch.use.lines[event.trunk] >= trunk.capacity:
        return Reject(event.leg, 486, EndCause.REJECTED_BUSY)
    return flow, card, event.far


def trunk_out(switch: LineSwitchboard, number: str, full: Collection[TrunkName] = ()) -> Trunk | None:
    """The trunk for a call to this number, with a free line and not in ``full``; ``None``: there is none."""
    choice = switch.trunk_choice
    able = [
        trunk
        for trunk in switch.config.trunks
        if may_carry(trunk, number) and trunk.name not in full and switch.use.lines[trunk.name] < choice.lines(trunk)
    ]
    return choice.choose(able, switch.now)


def may_carry(trunk: Trunk, number: str) -> bool:
    """Whether the trunk may carry outgoing calls to this number; free lines are not looked at."""
    # a network is for incoming calls only: it is no address to call
    has_address = not trunk.far or any("/" not in far or far.endswith("/32") for far in trunk.far)
    return trunk.direction != "in" and has_address and any(number_fits(number, pattern) for pattern in trunk.numbers)


def shown_number(flows: Iterable[Flow]) -> str:
    """Our number for outgoing calls: the first number that a flow answers; empty where there is none."""
    return next((number for flow in flows for number in flow.numbers if number != "*"), "")


def _flow_for(flows: tuple[Flow, ...], dnis: str) -> Flow | None:
    exact = next((flow for flow in flows if dnis in flow.numbers or dnis in map(house_form, flow.numbers)), None)
    return exact or next((flow for flow in flows if "*" in flow.numbers), None)


def freest_card(switch: LineSwitchboard, channels: int = 1, kind: str = VOICE) -> CardId | None:
    """The card of this kind with the most free channels; ``None``: no card has ``channels`` free ones."""
    used = switch.use.channels
    free = [(card.channels - used[name], name) for name, card in switch.cards.items() if card.up and card.kind == kind]
    most, name = max(free, default=(0, CardId("")))
    return name if most >= channels else None
