"""Benchmarks: ``./run bench [NAME …] [--json]``.

Each module ``tests/bench/NAME.py`` offers ``figures(short: bool = False) -> Iterator[Figure]``. Where possible they compare within one run
(with a bare loop, or with another method), so that they mean something on any machine; none of them is a test with a time limit.
"""

from typing import Literal

from msgspec import Struct


class Figure(Struct, frozen=True):
    """One measured value and its target (``docs/status.md``). ``target=None``: for information, always ``ok``."""

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
