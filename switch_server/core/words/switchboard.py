"""What every room needs of the switch that it is in. What a room needs besides stands in that room."""

from typing import Protocol

from switch_server.core.words.config import SwitchConfig
from switch_server.core.words.effects import Effect
from switch_server.core.words.events import Event


class Switchboard(Protocol):
    @property
    def config(self) -> SwitchConfig: ...
    @property
    def now(self) -> float:
        """UTC seconds."""
        ...

    def emit(self, effect: Effect) -> None: ...
    def timer(self, name: str, seconds: float | None) -> None:
        """``None`` takes it back."""
        ...

    def journal(self, event: Event) -> None: ...
    def count(self, name: str) -> None: ...
