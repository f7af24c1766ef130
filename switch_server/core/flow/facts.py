"""The fact that brings the configuration and the flows."""

from switch_server.core.flow.step import Flow
from switch_server.core.words import Event, SwitchConfig


class Configured(Event, frozen=True):
    """Comes at start and at each reload. Running calls keep the flow that they began with."""

    config: SwitchConfig
    flows: tuple[Flow, ...]
