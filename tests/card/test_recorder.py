"""The recorder's columns by themselves, tick by tick: slots, a slow disk. With a real card process: ``test_recordings``."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from shared.enums import DigitMode, Law
from shared.ids import LegId, RecordingId
from switch_server.card import FRAME, TICKS_A_SECOND, g711, recorder
from switch_server.card.card import Card
from switch_server.card.prompts import Prompts
from switch_server.card.recorder import SLOTS_A_ROW, Recorder, RecordingWriter
from switch_server.core.words import media as m

ROWS = 2
LEGS = tuple(LegId(f"c/{row}") for row in range(ROWS))


class Ticks:
    """A recorder, and ticks in which each row says and hears its own byte."""

    def __init__(self) -> None:
        self.writer = RecordingWriter()
        self.recorder = Recorder(ROWS, self.writer)

    def start(self, row: int, name: str, path: Path) -> bool:
        return self.recorder.start(row, LEGS[row], RecordingId(name), str(path), 0)

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            rows = self.recorder.rows
            frames = np.repeat((rows + 1).astype(np.uint8), FRAME).view(f"V{FRAME}")
            self.recorder.step(frames, frames, np.full(len(rows), g711.A, np.uint8))

    def ended(self) -> list[tuple[str, str]]:
        self.writer.stop(5)
        return [(recording.id, recording.cause) for recording, _ in self.recorder.ended()]


def test_more_recordings_than_slots_are_refused_and_a_slot_that_is_free_is_used_again(tmp_path: Path) -> None:
    ticks = Ticks()
    names = [f"r{number}" for number in range(SLOTS_A_ROW * ROWS)]
    assert all(ticks.start(0, name, tmp_path / name) for name in names)
    assert not ticks.start(1, "more", tmp_path / "more")
    ticks.run(3)
    ticks.recorder.stop(0, RecordingId("r1"), "stopped")
    assert ticks.start(1, "again", tmp_path / "again")
    ticks.run(2)
    ticks.recorder.close(0)
    ticks.recorder.close(1)
    assert sorted(ticks.ended()) == sorted(
        [("r1", "stopped"), *((name, "closed") for name in (*names, "again") if name != "r1")]
    )
    assert not (tmp_path / "more").exists()
    sides = {name: np.frombuffer((tmp_path / name).read_bytes()[58:], np.uint8) for name in (*names, "again")}
    assert {name: (len(side) // (2 * FRAME), *np.unique(side)) for name, side in sides.items()} == {
        **dict.fromkeys(names, (5, 1)), "r1": (3, 1), "again": (2, 2),
    }  # fmt: skip


def test_a_disk_that_is_too_slow_costs_its_recording_and_no_tick(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ticks = Ticks()
    ticks.start(0, "lost", tmp_path / "lost")
    ticks.start(1, "kept", tmp_path / "kept")
    monkeypatch.setattr(recorder, "MOST_WAITING", -1)
    while len(ticks.recorder.rows) == ROWS:
        ticks.run(1)
    assert ticks.recorder.changed, "the reader of the rows reads them again before the next tick"
    monkeypatch.setattr(recorder, "MOST_WAITING", 1 << 20)
    ticks.run(2 * TICKS_A_SECOND)
    ticks.recorder.move(0, RecordingId("lost"), 1, LEGS[1], 0)
    ticks.recorder.close(1)
    assert sorted(ticks.ended()) == [("kept", "closed"), ("lost", "failed")]


def test_the_first_of_a_row_s_recordings_counts_the_time(tmp_path: Path) -> None:
    ticks = Ticks()
    assert ticks.recorder.position_ms(0) is None
    ticks.start(0, "whole", tmp_path / "whole")
    ticks.run(60)
    ticks.start(0, "partial", tmp_path / "partial")
    ticks.run(5)
    assert ticks.recorder.position_ms(0) == 65 * 20
    ticks.recorder.stop(0, RecordingId("whole"), "stopped")
    assert ticks.recorder.position_ms(0) == 5 * 20
    ticks.recorder.move(0, RecordingId("partial"), 1, LEGS[1], 0)
    assert (ticks.recorder.position_ms(0), ticks.recorder.position_ms(1)) == (None, 5 * 20)
    ticks.recorder.close(1)
    assert len(ticks.ended()) == 2


def test_a_recording_on_a_slow_disk_costs_no_other_channel_a_tick(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The writer hangs, so the file is never closed: the rows that the tick records must not be those of before."""
    told: list[m.CardEvent] = []
    hangs = threading.Event()
    card = Card("127.0.0.1", 4, Prompts([tmp_path]), told.append)
    monkeypatch.setattr(RecordingWriter, "_carry_out", lambda *_: hangs.wait(30))
    for leg in LEGS:
        card.do(m.OpenChannel(leg, None, Law.A, DigitMode.RFC4733))
        card.do(m.StartRecording(leg, RecordingId(leg), str(tmp_path / f"{leg[-1]}.wav")))
    monkeypatch.setattr(recorder, "MOST_WAITING", 1000)
    for _ in range(3 * TICKS_A_SECOND):
        card.tick(time.time_ns())
    hangs.set()
    card.shut()
    assert [event.leg for event in told if isinstance(event, m.ChannelClosed)] == list(LEGS)
