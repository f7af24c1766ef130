"""The begin of an incoming call. Outgoing calls begin in ``core.call.outgoing``."""

from shared.enums import EndCause
from shared.ids import call_of
from switch_server.core.call import records
from switch_server.core.call.admission import LineSwitchboard, admit
from switch_server.core.call.call import Call
from switch_server.core.call.effects import FindCaller
from switch_server.core.call.facts import CallOffered, LegPlaced
from switch_server.core.leg import Leg, Reject


def take_offer(switch: LineSwitchboard, event: CallOffered) -> None:
    call_id = call_of(event.leg)
    if (other := switch.calls.get(call_id)) is not None:
        switch.count("calls_offered_twice")
        known = other.legs.get(event.leg)
        if known is None or not (known.incoming and known.alive):  # another caller's leg with an id that exists
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
    leg.card, leg.line = card, event.line
    call = Call(call_id, leg, flow, switch)
    add_call(switch, call)
    switch.timer(f"{call_id}:setup", switch.config.limits.teardown)
    call.open_channel(leg, far)


def add_call(switch: LineSwitchboard, call: Call) -> None:
    """Adds the call to the switch, writes its first row, and asks the store for the caller."""
    switch.calls[call.id] = call
    switch.timer(f"{call.id}:call_max", switch.config.limits.call_max)
    switch.emit(records.call_offered(call.id, call.caller, call.started, call.ivr.flow.flow))
    if call.number and not call.internal:
        switch.emit(FindCaller(call.id, call.number))
