"""The protocol of the switch that seats use."""

from typing import Protocol

from switch_server.core.acd import Acd
from switch_server.core.call import LineSwitchboard


class DeskSwitchboard(LineSwitchboard, Protocol):
    @property
    def acd(self) -> Acd: ...
