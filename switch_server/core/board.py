"""What a call needs of its switch."""

from typing import Protocol

from shared.aci import CancelOrder, PlaceOrder
from shared.ids import BranchId, OrderKey
from switch_server.core.config import SwitchConfig
from switch_server.core.effects import Effect, OrderContext
from switch_server.core.events import Event
from switch_server.core.leg import Leg


class Switchboard(Protocol):
    """The calls' side of ``Switch``."""

    config: SwitchConfig
    now: float

    def emit(self, effect: Effect) -> None: ...
    def timer(self, name: str, seconds: float | None) -> None: ...
    def journal(self, event: Event) -> None: ...
    def count(self, name: str) -> None: ...
    def has_line(self, leg: Leg) -> bool: ...
    def capture(self, key: OrderKey, order: PlaceOrder | CancelOrder, context: OrderContext) -> None: ...
    def any_branch(self) -> BranchId | None: ...
