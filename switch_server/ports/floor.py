"""What the supervisors' desks (``adapters.desks``) are shown, what the store counts for it, and who may see and steer whom."""

from typing import Protocol

from msgspec import Struct

from shared.enums import Role
from shared.floor import Rows
from shared.ids import Fen
from switch_server.ports.desks import AgentRecord


class FloorRowsPort(Protocol):
    """``shared.floor.Rows`` as they are now. From the switch's loop, twice a second; nothing blocks or is raised."""

    def directory(self) -> Rows:
        """Colleagues and targets only."""
        ...

    def whole(self) -> Rows:
        """All tables, with everybody's seats."""
        ...


class QueueCounts(Struct, frozen=True):
    """Callers of one queue today (Asia/Shanghai), by the day on which they came; who found it closed or full is not among them."""

    offered: int = 0
    answered: int = 0
    in_time: int = 0
    """Answered within what the queue promised then (``Queue.service_level``)."""
    abandoned: int = 0


class OrderCounts(Struct, frozen=True):
    """Orders of one branch today (Asia/Shanghai), cancels apart. ``states``: ``core.orders.order.OrderState`` -> how many."""

    states: dict[str, int] = {}
    turnover: Fen = Fen(0)
    """Filled quantity times the order's price."""


def supervises(actor: AgentRecord, group: str) -> bool:
    """May they see and steer the seats of that group? A supervisor their own group's, a manager all."""
    if actor.role is Role.MANAGER:
        return True
    return actor.role is Role.SUPERVISOR and bool(group) and actor.group == group
