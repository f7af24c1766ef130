"""The app as a process with its window off screen, and the CPU and memory of the app and its phone process."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from tests.sip_tools import ROOT

WAIT_S = 60.0
TICKS = os.sysconf("SC_CLK_TCK")


class App:
    """``with App("agent_app", key, "2001", password, up="window"):`` runs ``module`` with ``python -m``."""

    def __init__(self, module: str, key: Path, agent: str, password: str, up: str) -> None:
        self._argv = [
            sys.executable, "-m", module, "--key", str(key), "--folder", str(key.parent), "--agent", agent, "--password-stdin",
            "--no-audio", "--ip", "127.0.0.1",
        ]  # fmt: skip
        self._password, self._up = password, up
        self.said: list[str] = []
        """The output after the line that says that it is up; complete after the program's end."""
        self._log = key.parent / "app.out"

    def __enter__(self) -> Self:
        with self._log.open("wb") as errors:
            self.popen = subprocess.Popen(
                self._argv, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip
        assert self.popen.stdin is not None
        self.popen.stdin.write(f"{self._password}\n")
        self.popen.stdin.flush()
        return self

    def wait_up(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            if line.strip() == self._up:
                return
        raise AssertionError(f"the app did not come up: {self._log.read_text()[-2000:]}")

    def __exit__(self, *_: object) -> None:
        self.popen.terminate()
        assert self.popen.stdin is not None
        self.popen.stdin.close()
        try:
            self.popen.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        assert self.popen.stdout is not None
        with self.popen.stdout:
            self.said = self.popen.stdout.read().splitlines()

    def family(self) -> dict[int, str]:
        """The process ids of the program and its children, with their command lines."""
        found = {self.popen.pid: "window"}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _parent(entry) == self.popen.pid:
                found[int(entry.name)] = "phone"
        return found

    def cost(self, seconds: float) -> tuple[float, float]:
        """CPU over ``seconds`` in per cent of a core, and resident memory in MB, of app and phone process together."""
        pids = self.family()
        assert sorted(pids.values()) == ["phone", "window"], pids
        before, begin = sum(map(_cpu_s, pids)), time.monotonic()
        time.sleep(seconds)
        used = sum(map(_cpu_s, pids)) - before
        return 100 * used / (time.monotonic() - begin), sum(map(_rss_mb, pids))


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _cpu_s(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0
