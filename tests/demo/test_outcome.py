"""The demo's results: the talks that are found, the missing parts of each, and the summary in both languages."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from shared.enums import EndCause, Language
from shared.ids import CallId, recording_of
from switch_server.adapters.store import Store
from switch_server.core.words import SaveRecord
from switch_server.demo import summary
from switch_server.demo.outcome import DemoOutcome, read_outcome
from switch_server.demo.telephones.caller import CallReport
from switch_server.demo.texts import FILE, DemoTexts, language_of
from switch_server.services.prompt_audio import RATE, Samples, encode_alaw
from tests.store.samples import Clock, Posted

AT = 1_000.0
LIVES = 20.0
CALL = {"answered_at": AT, "ended_at": AT + LIVES, "started_at": AT - 1, "ended_at_step": "after_talk", "cause": EndCause.AGENT_HUNG_UP.value}  # fmt: skip
TALK = {
    "agent": "1001", "queue": "agents", "kind": "in", "offered_at": AT + 5, "answered_at": AT + 6, "ended_at": AT + 12,
    "disposition": "enquiry", "pop_ms": 12.0, "outcome": "agent",
}  # fmt: skip


def hum(pitch: int, begin: float, end: float) -> Samples:
    """A tone from ``begin`` to ``end`` in a call of ``LIVES`` seconds."""
    times = np.arange(round(LIVES * RATE)) / RATE
    sound = 0.2 * np.sin(2 * np.pi * pitch * times)
    return np.where((times >= begin) & (times < end), sound, 0.0).astype(np.float32)


def record(state: Path, call: str, left: Samples, right: Samples, folder: str = "a") -> None:
    """A stereo A-law WAV as the cards write them."""
    octets = np.stack([np.frombuffer(encode_alaw(side), np.uint8) for side in (left, right)], axis=1).tobytes()
    fmt = struct.pack("<HHIIHH", 6, 2, RATE, 2 * RATE, 2, 8)
    path = state / "recordings" / folder / f"{recording_of(CallId(call), 1)}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        struct.pack("<4sI4s4sI", b"RIFF", 28 + len(octets), b"WAVE", b"fmt ", 16)
        + fmt
        + struct.pack("<4sI", b"data", len(octets))
        + octets
    )


def wrote(state: Path, calls: dict[str, dict[str, Any]], talks: dict[str, dict[str, Any]]) -> DemoOutcome:
    store = Store(state / "huawu.db", Posted(), clock=Clock())
    store.start()
    for call, row in calls.items():
        store.do(SaveRecord("calls", {"id": call} | row))
    for talk, row in talks.items():
        store.do(SaveRecord("talks", {"id": talk} | row))
    store.stop()
    return read_outcome(state)


BOTH = hum(400, 4, 19), hum(500, 6.2, 11.8)


def test_a_whole_talk_lacks_nothing(tmp_path: Path) -> None:
    record(tmp_path, "c1", *BOTH)
    found = wrote(tmp_path, {"c1": CALL}, {"c1/d1": TALK | {"call": "c1"}})
    (talk,) = found.talks
    assert talk.lacks == ()
    assert (talk.call, talk.agent, talk.seconds, talk.disposition, talk.pop_ms) == ("c1", "1001", 6.0, "enquiry", 12.0)
    assert (found.calls, found.gave_up, found.unfinished) == (1, 0, 0)
    assert sum(each.seconds for each in found.recordings) == pytest.approx(LIVES)


@pytest.mark.parametrize(
    ("talk", "sides", "lacks"),
    [
        ({"disposition": None}, BOTH, ("disposition",)),
        ({"pop_ms": None}, BOTH, ("pop",)),
        ({"ended_at": None}, BOTH, ("end",)),
        ({}, (hum(400, 14, 19), BOTH[1]), ("caller_heard",)),
        ({}, (BOTH[0], hum(500, 0, 5.5)), ("desk_heard",)),  # a prompt before the talk does not count as the agent
        ({}, (BOTH[0][: 10 * RATE], BOTH[1][: 10 * RATE]), ("recording",)),
        ({}, None, ("recording",)),
    ],
)
def test_what_a_talk_lacks_is_told(
    tmp_path: Path, talk: dict[str, Any], sides: tuple[Samples, Samples] | None, lacks: tuple[str, ...]
) -> None:
    if sides is not None:
        record(tmp_path, "c1", *sides)
    found = wrote(tmp_path, {"c1": CALL}, {"c1/d1": TALK | {"call": "c1"} | talk})
    assert found.talks[0].lacks == lacks
    for language in Language:
        (line,) = summary.talks_lacking(DemoTexts(language), found)
        assert "c1" in line


def test_two_recordings_of_one_call_are_not_one_continuous_recording(tmp_path: Path) -> None:
    record(tmp_path, "c1", *BOTH)
    record(tmp_path, "c1", *BOTH, folder="b")
    assert wrote(tmp_path, {"c1": CALL}, {"c1/d1": TALK | {"call": "c1"}}).talks[0].lacks == ("recording",)


@pytest.mark.parametrize("kind", ["internal", "consult", "monitor", "out"])
def test_what_the_person_at_the_window_tries_with_robots_is_not_a_talk_from_the_queue(
    tmp_path: Path, kind: str
) -> None:
    robots = {"call": "c1", "kind": kind, "disposition": None, "pop_ms": None}
    assert wrote(tmp_path, {"c1": CALL}, {"c1/d1": TALK | robots}).talks == ()


def test_a_desk_that_only_rang_is_no_talk_and_its_caller_gave_up(tmp_path: Path) -> None:
    waited = CALL | {"ended_at_step": "agents", "cause": EndCause.CALLER_HUNG_UP.value}
    found = wrote(tmp_path, {"c1": waited}, {"c1/d1": TALK | {"call": "c1", "answered_at": None, "ended_at": AT + 9}})
    assert (found.talks, found.gave_up) == ((), 1)


@pytest.mark.parametrize("language", Language)
def test_the_summary_counts_talks(tmp_path: Path, language: Language) -> None:
    record(tmp_path, "c1", *BOTH)
    found = wrote(tmp_path, {"c1": CALL}, {"c1/d1": TALK | {"call": "c1"}})
    texts = DemoTexts(language)
    console = Console(record=True, width=120)
    console.print(summary.outcome_table(texts, found, failed=0, unplaced=0))
    said = console.export_text()
    for key in ("talks", "with_disposition", "with_pop", "talks_recorded", "gave_up", "orders", "recordings"):
        assert texts(key) in said
    assert texts("pop_slowest", number=1, ms=12.0) in said


@pytest.mark.parametrize("language", Language)
def test_calls_are_told_one_a_line(language: Language) -> None:
    good = CallReport(7, "buy_agent", answered=True, code=200, seconds=31.0, heard=True, by_far=True)
    bad = CallReport(8, "agent", answered=False, code=486, seconds=0.1, heard=False, by_far=True)
    texts = DemoTexts(language)
    assert "31.0" in summary.call_line(texts, good)
    assert "486" not in summary.call_line(texts, good)
    assert "486" in summary.call_line(texts, bad)


def test_every_text_is_in_both_languages_with_the_same_fields() -> None:
    import re

    import yaml

    for key, texts in yaml.safe_load(FILE.read_text(encoding="utf-8")).items():
        assert set(texts) == {"zh_CN", "en"}, key
        fields = [sorted(re.findall(r"\{(\w+)", text)) for text in texts.values()]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize(
    ("asked", "environ", "language"),
    [
        ("zh", {"LANG": "en_GB.UTF-8"}, Language.ZH),
        ("en", {"LANG": "zh_CN.UTF-8"}, Language.EN),
        (None, {"LANG": "zh_CN.UTF-8"}, Language.ZH),
        (None, {"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, Language.EN),
        (None, {}, Language.EN),
    ],
)
def test_the_language_is_the_asked_one_or_the_terminal_s(
    asked: str | None, environ: dict[str, str], language: Language
) -> None:
    assert language_of(asked, environ) is language
