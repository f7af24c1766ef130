"""The later walks of a call: back into a queue, to a menu, and the PIN check, for which a customer leaves the agent for a while."""

from typing import Any, Protocol

from shared.enums import EndCause
from shared.ids import CallId, QueueName
from switch_server.core.flow import PIN_FLOW, Flow, WalkHost, queue_flow
from switch_server.core.ivr import Ivr, ServiceRunner
from switch_server.core.talk import CallSwitchboard, DeskSide
from switch_server.core.words import QueuePlace


class WalkingCall(WalkHost, Protocol):
    """The protocol that a call implements for its walks."""

    id: CallId
    ivr: Ivr
    kept: QueuePlace | None
    """The place in a queue that is kept for the customer."""
    started: float
    variables: dict[str, Any]
    services: ServiceRunner
    desk: DeskSide

    @property
    def switch(self) -> CallSwitchboard: ...
    def end(self, cause: EndCause) -> None: ...


class Walks:
    def __init__(self, call: WalkingCall) -> None:
        self._call = call
        self._walk_before_pin: Ivr | None = None
        """During a PIN check: the walk to which the customer comes back."""

    def left_alone(self, *, lost: bool) -> None:
        """The customer is alone. ``lost``: neither the customer nor an agent did this, so the customer waits again, with an excuse."""
        call = self._call
        if call.ivr.is_talking:
            if lost:
                call.ivr.agent_lost()
                call.switch.acd.requeue(call.id)
            else:
                call.ivr.agent_done()
        elif lost and call.switch.config.queues:
            queue = call.switch.config.queues[0].name
            call.kept = QueuePlace(call.id, queue, 0, call.started)
            call.kept.lost = True
            self._go(*queue_flow(call.switch.flows, queue))
            call.ivr.say_excuse()
        else:
            call.end(EndCause.AGENT_HUNG_UP)

    def into_queue(self, queue: QueueName) -> None:
        """An agent hands the customer over to a queue; the customer takes the place in which the agent waited."""
        call = self._call
        call.kept = call.switch.acd.take_over_place(call.id)
        self._go(*queue_flow(call.switch.flows, queue))

    def into_menu(self, name: str) -> None:
        flow = next((flow for flow in self._call.switch.flows if flow.flow == name), None)
        if flow is None:  # a reload has removed the flow
            self._call.end(EndCause.FAULT)
        else:
            self._go(flow, flow.start)

    # --- the PIN ---

    def begin_pin_check(self) -> None:
        """Begins the PIN check: the customer keys account and PIN, and then comes back to the agent."""
        self._walk_before_pin = self._call.ivr
        self._go(PIN_FLOW, PIN_FLOW.start)

    def cancel_pin_check(self) -> None:
        """The agent cancels the PIN check."""
        call = self._call
        call.ivr.abandon()
        call.services.stop()
        call.timer("answer", None)
        self._return_to_walk()

    def finished(self, cause: EndCause) -> bool:
        """The walk has ended. ``True``: it was a PIN check, and the customer is back; ``False``: the call ends with the walk."""
        if self._walk_before_pin is None:
            return False
        self._return_to_walk()
        self._call.desk.consults.pin_check_over(passed=cause is EndCause.GOODBYE)
        return True

    def stop(self) -> None:
        """The call ends."""
        self._walk_before_pin = None

    def _return_to_walk(self) -> None:
        call = self._call
        call.variables.pop("pin", None)
        assert self._walk_before_pin is not None
        self._walk_before_pin.play_number = call.ivr.play_number
        call.ivr, self._walk_before_pin = self._walk_before_pin, None

    def _go(self, flow: Flow, start: str) -> None:
        call, before = self._call, self._call.ivr
        call.ivr = Ivr(flow, call, call.variables)
        call.ivr.language, call.ivr.play_number = before.language, before.play_number
        call.ivr.start(start)
