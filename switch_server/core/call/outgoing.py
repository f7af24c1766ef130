"""Calls that the switch makes (呼出): their purposes, and the one path for all of them. A new purpose is a new class here.

``route_out`` finds line, card and our number; ``CallPlaced`` is the choice as an event, which a replay reads from the journal; ``make_call`` carries
out the event by its purpose: a call of its own, or one more leg of a call; ``next_try`` is the time of the next try of a failed call.
"""

from collections.abc import Collection, Iterable
from enum import Enum, auto
from typing import ClassVar

from msgspec import Struct

from shared.enums import EndCause
from shared.fax import FaxId, FaxModem
from shared.ids import AgentId, CallId, CardId, LegId, QueueName, TrunkName, leg_of
from switch_server.core.call.admission import LineSwitchboard, freest_card, shown_number, trunk_out
from switch_server.core.call.call import Call
from switch_server.core.call.incoming import add_call
from switch_server.core.flow import NO_FLOW, Flow
from switch_server.core.leg import Leg
from switch_server.core.talk import DESK_TRUNK
from switch_server.core.words import FAX, VOICE, Event, QueuePlace, SendFax

DESK_UP = 15.0
"""Seconds within which the phone of an agent who dials must answer."""


class Retries(Struct, frozen=True):
    """``most``: tries in all. ``after``: seconds from the end of one try to the next."""

    most: int
    after: float


class Purpose(Struct, frozen=True, tag=True, tag_field="type"):
    """Why a call is made. ``CHANNELS``: channels, all of one card, that must be free to begin."""

    CHANNELS: ClassVar[int] = 1
    RETRIES: ClassVar[Retries] = Retries(1, 0.0)
    CARD: ClassVar[str] = VOICE
    """Kind of card for the call's legs."""
    COUNTER: ClassVar[str]
    """Name of the counter of these calls."""

    def walk(self, flows: Iterable[Flow]) -> tuple[Flow, str | None]:  # noqa: ARG002  # a purpose's
        """The flow of the customer's walk, and its first step (``None``: the flow's ``start``)."""
        return NO_FLOW, None

    def prepare(self, call: Call) -> None:
        """Sets up the call before it is added to the switch."""

    def begin(self, call: Call, number: str) -> None:
        raise NotImplementedError

    def carry_out(self, switch: LineSwitchboard, event: "CallPlaced") -> None:
        """Makes a new call. A purpose that adds a leg to an existing call overrides this."""
        leg = Leg(
            leg_of(event.call, 1), event.trunk, incoming=False, ani=event.ani, dnis=event.number, started=switch.now
        )
        leg.card = event.card
        flow, start = self.walk(switch.flows)
        call = Call(event.call, leg, flow, switch, start)
        self.prepare(call)
        add_call(switch, call)
        self.begin(call, event.number)


class ForAgent(Purpose, frozen=True):
    """An agent's ``Dial`` or ``CallSeat``. The agent's desk is rung first; the customer's leg, which holds its line, is dialled when that phone is up.

    Seat to seat: the trunk is ``desk``, the number is the called agent, ``callee`` is the contact of that agent's phone; empty: that agent is busy.
    """

    CHANNELS: ClassVar[int] = 2
    COUNTER: ClassVar[str] = "calls_dialled"

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
    """A callback whose turn has come. The customer is dialled; the flow begins at ``step`` when the customer answers, and leads to the kept place.

    ``of``: the call in which the callback was asked for; ``priority`` and ``since`` are those of the kept place.
    """

    COUNTER: ClassVar[str] = "callbacks_dialled"
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
        call.kept = QueuePlace(call.id, self.queue, self.priority, self.since)

    def begin(self, call: Call, number: str) -> None:  # noqa: ARG002  # the call has the number
        if call.ivr.flow is NO_FLOW:  # a reload has removed the flow
            call.end(EndCause.FAULT)
        else:
            call.dial_customer()


class ForConsult(Purpose, frozen=True):
    """An outside party that an agent asks into a call (转移, 三方): one more leg, on the call's card.

    ``by``: the agent's leg; ``leg``: the new one.
    """

    COUNTER: ClassVar[str] = "consults_dialled"

    by: LegId
    leg: LegId

    def carry_out(self, switch: LineSwitchboard, event: "CallPlaced") -> None:
        if (call := switch.calls.get(event.call)) is not None:
            leg = Leg(self.leg, event.trunk, incoming=False, ani=event.ani, dnis=event.number, started=switch.now)
            call.desk.consults.dial(self.by, leg)


class ForFax(Purpose, frozen=True):
    """A fax whose turn has come: one leg, on a fax card, which sends the pages of ``document`` from ``first_page`` (0: the first) on."""

    CARD: ClassVar[str] = FAX
    COUNTER: ClassVar[str] = "faxes_dialled"

    fax: FaxId
    document: str
    first_page: int
    fastest: FaxModem

    def prepare(self, call: Call) -> None:
        call.is_fax, call.makes_contact = True, False

    def begin(self, call: Call, number: str) -> None:
        call.switch.faxes.dialled(
            call.id, SendFax(call.caller.id, self.fax, self.document, self.first_page), number, self.fastest
        )
        call.dial_customer()


AnyPurpose = ForAgent | ForCallback | ForConsult | ForFax


class CallPlaced(Event, frozen=True):
    """The decision to make a call, or to add a leg to one, as an event. ``ani``: our number, shown to the called party."""

    call: CallId
    trunk: TrunkName
    ani: str
    number: str
    card: CardId
    purpose: AnyPurpose


class NoRoute(Enum):
    NO_LINE = auto()
    """No trunk that may carry a call to this number has a free line."""
    NO_CHANNEL = auto()


class Route(Struct, frozen=True):
    trunk: TrunkName
    card: CardId
    ani: str

    def call(self, call: CallId, number: str, purpose: AnyPurpose) -> CallPlaced:
        return CallPlaced(call, self.trunk, self.ani, number, self.card, purpose)


def route_out(
    switch: LineSwitchboard,
    number: str,
    purpose: type[Purpose],
    flows: Iterable[Flow],
    on: CardId | None = None,
    full: Collection[TrunkName] = (),
) -> Route | NoRoute:
    """The way of a call over a trunk; our number is one that ``flows`` answer. ``on``: the card of the call that the new leg joins; free channels
    are not counted then, and the card refuses the channel where all are in use. ``full``: trunks that may carry no further call of this purpose.
    """
    trunk = trunk_out(switch, number, full)
    if trunk is None:
        return NoRoute.NO_LINE
    card = on or freest_card(switch, purpose.CHANNELS, purpose.CARD)
    return NoRoute.NO_CHANNEL if card is None else Route(trunk.name, card, shown_number(flows))


def route_inside(switch: LineSwitchboard, caller: AgentId, purpose: type[Purpose]) -> Route | NoRoute:
    """The way of a call from one desk to another."""
    card = freest_card(switch, purpose.CHANNELS, purpose.CARD)
    return NoRoute.NO_CHANNEL if card is None else Route(DESK_TRUNK, card, caller)


def make_call(switch: LineSwitchboard, event: CallPlaced) -> None:
    switch.count(event.purpose.COUNTER)
    event.purpose.carry_out(switch, event)


def next_try(purpose: type[Purpose], tries: int, cause: EndCause | None, now: float) -> float | None:
    """The time (UTC seconds) of the next try after ``tries`` tries; ``None``: that was the last. A try that a stop of the switch ended is never the last."""
    if cause is EndCause.SWITCH_STOPPED:
        return now
    return None if tries >= purpose.RETRIES.most else now + purpose.RETRIES.after
