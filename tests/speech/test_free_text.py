"""Free text by the real espeak-ng."""

import os
from pathlib import Path

import pytest

from shared.enums import Language
from switch_server.services.free_text import EspeakMissingError, FreeText, FreeTextError, UnspeakableError, name_for
from switch_server.services.prompt_audio import RATE, TARGET_DBFS, read_alaw_wav, speech_dbfs, spoken_frames

ZH, EN = Language.ZH, Language.EN
NOTICE = "今日十五点后系统维护。"


def no_espeak(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))


def espeak_is(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a shell script with this body in the place of espeak-ng."""
    path = folder / "espeak-ng"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_names_are_stable_and_distinct() -> None:
    assert name_for(NOTICE, ZH).startswith("zh_CN/text/")
    assert name_for(" a  b\n", EN) == name_for("a b", EN) == FreeText.name_for("a b", EN)
    assert len({name_for("a", EN), name_for("b", EN), name_for("a", ZH)}) == 3


@pytest.mark.parametrize(("text", "lang"), [(NOTICE, ZH), ("The system closes at 3 p m today.", EN), ("-x --help", EN)])
def test_a_prepared_text_is_a_prompt(tmp_path: Path, text: str, lang: Language) -> None:
    free = FreeText(tmp_path)
    assert not free.have(text, lang)
    free.prepare([(text, lang)])
    assert free.have(text, lang)
    samples = read_alaw_wav((tmp_path / f"{name_for(text, lang)}.wav").read_bytes())
    assert 0.4 < len(samples) / RATE < 8
    assert speech_dbfs(samples) == pytest.approx(TARGET_DBFS, abs=1.5)
    assert spoken_frames(samples)[:6].any()
    assert list(tmp_path.rglob("*.part")) == []


def test_an_existing_file_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FreeText(tmp_path).prepare([(NOTICE, ZH)])
    no_espeak(tmp_path, monkeypatch)
    FreeText(tmp_path).prepare([(NOTICE, ZH)])


def test_digits_in_mandarin_are_read_one_by_one(tmp_path: Path) -> None:
    free = FreeText(tmp_path)
    free.prepare([("600519", ZH), ("六零零五一九", ZH)])
    assert free.path_for("600519", ZH).read_bytes() == free.path_for("六零零五一九", ZH).read_bytes()


def test_a_missing_espeak_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_espeak(tmp_path, monkeypatch)
    with pytest.raises(EspeakMissingError, match="espeak-ng is not installed: apt-get install espeak-ng"):
        FreeText(tmp_path).prepare([(NOTICE, ZH)])
    assert issubclass(EspeakMissingError, FreeTextError)


def test_an_unspeakable_text_does_not_stop_the_others(tmp_path: Path) -> None:
    free = FreeText(tmp_path)
    with pytest.raises(UnspeakableError, match=r"'': ") as caught:
        free.prepare([("", EN), ("Good morning.", EN)])
    assert list(caught.value.reasons) == [""]
    assert free.have("Good morning.", EN)
    assert not free.have("", EN)


@pytest.mark.parametrize(("body", "says"), [("echo broken >&2; exit 3", "failed: broken"), ("cat", "not a WAV")])
def test_a_broken_espeak_is_an_error_with_its_output(
    tmp_path: Path, body: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    espeak_is(tmp_path, body, monkeypatch)
    with pytest.raises(UnspeakableError, match=says):
        FreeText(tmp_path / "cache").prepare([(NOTICE, ZH)])


def test_a_folder_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    with pytest.raises(OSError, match="cache"):
        FreeText(tmp_path / "cache").prepare([("Hello.", EN)])
