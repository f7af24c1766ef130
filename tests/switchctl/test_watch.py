"""``--watch``: the real program on a terminal."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.switchctl.fake import FakeSwitch, trouble
from tests.switchctl.running import RunningSwitch

WAIT = 40.0
ROOT = Path(__file__).resolve().parents[2]
OTHER_SCREEN, OWN_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
AS_SESSION_LEADER = """
import os, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))  # makes it ours, so that ^C typed on it is a SIGINT
from switch_server.switchctl.__main__ import main
sys.exit(main())
"""
pytestmark = pytest.mark.slow


class Terminal:
    """A program on a pseudo terminal of 120 columns; ``seen`` has its whole output."""

    def __init__(self, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        environ = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40", "LANG": "C.UTF-8"}
        self.program = subprocess.Popen(
            [sys.executable, "-c", AS_SESSION_LEADER, *words],
            cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.seen = b""

    def until(self, text: bytes, after: int = 0) -> int:
        """Reads until ``text`` comes after the position ``after``; returns its position."""
        deadline = time.monotonic() + WAIT
        while (at := self.seen.find(text, after)) < 0:
            assert time.monotonic() < deadline, f"never said {text!r}: {self.seen[-2000:]!r}"
            if select.select([self._ours], [], [], 0.5)[0]:
                self._read()
        return at

    def _read(self) -> bool:
        try:
            content = os.read(self._ours, 65536)
        except OSError:  # EIO: the program has ended
            return False
        self.seen += content
        return bool(content)

    def type(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def end(self) -> int:
        status = self.program.wait(WAIT)
        while select.select([self._ours], [], [], 0)[0] and self._read():
            pass
        return status

    def close(self) -> None:
        self.program.kill()
        self.program.wait()
        os.close(self._ours)


@pytest.fixture
def terminal(running: RunningSwitch) -> Iterator[Terminal]:
    made = Terminal("status", "--watch", "0.2", "--socket", str(running.socket))
    yield made
    made.close()


def test_watch_follows_the_switch_through_a_restart(
    terminal: Terminal, running: RunningSwitch, switch: FakeSwitch
) -> None:
    terminal.until(b"all is well", terminal.until(OTHER_SCREEN))
    switch.troubles = (trouble("disk full"),)
    terminal.until(b"store: disk full")
    running.stop()
    away = terminal.until(b"the switch is away")
    switch.troubles = (trouble("writes again"),)
    running.start()
    terminal.until(b"store: writes again", away)
    terminal.type(b"\x03")
    assert terminal.end() == 0
    assert OWN_SCREEN in terminal.seen
    assert b"Traceback" not in terminal.seen


def test_sigterm_gives_the_screen_back(terminal: Terminal) -> None:
    terminal.until(b"all is well")
    terminal.program.send_signal(signal.SIGTERM)
    assert terminal.end() == 0
    assert OWN_SCREEN in terminal.seen
    assert b"Traceback" not in terminal.seen


def test_in_a_pipe_each_look_is_a_line_of_json(running: RunningSwitch) -> None:
    words = [
        sys.executable,
        "-m",
        "switch_server.switchctl",
        "calls",
        "--json",
        "--watch",
        "0.2",
        "--socket",
        str(running.socket),
    ]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        documents = [json.loads(program.stdout.readline()) for _ in range(3)]
        program.send_signal(signal.SIGINT)
        assert program.wait(WAIT) == 0
        assert program.stderr.read() == b""
    assert [document["type"] for document in documents] == ["Calls"] * 3


def test_a_reader_that_has_enough_ends_it_quietly(running: RunningSwitch) -> None:
    words = [
        sys.executable,
        "-m",
        "switch_server.switchctl",
        "lines",
        "--watch",
        "0.2",
        "--socket",
        str(running.socket),
    ]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        assert program.wait(WAIT) == 0
        assert program.stderr.read() == b""
