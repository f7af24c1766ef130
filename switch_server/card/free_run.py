"""Ticks that need nothing but ``kernel.c`` are run there, one after the other, up to the next tick that has other work."""

from typing import Protocol

from switch_server.card import TICK_NS
from switch_server.card.kernel import Kernel, Stage
from switch_server.card.lateness import Lateness


class Runnable(Protocol):
    """A card: ``next_work`` is the next tick that has other work, ``ran`` tells it that ticks were run."""

    ticks: int

    def next_work(self) -> int: ...
    def ran(self, ticks: int, received: int, sent: int) -> None: ...


class FreeRun:
    """``run`` before each tick of Python. ``begun``: the tick that it returned for has begun, ``Card.tick`` goes on with it at once."""

    def __init__(self, kernel: Kernel, lateness: Lateness, control: int, most_late_ns: int) -> None:
        self._kernel = kernel
        kernel.bind(
            {"lateness": lateness.ms, "lateness_next": lateness.count},
            lateness_size=lateness.ms.size, control=control, most_late_ns=most_late_ns,
        )  # fmt: skip

    @property
    def begun(self) -> bool:
        return self._kernel.stage != Stage.NOT_BEGUN

    def run(self, card: Runnable, due_ns: int, most: int) -> int:
        """Runs ``most`` free ticks at most, the first one at ``due_ns`` (monotonic clock); returns the time of the tick that Python does next."""
        kernel = self._kernel
        kernel.stage = Stage.NOT_BEGUN
        until = min(card.next_work(), card.ticks + most + 1)
        if until <= card.ticks + 1:
            return due_ns
        values = kernel.values
        values.tick, values.due_ns = card.ticks, due_ns
        values.until = until
        kernel.stage = Stage(kernel.run())
        card.ran(values.ran, values.ran_received, values.ran_sent)
        return due_ns + int(values.ran) * TICK_NS
