"""The rows of the supervisors' desks, the store's counts for them, and the rights to see and steer seats."""

from typing import Protocol

from msgspec import Struct

from shared.enums import Role
from shared.floor import Rows
from shared.ids import Fen
from switch_server.ports.desks import AgentRecord


class FloorRowsPort(Protocol):
    """The present ``shared.floor.Rows``. From the switch's loop, twice a second; nothing blocks or is raised."""

    def directory(self) -> Rows:
        """Colleagues and targets only."""
        ...

    def whole(self) -> Rows:
        """All tables, with everybody's seats."""
        ...


class QueueCounts(Struct, frozen=True):
    """Today's callers of one queue (Asia/Shanghai), by the day on which they came; without those who found the queue closed or full."""

    offered: int = 0
    answered: int = 0
    in_time: int = 0
    """Answered within the service level that the queue had then (``Queue.service_level``)."""
    abandoned: int = 0


class OrderCounts(Struct, frozen=True):
    """Today's orders of one branch (Asia/Shanghai) without cancels. ``states``: ``core.orders.order.OrderState`` -> number of orders."""

    states: dict[str, int] = {}
    turnover: Fen = Fen(0)
    """Filled quantity times the order's price."""


def supervises(actor: AgentRecord, group: str) -> bool:
    """Whether the agent may see and steer the seats of ``group``: a supervisor those of their own group, a manager all."""
    if actor.role is Role.MANAGER:
        return True
    return actor.role is Role.SUPERVISOR and bool(group) and actor.group == group
