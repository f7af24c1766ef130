"""The demo: its programs start and stop, its command line, its live view and its summary."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from agent_app.link import DeskKey
from shared.control_rows import ControlCallRow, ControlOrderRow
from shared.enums import Language
from shared.link import keys
from switch_server.demo.__main__ import (
    CALL_SECONDS,
    DEFAULT_EVERY,
    WATCHED_EVERY,
    _introduce_fax,
    _options,
    _pace,
    main,
)
from switch_server.demo.live import LiveView, _calls, _orders
from switch_server.demo.outcome import read_outcome, recordings
from switch_server.demo.processes import Program, ProgramFailed, free_port, is_free
from switch_server.demo.texts import DemoTexts
from switch_server.demo.world import DemoFolder, DemoPorts
from switch_server.services.demo_data import SEED
from switch_server.services.settings import read_settings
from tests.services.test_operating_doc import state_names

ROOT = Path(__file__).parents[2]
DEADLINE = 60.0
CHILD = "tests.demo.child"
ZH, EN = DemoTexts(Language.ZH), DemoTexts(Language.EN)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


# --- command line ---


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    said = capsys.readouterr().out
    for option in (
        "--headless", "--calls N", "--for SECONDS", "--ip", "--port", "--folder", "--seed", "--no-callers", "--no-window", "--lang",
    ):  # fmt: skip
        assert option in said
    examples = [line.split("  ")[1].strip() for line in said.splitlines() if line.startswith("  ./run demo")]
    assert len(examples) == 4
    for example in examples:
        _options(example.removeprefix("./run demo").split())


@pytest.mark.parametrize(
    ("arguments", "every"),
    [
        ("", DEFAULT_EVERY),
        ("--for 60", DEFAULT_EVERY),
        ("--calls 10", 1.5),
        ("--calls 40 --for 90", (90 - CALL_SECONDS) / 40),
        ("--calls 4 --for 600", DEFAULT_EVERY),
        ("--calls 40 --for 10", 0.05),
    ],
)
def test_calls_begin_early_enough_to_end_in_time(arguments: str, every: float) -> None:
    assert _pace(_options(arguments.split()), watched=False) == pytest.approx(every)


def test_a_person_at_the_window_has_fewer_callers() -> None:
    assert _pace(_options([]), watched=True) == WATCHED_EVERY > DEFAULT_EVERY


# --- the folder ---


def test_the_folder_is_good_and_made_anew(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path, 7)
    (folder.state / "old").mkdir(parents=True)
    folder.make("127.0.0.1", DemoPorts(sip=5060, link=5580, desks=5581))
    assert not (folder.state / "old").exists()
    settings = read_settings(folder.config)
    assert [branch.id for branch in settings.server.branches] == [branch.id for branch in folder.world.branches]
    for branch in settings.server.branches:
        assert keys.load(folder.branch(branch.id) / "gateway.key").public.decode() == branch.key
    assert read_outcome(folder.state).calls == 0
    assert recordings(folder.state) == []
    for agent in folder.world.agents:
        key = DeskKey.load(folder.desk(agent.desk) / "desk.key")
        assert (key.desk, key.endpoint) == (agent.desk, "tcp://127.0.0.1:5581")
        assert key.server_key == keys.load_public(folder.state / "keys" / "centre.pub")
    pins = {customer.account.pin.encode() for customer in folder.world.customers}
    accounts = {customer.account.account.encode() for customer in folder.world.customers}
    content = b"".join(path.read_bytes() for path in folder.centre.rglob("*") if path.is_file())
    assert any(account in content for account in accounts)
    quoted = re.findall(rb"[\"'](\d{6})[\"']", content)
    assert not pins & set(quoted)


def test_others_may_call_where_it_is_reachable(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path, 7)
    folder.make("192.0.2.1", DemoPorts(sip=5060, link=5580, desks=5581))
    (trunk,) = yaml.safe_load(folder.config.read_text())["trunks"]
    assert "192.168.0.0/16" in trunk["far"]


# --- programs ---


def run(how: str, tmp_path: Path, wait: float = DEADLINE) -> tuple[str, bool, int | None]:
    """Returns the program's line at the start, whether the program runs before the stop, and its exit status."""

    async def go() -> tuple[str, bool, int | None]:
        program = Program("child", tmp_path / "logs" / "child.log")
        try:
            line = await program.start(CHILD, how, up="child is", wait=wait)
            running = program.running
        finally:
            status = await program.stop()
        return line, running, status

    return asyncio.run(go())


def test_a_program_comes_up_and_is_stopped(tmp_path: Path) -> None:
    assert run("", tmp_path) == ("child is up", True, -signal.SIGTERM)


def test_a_program_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switch_server.demo.processes.STOP_WAIT", 0.2)
    assert run("deaf", tmp_path)[2] == -signal.SIGKILL


def test_a_program_that_ends_at_once_is_reported_with_its_output(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match=r"^child did not come up: no luck today$"):
        run("ends", tmp_path)


def test_a_program_that_prints_nothing_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match=r"^child did not come up: $"):
        run("silent", tmp_path, wait=0.3)


def test_a_program_reads_its_line_and_its_input_stays_open(tmp_path: Path) -> None:
    async def go() -> tuple[str, bool]:
        program = Program("child", tmp_path / "child.log")
        line = await program.start(CHILD, "echo", up="told ", told="a secret")
        running = program.running
        await program.stop()
        return line, running

    assert asyncio.run(go()) == ("told 8 letters", True)


def test_a_program_that_never_started_can_be_stopped(tmp_path: Path) -> None:
    program = Program("never", tmp_path / "log")
    assert asyncio.run(program.stop()) is None
    assert (program.running, program.tail()) == (False, "")


def test_ports() -> None:
    port = free_port(socket.SOCK_DGRAM)
    assert is_free("127.0.0.1", port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", port))
        assert not is_free("127.0.0.1", port)


# --- the live view ---

ROWS = (
    ControlOrderRow("c1/1", 0.0, "place", "accepted", "c1", "GZ01", "0001", "phone", "600519", "buy", 1_500_000, 100, None, "880001"),
    ControlOrderRow("c2/1", 0.0, "cancel", "refused", "c2", "GZ01", "0002", "phone", cancels="880001", refusal="not_cancellable"),
    ControlOrderRow("c3/1", 0.0, "place", "sent", "c3", "GZ01", "0003", "phone", "600519", "sell", 1_500_000, 100),
)  # fmt: skip


def test_an_order_is_told_once_when_its_fate_is_known(tmp_path: Path) -> None:
    console = Console(record=True, width=200)
    view = LiveView(tmp_path, console, EN, watched=False)
    view._tell(ROWS)
    view._tell(ROWS)
    said = console.export_text().splitlines()
    assert [line.split(": ")[-1] for line in said] == ["not_cancellable", "contract 880001"]
    assert "600519 100 × 1500" in said[1]
    assert "of 880001" in said[0]


def test_tables() -> None:
    console = Console(record=True, width=200)
    console.print(_orders(ZH, ROWS))
    console.print(
        _calls(ZH, (ControlCallRow("c1", True, "up", "city", "139", "95500", 0.0, where="pin", account_end="0001"),))
    )
    said = console.export_text()
    for word in ("880001", "not_cancellable", "…0001", "通话 1", "pin"):
        assert word in said


@pytest.mark.parametrize("package", ["", "libspandsp2"])
def test_the_fax_machine_or_what_to_install_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setattr("switch_server.adapters.cards.fax_library.missing", lambda: package)
    console = Console(record=True, width=400)
    _introduce_fax(console, EN, DemoFolder(tmp_path, 7))
    said = console.export_text()
    assert ("02085550188 is a fax machine" in said) is (not package)
    assert ("apt-get install libspandsp2" in said) is bool(package)


# --- the whole ---


def children_in(folder: Path) -> list[int]:
    """Processes with the demo's folder on their command line, without the demo itself."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(folder) in words and "switch_server.demo\0" not in words:
                found.append(int(entry.name))
    return found


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-m",
            "switch_server.demo",
            "--folder",
            str(tmp_path),
            "--headless",
            *arguments,
        ]
        environ = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200", "LC_ALL": "C.UTF-8"}
        popen = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, umask=0o022
        )
        started.append(popen)
        return popen

    yield start
    for popen in started:
        popen.kill()
        popen.communicate()


@pytest.mark.slow
def test_a_caller_talks_with_a_robot(demo: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    """The first errand is a talk with an agent, the second a statement by fax. The status is 1 if disposition, pop or a side of the recording is missing."""
    popen = demo("--calls", "2")
    said, _ = popen.communicate(timeout=3 * DEADLINE)
    assert popen.returncode == 0, said
    assert re.search(r"The centre is up after \d+ s\. Call it: sip:95500@127\.0\.0\.1:\d+", said)
    assert re.search(r"Robot agents: 1001 .*, 1002 .*, 1003 ", said)
    for what in ("talks with agents", "with disposition", "with both sides recorded"):
        assert re.search(rf"{what} +│ 1 ", said), said
    assert re.search(r"faxes sent +│ 1 \(1 pages\) ", said), said
    assert re.search(r"faxes received +│ 1 \(1 pages\) ", said), said
    assert re.search(r"fax to 02085550188: 1/1 pages, \d+ bit/s, sent, result ok", said), said
    with (tmp_path / "fax" / "received-001.tif").open("rb") as arrived:
        assert arrived.read(2) == b"II"
    state = {path.name for path in (tmp_path / "centre" / "state").iterdir()}
    assert state >= {"huawu.db", "orders.db", "journal", "keys", "recordings"}
    assert {re.sub(r"\.db-(wal|shm)$", ".db", name) for name in state} <= state_names()  # docs/operating.md
    assert [path for path in tmp_path.rglob("*") if path.lstat().st_mode & 0o077] == []
    agents = DemoFolder(tmp_path, SEED).world.agents
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "world" not in path.parts]
    assert not [each.agent for each in agents if any(each.password.encode() in content for content in files)]
    until(lambda: not children_in(tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_ended_while_it_starts_it_leaves_no_child(
    demo: Callable[..., subprocess.Popen[str]], tmp_path: Path, number: signal.Signals
) -> None:
    popen = demo("--no-callers")
    until(lambda: len(children_in(tmp_path)) >= 3)
    popen.send_signal(number)
    assert popen.wait(2 * DEADLINE) == (0 if number is signal.SIGTERM else -signal.SIGKILL)
    until(lambda: not children_in(tmp_path))
