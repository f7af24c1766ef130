"""The protocol of the switch that every room uses. A room that uses more of the switch extends it in its own ``host``."""

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
        """``name`` is due in ``seconds``; ``None`` cancels it."""
        ...

    def journal(self, event: Event) -> None: ...
    def count(self, name: str) -> None: ...
