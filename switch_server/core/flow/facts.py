"""The configuration, as it comes in."""

from switch_server.core.flow.step import Flow
from switch_server.core.words import Event, SwitchConfig


class Configured(Event, frozen=True):
    """At start and at each reload. Calls that run keep the flow they began with."""

    config: SwitchConfig
    flows: tuple[Flow, ...]
