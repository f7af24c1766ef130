"""The depth of the jitter buffer, without a network: it follows the packets' headrooms, in silence, without a click and without a lost frame."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch_server.card import FRAME, g711
from switch_server.card.card import SETTLE_EVERY
from switch_server.card.concealment import OVERLAP
from switch_server.card.headroom import MARGIN, NARROW
from switch_server.card.jitter import JitterBuffer
from switch_server.card.sockets import ROW
from switch_server.card.tones import sine

LAW = np.zeros(1, np.uint8)
MS = 8
SECOND = 50
REVIEW = 100


def speech(frames: int, seed: int = 1) -> np.ndarray:
    """Loud noise, another in every frame, with pauses: 300 ms in each second at -55 dBm0."""
    noise = np.random.default_rng(seed).normal(0, 1, (frames, FRAME))
    quiet = np.arange(frames) % SECOND >= 35
    return g711.encode((noise * np.where(quiet, 40, 3000)[:, None]).astype(np.int16), g711.A)


def tone(frames: int, hertz: float = 432.0) -> np.ndarray:
    return g711.encode(sine(hertz, frames * FRAME).reshape(frames, FRAME), g711.A)


class Line:
    """One row: frame n is sent at sample ``160 n + delay`` and received at the next tick; ticks are due at multiples of 160."""

    def __init__(self, frames: np.ndarray) -> None:
        self.buffer, self.frames = JitterBuffer(1), frames
        self.buffer.reset(0, 0xD5)
        self.played: list[bytes] = []
        self.concealed: list[int] = []  # the ticks without a frame
        self.deepest: list[int] = []  # the delay through the buffer, samples, at each review

    def run(self, delays: Sequence[int]) -> None:
        """Sends every frame, and plays until one second after the last."""
        came = sorted((FRAME * n + delay, n) for n, delay in enumerate(delays))
        for tick in range(1, len(delays) + SECOND):
            due = tick * FRAME
            while came and came[0][0] <= due:
                at, number = came.pop(0)
                self._packet(number, due - at)
            if tick % SETTLE_EVERY == 0:
                self.buffer.settle(LAW)
            frame, good = self.buffer.pop(np.array([0]), LAW)
            if not good[0] and self.buffer.running[0]:
                self.concealed.append(tick)
            self.buffer.advance(1)
            self.played.append(frame.tobytes())
            if tick % REVIEW == 0:
                self.deepest.append(int(self.buffer.headroom.most[0]))
                self.buffer.adapt(1)

    def _packet(self, number: int, wait: int) -> None:
        rx = np.zeros((1, ROW), np.uint8)
        rx[0, 12 : 12 + FRAME] = self.frames[number]
        one, stamp = np.array([0]), np.array([FRAME * number], np.uint32)
        self.buffer.push(one, stamp, np.array([7], np.uint32), rx, one, one + 12, one + FRAME, one + wait)

    @property
    def wave(self) -> np.ndarray:
        return g711.decode(np.frombuffer(b"".join(self.played), np.uint8), g711.A).astype(np.int32)

    def lost(self) -> list[int]:
        """The numbers of the loud frames that were not played as they came, but for the joint to a loss before."""
        loud = np.abs(g711.decode(self.frames, g711.A).astype(np.int32)).max(axis=1) > 1000
        played = {frame[OVERLAP:] for frame in self.played}
        return [n for n in np.flatnonzero(loud).tolist() if self.frames[n, OVERLAP:].tobytes() not in played]


@settings(max_examples=25, deadline=None)
@given(
    phase=st.integers(1, FRAME),
    jitter=st.integers(0, 140 * MS),
    ordered=st.booleans(),
    seed=st.integers(0, 999),
)
def test_jitter_costs_no_frame_and_the_depth_returns(phase: int, jitter: int, ordered: bool, seed: int) -> None:
    """A calm phase, 6 s of delays between 0 and ``jitter``, and a minute of calm."""
    calm, rough, after = 5 * SECOND, 6 * SECOND, 60 * SECOND
    delays = np.full(calm + rough + after, FRAME - phase)
    delays[calm : calm + rough] += np.random.default_rng(seed).integers(0, jitter + 1, rough)
    if ordered:  # a packet never overtakes another
        sent = np.arange(delays.size) * FRAME
        delays = np.maximum.accumulate(sent + delays) - sent
    line = Line(speech(delays.size, seed))
    line.run(delays.tolist())
    assert not line.lost()
    before, at_end = line.deepest[0], line.deepest[-1]
    assert MARGIN <= before < MARGIN + FRAME
    assert at_end in {before, before + FRAME} if before < MARGIN + 2 * MS else at_end == before
    assert max(line.deepest) <= before + jitter + FRAME


@pytest.mark.parametrize("phase", range(8, 161, 8))
def test_in_a_calm_network_the_delay_is_between_10_and_30_ms(phase: int) -> None:
    """With 2 ms of jitter and any phase of the packets to the ticks; no packet comes late."""
    delays = np.random.default_rng(phase).integers(FRAME - phase, FRAME - phase + 2 * MS, 10 * SECOND)
    line = Line(speech(delays.size))
    line.run(delays.tolist())
    assert line.buffer.late[0] == 0
    assert not line.lost()
    assert all(MARGIN <= depth < MARGIN + FRAME + 2 * MS for depth in line.deepest[:-1])


@pytest.mark.parametrize("seed", range(5))
def test_60_ms_of_jitter_is_learnt_from_the_first_packets(seed: int) -> None:
    """Two minutes: no frame is lost, and playing is delayed by late packets in the first second only."""
    delays = np.random.default_rng(seed).integers(0, 60 * MS, 120 * SECOND)
    line = Line(speech(delays.size))
    line.run(delays.tolist())
    assert not line.lost()
    assert all(tick < SECOND for tick in line.concealed if tick < len(delays))


@pytest.mark.parametrize("sound", [speech, tone])
def test_a_depth_that_is_no_longer_needed_goes_without_a_click(sound) -> None:  # type: ignore[no-untyped-def]
    """In speech within the next pauses, in an endless tone after 10 s and later; the largest step between two samples is the sound's own."""
    delays = np.full(200 * SECOND, 40)
    delays[2 * SECOND] = 100 * MS  # one late packet
    line = Line(sound(delays.size))
    line.run(delays.tolist())
    assert line.deepest[1] > line.deepest[0] + 70 * MS
    assert line.deepest[-1] == line.deepest[0]
    if sound is speech:
        assert line.deepest[10] <= line.deepest[0] + 40 * MS
        assert not line.lost()
    own = np.abs(np.diff(g711.decode(line.frames, g711.A).astype(np.int32).reshape(-1))).max()
    shrunk = line.wave[4 * SECOND * FRAME : -2 * SECOND * FRAME]
    assert np.abs(np.diff(shrunk)).max() <= own


@pytest.mark.parametrize("step", [-1, 1])
def test_a_clock_that_runs_at_another_rate_costs_no_frame(step: int) -> None:
    """1,000 ppm, ten times what a bad crystal has: slots are removed or added in silence, before a packet comes late."""
    frames = 100 * SECOND
    delays = 90 + step * np.arange(frames) * FRAME // 1000
    delays -= min(0, int(delays.min()))
    line = Line(speech(frames))
    line.run(delays.tolist())
    assert line.buffer.late[0] == 0
    assert not line.lost()
    assert all(NARROW - 2 * MS <= depth <= MARGIN + 2 * FRAME for depth in line.deepest[:-1])


def test_a_far_end_that_sends_nothing_in_pauses_gets_its_depth_back() -> None:
    frames = 60 * SECOND
    delays = np.full(frames, 40)
    delays[SECOND] = 120 * MS
    line = Line(speech(frames))
    quiet = np.arange(frames) % SECOND >= 35
    line.run([10**9 if silent else delay for silent, delay in zip(quiet.tolist(), delays.tolist(), strict=True)])
    assert line.deepest[0] >= 80 * MS
    assert all(MARGIN <= depth < MARGIN + 2 * FRAME for depth in line.deepest[-20:-1])
    assert not line.lost()
