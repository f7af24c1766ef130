"""The later walks of a call: back into a queue, to a menu, and the PIN check, for which a customer leaves the agent for a while."""

from typing import Any, Protocol

from shared.enums import EndCause
from shared.ids import CallId, QueueName
from switch_server.core.flow import PIN, Flow, Host, queue_flow
from switch_server.core.ivr import Ivr, Services
from switch_server.core.talk import CallSwitchboard, DeskSide
from switch_server.core.words import Waiting


class WalkingCall(Host, Protocol):
    """The protocol that a call implements for its walks."""

    id: CallId
    ivr: Ivr
    kept: Waiting | None
    """The place in a queue that is kept for the customer."""
    started: float
    variables: dict[str, Any]
    services: Services
    desk: DeskSide

    @property
    def switch(self) -> CallSwitchboard: ...
    def end(self, cause: EndCause) -> None: ...


class Walks:
    def __init__(self, call: WalkingCall) -> None:
        self._call = call
        self._before_errand: Ivr | None = None
        """During a PIN check: the walk to which the customer comes back."""

    def left_alone(self, *, lost: bool) -> None:
        """The customer is alone. ``lost``: neither the customer nor an agent did this, so the customer waits again, with an excuse."""
        call = self._call
        if call.ivr.is_talking:
            if lost:
                call.ivr.desk_lost()
                call.switch.acd.again(call.id)
            else:
                call.ivr.desk_done()
        elif lost and call.switch.config.queues:
            queue = call.switch.config.queues[0].name
            call.kept = Waiting(call.id, queue, 0, call.started)
            call.kept.lost = True
            self._go(*queue_flow(call.switch.flows, queue))
            call.ivr.excuse()
        else:
            call.end(EndCause.AGENT_HUNG_UP)

    def into_queue(self, queue: QueueName) -> None:
        """An agent hands the customer over to a queue; the customer takes the place in which the agent waited."""
        call = self._call
        call.kept = call.switch.acd.handed(call.id)
        self._go(*queue_flow(call.switch.flows, queue))

    def into_menu(self, name: str) -> None:
        flow = next((flow for flow in self._call.switch.flows if flow.flow == name), None)
        if flow is None:  # a reload has removed the flow
            self._call.end(EndCause.FAULT)
        else:
            self._go(flow, flow.start)

    # --- the PIN ---

    def run_errand(self) -> None:
        """Begins the PIN check: the customer keys account and PIN, and then comes back to the agent."""
        self._before_errand = self._call.ivr
        self._go(PIN, PIN.start)

    def end_errand(self) -> None:
        """The agent cancels the PIN check."""
        call = self._call
        call.ivr.abandon()
        call.services.stop()
        call.timer("answer", None)
        self._home()

    def finished(self, cause: EndCause) -> bool:
        """The walk has ended. ``True``: it was a PIN check, and the customer is back; ``False``: the call ends with the walk."""
        if self._before_errand is None:
            return False
        self._home()
        self._call.desk.consults.errand_over(passed=cause is EndCause.GOODBYE)
        return True

    def stop(self) -> None:
        """The call ends."""
        self._before_errand = None

    def _home(self) -> None:
        call = self._call
        call.variables.pop("pin", None)
        assert self._before_errand is not None
        self._before_errand.play_number = call.ivr.play_number
        call.ivr, self._before_errand = self._before_errand, None

    def _go(self, flow: Flow, start: str) -> None:
        call, before = self._call, self._call.ivr
        call.ivr = Ivr(flow, call, call.variables)
        call.ivr.language, call.ivr.play_number = before.language, before.play_number
        call.ivr.start(start)
