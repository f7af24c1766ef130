"""The event journal: every event that reached the core, numbered, one JSON line each, one file a day (Asia/Shanghai).

``{"seq": 17, "at": 1764000000.125, "event": {"type": "CallOffered", …}}`` in ``events-YYYYMMDD.jsonl``. A line is in the file within 100 ms
and safe from ``kill -9`` from then on; a power cut may lose lines that the system had not written out yet (orders have their own journal).
"""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from shared.days import shanghai_day
from shared.ids import CallId
from switch_server.adapters.event_codec import EventEntry, EventHead, RawEntry, decode_event, encode_event, encode_line
from switch_server.core.words import Event
from switch_server.disk.batch_thread import BatchThread

log = logging.getLogger(__name__)

GATHER = 0.05
"""Seconds for which lines gather before they are written."""
TAIL = 1 << 20
"""The bytes at a file's end in which its last number is searched first."""
MOST_BYTES = 256 << 20
"""The most bytes in memory while the disk is full, some million events; further events are dropped and counted (a gap in ``seq`` shows where)."""
LOG_EACH = 10_000
"""The number of lost events for each line in the log."""
OVERHEAD = 200
"""The bytes of a waiting line beside its text."""


class EventJournalUnusable(Exception):  # noqa: N818  the name says what it is
    """At start: the folder can't be created, read or written. The text names it."""


class EventJournalCounts(Struct):
    """Since start, for the operator."""

    written: int = 0
    dropped: int = 0
    troubles: int = 0


class EventJournal:
    """Appends from one thread (the loop's); a thread of its own writes. Opening raises ``EventJournalUnusable``.

    ``on_trouble(text)`` is called from the writing thread: when writing begins to fail, when the reason changes, and with an empty text when
    it works again. A line torn by a crash stays and is skipped by readers; numbers continue after the last whole line.
    """

    def __init__(self, folder: Path, *, on_trouble: Callable[[str], None] = lambda _text: None) -> None:
        self._folder, self._on_trouble = folder, on_trouble
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._seq = last_seq(folder)
            self._day = next((path.stem.removeprefix("events-") for path in reversed(_files(folder))), "")
        except OSError as error:
            raise EventJournalUnusable(f"{folder}: {error.strerror}") from error
        self._file: int | None = None
        self._good = 0  # the length of the open file up to its last whole line
        self._trouble = ""
        self._batches = BatchThread[tuple[str, bytes]](
            "event-journal", self._write, gather=GATHER, size=lambda line: len(line[1]) + OVERHEAD, most=MOST_BYTES
        )
        self.counts = EventJournalCounts()
        self.flush = self._batches.flush

    def start(self) -> None:
        self._batches.start()

    def stop(self, seconds: float = 5.0) -> int:
        """Writes the queue, syncs and closes; returns how many lines could not be written."""
        lost = self._batches.stop(seconds)
        if lost:
            log.error("event journal: %d events not written at stop: %s", lost, self._trouble)
        self._close()
        return lost

    @property
    def waiting(self) -> int:
        return self._batches.waiting

    @property
    def waiting_bytes(self) -> int:
        return self._batches.waiting_bytes

    def append(self, event: Event, at: float) -> int:
        """Queues the event and returns its number; raises ``NotJournalled`` (our bug) for an event that must never be written."""
        content = encode_event(event)
        self._seq += 1
        if not self._batches.put((shanghai_day(at), encode_line(self._seq, at, content))):
            self.counts.dropped += 1
            if self.counts.dropped % LOG_EACH == 1:
                log.error("event journal: event %d is lost, too many wait for the disk: %s", self._seq, self._trouble)
        return self._seq

    def read(
        self, call: CallId | None = None, *, global_events: bool = False, seconds: float = 5.0
    ) -> Iterator[EventEntry]:
        """Writes the queue first; then like ``read_journal``."""
        self.flush(seconds)
        return read_journal(self._folder, call, global_events=global_events)

    # --- in the writing thread ---

    def _write(self, batch: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        done = 0
        try:
            while done < len(batch):
                self._turn_to(batch[done][0])
                done += self._append(batch[done:])
        except OSError as error:
            self._close()  # reopened later, with a check for a torn line
            self._in_trouble(error)
        else:
            self._works_again()
        self.counts.written += done
        return batch[done:]

    def _append(self, batch: list[tuple[str, bytes]]) -> int:
        """Writes the leading lines of the batch that belong to the open day; returns their number. All or none of them are in the file."""
        lines = [line for day, line in batch if day <= self._day]
        if len(lines) < len(batch):  # only the lines before the first of a later day
            lines = lines[: next(n for n, (day, _) in enumerate(batch) if day > self._day)]
        content = b"".join(lines)
        assert self._file is not None
        written = 0
        try:
            while written < len(content):
                written += os.write(self._file, content[written:])
        except OSError:
            os.ftruncate(self._file, self._good)
            raise
        self._good += len(content)
        return len(lines)

    def _turn_to(self, day: str) -> None:
        """Opens the day's file; after a clock was set back, the newer file stays in use, so that numbers rise from file to file."""
        if self._file is not None and day <= self._day:
            return
        self._close()
        day = max(day, self._day)
        path = self._folder / f"events-{day}.jsonl"
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._day = day
        self._good = os.fstat(self._file).st_size
        if self._good and os.pread(self._file, 1, self._good - 1) != b"\n":
            self._good += os.write(self._file, b"\n")  # the last line is torn; the next one must begin a new line

    def _close(self) -> None:
        if self._file is not None:
            try:
                os.fsync(self._file)
            except OSError as error:
                log.warning("event journal: fsync: %s", error.strerror)
            os.close(self._file)
            self._file = None

    def _in_trouble(self, error: OSError) -> None:
        self.counts.troubles += 1
        text = error.strerror or str(error)
        if text != self._trouble:
            self._trouble = text
            log.error("event journal: cannot write, events wait in memory: %s", text)
            self._on_trouble(text)

    def _works_again(self) -> None:
        if self._trouble:
            self._trouble = ""
            log.warning("event journal: writes again")
            self._on_trouble("")


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("events-????????.jsonl"))


def last_seq(folder: Path) -> int:
    """The number of the last whole line; 0 for an empty journal. Raises ``OSError``."""
    for path in reversed(_files(folder)):
        for start in (max(0, path.stat().st_size - TAIL), 0):
            seq = 0
            for _, entry in _lines(path, start):
                seq = entry.seq
            if seq:
                return seq
    return 0


def last_at(folder: Path) -> float:
    """The time of the last event, UTC seconds; 0 for an empty journal. Raises ``OSError``."""
    for path in reversed(_files(folder)):
        for start in (max(0, path.stat().st_size - TAIL), 0):
            at = 0.0
            for _, entry in _lines(path, start):
                at = entry.at
            if at:
                return at
    return 0.0


def _lines(path: Path, start: int = 0) -> Iterator[tuple[bytes, RawEntry]]:
    """The file's whole lines from an offset on; torn lines are skipped and logged."""
    with path.open("rb") as file:
        if start:
            file.seek(start - 1)
            file.readline()
        for number, line in enumerate(file, 1):
            if line == b"\n":
                continue
            try:
                yield line, _decode_entry(line)
            except ValueError:
                log.warning("%s, line %d is torn, skipped", path, number)


_decode_entry = msgspec.json.Decoder(RawEntry).decode
_decode_head = msgspec.json.Decoder(EventHead).decode


def read_journal(folder: Path, call: CallId | None = None, *, global_events: bool = False) -> Iterator[EventEntry]:
    """The entries in order: all, or those of one call, preceded by the latest ``Configured`` from before the call.

    With ``global_events``, for replay: also the other events that the core depends on: the last event about each card and branch from before the call,
    and all such events during the call. Raises ``ValueError`` for an event type that this version does not know.
    """
    if call is None:
        for path in _files(folder):
            for _, entry in _lines(path):
                yield EventEntry(entry.seq, entry.at, decode_event(entry.event))
        return
    chosen = _of_call(folder, call, global_events=global_events)
    yield from (EventEntry(entry.seq, entry.at, decode_event(entry.event)) for entry in chosen)


def _of_call(folder: Path, call: CallId, *, global_events: bool) -> Iterator[RawEntry]:
    name = call.encode()
    before: dict[str, RawEntry] = {}
    later: list[RawEntry] = []  # global events that count only if the call has later events
    begun = False
    for path in _files(folder):
        for line, entry in _lines(path):
            head = _decode_head(entry.event)
            if name in line and head.belongs_to(call):
                yield from later if begun else sorted(before.values(), key=lambda each: each.seq)
                yield entry
                begun, later = True, []
            elif (about := head.global_subject) and (global_events or (about == "Configured" and not begun)):
                if begun:
                    later.append(entry)
                else:
                    before[about] = entry
