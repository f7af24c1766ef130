"""How many agents a queue needs: Erlang's second formula, C (pure).

A. K. Erlang, "Løsning af nogle Problemer fra Sandsynlighedsregningen af Betydning for de automatiske Telefoncentraler", Elektroteknikeren 13
(1917): calls come at random (Poisson), talks last exponentially, nobody gives up, first come is first served. Callers do give up, so fewer
wait in truth: the figure is on the safe side. ``load`` is in erlang: calls an hour by seconds a call, by 3600.

The formulas' powers and factorials overflow; the recurrence of the first formula, B(n) = A·B(n−1) / (n + A·B(n−1)), does not, and
C = B / (1 − (A/n)·(1 − B)).
"""

import math
from collections.abc import Iterator

from msgspec import Struct

MOST_LOAD = 10_000.0
"""Erlang: as many talks at once. Above it nobody is counted, for no region is so large."""


class Staffing(Struct, frozen=True, kw_only=True):
    """``agents`` must be at their desks, ``rostered`` on the roster. ``service_level``, ``occupancy``: 0 to 1; times seconds."""

    load: float
    agents: int
    rostered: int
    service_level: float
    waiting: float
    """Share of the callers who wait at all."""
    wait_average: float
    """Of all callers."""
    occupancy: float


def load_of(calls_per_hour: float, aht: float) -> float:
    """``aht``: seconds that a call takes its agent, with wrap-up."""
    return calls_per_hour * aht / 3600.0


def blocking(load: float) -> Iterator[float]:
    """Erlang's B for 0, 1, 2 … agents: the share of the time in which all of them talk, where nobody may wait."""
    lost, agents = 1.0, 0
    while True:
        yield lost
        agents += 1
        lost = load * lost / (agents + load * lost)


def waiting(agents: int, load: float, lost: float) -> float:
    """Erlang's C: the share of the callers who wait. ``lost``: B for so many agents. With too few agents everybody waits, for ever."""
    if agents <= load:
        return 1.0
    return lost / (1.0 - load / agents * (1.0 - lost))


def staffing(calls_per_hour: float, aht: float, target: float, within: float, shrinkage: float = 0.0) -> Staffing:
    """The fewest agents who answer the share ``target`` (under 1) of the callers in ``within`` seconds.

    ``shrinkage``: the share (under 1) of paid time in breaks, training and illness. Raises ``ValueError`` above ``MOST_LOAD``.
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
