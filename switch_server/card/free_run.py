"""Ticks that need nothing but ``kernel.c`` are run there, one after the other, up to the next tick that has other work."""

from typing import Protocol

from switch_server.card import TICK_NS
from switch_server.card.kernel import Kernel, Stage
from switch_server.card.lateness import Lateness

OTHER_WORK_EVERY = 10
"""Each tick whose number is a multiple of this has other work: RTCP, recordings, idle ports, reviews."""


class Runnable(Protocol):
    """A card: ``free`` says whether its ticks have no other work at present, ``ran`` that ticks were run."""

    ticks: int

    @property
    def free(self) -> bool: ...
    def ran(self, ticks: int, received: int, sent: int) -> None: ...


class FreeRun:
    """``run`` while the card is free. ``begun``: the tick that it returned for has begun, ``Card.tick`` goes on with it at once."""

    def __init__(self, kernel: Kernel, lateness: Lateness, control: int, most_late_ns: int) -> None:
        self._kernel = kernel
        kernel.bind(
            {"lateness": lateness.ms, "lateness_next": lateness.count},
            lateness_size=lateness.ms.size, control=control, most_late_ns=most_late_ns,
        )  # fmt: skip

    @property
    def begun(self) -> bool:
        return self._kernel.stage != Stage.NOT_BEGUN

    def run(self, card: Runnable, due_ns: int, most: int = OTHER_WORK_EVERY) -> int:
        """Runs free ticks, the first one at ``due_ns`` (monotonic clock); returns the time of the tick that Python does next."""
        kernel = self._kernel
        kernel.stage = Stage.NOT_BEGUN
        if not card.free:
            return due_ns
        values = kernel.values
        values.tick, values.due_ns = card.ticks, due_ns
        values.until = min(card.ticks + OTHER_WORK_EVERY - card.ticks % OTHER_WORK_EVERY, card.ticks + most + 1)
        kernel.stage = Stage(kernel.run())
        card.ran(values.ran, values.ran_received, values.ran_sent)
        return due_ns + int(values.ran) * TICK_NS
