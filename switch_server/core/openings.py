"""How calls begin: a caller's INVITE, an agent who dials, a callback whose turn has come."""

from typing import TYPE_CHECKING

from shared.enums import EndCause
from shared.ids import AgentId, call_of, leg_of
from switch_server.core import records
from switch_server.core.admission import admit
from switch_server.core.call import Call
from switch_server.core.effects import FindCaller, Reject
from switch_server.core.events import CallbackDialled, CallOffered, DialledOut, LegPlaced
from switch_server.core.house_flows import NO_FLOW
from switch_server.core.leg import Leg
from switch_server.core.waiting import Waiting

if TYPE_CHECKING:
    from switch_server.core.centre import Centre

DESK_UP = 15.0
"""Seconds for the phone of an agent who dials to answer by itself."""


def offered(house: "Centre", event: CallOffered) -> None:
    call_id = call_of(event.leg)
    if (other := house.calls.get(call_id)) is not None:
        house.count("calls_offered_twice")
        known = other.legs.get(event.leg)
        if known is None or not (known.incoming and known.alive):  # another caller's leg, by a name that is taken
            house.emit(Reject(event.leg, 500, EndCause.FAULT))
        return
    admitted = admit(house, event)
    house.journal(LegPlaced(event.leg, None if isinstance(admitted, Reject) else admitted[1]))
    if isinstance(admitted, Reject):
        house.count(admitted.cause.value)
        house.emit(admitted)
        return
    flow, card, far = admitted
    house.count("calls_taken")
    leg = Leg(event.leg, event.trunk, incoming=True, ani=event.ani, dnis=event.dnis, started=house.now)
    leg.card = card
    call = Call(call_id, leg, flow, house)
    _opened(house, call)
    house.timer(f"{call_id}:setup", house.config.limits.teardown)
    call.open_channel(leg, far)


def dialled_out(house: "Centre", event: DialledOut) -> None:
    """The desk first; the customer's leg waits, with its line, until the phone is up."""
    house.count("calls_dialled")
    call = Call(event.call, _out_leg(house, event), NO_FLOW, house)
    call.callee = event.callee
    _opened(house, call)
    call.desk.dial_from(event.agent, event.contact, DESK_UP)
    if call.callee:
        call.desk.callee(AgentId(event.number), call.callee)


def callback_dialled(house: "Centre", event: CallbackDialled) -> None:
    """The customer first; their flow begins when they answer, and leads to the place that was kept."""
    house.count("callbacks_dialled")
    flow = next((flow for flow in house.flows if flow.flow == event.flow and event.step in flow.steps), NO_FLOW)
    call = Call(event.call, _out_leg(house, event), flow, house, event.step)
    call.callback_of = event.of
    call.kept = Waiting(call.id, event.queue, event.priority, event.since)
    _opened(house, call)
    if flow is NO_FLOW:  # a reload took it away
        call.end(EndCause.FAULT)
        return
    call.dial_customer()


def _out_leg(house: "Centre", event: DialledOut | CallbackDialled) -> Leg:
    leg = Leg(leg_of(event.call, 1), event.trunk, incoming=False, ani=event.ani, dnis=event.number, started=house.now)
    leg.card = event.card
    return leg


def _opened(house: "Centre", call: Call) -> None:
    house.calls[call.id] = call
    house.timer(f"{call.id}:call_max", house.config.limits.call_max)
    records.call_offered(call)
    if call.number and not call.internal:
        house.emit(FindCaller(call.id, call.number))
