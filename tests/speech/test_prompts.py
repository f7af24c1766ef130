"""The prompt files: complete, 8 kHz mono A-law, of equal level, without silence around or inside, and made of the present texts."""

import hashlib
import json

import numpy as np
import pytest

from shared.enums import Language
from switch_server.services.prompt_audio import RATE, TARGET_DBFS, read_alaw_wav, speech_dbfs, spoken_frames
from tests.speech.texts import PROMPTS, expected_names, stocks, table


def words(language: Language) -> dict[str, str]:
    """Segment without language -> its text."""
    speak, written = ("speak_zh", "name") if language is Language.ZH else ("speak_en", "english")
    texts = {name: one[language.value] for name, one in table().items() if language.value in one}
    return texts | {f"stock/{row['code']}": row.get(speak, row[written]) for row in stocks()}


@pytest.mark.parametrize("language", Language)
def test_every_text_has_a_file_and_every_file_a_text(language: Language) -> None:
    files = {path.relative_to(PROMPTS).with_suffix("").as_posix() for path in (PROMPTS / language.value).rglob("*.wav")}
    assert files == expected_names(language)


@pytest.mark.parametrize("language", Language)
def test_files_are_made_of_the_present_texts(language: Language) -> None:
    rows = json.loads((PROMPTS / language.value / "manifest.json").read_text("utf-8"))
    assert {name: row["text"] for name, row in rows.items()} == words(language)
    wrong = [
        name
        for name, row in rows.items()
        if row["hash"] != hashlib.sha256(f"1|{row['engine']}|{row['text']}".encode()).hexdigest()[:16]
    ]
    assert wrong == []


@pytest.mark.parametrize("language", Language)
def test_level_pauses_and_length_of_files(language: Language) -> None:
    """Level within 2 dB, speech within 60 ms of both ends, no pause above 400 ms, no clipping, no more than 25 s."""
    wrong = {}
    for name in sorted(expected_names(language)):
        samples = read_alaw_wav((PROMPTS / f"{name}.wav").read_bytes())
        spoken = np.flatnonzero(spoken_frames(samples))
        found = (
            abs(speech_dbfs(samples) - TARGET_DBFS) <= 2,
            0.1 <= len(samples) / RATE <= 25,
            spoken[0] <= 6,
            len(samples) // 80 - 1 - spoken[-1] <= 6,
            np.diff(spoken).max(initial=0) <= 40,
            bool(np.abs(samples).max() < 0.999),
        )
        if not all(found):
            wrong[name] = found
    assert wrong == {}


def test_hold_music_loops_without_a_seam() -> None:
    samples = read_alaw_wav((PROMPTS / "music" / "hold.wav").read_bytes())
    assert 25 <= len(samples) / RATE <= 40
    assert speech_dbfs(samples) == pytest.approx(TARGET_DBFS, abs=2)
    assert np.abs(samples).max() < 0.999
    step = np.abs(np.diff(samples)).max()
    assert abs(samples[0] - samples[-1]) <= step
    loudness = np.sqrt((samples.reshape(-1, RATE) ** 2).mean(axis=1))
    assert loudness.min() > 0.02  # no silent second
