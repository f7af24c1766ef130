"""A child process of the demo: started until its line says that it is up, copied into a log, and stopped."""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import sys
from pathlib import Path

STOP_WAIT = 8.0


PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def end_with_parent() -> None:
    """For ``preexec_fn``: the kernel sends the child SIGTERM when the demo's process ends in any way (prctl(2), Linux)."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class ProgramFailed(RuntimeError):  # noqa: N818  the name tells the event
    """A program did not come up, or ended by itself. The text has its name and the end of its log."""


class Program:
    """A child process. Its output goes to a log file, except for standard output up to the line that says that it is up."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self.process: asyncio.subprocess.Process | None = None
        self._copying: asyncio.Task[None] | None = None

    async def start(self, *arguments: str, up: str, wait: float = 40.0, told: str | None = None) -> str:
        """Runs ``python -m …``; returns the line that begins with ``up``. Raises ``ProgramFailed``.

        ``told``: a line for its standard input, which stays open until ``stop``; so a password stands on no command line.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *arguments, stdout=asyncio.subprocess.PIPE, stderr=errors,
                stdin=asyncio.subprocess.DEVNULL if told is None else asyncio.subprocess.PIPE,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, preexec_fn=end_with_parent,
            )  # fmt: skip
        if told is not None and self.process.stdin is not None:
            self.process.stdin.write(f"{told}\n".encode())
        try:
            async with asyncio.timeout(wait):
                line = await self._line(up)
        except TimeoutError:
            line = ""
        if not line:
            raise ProgramFailed(f"{self.name} did not come up: {self.tail()}")
        self._copying = asyncio.create_task(self._copy())
        return line

    async def _line(self, up: str) -> str:
        assert self.process is not None and self.process.stdout is not None  # noqa: PT018
        while text := (await self.process.stdout.readline()).decode():
            if text.startswith(up):
                return text.strip()
        return ""

    async def _copy(self) -> None:
        assert self.process is not None and self.process.stdout is not None  # noqa: PT018
        with self.log.open("ab") as file:
            while chunk := await self.process.stdout.read(4096):
                file.write(chunk)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def tail(self) -> str:
        """The last five lines of the log, for an error message."""
        with contextlib.suppress(OSError):
            return " | ".join(self.log.read_text(errors="replace").splitlines()[-5:])
        return ""

    async def stop(self) -> int | None:
        """Sends SIGTERM, after 2 s a second one (it ends a switch with running calls), after 6 s more SIGKILL; returns the exit status."""
        if self.process is None:
            return None
        if self.running:
            for wait in (STOP_WAIT / 4, STOP_WAIT * 3 / 4):
                self.process.send_signal(signal.SIGTERM)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.process.wait(), wait)
                    break
            else:
                self.process.kill()
                await self.process.wait()
        if self._copying is not None:
            await self._copying
        return self.process.returncode


def free_port(kind: socket.SocketKind) -> int:
    """A port of 127.0.0.1 that is free at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(ip: str, port: int) -> bool:
    """Whether a UDP server can listen at this address and port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ip, port))
        except OSError:
            return False
        return True
