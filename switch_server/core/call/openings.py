"""How calls begin: a caller's INVITE, an agent who dials, a callback whose turn has come."""

from shared.enums import EndCause
from shared.ids import AgentId, call_of, leg_of
from switch_server.core.call import records
from switch_server.core.call.admission import LineSwitchboard, admit
from switch_server.core.call.call import Call
from switch_server.core.call.effects import FindCaller
from switch_server.core.call.facts import CallbackDialled, CallOffered, DialledOut, LegPlaced
from switch_server.core.flow import NO_FLOW
from switch_server.core.leg import Leg, Reject
from switch_server.core.words import Waiting

DESK_UP = 15.0
"""Seconds for the phone of an agent who dials to answer by itself."""


def offered(switch: LineSwitchboard, event: CallOffered) -> None:
    call_id = call_of(event.leg)
    if (other := switch.calls.get(call_id)) is not None:
        switch.count("calls_offered_twice")
        known = other.legs.get(event.leg)
        if known is None or not (known.incoming and known.alive):  # another caller's leg, by a name that is taken
            switch.emit(Reject(event.leg, 500, EndCause.FAULT))
        return
    admitted = admit(switch, event)
    switch.journal(LegPlaced(event.leg, None if isinstance(admitted, Reject) else admitted[1]))
    if isinstance(admitted, Reject):
        switch.count(admitted.cause.value)
        switch.emit(admitted)
        return
    flow, card, far = admitted
    switch.count("calls_taken")
    leg = Leg(event.leg, event.trunk, incoming=True, ani=event.ani, dnis=event.dnis, started=switch.now)
    leg.card = card
    call = Call(call_id, leg, flow, switch)
    _opened(switch, call)
    switch.timer(f"{call_id}:setup", switch.config.limits.teardown)
    call.open_channel(leg, far)


def dialled_out(switch: LineSwitchboard, event: DialledOut) -> None:
    """The desk first; the customer's leg waits, with its line, until the phone is up."""
    switch.count("calls_dialled")
    call = Call(event.call, _out_leg(switch, event), NO_FLOW, switch)
    call.callee = event.callee
    _opened(switch, call)
    call.desk.dial_from(event.agent, event.contact, DESK_UP)
    if call.callee:
        call.desk.callee(AgentId(event.number), call.callee)


def callback_dialled(switch: LineSwitchboard, event: CallbackDialled) -> None:
    """The customer first; their flow begins when they answer, and leads to the place that was kept."""
    switch.count("callbacks_dialled")
    flow = next((flow for flow in switch.flows if flow.flow == event.flow and event.step in flow.steps), NO_FLOW)
    call = Call(event.call, _out_leg(switch, event), flow, switch, event.step)
    call.callback_of = event.of
    call.kept = Waiting(call.id, event.queue, event.priority, event.since)
    _opened(switch, call)
    if flow is NO_FLOW:  # a reload took it away
        call.end(EndCause.FAULT)
        return
    call.dial_customer()


def _out_leg(switch: LineSwitchboard, event: DialledOut | CallbackDialled) -> Leg:
    leg = Leg(leg_of(event.call, 1), event.trunk, incoming=False, ani=event.ani, dnis=event.number, started=switch.now)
    leg.card = event.card
    return leg


def _opened(switch: LineSwitchboard, call: Call) -> None:
    switch.calls[call.id] = call
    switch.timer(f"{call.id}:call_max", switch.config.limits.call_max)
    switch.emit(records.call_offered(call.id, call.caller, call.started, call.ivr.flow.flow))
    if call.number and not call.internal:
        switch.emit(FindCaller(call.id, call.number))
