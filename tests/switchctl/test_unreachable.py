"""No switch, no right to the socket, another program at the socket; and arguments that argparse refuses."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch_server.adapters.control import ControlServer, ControlUnusable
from switch_server.switchctl import client
from tests.switchctl.conftest import Ctl
from tests.switchctl.fake import FakeSwitch
from tests.switchctl.running import RunningSwitch

ROOT = Path(__file__).resolve().parents[2]


def test_no_socket_says_how_to_start_a_switch(ctl: Ctl) -> None:
    said = ctl("status")
    assert said.status == 3
    assert said.out == ""
    assert "state/control.sock: there is no such file" in said.err
    assert "./run demo" in said.err
    assert "switch-server --config" in said.err
    assert "连不上交换机" in ctl("status", "--lang", "zh").err


@pytest.fixture
def dead_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("s") / "control.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    yield path
    path.unlink(missing_ok=True)


def test_a_socket_that_a_killed_switch_left(ctl: Ctl, dead_socket: Path) -> None:
    said = ctl("lines", "--socket", str(dead_socket))
    assert said.status == 3
    assert "nothing answers there" in said.err


def test_a_plain_file(ctl: Ctl, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = ctl("lines", "--socket", "file")
    assert (said.status, "is not a socket" in said.err) == (3, True)


def test_another_program_behind_the_socket(
    ctl: Ctl, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "OPEN_WAIT", 0.5)
    path = tmp_path_factory.mktemp("s") / "other.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        said = ctl("status", "--socket", str(path))
    assert (said.status, "nothing answers there" in said.err) == (3, True)


@pytest.mark.slow
def test_a_busy_switch_is_waited_for(ask: Ctl, running: RunningSwitch) -> None:
    running.block(4.0)
    assert ask("status").status == 0


def test_state_folder_from_the_environment(ctl: Ctl, running: RunningSwitch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUAWU_STATE", str(running.socket.parent))
    assert ctl("status").status == 0


def test_the_demos_switch_is_found_by_itself(
    ctl: Ctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: RunningSwitch
) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "centre").mkdir()
    (tmp_path / "demo" / "centre" / "state").symlink_to(running.socket.parent)
    monkeypatch.setenv("HUAWU_DEMO", str(tmp_path / "demo"))
    assert ctl("status").status == 0


@pytest.mark.parametrize(
    "words",
    [
        ("nope",),
        (),
        ("calls", "show"),
        ("accounts",),
        ("calls", "--limit", "0"),
        ("orders", "--since", "yesterday"),
        ("status", "--watch", "0.01"),
        ("status", "--lang", "fr"),
    ],
    ids=" ".join,
)
def test_usage_is_status_2(ctl: Ctl, words: tuple[str, ...]) -> None:
    said = ctl(*words)
    assert said.status == 2
    assert said.out == ""
    assert said.err


def test_a_path_that_no_socket_can_have(tmp_path: Path) -> None:
    server = ControlServer(tmp_path / ("x" * 90) / "control.sock", FakeSwitch(), version="0.1.0")
    with pytest.raises(ControlUnusable, match="shorter state folder"):
        asyncio.run(server.start())


def test_a_folder_that_is_not_there(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = ControlServer(tmp_path_factory.getbasetemp() / "no" / "c.sock", FakeSwitch(), version="0.1.0")
    with pytest.raises(ControlUnusable, match=r"c\.sock"):
        asyncio.run(server.start())


@pytest.mark.slow
def test_the_program_itself(running: RunningSwitch) -> None:
    words = [sys.executable, "-m", "switch_server.switchctl", "status", "--socket"]
    good = subprocess.run([*words, str(running.socket)], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert (good.returncode, good.stderr) == (0, b"")
    away = subprocess.run([*words, "/nowhere"], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert (away.returncode, away.stdout) == (3, b"")
