"""What a call needs of its switch."""

from typing import TYPE_CHECKING, Protocol

from shared.aci import CancelOrder, PlaceOrder
from shared.ids import BranchId, LegId, OrderKey, QueueName
from switch_server.core.config import SwitchConfig
from switch_server.core.effects import Effect, OrderContext
from switch_server.core.events import Event
from switch_server.core.flow import Flow
from switch_server.core.leg import Leg

if TYPE_CHECKING:
    from switch_server.core.call import Call
    from switch_server.core.flow import CallbackStep, QueueStep
    from switch_server.core.talk import Talk
    from switch_server.core.waiting import Waiting


class QueueBoard(Protocol):
    """Where callers wait, and who has them."""

    def entered(self, call: "Call", step: "QueueStep") -> str:
        """``open``, or why the caller can't wait there: ``closed``, ``full``."""
        ...

    def asked(self, call: "Call", queue: QueueName, by: LegId) -> str:
        """An agent asks for the queue's next agent on the customer's behalf; answered as ``entered`` is."""
        ...

    def handed(self, call: "Call") -> "Waiting":
        """The place that an agent waited in for the customer is the customer's own now."""
        ...

    def again(self, call: "Call") -> None:
        """Its agent was lost: to the head of the same queue."""
        ...

    def left(self, call: "Call", *, answered: bool = False) -> None: ...
    def next_agent(self, call: "Call", *, blame: bool) -> None:
        """A desk that rang does not have the call. Without ``blame`` the card was short of channels, and a second passes first."""
        ...

    def news(self, call: "Call") -> tuple[int, int]:
        """The caller's position (1: next) and the minutes until their turn, estimated."""
        ...

    def callback_asked(self, call: "Call", step: "CallbackStep") -> bool:
        """Keeps the caller's place; ``False``: there is no place to keep, or no number to call."""
        ...

    def callback_answered(self, call: "Call") -> None: ...
    def caller_known(self, call: "Call") -> None:
        """The store has said who calls: they may move up."""
        ...


class DeskBoard(Protocol):
    """The agents' seats."""

    def talk_begun(self, call: "Call", talk: "Talk") -> None: ...
    def talk_answered(self, talk: "Talk") -> None: ...
    def talk_moved(self, talk: "Talk", event: str) -> None:
        """The seat may be doing something else now."""
        ...

    def talk_over(self, talk: "Talk") -> None: ...
    def caller_known(self, call: "Call") -> None:
        """More is known of the caller than when the desk rang: who they are, or that they proved it."""
        ...


class Switchboard(Protocol):
    """The calls' side of ``Switch``."""

    config: SwitchConfig
    flows: tuple[Flow, ...]
    now: float

    @property
    def acd(self) -> QueueBoard: ...
    @property
    def desks(self) -> DeskBoard: ...
    def emit(self, effect: Effect) -> None: ...
    def timer(self, name: str, seconds: float | None) -> None: ...
    def journal(self, event: Event) -> None: ...
    def count(self, name: str) -> None: ...
    def has_line(self, leg: Leg) -> bool: ...
    def capture(self, key: OrderKey, order: PlaceOrder | CancelOrder, context: OrderContext) -> None: ...
    def any_branch(self) -> BranchId | None: ...
