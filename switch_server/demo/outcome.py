"""The demo's results as the centre stored them, read after the switch has stopped: calls, orders, recordings, talks with agents."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct

from shared.enums import CallKind, EndCause
from shared.ids import CallId, recording_of
from switch_server.adapters.store import StoreReader
from switch_server.ports.fax_rows import StoredFax
from switch_server.services.prompt_audio import RATE, Samples, decode_alaw

UNFINISHED = frozenset({EndCause.CARD_LOST.value, EndCause.FAULT.value, EndCause.RECONCILED.value})
"""Causes of a call's end by a fault of the centre: each is a failure of the demo."""
AGENTS_STEP = "agents"
"""The flow's queue step."""
FROM_QUEUE = frozenset({CallKind.IN.value, CallKind.CALLBACK.value})
EVERYTHING = 100_000
SOUND = 0.01
"""RMS relative to full scale (-40 dBFS): a side that was heard reaches it in the loudest tenth of a second of the talk."""
SLACK_S = 2.0
"""Seconds by which a recording may be shorter than its call."""


class RecordingFound(Struct, frozen=True):
    """A playable stereo recording, A-law, 8 kHz."""

    path: Path
    seconds: float

    def channels(self) -> tuple[Samples, Samples]:
        """The samples of the caller's and of the desk's side."""
        content = self.path.read_bytes()
        at = content.find(b"data") + 8
        octets = np.frombuffer(content, np.uint8, offset=at)[: round(self.seconds * RATE) * 2].reshape(-1, 2)
        return decode_alaw(octets[:, 0].tobytes()), decode_alaw(octets[:, 1].tobytes())


class TalkFound(Struct, frozen=True):
    """A customer's talk with an agent who was assigned by the queue. ``lacks``: names of missing parts (``_lacking``)."""

    call: CallId
    agent: str
    seconds: float
    disposition: str
    pop_ms: float | None
    lacks: tuple[str, ...]


class FaxFound(Struct, frozen=True):
    """A fax sent or received; ``done``: so many of ``pages`` are confirmed. ``result``: of the last try; empty: none has ended."""

    sent: bool
    number: str
    done: int
    pages: int
    state: str
    result: str
    bit_rate: int


class DemoOutcome(Struct, frozen=True):
    """Counts and lists for the summary. ``calls``: answered ones that are no fax. ``gave_up``: calls that ended in the queue step without a talk."""

    calls: int
    unfinished: int
    orders: int
    with_contract: int
    in_doubt: int
    recordings: tuple[RecordingFound, ...]
    talks: tuple[TalkFound, ...]
    gave_up: int
    faxes: tuple[FaxFound, ...]


def recordings(folder: Path) -> list[RecordingFound]:
    """Every playable stereo recording below ``folder``; A-law, so a second is 16,000 bytes."""
    found = []
    for path in sorted(folder.rglob("*.wav")):
        content = path.read_bytes()
        at = content.find(b"data")
        stereo = content[:4] == b"RIFF" and content[22:24] == b"\x02\x00"
        if stereo and at > 0:
            size = min(int.from_bytes(content[at + 4 : at + 8], "little"), len(content) - at - 8)
            found.append(RecordingFound(path, size / (2 * RATE)))
    return found


def read_outcome(state: Path) -> DemoOutcome:
    """Reads the store and the recordings of a switch that has stopped."""
    read = StoreReader(state / "huawu.db")
    try:
        calls = read.calls(limit=EVERYTHING)
        orders = read.orders(limit=EVERYTHING)
        faxes = read.fax.faxes(EVERYTHING)
        fax_calls = _fax_calls(read, faxes)
        talks = [row for row in read.talks(limit=EVERYTHING) if row["answered_at"] is not None]
    finally:
        read.close()
    found = recordings(state / "recordings")
    talked = {row["call"] for row in talks}
    return DemoOutcome(
        calls=sum(call["answered_at"] is not None and call["id"] not in fax_calls for call in calls),
        unfinished=sum(call["ended_at"] is None or call["cause"] in UNFINISHED for call in calls),
        orders=len(orders),
        with_contract=sum(order.contract is not None for order in orders),
        in_doubt=sum(order.state in ("captured", "sent", "in_doubt") for order in orders),
        recordings=tuple(found),
        talks=tuple(_talks([row for row in talks if row["kind"] in FROM_QUEUE], calls, found)),
        gave_up=sum(call["ended_at_step"] == AGENTS_STEP and call["id"] not in talked for call in calls),
        faxes=tuple(
            FaxFound(
                fax.direction == "out", fax.number, fax.pages_done, fax.pages, fax.state, fax.result or "", fax.bit_rate
            )
            for fax in reversed(faxes)
        ),
    )


def _fax_calls(read: StoreReader, faxes: Iterable[StoredFax]) -> set[CallId | None]:
    """Calls that were a fax from their begin: a voice is in none of them."""
    own = [fax for fax in faxes if not fax.live]
    tried = {each.call for fax in own for each in read.fax.fax_tries(fax.id)}
    return tried | {fax.call for fax in own if fax.direction == "in"}


def _talks(rows: list[dict[str, Any]], calls: list[dict[str, Any]], found: list[RecordingFound]) -> Iterable[TalkFound]:
    by_id = {call["id"]: call for call in calls}
    recorded: dict[str, list[RecordingFound]] = defaultdict(list)
    for each in found:
        recorded[each.path.stem].append(each)
    for row in rows:
        yield TalkFound(
            call=row["call"],
            agent=row["agent"],
            seconds=(row["ended_at"] or row["answered_at"]) - row["answered_at"],
            disposition=row["disposition"] or "",
            pop_ms=row["pop_ms"],
            lacks=tuple(_lacking(row, by_id.get(row["call"]), recorded[recording_of(row["call"], 1)])),
        )


def _lacking(row: dict[str, Any], call: dict[str, Any] | None, found: list[RecordingFound]) -> Iterable[str]:
    """The missing parts of an answered talk: its end, disposition, pop, or one recording of the whole call in which both sides are heard."""
    if row["ended_at"] is None:
        yield "end"
    if not row["disposition"]:
        yield "disposition"
    if row["pop_ms"] is None:
        yield "pop"
    if call is None or call["ended_at"] is None or call["answered_at"] is None or len(found) != 1:
        yield "recording"
        return
    if found[0].seconds < call["ended_at"] - call["answered_at"] - SLACK_S:
        yield "recording"
    begin, end = row["answered_at"] - call["answered_at"], (row["ended_at"] or call["ended_at"]) - call["answered_at"]
    for name, samples in zip(("caller_heard", "desk_heard"), found[0].channels(), strict=True):
        if loudest(samples[round(begin * RATE) : round(end * RATE)]) < SOUND:
            yield name


def loudest(samples: Samples) -> float:
    """RMS of the loudest tenth of a second, 0 to 1; 0 for a shorter sound."""
    tenth = RATE // 10
    whole = len(samples) // tenth * tenth
    if not whole:
        return 0.0
    return float(np.sqrt((samples[:whole].reshape(-1, tenth) ** 2).mean(axis=1)).max())
