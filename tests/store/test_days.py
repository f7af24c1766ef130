"""The exchange's day does not depend on the machine's time zone."""

import pytest

from shared.days import shanghai_day
from tests.store.samples import NOON


@pytest.mark.parametrize(
    ("at", "day"),
    [(0.0, "19700101"), (NOON, "20251125"), (NOON + 12 * 3600 - 0.5, "20251125"), (NOON + 12 * 3600, "20251126")],
)
def test_the_day_turns_at_midnight_in_shanghai(at: float, day: str) -> None:
    assert shanghai_day(at) == day
