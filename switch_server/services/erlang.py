"""The number of agents that a queue needs: Erlang's second formula, C (pure).

A. K. Erlang, "Løsning af nogle Problemer fra Sandsynlighedsregningen af Betydning for de automatiske Telefoncentraler", Elektroteknikeren 13
(1917): calls arrive at random (Poisson), talk times are exponential, no caller gives up, first come is first served. Real callers do give up,
so fewer wait: the figure is on the safe side. ``load`` is in erlang: calls per hour times seconds per call, divided by 3600.

The formulas' powers and factorials overflow; the recurrence of the first formula, B(n) = A·B(n−1) / (n + A·B(n−1)), does not, and
C = B / (1 − (A/n)·(1 − B)).
"""

import math
from collections.abc import Iterator

from msgspec import Struct

MOST_LOAD = 10_000.0
"""In erlang: as many talks at once. A larger load is refused, since no region is so large."""


class Staffing(Struct, frozen=True, kw_only=True):
    """``agents`` must be at their desks, ``rostered`` on the roster. ``service_level``, ``occupancy``: 0 to 1; times in seconds."""

    load: float
    agents: int
    rostered: int
    service_level: float
    waiting: float
    """The share of callers who have to wait."""
    wait_average: float
    """The average over all callers."""
    occupancy: float


def load_of(calls_per_hour: float, aht: float) -> float:
    """``aht``: average handling time in seconds, with wrap-up."""
    return calls_per_hour * aht / 3600.0


def blocking(load: float) -> Iterator[float]:
    """Erlang's B for 0, 1, 2 … agents: the share of time in which all of them talk, if callers can't wait."""
    lost, agents = 1.0, 0
    while True:
        yield lost
        agents += 1
        lost = load * lost / (agents + load * lost)


def waiting(agents: int, load: float, lost: float) -> float:
    """Erlang's C: the share of callers who wait. ``lost``: B for so many agents. With too few agents every caller waits, without end."""
    if agents <= load:
        return 1.0
    return lost / (1.0 - load / agents * (1.0 - lost))


def staffing(calls_per_hour: float, aht: float, target: float, within: float, shrinkage: float = 0.0) -> Staffing:
    """The fewest agents who answer the share ``target`` (below 1) of the callers within ``within`` seconds.

    ``shrinkage``: the share (below 1) of paid time for breaks, training and illness. Raises ``ValueError`` above ``MOST_LOAD``.
    """
    load = load_of(calls_per_hour, aht)
    if load > MOST_LOAD:
        raise ValueError(f"{load:.0f} erlang is more than {MOST_LOAD:.0f}")
    if load == 0:
        return Staffing(load=0.0, agents=0, rostered=0, service_level=1.0, waiting=0.0, wait_average=0.0, occupancy=0.0)
    for agents, lost in enumerate(blocking(load)):
        if agents <= load:
            continue
        wait = waiting(agents, load, lost)
        level = 1.0 - wait * math.exp(-(agents - load) * within / aht)
        if level >= target:
            break
    return Staffing(
        load=load,
        agents=agents,
        rostered=math.ceil(agents / (1.0 - shrinkage) - 1e-9),
        service_level=level,
        waiting=wait,
        wait_average=wait * aht / (agents - load),
        occupancy=load / agents,
    )
