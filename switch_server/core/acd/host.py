"""The protocols that the ACD uses: of the switch, and of a seat."""

from collections.abc import Mapping
from typing import Protocol

from shared.enums import SeatState
from shared.ids import AgentId
from switch_server.core.call import LineSwitchboard
from switch_server.core.words import Queue


class QueueSeat(Protocol):
    @property
    def agent(self) -> AgentId: ...
    @property
    def contact(self) -> str: ...
    @property
    def link(self) -> bool: ...
    @property
    def state(self) -> SeatState: ...
    @property
    def idle_since(self) -> float: ...
    def level_in(self, queue: Queue) -> int | None:
        """The seat's level for the queue; ``None``: the seat does not serve the queue."""
        ...


class QueueSwitchboard(LineSwitchboard, Protocol):
    @property
    def seats(self) -> Mapping[AgentId, QueueSeat]: ...
