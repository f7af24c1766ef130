"""Recordings: stereo 8 kHz A-law WAV, on the left the leg's speech, on the right what the leg hears; a thread writes them each second.

The tick only copies frames into a buffer of one second. The writer appends the buffer, then renews the header, so that a file is valid
and at most about one second short whenever the process dies. An existing file is never overwritten.
"""

import logging
import os
import queue
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from shared.ids import LegId, RecordingId
from switch_server.card import FRAME, TICKS_A_SECOND
from switch_server.card.g711 import ACROSS, MU, SILENCE, A

LOG = logging.getLogger("huawu.card")
Rows = npt.NDArray[np.int64]

MOST_WAITING = 64 << 20
"""Bytes that may wait for a slow disk; beyond that, samples are refused and their recording fails."""
WRITE_EVERY = 10
"""Ticks from one batch of writes to the next."""
SLOTS_A_ROW = 2
"""A card records so many times its number of channels at once."""
UNMASK_AFTER = 15
"""Ticks (300 ms) that a mask stays on after the command to lift it: a key's tone may still be in the jitter buffer."""
UNMASK_LATEST = 150
_HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")


def header(data_bytes: int) -> bytes:
    """58 bytes of WAV header: A-law, two channels, 8 kHz."""
    fmt = (b"fmt ", 18, 6, 2, 8000, 16000, 2, 8, 0)
    return _HEADER.pack(
        b"RIFF", _HEADER.size - 8 + data_bytes, b"WAVE", *fmt, b"fact", 4, data_bytes // 2, b"data", data_bytes
    )


Samples = bytes | memoryview
_Job = tuple[int, str | Samples | None]


class ClosedFile(NamedTuple):
    """A file was closed: whole, with ``text`` empty, or after an error, which ``text`` tells."""

    file: int
    text: str


class RecordingWriter:
    """The thread that owns the files. ``open``, ``append`` and ``close`` collect jobs, ``done`` hands them to the thread; none of these blocks.

    The thread is woken once for all jobs of a tick, since each wake-up takes the interpreter's lock from the tick.
    """

    def __init__(self) -> None:
        self._jobs: list[_Job] = []
        self._batches: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._closed: queue.SimpleQueue[ClosedFile] = queue.SimpleQueue()
        self._files: dict[int, tuple[int, int]] = {}
        self._taken = self._written = 0  # bytes; each is changed by one thread only
        self._last = 0
        self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)
        self._thread.start()

    def open(self, path: str) -> int:
        self._last += 1
        self._jobs.append((self._last, path))
        return self._last

    def append(self, file: int, samples: Samples) -> bool:
        """``False``: more than ``MOST_WAITING`` bytes wait already, and the samples were not taken."""
        if self._taken - self._written > MOST_WAITING:
            return False
        self._taken += len(samples)
        self._jobs.append((file, samples))
        return True

    def close(self, file: int) -> None:
        self._jobs.append((file, None))

    def done(self) -> list[ClosedFile]:
        """Hands the collected jobs to the thread; returns the files closed since the last call."""
        if self._jobs:
            self._batches.put(self._jobs)
            self._jobs = []
        closed = []
        while not self._closed.empty():
            closed.append(self._closed.get())
        return closed

    def stop(self, seconds: float) -> None:
        """Ends the thread after all waiting samples are written, and waits for that at most ``seconds``."""
        self._batches.put(self._jobs)
        self._jobs = []
        self._batches.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            for file, what in batch:
                try:
                    self._carry_out(file, what)
                except OSError as error:
                    self._give_up(file, f"{error.strerror or error}")
                except Exception as error:  # a bug costs one recording, not all later ones
                    LOG.exception("a recording failed")
                    self._give_up(file, str(error))

    def _carry_out(self, file: int, what: str | Samples | None) -> None:
        if isinstance(what, str):
            Path(what).parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(what, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            self._files[file] = descriptor, 0
            _write(descriptor, header(0), 0)
            return
        self._written += 0 if what is None else len(what)
        if file not in self._files:
            return
        descriptor, size = self._files[file]
        if what is None:
            del self._files[file]
            os.close(descriptor)
            self._closed.put(ClosedFile(file, ""))
            return
        _write(descriptor, what, _HEADER.size + size)
        _write(descriptor, header(size + len(what)), 0)
        self._files[file] = descriptor, size + len(what)

    def _give_up(self, file: int, text: str) -> None:
        descriptor, _ = self._files.pop(file, (-1, 0))
        if descriptor >= 0:
            os.close(descriptor)
        self._closed.put(ClosedFile(file, text))


def _write(descriptor: int, what: Samples, place: int) -> None:
    view = memoryview(what)
    while view:
        written = os.pwrite(descriptor, view, place)
        view, place = view[written:], place + written


class RunningRecording:
    """One running recording. ``row``: of the recorded leg; ``slot``: of the recording's buffers."""

    __slots__ = ("cause", "file", "frames", "id", "leg", "row", "slot", "written")

    def __init__(self, row: int, slot: int, leg: LegId, recording: RecordingId, file: int) -> None:
        self.row, self.slot, self.leg, self.id, self.file = row, slot, leg, recording, file
        self.frames = self.written = 0
        self.cause = ""


class Recorder:
    """Columns: a second of both sides for every slot, one slot for each running recording; a row can have several recordings.

    ``rows``: the rows of the running recordings, a row once for each. ``step`` is called once a tick; ``ended`` returns the recordings whose file
    is closed. ``masked`` is of rows: the mask holds for all recordings of a row, also for one that begins while the mask is on.
    """

    def __init__(self, rows: int, writer: RecordingWriter) -> None:
        self._writer = writer
        slots = SLOTS_A_ROW * rows
        self._left: Any = np.zeros((slots, TICKS_A_SECOND, FRAME), np.uint8).view(f"V{FRAME}")[:, :, 0]
        self._right: Any = np.zeros((slots, TICKS_A_SECOND, FRAME), np.uint8).view(f"V{FRAME}")[:, :, 0]
        self._fill = np.zeros(slots, np.int64)
        self._quota = np.full(slots, TICKS_A_SECOND, np.int64)
        self._free = list(reversed(range(slots)))
        self.masked = np.zeros(rows, np.bool_)
        self._unmask: dict[int, int] = {}
        self._running: dict[int, RunningRecording] = {}
        self._of_row: dict[int, list[RunningRecording]] = {}
        self._by_file: dict[int, RunningRecording] = {}
        self.rows: Rows = np.zeros(0, np.int64)
        self.changed = True
        """Whether ``rows`` or ``masked`` changed since the reader of both last set this to ``False``."""
        self._slots: Rows = np.zeros(0, np.int64)
        self.interleave: Callable[[int, int], npt.NDArray[np.uint8]] = self._interleave
        """Returns the first frames of a slot's both sides as a WAV file has them; ``Kernel.interleave`` may be set in its place."""
        self._silence: Any = np.full(FRAME, SILENCE[A], np.uint8).view(f"V{FRAME}")[0]

    def memory(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``kernel.c`` works on."""
        return {
            "said": self._left, "heard": self._right, "fill": self._fill, "quota": self._quota, "masked": self.masked,
        }  # fmt: skip

    @property
    def slots(self) -> Rows:
        """The slot of each of ``rows``."""
        return self._slots

    @property
    def busy(self) -> bool:
        """Whether a mask is about to be lifted, or a file to be closed."""
        return bool(self._unmask) or len(self._by_file) > len(self._running)

    def waits(self, leg: LegId) -> bool:
        """Whether a recording of this leg is still being written or closed."""
        return any(recording.leg == leg for recording in self._by_file.values())

    def start(self, row: int, leg: LegId, recording: RecordingId, path: str, tick: int) -> bool:
        """Records from the tick after ``tick`` on. ``False``: all slots are taken, nothing is recorded."""
        if not self._free:
            return False
        slot = self._free.pop()
        made = RunningRecording(row, slot, leg, recording, self._writer.open(path))
        self._by_file[made.file] = made
        self._fill[slot] = 0
        self._quota[slot] = _frames_to_write(made.file, tick)
        self._add(made)
        return True

    def stop(self, row: int, recording: RecordingId, cause: str) -> None:
        """Ends one recording of a row; ``ended`` returns it once the writer has closed the file."""
        found = self._find(row, recording)
        if found is not None:
            self._stop(found, cause)

    def close(self, row: int) -> None:
        """The row's channel closes: ends all its recordings, and its mask."""
        for recording in list(self._of_row.get(row, ())):
            self._stop(recording, "closed")
        self._set_mask(row, on=False)

    def _stop(self, recording: RunningRecording, cause: str) -> None:
        recording.cause = cause
        self._flush(recording)
        self._writer.close(recording.file)
        self._remove(recording)

    def move(self, row: int, recording: RecordingId, to: int, leg: LegId, tick: int) -> None:
        """From the next tick on, the recording goes on with the two sides of ``leg``, which has the row ``to``."""
        moved = self._find(row, recording)
        if moved is None:
            return
        self._flush(moved)
        if moved.cause:  # the recording has just failed: the disk is too slow
            return
        self._of_row[row].remove(moved)
        moved.row, moved.leg = to, leg
        self._of_row.setdefault(to, []).append(moved)
        self._quota[moved.slot] = _frames_to_write(moved.file, tick)
        self._refresh()

    def position_ms(self, row: int) -> int | None:
        """The present offset in the first of the row's recordings."""
        recordings = self._of_row.get(row)
        return (recordings[0].frames + int(self._fill[recordings[0].slot])) * 20 if recordings else None

    def mask(self, row: int, tick: int, *, on: bool) -> None:
        if on:
            self._set_mask(row, on=True)
        elif self.masked[row]:
            self._unmask[row] = tick

    def lift_masks(self, tick: int, sounding: Callable[[int], bool]) -> None:
        """Lifts masks after ``UNMASK_AFTER`` ticks once no key sounds (``sounding(row)``), at the latest after ``UNMASK_LATEST`` ticks."""
        for row, since in list(self._unmask.items()):
            if tick - since >= UNMASK_LATEST or (tick - since >= UNMASK_AFTER and not sounding(row)):
                self._set_mask(row, on=False)

    def _set_mask(self, row: int, *, on: bool) -> None:
        self.masked[row] = on
        self._unmask.pop(row, None)
        self.changed = True

    def step(self, said: Any, heard: Any, law: npt.NDArray[np.uint8]) -> None:
        """Records the tick's frames ``said`` and ``heard``, (n,) ``V160`` each, of ``self.rows``, whose laws are ``law`` (n,)."""
        slots = self._slots
        if law.any():
            said, heard = _to_a(said, law), _to_a(heard, law)
        fill = self._fill[slots]
        self._left[slots, fill], self._right[slots, fill] = said, heard
        masked = self.masked[self.rows]
        if masked.any():
            self._left[slots[masked], fill[masked]] = self._silence
            self._right[slots[masked], fill[masked]] = self._silence
        fill += 1
        self._fill[slots] = fill
        self.write_out(slots[fill >= self._quota[slots]])

    def write_out(self, full: Rows) -> None:
        """The buffers of these slots are full, or due."""
        for slot in full.tolist():
            self._flush(self._running[slot])
            self._quota[slot] = TICKS_A_SECOND

    def ended(self) -> list[tuple[RunningRecording, str]]:
        """The recordings whose files were closed since the last call, each with an error's text or ``""``."""
        over = []
        for closed in self._writer.done():
            recording = self._by_file.pop(closed.file, None)
            if recording is None:
                continue
            if self._running.get(recording.slot) is recording:
                self._remove(recording)
            over.append((recording, closed.text))
        return over

    def _find(self, row: int, recording: RecordingId) -> RunningRecording | None:
        return next((each for each in self._of_row.get(row, ()) if each.id == recording), None)

    def _flush(self, recording: RunningRecording) -> None:
        slot, frames = recording.slot, int(self._fill[recording.slot])
        if not frames:
            return
        both = self.interleave(slot, frames)
        self._fill[slot] = 0
        recording.frames += frames
        if self._writer.append(recording.file, both.data):
            recording.written += frames
        elif not recording.cause:
            recording.cause = "failed"
            self._remove(recording)
            self._writer.close(recording.file)

    def _interleave(self, slot: int, frames: int) -> npt.NDArray[np.uint8]:
        both = np.empty((frames * FRAME, 2), np.uint8)
        both[:, 0] = self._left[slot, :frames].view(np.uint8)
        both[:, 1] = self._right[slot, :frames].view(np.uint8)
        return both.reshape(-1)

    def _add(self, recording: RunningRecording) -> None:
        self._running[recording.slot] = recording
        self._of_row.setdefault(recording.row, []).append(recording)
        self._refresh()

    def _remove(self, recording: RunningRecording) -> None:
        del self._running[recording.slot]
        self._free.append(recording.slot)
        self._of_row[recording.row].remove(recording)
        if not self._of_row[recording.row]:
            del self._of_row[recording.row]
        self._refresh()

    def _refresh(self) -> None:
        self.changed = True
        self._slots = np.array(sorted(self._running), np.int64)
        self.rows = np.array([self._running[slot].row for slot in self._slots.tolist()], np.int64)


def _frames_to_write(file: int, tick: int) -> int:
    """The frames after ``tick`` until the file's buffer is written: a fifth of all files is written at once, each 200 ms."""
    turn = file % (TICKS_A_SECOND // WRITE_EVERY) * WRITE_EVERY
    return (turn - tick - 1) % TICKS_A_SECOND + 1


def _to_a(frames: Any, law: npt.NDArray[np.uint8]) -> Any:
    coded = frames.view(np.uint8).reshape(-1, FRAME).copy()
    mu = law == MU
    coded[mu] = ACROSS[MU, A][coded[mu]]
    return coded.view(f"V{FRAME}")[:, 0]
