"""The log file: its lines, its size, and what is in it after a full queue or a wall."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch_server.disk import log_file
from switch_server.disk.log_file import LogFile
from tests.store.samples import until


@pytest.fixture
def told() -> Iterator[logging.Logger]:
    logger = logging.getLogger("huawu.test")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield logger
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def opened(told: logging.Logger, path: Path, *, most: int = 1 << 20, files: int = 3) -> LogFile:
    handler = LogFile(path, most=most, files=files)
    told.addHandler(handler)
    return handler


def test_a_line_has_time_level_name_and_text(told: logging.Logger, tmp_path: Path) -> None:
    handler = opened(told, tmp_path / "a.log")
    told.info("call %s: %s", "c1", "接通")
    try:
        int("why")
    except ValueError:
        told.exception("failed")
    handler.flush()
    first, second, *trace = (tmp_path / "a.log").read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO huawu.test: call c1: 接通", first)
    assert second.endswith(" ERROR huawu.test: failed")
    assert (trace[0], trace[-1]) == (
        "Traceback (most recent call last):",
        "ValueError: invalid literal for int() with base 10: 'why'",
    )


def test_a_writer_s_lines_look_as_those_of_a_logger(told: logging.Logger, tmp_path: Path) -> None:
    handler = opened(told, tmp_path / "a.log")
    told.info("leg 1: 振铃")
    handler.writer("huawu.test")("leg 1: 振铃")
    handler.flush()
    one, other = (tmp_path / "a.log").read_text().splitlines()
    assert re.sub(r"^[-\d]+ [:\d]+,\d{3}", "", one) == re.sub(r"^[-\d]+ [:\d]+,\d{3}", "", other)


def test_a_warning_does_not_wait(told: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "GATHER", 3600.0)
    opened(told, tmp_path / "a.log")
    told.info("one")
    told.warning("two")
    until(lambda: (tmp_path / "a.log").read_text().count("\n") == 2)


def test_a_full_file_is_kept_under_a_number_and_the_oldest_is_deleted(told: logging.Logger, tmp_path: Path) -> None:
    handler = opened(told, tmp_path / "a.log", most=100, files=2)
    for number in range(6):
        told.info("%d %s", number, "x" * 60)
        handler.flush()
    assert {path.name: path.read_text().split(": ")[1][0] for path in tmp_path.iterdir()} == {
        "a.log": "5",
        "a.log.1": "4",
        "a.log.2": "3",
    }


def test_an_old_file_goes_on(told: logging.Logger, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("before\n")
    handler = opened(told, tmp_path / "a.log")
    told.info("after")
    handler.flush()
    assert [line[-6:].strip(" :") for line in (tmp_path / "a.log").read_text().splitlines()] == ["before", "after"]


def test_lines_without_room_in_memory_are_counted(
    told: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "MOST_BYTES", 200)
    monkeypatch.setattr(log_file, "GATHER", 3600.0)
    handler = opened(told, tmp_path / "a.log")
    for _ in range(3):
        told.info("x" * 80)
    handler.flush()
    told.info("later")
    handler.flush()
    lines = (tmp_path / "a.log").read_text().splitlines()
    assert [line for line in lines if "lost" in line] == ["2 lines of the log are lost: too many at once"]
    assert lines[-1].endswith("later")


def test_a_line_that_cannot_be_made_costs_nothing_else(
    told: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = opened(told, tmp_path / "a.log")
    for text, number in (("%d", "no number"), ("%s", "good")):
        handler.emit(logging.LogRecord("huawu.test", logging.INFO, "", 0, text, (number,), None))
    handler.flush()
    assert (tmp_path / "a.log").read_text().endswith("good\n")
    assert "no number" in capsys.readouterr().err
