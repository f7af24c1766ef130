"""``agent-app`` as a program: a robot at a scripted switch, and starts that fail."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent_app import bootstrap, headless
from agent_app.__main__ import main
from agent_app.bootstrap import CannotStart
from agent_app.logs import LogFiles
from agent_app.options import read
from shared.desk import (
    CallChanged,
    Done,
    HangUp,
    LockSeat,
    LogIn,
    LogOut,
    OpenSeat,
    PopChanged,
    SeatChanged,
    WrapUp,
    applied,
)
from shared.enums import SeatState
from tests.agent_app.fakes import PASSWORD, SEAT, call, card, pop, seat
from tests.agent_app.played import CENTRE, DEADLINE, DESK_KEY, PlayedSwitch, a_switch


def key_file(folder: Path, endpoint: str) -> Path:
    path = folder / "desk.json"
    words = {"desk": "desk-1", "endpoint": endpoint, "server_key": CENTRE.public.decode()}
    words |= {"public_key": DESK_KEY.public.decode(), "secret_key": DESK_KEY.secret.decode()}
    path.write_text(json.dumps(words), encoding="utf-8")
    path.chmod(0o600)
    return path


class Program:
    """A robot in a process of its own; its output is read line by line."""

    def __init__(self, folder: Path, endpoint: str, password: str = PASSWORD) -> None:
        key_file(folder, endpoint)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agent_app", "--folder", str(folder), "--headless", "--agent", "8001", "--password-stdin",
             "--no-audio", "--robot", "answer-after=0,talk=0.5,wrap=0.2,disposition=complaint"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        assert self.process.stdin is not None
        self.process.stdin.write(f"{password}\n")
        self.process.stdin.flush()
        self._timer = threading.Timer(DEADLINE * 2, self.process.kill)
        self._timer.start()

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> tuple[int, str]:
        """Closes the program's input; returns its exit status and its standard error."""
        _, errors = self.process.communicate()
        self._timer.cancel()
        return self.process.returncode, errors


@contextmanager
def a_program(folder: Path, endpoint: str, password: str = PASSWORD) -> Iterator[Program]:
    program = Program(folder, endpoint, password)
    try:
        yield program
    finally:
        program._timer.cancel()
        if program.process.poll() is None:
            program.process.kill()
            program.process.communicate()


def play(switch: PlayedSwitch) -> None:
    """The seat opens when asked, a hang-up leads to wrap-up, a wrap-up to the open seat."""

    def answered(*reports: object) -> object:
        for report in reports:
            switch.state = applied(switch.state, report)  # type: ignore[arg-type]
            assert switch.channel is not None
            switch.channel.report(report)  # type: ignore[arg-type]
        return Done()

    switch.seat = SEAT
    switch.replies = {
        OpenSeat: lambda _: answered(SeatChanged(seat())),
        LockSeat: lambda _: answered(SeatChanged(SEAT)),
        HangUp: lambda asked: answered(
            CallChanged(None), SeatChanged(seat(SeatState.WRAP_UP, wrap_up_call=asked.call))
        ),  # type: ignore[attr-defined]
        WrapUp: lambda _: answered(PopChanged(None), SeatChanged(seat())),
    }  # type: ignore[assignment]


@pytest.mark.slow
def test_a_robots_day(tmp_path: Path) -> None:
    with a_switch() as switch, a_program(tmp_path, switch.endpoint) as program:
        play(switch)
        assert program.line() == "ready"
        switch.tell(
            PopChanged(pop(customer=card(name="Zhang Xiaoming"))), CallChanged(call(auto=True, state=SeatState.TALKING))
        )
        talk = json.loads(program.line())
        assert talk.pop("pop_ms") < 1000
        assert talk.pop("talk_s") >= 0.5
        assert talk == {"call": "c1", "kind": "in", "number": "…11", "customer": True, "disposition": "complaint"}
        program.process.terminate()
        assert program.end() == (0, "")
        kinds = [type(asked) for asked in switch.asked_for]
        assert [kind for kind in kinds if kind in {LogIn, OpenSeat, HangUp, WrapUp, LockSeat, LogOut}] == [
            LogIn, OpenSeat, HangUp, WrapUp, LockSeat, LogOut,
        ]  # fmt: skip
    log = (tmp_path / "logs" / "agent-app.log").read_text(encoding="utf-8")
    assert "8001 open" in log
    assert [secret for secret in (PASSWORD, "Zhang", "13800001111", DESK_KEY.secret.decode()) if secret in log] == []


@pytest.mark.slow
def test_a_robot_with_a_wrong_password_ends_with_status_1(tmp_path: Path) -> None:
    with a_switch() as switch, a_program(tmp_path, switch.endpoint, "wrong") as program:
        assert program.line() == ""
        status, errors = program.end()
        assert status == 1
        assert "8001 can't log in: wrong_password" in errors


@pytest.mark.slow
def test_a_robot_ends_when_its_input_does_and_imports_no_qt(tmp_path: Path) -> None:
    with a_switch() as switch, a_program(tmp_path, switch.endpoint) as program:
        play(switch)
        assert program.line() == "ready"
        maps = Path(f"/proc/{program.process.pid}/maps")
        assert "libQt6" not in (maps.read_text() if maps.exists() else "")
        assert program.end() == (0, "")


@pytest.mark.slow
def test_the_program_and_its_phone_run_with_a_log_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("no folder")
    with a_switch() as switch, a_program(tmp_path, switch.endpoint) as program:
        play(switch)
        assert program.line() == "ready"  # the phone is up too: there is no log-in without a phone
        status, errors = program.end()
    assert status == 0
    assert "the log folder can't be written" in errors
    assert (
        "problem: None logs_moved"
        in Path(errors.partition("the logs are in ")[2].split()[0], "agent-app.log").read_text()
    )


def test_a_start_that_fails_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.logs, "set_up", lambda *_: LogFiles(None, [], moved=False))
    monkeypatch.setattr(bootstrap.logs, "catch_crashes", lambda *_: None)
    assert main(["--folder", str(tmp_path)]) == 2
    assert "no such key file" in capsys.readouterr().err
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    key_file(tmp_path, "tcp://127.0.0.1:1")
    if sys.platform == "linux":
        with pytest.raises(CannotStart, match="--headless"):
            bootstrap.run(read(["--folder", str(tmp_path)]))


def test_posted_work_that_raises_does_not_stop_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    loop = headless.RobotLoop()
    done: list[str] = []
    loop.post(lambda: done.append(str(1 / 0)))
    loop.post(lambda: done.append("next"))
    loop.post(loop.stop)
    loop.run(lambda _: None, lambda _: None)
    assert done == ["next"]
    assert "work failed" in caplog.text
