"""The order of a trunk's addresses for calls out, by weight and by state."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from shared.ids import TrunkName
from switch_server.adapters.sip_lines.far_ends import LONGEST_OUT_S, SILENT_S, Address, FarEnds

T = TrunkName("t")
A, B, C = [("192.0.2.1", 5060), ("192.0.2.2", 5060), ("192.0.2.3", 5080)]
ALL = (A, B, C)


def order(ends: FarEnds, now: float = 0.0, weights: dict[Address, int] | None = None) -> tuple[Address, ...]:
    return ends.order(T, ALL, weights or {}, now)


def test_without_weights_the_order_is_that_of_the_file() -> None:
    ends = FarEnds()
    assert order(ends) == order(ends) == ALL


def test_an_address_that_is_down_is_tried_only_if_all_are() -> None:
    ends = FarEnds()
    assert ends.answers(A, up=False)
    assert not ends.answers(A, up=False)
    assert order(ends) == (B, C)
    for each in (B, C):
        ends.answers(each, up=False)
    assert order(ends) == ALL
    ends.answers(C, up=True)
    assert order(ends) == (C,)


def test_an_address_that_is_out_is_never_tried() -> None:
    ends = FarEnds()
    for each in ALL:
        ends.refused(each, 20.0, 100.0)
    ends.answers(A, up=True)  # OPTIONS does not end a Retry-After
    assert order(ends, 119.9) == ()
    assert order(ends, 120.0) == ALL


def test_a_503_without_retry_after_takes_nothing_out() -> None:
    ends = FarEnds()
    ends.refused(A, None, 0.0)
    assert order(ends) == ALL
    assert ends.view(A, 0, 0.0, watched=False).failures == 1


def test_silence_and_the_longest_time_out() -> None:
    ends = FarEnds()
    ends.silent(A, 0.0)
    ends.refused(B, 1e9, 0.0)
    ends.refused(B, 5.0, 0.0)  # a shorter one does not shorten it
    assert order(ends, SILENT_S - 0.1) == (C,)
    assert order(ends, SILENT_S) == (A, C)
    assert order(ends, LONGEST_OUT_S) == ALL


@given(st.dictionaries(st.sampled_from(ALL), st.integers(1, 9), min_size=1), st.integers(1, 5))
def test_weights_share_the_calls(weights: dict[Address, int], rounds: int) -> None:
    ends, calls = FarEnds(), rounds * sum(weights.values())
    orders = [order(ends, weights=weights) for _ in range(calls)]
    assert Counter(each[0] for each in orders) == {address: rounds * weight for address, weight in weights.items()}
    assert all(sorted(each) == sorted(ALL) for each in orders)
    assert all(set(each[: len(weights)]) == set(weights) for each in orders)


def test_the_share_of_an_address_that_is_out_goes_to_the_others() -> None:
    ends = FarEnds()
    ends.refused(A, 60.0, 0.0)
    assert {order(ends, 1.0, {A: 3, B: 1})[0] for _ in range(5)} == {B}


def test_the_view() -> None:
    ends = FarEnds()
    ends.called(A)
    assert ends.view(A, 2, 0.0, watched=True).state == "unwatched"
    ends.answers(A, up=True)
    assert ends.view(A, 2, 0.0, watched=True).state == "up"
    ends.silent(A, 0.0)
    seen = ends.view(A, 2, 10.0, watched=True)
    assert (seen.address, seen.state, seen.left, seen.weight, seen.calls, seen.failures) == (
        "192.0.2.1:5060", "paused", SILENT_S - 10, 2, 1, 1,
    )  # fmt: skip
    ends.answers(A, up=False)
    assert ends.view(A, 2, 99.0, watched=True).state == "down"
    assert ends.view(A, 2, 99.0, watched=False).state == "unwatched"


def test_a_reload_forgets_other_addresses() -> None:
    ends = FarEnds()
    for each in ALL:
        ends.answers(each, up=False)
        ends.silent(each, 0.0)
    ends.keep({A})
    assert order(ends) == (B, C)
    assert ends.view(B, 0, 0.0, watched=True).failures == 0
