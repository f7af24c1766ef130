"""Calls that the switch makes (呼出): their purpose, and the one path of all of them. A new purpose is a class here.

``way_out`` finds line, card and the number that is shown; ``CallPlaced`` is the journal's form of the choice, which a replay is fed; ``placed``
carries it out as the purpose says: a call of its own, or one more leg of a call; ``next_try`` says when a call that failed is tried again.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import ClassVar

from msgspec import Struct

from shared.enums import EndCause
from shared.ids import AgentId, CallId, CardId, LegId, QueueName, TrunkName, leg_of
from switch_server.core.call.admission import LineSwitchboard, freest, shown_number, trunk_out
from switch_server.core.call.call import Call
from switch_server.core.call.openings import opened
from switch_server.core.flow import NO_FLOW, Flow
from switch_server.core.leg import Leg
from switch_server.core.talk import DESK
from switch_server.core.words import VOICE, Event, Waiting

DESK_UP = 15.0
"""Seconds for the phone of an agent who dials to answer by itself."""


class Retries(Struct, frozen=True):
    """``most``: tries in all. ``after``: seconds from the end of one to the next."""

    most: int
    after: float


class Purpose(Struct, frozen=True, tag=True, tag_field="type"):
    """Why a call is made. ``CHANNELS``: the number of channels, all of one card, that are needed to begin."""

    CHANNELS: ClassVar[int] = 1
    RETRIES: ClassVar[Retries] = Retries(1, 0.0)
    CARD: ClassVar[str] = VOICE
    """The kind of card that its legs need."""
    COUNTED: ClassVar[str]
    """The counter of such calls; each purpose has its own."""

    def walk(self, flows: Iterable[Flow]) -> tuple[Flow, str | None]:  # noqa: ARG002  # a purpose's
        """The flow of the customer's walk, and the step that it begins with."""
        return NO_FLOW, None

    def prepare(self, call: Call) -> None:
        """Before anybody is told of the call."""

    def begin(self, call: Call, number: str) -> None:
        raise NotImplementedError

    def carry_out(self, switch: LineSwitchboard, event: "CallPlaced") -> None:
        """Makes a call of its own. A purpose that adds a leg to a call does so here instead."""
        leg = Leg(
            leg_of(event.call, 1), event.trunk, incoming=False, ani=event.ani, dnis=event.number, started=switch.now
        )
        leg.card = event.card
        flow, start = self.walk(switch.flows)
        call = Call(event.call, leg, flow, switch, start)
        self.prepare(call)
        opened(switch, call)
        self.begin(call, event.number)


class ForAgent(Purpose, frozen=True):
    """An agent's ``Dial`` or ``CallSeat``. The desk first; the customer's leg waits, with its line, until the phone is up.

    Seat to seat: the trunk is ``desk``, the number the agent who is called, ``callee`` the ``ip:port`` of their phone; empty: they are busy.
    """

    CHANNELS: ClassVar[int] = 2
    COUNTED: ClassVar[str] = "calls_dialled"

    agent: AgentId
    contact: str
    callee: str = ""

    def prepare(self, call: Call) -> None:
        call.callee = self.callee

    def begin(self, call: Call, number: str) -> None:
        call.desk.dial_from(self.agent, self.contact, DESK_UP)
        if self.callee:
            call.desk.callee(AgentId(number), self.callee)


class ForCallback(Purpose, frozen=True):
    """A callback whose turn has come. The customer first; their flow begins when they answer, and leads to the place that was kept.

    ``of``: the call in which it was asked for; it keeps ``priority`` and ``since``.
    """

    COUNTED: ClassVar[str] = "callbacks_dialled"
    RETRIES: ClassVar[Retries] = Retries(3, 600.0)

    of: CallId
    flow: str
    step: str
    queue: QueueName
    priority: int
    since: float

    def walk(self, flows: Iterable[Flow]) -> tuple[Flow, str | None]:
        found = (flow for flow in flows if flow.flow == self.flow and self.step in flow.steps)
        return next(found, NO_FLOW), self.step

    def prepare(self, call: Call) -> None:
        call.callback_of = self.of
        call.kept = Waiting(call.id, self.queue, self.priority, self.since)

    def begin(self, call: Call, number: str) -> None:  # noqa: ARG002  # the call knows it
        if call.ivr.flow is NO_FLOW:  # a reload took it away
            call.end(EndCause.FAULT)
        else:
            call.dial_customer()


class ForConsult(Purpose, frozen=True):
    """An outside party that an agent asks into a call (转移, 三方): one more leg, on the call's card.

    ``by``: the agent's leg; ``leg``: the new one.
    """

    COUNTED: ClassVar[str] = "consults_dialled"

    by: LegId
    leg: LegId

    def carry_out(self, switch: LineSwitchboard, event: "CallPlaced") -> None:
        if (call := switch.calls.get(event.call)) is not None:
            leg = Leg(self.leg, event.trunk, incoming=False, ani=event.ani, dnis=event.number, started=switch.now)
            call.desk.consults.dial(self.by, leg)


AnyPurpose = ForAgent | ForCallback | ForConsult


class CallPlaced(Event, frozen=True):
    """The journal's form of the choice to make a call, or to add a leg to one. ``ani``: the number that is shown."""

    call: CallId
    trunk: TrunkName
    ani: str
    number: str
    card: CardId
    purpose: AnyPurpose


class NoWay(Enum):
    NO_LINE = auto()
    """No trunk that may carry a call to this number has a free one."""
    NO_CHANNEL = auto()


class Way(Struct, frozen=True):
    trunk: TrunkName
    card: CardId
    ani: str

    def call(self, call: CallId, number: str, purpose: AnyPurpose) -> CallPlaced:
        return CallPlaced(call, self.trunk, self.ani, number, self.card, purpose)


def way_out(
    switch: LineSwitchboard, number: str, purpose: type[Purpose], flows: Iterable[Flow], on: CardId | None = None
) -> Way | NoWay:
    """Over a trunk, with the number that one of ``flows`` answers. ``on``: the card of the call that the leg joins; the card itself refuses
    the channel where all are in use.
    """
    trunk = trunk_out(switch, number)
    if trunk is None:
        return NoWay.NO_LINE
    card = on or freest(switch, purpose.CHANNELS, purpose.CARD)
    return NoWay.NO_CHANNEL if card is None else Way(trunk.name, card, shown_number(flows))


def way_inside(switch: LineSwitchboard, caller: AgentId, purpose: type[Purpose]) -> Way | NoWay:
    """From one desk to another."""
    card = freest(switch, purpose.CHANNELS, purpose.CARD)
    return NoWay.NO_CHANNEL if card is None else Way(DESK, card, caller)


def placed(switch: LineSwitchboard, event: CallPlaced) -> None:
    switch.count(event.purpose.COUNTED)
    event.purpose.carry_out(switch, event)


def next_try(purpose: type[Purpose], tries: int, cause: EndCause | None, now: float) -> float | None:
    """The time (UTC seconds) of the next try after ``tries`` tries; ``None``: that was the last. A stop of the switch costs no try."""
    if cause is EndCause.SWITCH_STOPPED:
        return now
    return None if tries >= purpose.RETRIES.most else now + purpose.RETRIES.after
