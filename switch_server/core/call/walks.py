"""Other walks than the one a call began with: back into a queue, to a menu, and the PIN that a customer keys for an agent."""

from typing import Any, Protocol

from shared.enums import EndCause
from shared.ids import CallId, QueueName
from switch_server.core.flow import PIN, Flow, Host, queue_flow
from switch_server.core.ivr import Ivr, Services
from switch_server.core.talk import CallSwitchboard, DeskSide
from switch_server.core.words import Waiting


class WalkingCall(Host, Protocol):
    """The call, as its walks see it."""

    id: CallId
    ivr: Ivr
    kept: Waiting | None
    """The place that was kept for the customer."""
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
        """While the customer keys their PIN for an agent: the walk that they come back to."""

    def left_alone(self, *, lost: bool) -> None:
        """Nobody has the customer. ``lost``: through no act of theirs or an agent's, so they wait again, with an excuse."""
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
        """An agent hands the customer to a queue, with the place that was kept there for them."""
        call = self._call
        call.kept = call.switch.acd.handed(call.id)
        self._go(*queue_flow(call.switch.flows, queue))

    def into_menu(self, name: str) -> None:
        flow = next((flow for flow in self._call.switch.flows if flow.flow == name), None)
        if flow is None:  # a reload took it away meanwhile
            self._call.end(EndCause.FAULT)
        else:
            self._go(flow, flow.start)

    # --- the PIN ---

    def run_errand(self) -> None:
        """The customer keys account and PIN, and comes back to the conversation."""
        self._before_errand = self._call.ivr
        self._go(PIN, PIN.start)

    def end_errand(self) -> None:
        """The agent does not want to wait for it."""
        call = self._call
        call.ivr.abandon()
        call.services.stop()
        call.timer("answer", None)
        self._home()

    def finished(self, cause: EndCause) -> bool:
        """The walk has come to its end; ``False``: it was not an errand, and the call ends with it."""
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
