"""The jitter buffer without a network: packets are played in the order of their timestamps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch_server.card.jitter import JitterBuffer
from switch_server.card.sockets import ROW

LAW = np.zeros(2, np.uint8)


class Stream:
    """The buffer of one row; sample n of the far end's sound has the byte value ``n // 160 % 200 + 1`` (by its 20 ms frame)."""

    def __init__(self, first: int = 0xFFFF_F000, *, wait: int = 0) -> None:
        """``wait``: the samples from a packet's arrival to its tick."""
        self.buffer, self.first, self.wait = JitterBuffer(2), first, wait
        self.buffer.reset(1, 0xD5)
        self.played: list[int] = []

    def packet(self, sample: int, length: int = 160, *, ssrc: int = 7, base: int | None = None) -> None:
        rx = np.zeros((1, ROW), np.uint8)
        rx[0, 12 : 12 + length] = (sample + np.arange(length)) // 160 % 200 + 1
        stamp = np.array([(self.first if base is None else base) + sample & 0xFFFF_FFFF], np.uint32)
        one = np.array([0])
        self.buffer.push(
            np.array([1]), stamp, np.array([ssrc], np.uint32), rx, one, one + 12, one + length, one + self.wait
        )

    def tick(self) -> np.ndarray:
        self.buffer.settle(LAW)
        frames, _ = self.buffer.pop(np.array([1]), LAW)
        self.buffer.advance(2)
        frame = frames.view(np.uint8)
        self.played.append(int(frame[0]))
        return frame

    def run(self, frames: list[int]) -> list[int]:
        """Pushes one frame each tick, by number, then plays the rest of the buffer."""
        for number in frames:
            self.packet(number * 160)
            self.tick()
        for _ in range(4):
            self.tick()
        return self.played


@pytest.mark.parametrize(("wait", "slots"), [(160, 0), (80, 0), (79, 1), (0, 1), (-80, 1), (-81, 2), (-400, 2)])
def test_the_first_packet_has_at_least_10_ms_of_headroom(wait: int, slots: int) -> None:
    """Up to 40 ms, where packets seem to come after the tick that has received them."""
    stream = Stream(wait=wait)
    played = stream.run(list(range(20)))
    assert played[slots : 20 + slots] == list(range(1, 21))
    assert stream.buffer.headroom.least[1] == 160 * slots + wait


def test_reordered_and_doubled_packets_change_nothing() -> None:
    assert Stream(wait=-100).run([0, 2, 1, 1, 3, 5, 4, 6, 7, 7, 7])[2:10] == list(range(1, 9))


@pytest.mark.parametrize("length", [80, 160, 240, 320, 400, 480, 640, 720, 800, 1120, 1200, 1600])
@pytest.mark.parametrize("shift", [0, 80])
def test_any_ptime(length: int, shift: int) -> None:
    """Case 20: 10 to 200 ms."""
    stream = Stream()
    sent, out = shift, []
    for tick in range(60):
        while sent - shift < (tick + 1) * 160:
            stream.packet(sent, length)
            sent += length
        out.append(stream.tick().copy())
    wave = np.concatenate(out)
    begin = int(np.argmax(wave <= 200))
    right = (shift + np.arange(7000)) // 160 % 200 + 1
    assert (wave[begin : begin + 7000] == right).all()


@pytest.mark.parametrize("length", [133, 777, 1599])
def test_odd_lengths_are_put_together_byte_by_byte(length: int) -> None:
    stream, sent, out = Stream(), 0, []
    for tick in range(40):
        while sent < (tick + 1) * 160:
            stream.packet(sent, length)
            sent += length
        out.append(stream.tick().copy())
    wave = np.concatenate(out)[160:5000]
    assert (wave == np.arange(len(wave)) // 160 % 200 + 1).all()


def test_a_long_packet_far_ahead_does_not_overwrite_what_is_played_next() -> None:
    stream = Stream()
    for number in range(4):
        stream.packet(160 * number)
        stream.tick()
    stream.packet(4 * 160 + 2500, 1600)
    for _ in range(2):
        stream.tick()
    assert stream.played == [0xD5, 1, 2, 3, 4, 4]  # the last is concealed


def test_a_lost_frame_is_concealed_by_the_last_then_fades() -> None:
    stream = Stream()
    for number in range(4):
        stream.packet(160 * number)
        stream.tick()
    assert stream.played == [0xD5, 1, 2, 3]
    for _ in range(6):
        stream.tick()
    assert stream.played[4:6] == [4, 4]  # the first lost frame repeats the frame before
    assert stream.played[-1] == 0xD5  # and then silence


def test_a_new_source_and_a_jump_of_the_timestamp_start_anew() -> None:
    stream = Stream()
    for number in range(5):
        stream.packet(160 * number)
        stream.tick()
    for number in range(5, 10):
        stream.packet(160 * number, ssrc=8, base=123)
        stream.tick()
    for number in range(10, 15):
        stream.packet(160 * number, ssrc=8, base=2_000_000_000)
        stream.tick()
    assert stream.played[-3:] == [12, 13, 14]
    assert stream.buffer.restarts[1] == 2


def test_a_clock_that_jumps_for_good_is_followed() -> None:
    stream = Stream()
    for number in range(10):
        stream.packet(160 * number)
        stream.tick()
    for number in range(10, 40):
        stream.packet(160 * number - 6400)  # the timestamps jump back by 800 ms
        stream.tick()
    assert stream.played[-1] == (39 - 40 - 1) % 200 + 1


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 540) | st.integers(1, 1700), st.integers(0, 3)), max_size=40
    )
)
def test_any_packets_leave_the_buffer_working(packets: list[tuple[int, int, int]]) -> None:
    stream = Stream()
    for stamp, length, ssrc in packets:
        stream.packet(stamp, length, ssrc=ssrc, base=0)
        assert stream.tick().shape == (160,)
    stream.buffer.adapt(2)
    for number in range(20):  # the buffer still works
        stream.packet(160 * number, ssrc=99, base=77)
        stream.tick()
    assert stream.played[-1] == 19
