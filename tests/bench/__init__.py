"""Benchmarks: ``./run bench [NAME …] [--json]``.

Each module ``tests/bench/NAME.py`` offers ``figures(short: bool = False) -> Iterator[Figure]``. They compare inside one run (with a bare
loop, with one other way), so that they say something on any machine; none of them is a timed test.
"""

from typing import Literal

from msgspec import Struct


class Figure(Struct, frozen=True):
    """One measured value, and what it must reach (``docs/status.md``). ``target=None``: told for interest, always ``ok``."""

    figure: str
    value: float
    unit: str
    better: Literal["lower", "higher"]
    target: float | None = None

    @property
    def ok(self) -> bool:
        if self.target is None:
            return True
        return self.value <= self.target if self.better == "lower" else self.value >= self.target
