"""Drives the SIP machine (``tests.fax_machine sip``) from a test: ``with SipMachine("--receive", path) as machine: machine.wait("fax")``."""

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

from tests.sip_tools import free_port

ROOT = Path(__file__).resolve().parents[2]


class SipMachine:
    """``uri`` is its SIP address. The process ends by itself when its call is over. ``port``: of its SIP; 0: a free one."""

    def __init__(self, *options: str, port: int = 0) -> None:
        self.port = port or free_port()
        self.uri = f"sip:fax@127.0.0.1:{self.port}"
        self._options = options
        self._told: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fax_machine", "sip", "--port", str(self.port), *self._options],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait("ready")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(5)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()

    @property
    def over(self) -> bool:
        """Whether its call is over."""
        return self._process.poll() is not None

    def do(self, line: str) -> None:
        """A line for a machine that is worked by hand: ``keys 12#``, ``start``, ``listen``, ``lift``, ``hangup``."""
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def wait(self, state: str, seconds: float = 120.0) -> dict[str, Any]:
        """Waits for the next line with this state: ``ready``, ``INCOMING``, ``CONFIRMED``, ``fax``, ``DISCONNECTED``."""
        while (told := self._told.get(timeout=seconds))["state"] != state:
            pass
        return told

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("{"):
                self._told.put(json.loads(line))
