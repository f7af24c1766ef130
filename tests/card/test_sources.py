"""Which of several sources (SSRCs) from one address a channel stays with."""

import numpy as np

from switch_server.card.channels import Channels
from switch_server.card.sources import Sources

A, B, C = 0xA, 0xB, 0xC


class Row:
    """Row 3 of some channels, and the accepted packets as (tick, SSRC)."""

    def __init__(self) -> None:
        self.channels = Channels(8)
        self.sources = Sources(self.channels)
        self.sources.release(3)
        self.tick = 100
        self.accepted: list[tuple[int, int]] = []
        self.changes = 0

    def packets(self, *ssrc: int, length: int = 160) -> list[int]:
        """A tick with these packets; the accepted ones."""
        self.tick += 1
        rows = np.full(len(ssrc), 3)
        good, anew = self.sources.admit(rows, np.array(ssrc, np.uint32), np.full(len(ssrc), length), self.tick)
        assert not (anew & ~good).any()
        self.changes += int(anew.any())
        return [one for one, taken in zip(ssrc, good.tolist(), strict=True) if taken]


def test_two_sources_in_turn_are_one_source() -> None:
    """Case 14."""
    for order in [(A, B), (B, A), (A, B, B), (B, B, A), (A, B, C)]:
        row = Row()
        for _ in range(100):
            assert set(row.packets(*order)) == {order[0]}
        assert row.changes == 1


def test_a_new_source_is_accepted_after_the_old_one() -> None:
    row = Row()
    for _ in range(10):
        row.packets(A)
    taken = [bool(row.packets(B)) for _ in range(10)]
    assert taken == [False] * 4 + [True] * 6
    assert row.packets(A) == []


def test_a_late_packet_of_the_old_source_makes_it_no_rival() -> None:
    row = Row()
    for _ in range(10):
        row.packets(A)
    row.packets(B)
    row.packets(B, A)
    assert [bool(row.packets(B)) for _ in range(6)] == [False] * 4 + [True] * 2


def test_a_source_with_long_packets_is_not_taken_for_silent() -> None:
    row = Row()
    for number in range(200):
        assert row.packets(*((A, B) if number % 10 == 0 else (B,)), length=1600) == ([A] if number % 10 == 0 else [])


def test_loss_does_not_change_between_sources_that_come_in_turn() -> None:
    row = Row()
    for _ in range(20):
        row.packets(A, B)
    for _ in range(48):
        assert row.packets(B) == []
    assert row.packets(A, B) == [A]
    for _ in range(49):
        assert row.packets(B) == []
    assert row.packets(B) == [B]
    assert row.packets(A, B) == [B]


def test_a_released_row_takes_the_next_source() -> None:
    row = Row()
    for _ in range(5):
        row.packets(A, B)
    row.sources.release(3)
    assert row.packets(B, B, A) == [B, B]


def test_a_third_source_need_not_wait_for_a_rival_that_has_gone() -> None:
    row = Row()
    for _ in range(20):
        row.packets(A, B)
    for _ in range(20):
        row.packets(A)
    assert [bool(row.packets(C)) for _ in range(6)] == [False] * 4 + [True] * 2
