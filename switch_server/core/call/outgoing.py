"""Calls that we make (呼出): why, and the one way in which all of them begin. A new purpose is a class here.

``way_out`` finds line, card and number; ``CallPlaced`` is the journal's form of the choice, fed to a replay; ``placed`` makes the call, and has its
purpose begin it.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import ClassVar

from msgspec import Struct

from shared.enums import EndCause
from shared.ids import AgentId, CallId, CardId, QueueName, TrunkName, leg_of
from switch_server.core.call.admission import LineSwitchboard, freest, shown_number, trunk_out
from switch_server.core.call.call import Call
from switch_server.core.call.openings import opened
from switch_server.core.flow import NO_FLOW, Flow
from switch_server.core.leg import Leg
from switch_server.core.talk import DESK
from switch_server.core.words import VOICE, Event, Waiting

DESK_UP = 15.0
"""Seconds for the phone of an agent who dials to answer by itself."""


class Purpose(Struct, frozen=True, tag=True, tag_field="type"):
    """Why a call is made. ``CHANNELS``: so many of one card it needs to begin."""

    CHANNELS: ClassVar[int] = 1
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


AnyPurpose = ForAgent | ForCallback


class CallPlaced(Event, frozen=True):
    """The journal's form of the choice to make a call. ``ani``: the number that we show."""

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


def way_out(switch: LineSwitchboard, number: str, purpose: type[Purpose], flows: Iterable[Flow]) -> Way | NoWay:
    """Over a trunk, with the number that one of ``flows`` answers."""
    trunk = trunk_out(switch, number)
    if trunk is None:
        return NoWay.NO_LINE
    card = freest(switch, purpose.CHANNELS, purpose.CARD)
    return NoWay.NO_CHANNEL if card is None else Way(trunk.name, card, shown_number(flows))


def way_inside(switch: LineSwitchboard, caller: AgentId, purpose: type[Purpose]) -> Way | NoWay:
    """From one desk to another."""
    card = freest(switch, purpose.CHANNELS, purpose.CARD)
    return NoWay.NO_CHANNEL if card is None else Way(DESK, card, caller)


def placed(switch: LineSwitchboard, event: CallPlaced) -> None:
    purpose = event.purpose
    switch.count(purpose.COUNTED)
    leg = Leg(leg_of(event.call, 1), event.trunk, incoming=False, ani=event.ani, dnis=event.number, started=switch.now)
    leg.card = event.card
    flow, start = purpose.walk(switch.flows)
    call = Call(event.call, leg, flow, switch, start)
    purpose.prepare(call)
    opened(switch, call)
    purpose.begin(call, event.number)
