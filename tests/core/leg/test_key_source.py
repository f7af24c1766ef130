"""Case 18: one source of keys a leg. A sender's plan is made at random: which ways it uses, how late each key is in each way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.enums import DigitMode
from switch_server.core.leg.key_source import DOUBLE_LATE, KeySource

CARD = (DigitMode.RFC4733, DigitMode.INBAND)
Report = tuple[float, int, DigitMode]
"""Time, number of the key, way."""


def counted(reports: list[Report]) -> list[int]:
    source = KeySource()
    return [key for at, key, way in sorted(reports) if source.takes(way, at)]


def in_order(presses: list[float], delays: list[float], way: DigitMode) -> list[Report]:
    """Each key with its delay, and not before the key in front of it: each way keeps the order of the keys."""
    at, reports = 0.0, []
    for key, (pressed, delay) in enumerate(zip(presses, delays, strict=False)):
        at = max(at + 1e-6, pressed + delay)
        reports.append((at, key, way))
    return reports


@st.composite
def senders(draw: st.DrawFn, late: float) -> tuple[list[float], list[Report], list[Report]]:
    """(presses, reports of the card, INFOs). A key's two reports are at most ``late`` seconds apart; some are lost."""
    pauses = draw(st.lists(st.floats(0.08, 60.0), min_size=1, max_size=12))
    presses = [sum(pauses[: n + 1]) for n in range(len(pauses))]
    card = in_order(presses, [0.0] * len(presses), draw(st.sampled_from(CARD)))
    infos = in_order(presses, draw(st.lists(st.floats(0, late), min_size=12, max_size=12)), DigitMode.INFO)
    infos = [info for info in infos if info[0] - presses[info[1]] <= late]
    lost = draw(st.sets(st.tuples(st.booleans(), st.integers(0, 11)), max_size=6))
    ways = ([r for r in way if (number, r[1]) not in lost] for number, way in enumerate((card, infos)))
    return presses, *ways


@settings(max_examples=500, deadline=None)
@given(senders(DOUBLE_LATE))
def test_no_key_counts_twice(plan: tuple[list[float], list[Report], list[Report]]) -> None:
    """Case 18: whatever is late or lost."""
    _, card, infos = plan
    keys = counted(card + infos)
    assert len(keys) == len(set(keys))
    assert keys == sorted(keys), "in the order in which they were pressed"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(0.08, 60.0), min_size=1, max_size=12), st.floats(-8, 8), st.sampled_from(CARD))
def test_each_key_in_both_ways_counts_once(pauses: list[float], late: float, way: DigitMode) -> None:
    """Case 18: the INFO is always late, or always early, as a sender's path makes it."""
    presses = [20 + sum(pauses[: n + 1]) for n in range(len(pauses))]
    reports = in_order(presses, [0.0] * 12, way) + in_order(presses, [late] * 12, DigitMode.INFO)
    assert counted(reports) == list(range(len(presses)))


@pytest.mark.parametrize("way", [*CARD, DigitMode.INFO])
def test_a_sender_of_one_way_is_heard(way: DigitMode) -> None:
    assert counted([(0.1 * key, key, way) for key in range(20)]) == list(range(20))


@pytest.mark.parametrize(
    ("before", "after"), [(DigitMode.INFO, DigitMode.RFC4733), (DigitMode.RFC4733, DigitMode.INFO)]
)
def test_another_way_is_heard_after_a_rest(before: DigitMode, after: DigitMode) -> None:
    """The far end passes the call on to a phone that sends its keys in the other way."""
    rest = DOUBLE_LATE + 1
    assert counted([(1.0, 0, before), (2.0, 1, after), (rest + 1, 2, after), (rest + 2, 3, after)]) == [0, 2, 3]


def test_what_was_heard() -> None:
    source = KeySource()
    assert (source.is_info, source.has_tones) == (False, False)
    source.takes(DigitMode.INFO, 1.0)
    source.takes(DigitMode.INBAND, 1.1)
    assert (source.is_info, source.has_tones) == (True, True)
