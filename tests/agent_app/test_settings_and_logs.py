"""The app's files on a PC: settings, logs, diagnostics; and its command line."""

import argparse
import logging
import queue
import re
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import msgspec
import pytest

from agent_app import logs, options
from agent_app.diagnostics import DiagnosticsPack, version, versions
from agent_app.link.thread import LinkStatistics
from agent_app.logs import LogFiles, log_change, masked
from agent_app.model.desk.view import DeskView
from agent_app.model.sound.phone_messages import PhoneProblem
from agent_app.options import RobotPlan, SecondsRange
from agent_app.presenters.parts.ports import SettingsPort
from agent_app.settings import SettingsFile, user_folder
from shared.desk import AccountFacts, DeskRefusal, PopChanged, Refused, Ticket, TrailStep
from shared.enums import Language
from shared.ids import AccountNo, AgentId, BranchId, CustomerId, DeskId, TicketId
from tests.agent_app.fakes import HEADSET, PASSWORD, World, card, pop

ROOT = Path(__file__).resolve().parents[2]
NAME, NUMBER, ACCOUNT, PIN, NOTE = "Zhang Xiaoming 张晓明", "13988887777", "600128855", "873839", "wants a refund 退款"


# --- settings ---


def test_settings_are_kept(tmp_path: Path) -> None:
    settings: SettingsPort = SettingsFile(tmp_path / "new")
    assert settings.get("language", "zh_CN") == "zh_CN"
    settings.put("language", "en")
    assert SettingsFile(tmp_path / "new").get("language") == "en"


@pytest.mark.parametrize("damage", [b"", b"{", b'{"a": 1}', b"\xff\xfe", b"[]"])
def test_the_program_starts_with_empty_settings_when_they_are_damaged(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_bytes(damage)
    settings = SettingsFile(tmp_path)
    assert settings.all() == {}
    assert (tmp_path / "settings.json.damaged").read_bytes() == damage
    settings.put("language", "en")
    assert SettingsFile(tmp_path).all() == {"language": "en"}


def test_settings_that_cannot_be_written_are_kept_while_the_app_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    settings = SettingsFile(tmp_path / "file" / "folder")
    settings.put("language", "en")
    assert settings.get("language") == "en"


@pytest.mark.parametrize(
    ("platform", "environ", "end"),
    [
        ("win32", {"APPDATA": "/roaming"}, "/roaming/Huawu"), ("win32", {}, "AppData/Roaming/Huawu"),
        ("darwin", {}, "Library/Application Support/Huawu"), ("linux", {"XDG_CONFIG_HOME": "/xdg"}, "/xdg/huawu"),
        ("linux", {}, ".config/huawu"),
    ],
)  # fmt: skip
def test_each_system_has_its_folder(platform: str, environ: dict[str, str], end: str) -> None:
    assert user_folder(environ, platform).as_posix().endswith(end)


# --- logs and diagnostics ---


@pytest.fixture
def log_folder(tmp_path: Path) -> Iterator[Path]:
    folder, root = tmp_path / "logs", logging.getLogger()
    level = root.level
    handlers = logs.set_up(folder).handlers
    yield folder
    root.setLevel(level)
    for handler in handlers:
        root.removeHandler(handler)
        handler.close()


def customer_day() -> list[DeskView]:
    """The views of a talk with a customer with much data and with many failures."""
    world = World()
    world.connect()
    world.desk.log_in("8001", "wrong " + PASSWORD)
    world.switch.answer(Refused(DeskRefusal.WRONG_PASSWORD))
    world.log_in()
    account = AccountFacts(AccountNo(ACCOUNT), BranchId("GZ01"), {}, problem="branch_slow")
    ticket = Ticket(TicketId(1), CustomerId(1), NOTE, "open", 1.0, AgentId("8001"), 1.0, text=NOTE)
    known = card(name=NAME, phones=(NUMBER,), accounts=(account,), tickets=(ticket,))
    world.ring(customer=known)
    world.report(
        PopChanged(pop(customer=known, number=NUMBER, verified=AccountNo(ACCOUNT), trail=(TrailStep(1.0, PIN, {}),)))
    )
    world.desk.answer()
    world.talk()
    world.desk.search(NAME)
    world.desk.set_note(NOTE)
    world.desk.dial(f"{NAME} {NUMBER}")
    world.desk.save_ticket(None, NOTE)
    world.desk.press(PIN)
    world.wrap_up()
    world.desk.dial(NUMBER)
    world.desk.finish_wrap_up("enquiry")
    world.desk.phone_event(PhoneProblem("device_failed", NUMBER))
    world.pass_time(30)
    return world.views


def test_diagnostics_have_no_customer_data(log_folder: Path, tmp_path: Path) -> None:
    view = DeskView()
    for each in customer_day():
        log_change(view, each)
        view = each
    try:
        {}[f"{NAME} {NUMBER} {ACCOUNT} {NOTE}"]  # as an exception of the program might
    except KeyError:
        logging.getLogger("agent_app").exception("work failed")
    (log_folder / "older.log").write_text(f"INVITE from <sip:{NUMBER}@10.0.0.1> {NAME}", encoding="utf-8")
    settings = SettingsFile(tmp_path)
    settings.put("agent", "8001")
    packing = Packing(log_folder, settings)
    pack = packing.into(tmp_path / "for the operator")
    assert isinstance(pack, Path)
    assert packing.steps == [(0, 2), (1, 2)]
    assert [file.name for file in pack.parent.iterdir()] == [pack.name]
    assert pack.name == "agent-app-desk-1-19700101T000000Z.zip"
    with zipfile.ZipFile(pack) as opened:
        files = {name: opened.read(name).decode() for name in opened.namelist()}
    assert msgspec.json.decode(files["link.json"])["opened"] == 3
    assert msgspec.json.decode(files["versions.json"])["huawu"] == version()
    assert "USB headset" in files["devices.json"]
    assert msgspec.json.decode(files["settings.json"]) == {"agent": "8001"}
    assert "seat: 8001 ringing call c1 talking -> 8001 talking call c1 talking" in files["logs/agent-app.log"]
    assert "problem: finish_wrap_up timed_out" in files["logs/agent-app.log"]
    assert "KeyError" in files["logs/agent-app.log"]
    whole = "\n".join(files.values())
    assert not [secret for secret in ("张晓明", NUMBER, ACCOUNT, PIN, "退款", PASSWORD) if secret in whole]
    assert NAME not in re.sub(r"KeyError: .*", "", whole)  # only Latin letters of an unforeseen exception may pass


def test_masked_texts() -> None:
    text = "call 2026112300090109500 of +8613988887777 acct 600128855 at 2026-11-23T00:09:01Z port 5060 张三"
    assert masked(text) == "call 2026112300090109500 of *** acct *** at 2026-11-23T00:09:01Z port 5060 ***"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the system keeps temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def set_up(folder: Path) -> LogFiles:
    """Sets the logs up and removes their handlers from this process again."""
    root = logging.getLogger()
    level = root.level
    files = logs.set_up(folder, "WARNING")
    root.setLevel(level)
    for handler in files.handlers:
        root.removeHandler(handler)
        handler.close()
    return files


def test_logs_that_cannot_be_written_are_written_elsewhere(temporary: Path) -> None:
    (temporary / "file").write_text("no folder")
    files = set_up(temporary / "file" / "logs")
    assert files.moved
    assert files.folder is not None
    assert files.folder.parent == temporary
    assert "the logs are in" in (files.folder / logs.NAME).read_text()


def test_logs_whose_file_cannot_be_written_are_written_elsewhere_too(temporary: Path) -> None:
    (temporary / "logs" / logs.NAME).mkdir(parents=True)
    assert set_up(temporary / "logs").moved


def test_the_program_starts_without_log_files_when_no_folder_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    files = set_up(tmp_path / "file" / "logs")
    logs.catch_crashes(files.folder)
    assert (files.folder, files.moved, [type(handler) for handler in files.handlers]) == (
        None,
        True,
        [logging.StreamHandler],
    )


def test_logs_are_written_in_their_folder(tmp_path: Path) -> None:
    files = set_up(tmp_path / "logs")
    assert (files.folder, files.moved) == (tmp_path / "logs", False)


@pytest.fixture
def hooks() -> Iterator[list[str]]:
    """The names of the threads and places whose faults were reported."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    told: list[str] = []
    logs.catch_faults(told.append)
    yield told
    sys.excepthook, threading.excepthook, sys.unraisablehook = before


class Dying:
    def __del__(self) -> None:
        raise AttributeError("while it dies")


def test_uncaught_faults_are_logged_and_reported(hooks: list[str], caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> None:
        raise AttributeError("in a thread")

    thread = threading.Thread(target=fails, name="link")
    thread.start()
    thread.join()
    Dying()
    sys.excepthook(AttributeError, AttributeError("at the top"), None)
    assert hooks == ["link", logs.NO_END, logs.PROGRAM]
    for text in ("a fault in link", "in a thread", "while it dies", "at the top"):
        assert text in caplog.text


class Packing:
    """A real ``DiagnosticsPack``; the test's thread takes the place of the presenter's."""

    def __init__(self, log_folder: Path | None, settings: SettingsFile, cancel_at: int = -1) -> None:
        self.steps: list[tuple[int, int]] = []
        self._cancel_at, self._posted = cancel_at, 0
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._results: list[Path | OSError | None] = []
        self._pack = DiagnosticsPack(
            DeskId("desk-1"), log_folder, settings.all, lambda: (HEADSET,), lambda: LinkStatistics(opened=3), self._post, lambda: 0.0
        )  # fmt: skip

    def _post(self, work: Callable[[], None]) -> None:
        self._work.put(work)
        self._posted += 1
        if self._posted == self._cancel_at:
            self._pack.cancel()

    def into(self, folder: Path) -> Path | OSError | None:
        self._pack.pack(folder, lambda have, size: self.steps.append((have, size)), self._results.append)
        while not self._results:
            self._work.get(timeout=30)()
        return self._results[0]


def test_diagnostics_that_cannot_be_written_say_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert isinstance(Packing(tmp_path, SettingsFile(tmp_path)).into(tmp_path / "file" / "folder"), OSError)


def test_cancelled_diagnostics_leave_no_file(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.log").write_text("a line\n")
    packing = Packing(tmp_path, SettingsFile(tmp_path), cancel_at=2)
    assert packing.into(tmp_path / "out") is None
    assert packing.steps == [(0, 5), (1, 5)]
    assert list((tmp_path / "out").iterdir()) == []


def test_a_program_that_ends_while_packing_diagnostics_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "one.log").write_text("a line\n")
    began = threading.Event()

    def post(_work: Callable[[], None]) -> None:
        began.set()
        assert pack._cancelled.wait(30)

    pack = DiagnosticsPack(DeskId("desk-1"), tmp_path, dict, lambda: (HEADSET,), LinkStatistics, post)
    pack.stop()
    pack.pack(tmp_path / "out", lambda _have, _size: None, lambda _result: None)
    assert began.wait(30)
    pack.stop()
    assert list((tmp_path / "out").iterdir()) == []


def test_diagnostics_without_log_files(tmp_path: Path) -> None:
    pack = Packing(None, SettingsFile(tmp_path)).into(tmp_path)
    assert isinstance(pack, Path)


def test_versions_name_what_is_missing() -> None:
    assert {"python", "system", "huawu", "pyside6-essentials"} <= set(versions())


# --- the command line ---


def test_the_docs_name_every_option_and_no_other() -> None:
    page = (ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    real = {name for action in options.parser()._actions for name in action.option_strings if name.startswith("--")}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page))
    assert named | {"--help"} == real


def test_robot_plans() -> None:
    plan = options.robot_plan("answer-after=1.5,talk=4-8,disposition=enquiry,wrap=2,say=tone:440")
    assert plan == RobotPlan(SecondsRange(1.5, 1.5), SecondsRange(4, 8), SecondsRange(2, 2), "enquiry", "tone:440")
    assert 4 <= plan.talk.draw(Random(1)) <= 8


@pytest.mark.parametrize("text", ["talk", "talk=", "talk=x", "talk=8-4", "sing=1", "talk=1;wrap=2"])
def test_invalid_robot_plans(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        options.robot_plan(text)


@pytest.mark.parametrize(
    "argv", [["--headless"], ["--password-stdin"], ["--headless", "--agent", "1"], ["--lang", "xx"], ["--nope"]]
)
def test_invalid_command_lines_end_with_status_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        options.read(argv)
    assert ended.value.code == 2
    assert "agent-app: error:" in capsys.readouterr().err


def test_the_key_is_looked_for_in_the_folder(tmp_path: Path) -> None:
    read = options.read(["--folder", str(tmp_path), "--lang", "en"])
    assert (read.key, read.language, read.headless, read.audio) == (tmp_path / "desk.json", Language.EN, False, True)
