"""A whole centre for tests: the real switch server with its cards, real gateways and simulated trading systems, all as processes.

``kill`` is ``kill -9``. The folders are laid out as in the demo; by default one branch is started.
"""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np
import yaml

from shared.ids import CallId, recording_of
from switch_server.card import g711
from switch_server.demo.world import DemoFolder, DemoPorts
from switch_server.services.demo_data import DemoCustomer
from tests.sip_tools import free_port

ROOT = Path(__file__).parents[2]
DEADLINE = 40.0
AGAIN = 0.5
CARDS = frozenset({"switch_server.card", "switch_server.fax_card"})
"""The programs of voice and fax cards."""


def leads_out(content: dict[str, Any], port: int, *numbers: str, lines: int = 4) -> None:
    """A change of the configuration: calls to these numbers go out over the trunk ``out``, to ``port`` of this machine; the first trunk takes none."""
    far = {"far": [f"127.0.0.1:{port}"], "direction": "out", "options_interval": 0, "numbers": list(numbers)}
    content["trunks"][0]["direction"] = "in"
    content["trunks"].append({"name": "out", "lines": lines} | far)


class Process:
    """A program of the project, started with ``python -m``; its output is in ``log``."""

    def __init__(self, log: Path, *command: str) -> None:
        self.log = log
        self.arguments = [sys.executable, "-m", *command]
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self, up: str) -> str:
        """Starts the program; returns the line that begins with ``up``."""
        found: list[str] = []
        ready = threading.Event()
        with self.log.open("ab") as errors:
            self.popen = subprocess.Popen(
                self.arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors,
                env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip

        def read(popen: subprocess.Popen[bytes]) -> None:
            assert popen.stdout is not None
            with popen.stdout, self.log.open("ab") as log:
                for line in popen.stdout:
                    log.write(line)
                    if line.decode().startswith(up) and not found:
                        found.append(line.decode().strip())
                        ready.set()
            ready.set()

        threading.Thread(target=read, args=(self.popen,), daemon=True).start()
        assert ready.wait(DEADLINE), f"{self.arguments[2]} did not come up: {self.log.read_text()[-2000:]}"
        assert found, f"{self.arguments[2]} ended: {self.log.read_text()[-2000:]}"
        return found[0]

    @property
    def pid(self) -> int:
        assert self.popen is not None
        return self.popen.pid

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Sends SIGTERM until the program has ended; by the second one, the switch hangs up running calls."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        popen, self.popen = self.popen, None
        end = time.monotonic() + DEADLINE
        while popen is not None:
            popen.send_signal(number)
            try:
                return popen.wait(AGAIN)
            except subprocess.TimeoutExpired:
                assert time.monotonic() < end, f"{self.arguments[2]} does not stop"
        return 0


class Centre:
    """``with Centre(tmp_path) as centre:`` … ``change`` may alter the configuration (a dict) before it is written."""

    def __init__(
        self, folder: Path, *, branches: tuple[str, ...] = ("GZ01",), cards: int = 1, channels: int = 60,
        flows: dict[str, str] | None = None, change: Callable[[dict[str, Any]], None] | None = None, faults: bool = False,
        agents: int = 3,
    ) -> None:  # fmt: skip
        self.demo = DemoFolder(folder, 2007, agents)
        self.ports = DemoPorts(sip=free_port(), link=free_port(), desks=free_port())
        self.state = self.demo.state
        self.branches = branches
        self._faults = faults
        self.demo.make("127.0.0.1", self.ports)
        self._configure(cards, channels, flows, change)
        self.switch = Process(folder / "switch.out", "switch_server", "--config", str(self.demo.config))
        self.trading = {branch: self._trading(branch) for branch in branches}
        self.gateways = {branch: self._gateway(branch) for branch in branches}

    def _configure(
        self, cards: int, channels: int, flows: dict[str, str] | None, change: Callable[[dict[str, Any]], None] | None
    ) -> None:
        content = yaml.safe_load(self.demo.config.read_text())
        content["media"] = {"cards": cards, "channels": channels, "fax_channels": 0}
        if flows is not None:
            content["flows"] = "flows"
            (self.demo.centre / "flows").mkdir()
            for name, text in flows.items():
                (self.demo.centre / "flows" / f"{name}.yaml").write_text(text)
        if change is not None:
            change(content)
        self.demo.config.write_text(yaml.safe_dump(content, allow_unicode=True))

    def _trading(self, branch: str) -> Process:
        folder, world = self.demo.branch(branch), self.demo.world_files
        return Process(
            folder / "trading.out", "switch_server.branch.sim", "--branch", branch,
            "--accounts", str(world / f"accounts-{branch}.json"), "--stocks", str(world / "stocks.json"),
            "--state", str(folder / "trading"), "--listen", f"ipc://{folder}/sim.sock",
            *(["--faults"] if self._faults else []),
        )  # fmt: skip

    def _gateway(self, branch: str) -> Process:
        folder = self.demo.branch(branch)
        return Process(
            folder / "gateway.out", "switch_server.branch", "--branch", branch, "--centre", f"tcp://127.0.0.1:{self.ports.link}",
            "--centre-key", str(self.state / "keys" / "centre.pub"), "--key", str(folder / "gateway.key"),
            "--state", str(folder / "gateway"), "--adapter", "sim", "--trading", f"ipc://{folder}/sim.sock",
        )  # fmt: skip

    # --- start and stop ---

    def __enter__(self) -> Self:
        self.start_switch()
        for branch in self.branches:
            self.trading[branch].start("listening ")
            self.gateways[branch].start("ready")
        self.until(lambda: self.ctl("status")["branches_up"] == len(self.branches))
        self.until(lambda: all(row["trading_system_up"] for row in self.ctl("branches")["rows"] if row["link_up"]))
        return self

    def start_switch(self) -> None:
        """Starts the switch and waits for all its cards."""
        self.switch.start("switch-server ")

    def __exit__(self, *_: object) -> None:
        self.switch.stop()
        for process in (*self.gateways.values(), *self.trading.values()):
            process.kill()

    # --- looking ---

    @property
    def sip(self) -> tuple[str, int]:
        return "127.0.0.1", self.ports.sip

    @property
    def uri(self) -> str:
        return f"sip:95500@127.0.0.1:{self.ports.sip}"

    def ctl(self, *arguments: str) -> Any:
        """Runs ``switchctl … --json``; returns its document."""
        done = subprocess.run(
            [sys.executable, "-m", "switch_server.switchctl", "--socket", str(self.state / "control.sock"), *arguments, "--json"],
            cwd=ROOT, capture_output=True, check=False, timeout=DEADLINE,
        )  # fmt: skip
        return (
            json.loads(done.stdout)
            if done.returncode == 0
            else {"status": done.returncode, "error": done.stderr.decode()} | _NOTHING
        )

    def card_pids(self) -> dict[str, int]:
        """The process ids of the running cards, voice and fax, by card."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                command = _command_line(entry)
                if CARDS & set(command) and _parent(entry) == self.switch.pid:
                    found[command[command.index("--card") + 1]] = int(entry.name)
        return found

    def kill_card(self, card: str) -> None:
        os.kill(self.card_pids()[card], signal.SIGKILL)

    def journal(self) -> list[dict[str, Any]]:
        """All entries of the event journal."""
        files = sorted((self.state / "journal").glob("*.jsonl"))
        return [entry for file in files for entry in entries(file.read_bytes().splitlines())]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table of the centre's store."""
        return _rows(self.state / "huawu.db", table)

    def journal_rows(self, table: str = "orders") -> list[dict[str, Any]]:
        """The rows of a table of the centre's order journal."""
        return _rows(self.state / "orders.db", table)

    def at_branch(self, branch: str = "GZ01") -> list[dict[str, Any]]:
        """The orders in the trading system itself; ``remark`` is the centre's key."""
        rows = _rows(self.demo.branch(branch) / "trading" / "trading.db", "orders")
        return [json.loads(row["state"]) for row in rows]

    def customer(self, branch: str = "GZ01", **wanted: Any) -> DemoCustomer:
        """One of the demo's customers at this branch; ``skip`` leaves out the first ones."""
        skip = int(wanted.pop("skip", 0))
        return [each for each in self.demo.world.customers if each.account.branch == branch][skip]

    def until(self, condition: Callable[[], object], seconds: float = DEADLINE) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                if condition():
                    return
            except (KeyError, TypeError):
                pass
            assert time.monotonic() < end, "it did not come true in time"
            time.sleep(0.1)

    def recording(self, call: str) -> np.ndarray:
        """The recording of a whole call as (n, 2) int16 samples: left the caller, right what the caller hears."""
        (path,) = (self.state / "recordings").rglob(f"{recording_of(CallId(call), 1)}.wav")
        return wav(path)

    def files(self) -> Iterator[Path]:
        """All files that the product wrote: the state of centre and gateways."""
        for folder in (self.state, *(self.demo.branch(branch) / "gateway" for branch in self.branches)):
            yield from (path for path in folder.rglob("*") if path.is_file())


def entries(lines: Iterable[bytes | str]) -> Iterator[dict[str, Any]]:
    """The entries in lines of the event journal. Incomplete lines (still being written, or cut off by a kill) are left out, as by the product."""
    for line in lines:
        with contextlib.suppress(msgspec.DecodeError):
            yield msgspec.json.decode(line)


_NOTHING: dict[str, Any] = {"branches_up": -1, "cards_up": -1, "rows": []}


def wav(path: Path) -> np.ndarray:
    """A stereo A-law WAV as (n, 2) int16."""
    content = path.read_bytes()
    assert content[:4] == b"RIFF", path
    assert content[20:24] == b"\x06\x00\x02\x00", "A-law, two channels"
    at = content.index(b"data")
    size = int.from_bytes(content[at + 4 : at + 8], "little")
    octets = np.frombuffer(content[at + 8 : at + 8 + size], np.uint8)
    return np.asarray(g711.decode(octets[: len(octets) // 2 * 2], 0)).reshape(-1, 2)


def _rows(path: Path, table: str) -> list[dict[str, Any]]:
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in database.execute(f"SELECT * FROM {table}")]
    finally:
        database.close()


def _command_line(entry: Path) -> list[str]:
    try:
        return (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0
