"""What the ACD needs: of the switch, and of a seat."""

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
        """``None``: it is not one of the queue's seats."""
        ...


class QueueSwitchboard(LineSwitchboard, Protocol):
    @property
    def seats(self) -> Mapping[AgentId, QueueSeat]: ...
