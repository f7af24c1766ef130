"""Keys as RTP events, from senders that count rightly and wrongly, over networks that lose, double and reorder packets: each press is one key."""

import struct
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from switch_server.card.rfc4733 import KEYS, EventPacket, EventsIn, read_event

AUDIO = 160
ENDS = 3


class Press(NamedTuple):
    """A pressed key; ``packets`` of 20 ms until it ends, ``pause`` packets of sound after its end packets."""

    key: str
    packets: int
    pause: int


Stamp = Callable[[int, int, int], int]
"""The timestamp of a packet: begin of the press, number of the packet in the press, number of the end packet (-1: no end packet)."""

CLOCKS: dict[str, Stamp] = {
    "right": lambda begin, _n, _end: begin,
    "ends run on": lambda begin, _n, end: begin + AUDIO * max(end, 0),
    "ends run on by 50 ms": lambda begin, _n, end: begin + 400 * max(end, 0),
    "ends fall": lambda begin, _n, end: begin - AUDIO * max(end, 0),
    "ends have the time": lambda begin, n, end: begin + AUDIO * n if end >= 0 else begin,
    "repeated ends have the time": lambda begin, n, end: begin + AUDIO * n if end > 0 else begin,
    "all run on": lambda begin, n, _end: begin + AUDIO * n,
    "all run on slowly": lambda begin, n, _end: begin + n,
    "all fall": lambda begin, n, _end: begin - AUDIO * n,
    "one for all keys": lambda _begin, _n, _end: 0x3200,
}


def stream(presses: list[Press], clock: Stamp, *, markers: str = "first", jump: int = 0) -> list[EventPacket]:
    """The event packets of a sender; the clock jumps by ``jump`` before each key."""
    sent, seq, tick, now = [], 65_000, 0, 4_294_960_000
    for press in presses:
        now += jump
        begin, segment = now, 0
        for n in range(press.packets + ENDS):
            end = n - press.packets
            whole = AUDIO * min(n + 1, press.packets)
            if whole - segment > 0xFFFF and clock is CLOCKS["right"]:  # RFC 4733 §2.5.1.3
                segment += 0xFFFF
            marker = markers == "all" or (markers == "first" and n == 0)
            payload = struct.pack("!BBH", KEYS.index(press.key), 0x8A if end >= 0 else 10, min(whole - segment, 0xFFFF))
            stamp = clock(begin + segment, n, end) & 0xFFFF_FFFF
            packet = read_event(7, (seq + n) & 0xFFFF, stamp, payload, marker=marker, tick=tick + n)
            assert packet is not None
            sent.append(packet)
        seq += press.packets + ENDS + press.pause
        tick += press.packets + ENDS + press.pause
        now += AUDIO * (press.packets + ENDS + press.pause)
    return sent


def heard(packets: list[EventPacket]) -> str:
    events = EventsIn()
    return "".join(filter(None, map(events.packet, packets)))


def lose(packets: list[EventPacket], lost: list[bool], run: int) -> list[EventPacket]:
    """Loses packets, ``run`` in a row at most."""
    kept, missing = [], 0
    for packet, gone in zip(packets, [*lost, *[False] * len(packets)], strict=False):
        missing = missing + 1 if gone and missing < run else 0
        if not missing:
            kept.append(packet)
    return kept


def disturb(packets: list[EventPacket], delays: list[int], doubles: list[int]) -> list[EventPacket]:
    """Delays packets by up to two places, and doubles packets, the second up to ten places later."""
    delays = [*delays, *[0] * len(packets)]
    doubles = [*doubles, *[0] * len(packets)]
    placed = [(n + 1.5 * delays[n], packet) for n, packet in enumerate(packets)]
    placed += [(n + doubles[n] + 0.2, packet) for n, packet in enumerate(packets) if doubles[n]]
    return [packet for _, packet in sorted(placed, key=lambda item: item[0])]


keys = st.sampled_from(KEYS) | st.sampled_from("11122")
presses = st.lists(st.builds(Press, keys, st.integers(3, 9), st.integers(3, 20)), min_size=1, max_size=8)
short = st.lists(st.builds(Press, keys, st.integers(2, 4), st.just(2)), min_size=1, max_size=8)
long = st.lists(
    st.builds(Press, keys, st.sampled_from([250, 409, 410, 411, 820, 1300]), st.integers(3, 20)), min_size=1, max_size=3
)
clocks = st.sampled_from(sorted(CLOCKS))
losses = st.lists(st.booleans(), max_size=100)


def text(sent: list[Press]) -> str:
    return "".join(press.key for press in sent)


@settings(max_examples=300)
@given(
    presses | short,
    clocks,
    st.sampled_from(["first", "all", "none"]),
    st.sampled_from([0, -1_500_000_000, 1_500_000_000, -9000]),
)
def test_what_is_sent_is_heard(sent: list[Press], clock: str, markers: str, jump: int) -> None:
    """Cases 15, 16 and 17, and all their mixtures."""
    assert heard(stream(sent, CLOCKS[clock], markers=markers, jump=jump)) == text(sent)


@settings(max_examples=400)
@given(presses, clocks, losses)
def test_lost_packets_neither_lose_nor_double_a_key(sent: list[Press], clock: str, lost: list[bool]) -> None:
    """Two packets lost in a row, from any sender."""
    assert heard(lose(stream(sent, CLOCKS[clock]), lost, 2)) == text(sent)


FAST = [(960, 0), (960, 960), (0, 960), (0, 1000), (-960, -960), (0, -2000), (3000, 0)]
"""Samples a packet of 20 ms by which clocks run on that count at 48 kHz or at random: in all packets, and in end packets."""


@settings(max_examples=300)
@given(presses, st.sampled_from(FAST), losses, keys)
def test_lost_packets_of_a_sender_with_a_fast_clock(
    sent: list[Press], fast: tuple[int, int], lost: list[bool], first: str
) -> None:
    """After a first key without loss, by which the receiver knows the clock."""
    every, ends = fast
    packets = stream(
        [Press(first, 5, 3), *sent], lambda begin, n, end: 5 * begin + every * n + ends * max(end, 0) * (not every)
    )
    assert heard([*packets[:8], *lose(packets[8:], lost, 2)]) == first + text(sent)


@settings(max_examples=300)
@given(presses, losses)
def test_three_packets_lost_in_a_row_from_a_right_sender(sent: list[Press], lost: list[bool]) -> None:
    assert heard(lose(stream(sent, CLOCKS["right"]), lost, 3)) == text(sent)


@settings(max_examples=200)
@given(short, losses)
def test_keys_40_ms_after_the_last_with_loss(sent: list[Press], lost: list[bool]) -> None:
    assert heard(lose(stream(sent, CLOCKS["right"]), lost, 1)) == text(sent)


@settings(max_examples=300)
@given(presses, clocks, st.lists(st.integers(0, 1), max_size=100), st.lists(st.integers(0, 10), max_size=100))
def test_doubled_and_reordered_packets_change_nothing(
    sent: list[Press], clock: str, delays: list[int], doubles: list[int]
) -> None:
    assert heard(disturb(stream(sent, CLOCKS[clock]), delays, doubles)) == text(sent)


@settings(max_examples=60, deadline=None)
@given(long, clocks, losses)
@example([Press("5", 1300, 3), Press("5", 411, 3)], "right", [])
def test_a_key_that_is_held_is_one(sent: list[Press], clock: str, lost: list[bool]) -> None:
    """Up to 26 s: in segments from a sender that counts rightly, with a duration that stays at its end from the others."""
    assert heard(lose(stream(sent, CLOCKS[clock]), lost, 2)) == text(sent)


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, 2**16 - 1),
            st.integers(0, 2**32 - 1),
            st.binary(max_size=5),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_any_packets_leave_the_keys_working(packets: list[tuple[int, int, int, bytes, bool]]) -> None:
    events = EventsIn()
    for tick, (ssrc, seq, stamp, payload, marker) in enumerate(packets):
        packet = read_event(ssrc, seq, stamp, payload, marker=marker, tick=tick)
        if packet is not None:
            events.packet(packet)
    sent = [
        packet._replace(ssrc=9, tick=packet.tick + 1000) for packet in stream([Press("5", 5, 3)] * 2, CLOCKS["right"])
    ]
    assert "".join(filter(None, map(events.packet, sent))) == "55"
