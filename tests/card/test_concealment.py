"""Concealment of lost audio: by pitch, without a step, and with silence after 60 ms."""

import numpy as np
import pytest

from switch_server.card import FRAME, g711
from switch_server.card.concealment import HISTORY, OVERLAP, pitch
from switch_server.card.jitter import CONCEALED_A_TICK, JitterBuffer
from switch_server.card.sockets import ROW

SILENCE = np.array(g711.SILENCE, np.uint8)


def voice(samples: int, hertz: float, seed: int = 1) -> np.ndarray:
    """A voiced sound: the first six harmonics with fixed phases, peak about 6,000."""
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, 6)
    time = np.arange(samples) / 8000
    wave = sum(np.sin(2 * np.pi * hertz * (n + 1) * time + phase) / (n + 1) for n, phase in enumerate(phases))
    return (4000 * wave).astype(np.int16)


class Rows:
    """Several rows in step, each with the sound that it is given; ``play`` sends one tick's frames, less the lost ones."""

    def __init__(self, sound: np.ndarray, law: np.ndarray | None = None) -> None:
        """``sound`` (rows, samples)."""
        count = len(sound)
        self.law = np.zeros(count, np.uint8) if law is None else law
        self.coded = np.stack([g711.encode(each, int(law)) for each, law in zip(sound, self.law, strict=True)])
        self.buffer, self.ticks = JitterBuffer(count), 0
        for row in range(count):
            self.buffer.reset(row, int(SILENCE[self.law[row]]))
        self.out: list[np.ndarray] = []

    def play(self, lost: np.ndarray, begin: int = 0, end: int = FRAME) -> None:
        """Of the rows ``lost`` (bool), samples ``begin`` to ``end`` of this tick's frame do not come."""
        start = self.ticks * FRAME
        self.push(np.flatnonzero(~lost), start, FRAME)
        if begin:
            self.push(np.flatnonzero(lost), start, begin)
        if end < FRAME:
            self.push(np.flatnonzero(lost), start + end, FRAME - end)
        every = np.arange(lost.size)
        frames, good = self.buffer.pop(every, self.law)
        assert (good == ~lost).all()
        self.out.append(frames.view(np.uint8).reshape(-1, FRAME).copy())
        self.buffer.advance(lost.size)
        self.ticks += 1

    def push(self, rows: np.ndarray, start: int, length: int, *, ssrc: int = 1, wait: int = FRAME) -> None:
        if not rows.size:
            return
        rx = np.zeros((rows.size, ROW), np.uint8)
        rx[:, 12 : 12 + length] = self.coded[rows, start : start + length]
        same = np.ones(rows.size, np.int64)
        at = np.arange(rows.size)
        stamp, source = np.full(rows.size, start, np.uint32), np.full(rows.size, ssrc, np.uint32)
        self.buffer.push(rows, stamp, source, rx, at, same * 12, same * length, same * wait)

    def run(self, frames: int, lost: dict[int, np.ndarray]) -> np.ndarray:
        """The rows' samples (rows, samples); ``lost`` has, for some ticks, the rows that lose their frame."""
        for _ in range(frames):
            self.play(lost.get(self.ticks, np.zeros(len(self.coded), np.bool_)))
        coded = np.concatenate(self.out, axis=1)
        return np.stack([g711.decode(each, int(law)) for each, law in zip(coded, self.law, strict=True)]).astype(int)


ONE = np.ones(1, np.bool_)


@pytest.mark.parametrize("hertz", [70, 100, 123, 160, 190])
def test_the_pitch_is_found(hertz: float) -> None:
    found = int(pitch(voice(HISTORY, hertz)[None].astype(np.float32))[0])
    assert min(abs(found - n * 8000 / hertz) for n in (1, 2)) <= 1


@pytest.mark.parametrize("law", [g711.A, g711.MU])
@pytest.mark.parametrize("hertz", [70, 123, 190])
def test_a_lost_frame_of_a_voice_goes_on_in_pitch_and_without_a_step(hertz: float, law: int) -> None:
    wave = voice(20 * FRAME, hertz)
    heard = Rows(wave[None], np.array([law], np.uint8)).run(20, {10: ONE})[0]
    gap = slice(10 * FRAME, 11 * FRAME)
    assert np.corrcoef(heard[gap], wave[gap])[0, 1] > 0.9
    around = slice(10 * FRAME - 2, 11 * FRAME + OVERLAP)
    assert np.abs(np.diff(heard[around])).max() < 1.15 * np.abs(np.diff(wave.astype(int))).max()
    sent = g711.decode(g711.encode(wave, law), law)
    assert (heard[: 10 * FRAME] == sent[: 10 * FRAME]).all()
    assert (heard[11 * FRAME + OVERLAP :] == sent[11 * FRAME + OVERLAP :]).all()


@pytest.mark.parametrize(("begin", "end"), [(0, 80), (80, 160)])
def test_a_lost_half_is_concealed_alone(begin: int, end: int) -> None:
    """Of a far end with packets of 10 ms."""
    wave = voice(20 * FRAME, 123)
    rows = Rows(wave[None])
    for tick in range(20):
        rows.play(ONE & (tick == 10), begin, end)
    heard = rows.run(0, {})[0]
    differs = np.flatnonzero(heard != g711.decode(rows.coded, g711.A)[0])
    assert 10 * FRAME + begin <= differs.min()
    assert differs.max() < 10 * FRAME + end + OVERLAP
    gap = slice(10 * FRAME + begin, 10 * FRAME + end)
    assert np.corrcoef(heard[gap], wave[gap])[0, 1] > 0.95


def test_a_far_end_that_falls_silent_ends_in_silence_within_60_ms() -> None:
    heard = Rows(voice(40 * FRAME, 123)[None]).run(40, dict.fromkeys(range(10, 35), ONE))[0]
    power = [float(np.mean(heard[n * 80 : n * 80 + 80] ** 2)) for n in range(20, 26)]
    assert power == sorted(power, reverse=True)
    assert np.abs(heard[10 * FRAME + 480 : 35 * FRAME]).max() <= 8
    assert np.abs(heard[35 * FRAME + OVERLAP :]).max() > 5000


def test_a_loss_that_begins_within_a_frame_ends_in_silence_too() -> None:
    """Of a far end with packets of 10 ms."""
    rows = Rows(voice(20 * FRAME, 123)[None])
    for tick in range(20):
        rows.play(ONE & (10 <= tick < 16), 80 if tick == 10 else 0)
    heard = rows.run(0, {})[0]
    assert np.abs(heard[10 * FRAME + 80 + 480 : 16 * FRAME]).max() <= 8
    assert np.abs(heard[16 * FRAME + OVERLAP :]).max() > 5000


def test_after_skipped_ticks_no_old_sound_is_repeated() -> None:
    rows = Rows(voice(60 * FRAME, 123)[None])
    rows.run(10, {})
    rows.buffer.skip(1, 20)
    rows.ticks += 20
    heard = rows.run(4, dict.fromkeys((30, 31), ONE))[0]
    assert np.abs(heard[10 * FRAME : 12 * FRAME]).max() <= 8
    assert np.abs(heard[12 * FRAME + OVERLAP :]).max() > 5000


def test_the_slot_before_another_source_is_heard_is_concealed() -> None:
    """The new source's packets come just before the ticks, so that its stream begins a slot later."""
    wave = voice(20 * FRAME, 123)
    rows = Rows(wave[None])
    rows.run(10, {})
    for tick in range(10, 20):
        rows.push(np.array([0]), tick * FRAME, FRAME, ssrc=2, wait=8)
        frames, good = rows.buffer.pop(np.array([0]), rows.law)
        assert good[0] == (tick > 10)
        rows.out.append(frames.view(np.uint8).reshape(1, FRAME).copy())
        rows.buffer.advance(1)
    heard = rows.run(0, {})[0]
    gap = slice(10 * FRAME, 11 * FRAME)
    assert np.corrcoef(heard[gap], wave[gap])[0, 1] > 0.9
    assert np.abs(np.diff(heard[: 11 * FRAME])).max() < 1.15 * np.abs(np.diff(wave.astype(int))).max()
    sent = g711.decode(rows.coded, g711.A)[0]
    assert (heard[11 * FRAME + OVERLAP :] == sent[10 * FRAME + OVERLAP : 19 * FRAME]).all()


def test_silence_stays_silence() -> None:
    heard = Rows(np.zeros((1, 20 * FRAME), np.int16)).run(20, dict.fromkeys((5, 6, 10), ONE))
    assert np.abs(heard).max() <= 8


def test_where_all_rows_lose_a_frame_the_work_is_bounded_and_all_fall_silent() -> None:
    """Rows beyond the bound repeat their last frame 6 dB lower. The rows without a loss are untouched."""
    count = 3 * CONCEALED_A_TICK
    sound = np.stack([voice(20 * FRAME, 80 + row % 90, row) for row in range(count)])
    lost = np.ones(count, np.bool_)
    lost[-1] = False
    rows = Rows(sound)
    heard = rows.run(20, dict.fromkeys(range(10, 14), lost))
    gap = slice(10 * FRAME, 11 * FRAME)
    alike = [np.corrcoef(heard[row, gap], sound[row, gap])[0, 1] for row in range(CONCEALED_A_TICK)]
    assert np.median(alike) > 0.9
    repeated = g711.decode(g711.HALVED[g711.A][rows.coded[CONCEALED_A_TICK:-1, 9 * FRAME : 10 * FRAME]], g711.A)
    assert (heard[CONCEALED_A_TICK:-1, gap] == repeated).all()
    assert np.abs(heard[:-1, 13 * FRAME : 14 * FRAME]).max() <= 8
    assert (heard[-1] == g711.decode(rows.coded[-1], g711.A)).all()
    assert (heard[:, 15 * FRAME :] == g711.decode(rows.coded, g711.A)[:, 15 * FRAME :]).all()
