"""The switches that the benchmarks of real calls measure: ours, or another SIP server that a command starts (``--peer``).

Both answer calls to ``PLAYED`` with sound without end, and put calls to ``BRIDGED`` through to the far end's SIP port.
"""

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.e2e.centre import Centre
from tests.sip_tools import free_port

PLAYED, BRIDGED = "95500", "95501"
LINES = 2000
PLAYED_FLOW = f"""
flow: played
numbers: ["{PLAYED}"]
start: first
says: {{invalid: [invalid_key, try_again], no_input: [no_input]}}
steps:
  first: {{kind: menu, say: [{", ".join(["music/hold"] * 40)}], keys: {{1: second}}, on_fail: ended}}
  second: {{kind: menu, say: [{", ".join(["music/hold"] * 40)}], keys: {{1: first}}, on_fail: ended}}
  ended: {{kind: hangup}}
"""
BRIDGED_FLOW = f"""
flow: bridged
numbers: ["{BRIDGED}"]
start: dial
steps:
  dial: {{kind: dial, trunk: out, number: "{BRIDGED}", ring: 60, on_failed: ended, on_ended: ended}}
  ended: {{kind: hangup}}
"""
PEER_HELP = (
    "measure another SIP server instead, which this command starts in the foreground; in it {ip} and {port} are the address to listen on (UDP), "
    f"{{far_ip}} and {{far_port}} that of the far end: calls to {PLAYED} must be answered with sound without end, those to {BRIDGED} put through to "
    f"sip:{BRIDGED}@{{far_ip}}:{{far_port}}; calls come from {{far_ip}}, without a password. Its CPU is that of its process and all their "
    "children. With setup, overload and media (real calls)"
)
UP_S = 60.0


class Switch(Struct):
    """``pid``: of the process that has call control; its children count, too. ``centre``: ours, ``None`` for another server."""

    sip: tuple[str, int]
    far_port: int
    pid: int
    centre: Centre | None = None

    def cpu(self) -> float:
        """CPU seconds of all its processes so far."""
        return sum(map(cpu_of, tree(self.pid)))

    def cpu_of_main(self) -> float:
        return cpu_of(self.pid)


def cpu_of(pid: int) -> float:
    """CPU seconds of all threads of a process that still run, by the scheduler's nanoseconds."""
    found = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            found += int(task.read_text().split()[0])
    return found / 1e9


def memory_mb(pid: int) -> float:
    """Resident memory of a process, MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def tree(pid: int) -> set[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, todo = set(), [pid]
    while todo:
        each = todo.pop()
        found.add(each)
        todo += children.get(each, [])
    return found


@contextlib.contextmanager
def running(peer: str | None, *, cards: int = 1, channels: int = LINES) -> Iterator[Switch]:
    """The switch under test, ready to take calls."""
    far_port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if peer is not None:
            with _other(peer, far_port, Path(folder)) as switch:
                yield switch
            return
        flows = {"played": PLAYED_FLOW, "bridged": BRIDGED_FLOW}

        def change(content: dict[str, Any]) -> None:
            content["trunks"][0] |= {"lines": LINES, "direction": "in"}
            far = {"far": [f"127.0.0.1:{far_port}"], "direction": "out", "options_interval": 0, "numbers": [BRIDGED]}
            content["trunks"].append({"name": "out", "lines": LINES} | far)

        with Centre(Path(folder), branches=(), cards=cards, channels=channels // cards, flows=flows, change=change) as centre:  # fmt: skip
            yield Switch(centre.sip, far_port, centre.switch.pid, centre)


@contextlib.contextmanager
def _other(command: str, far_port: int, folder: Path) -> Iterator[Switch]:
    sip = ("127.0.0.1", free_port())
    words = shlex.split(command.format(ip=sip[0], port=sip[1], far_ip="127.0.0.1", far_port=far_port))
    with (folder / "peer.out").open("wb") as log:
        process = subprocess.Popen(words, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        _until_it_answers(process, sip)
        yield Switch(sip, far_port, process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _until_it_answers(process: "subprocess.Popen[bytes]", sip: tuple[str, int]) -> None:
    """Any answer to OPTIONS."""
    end = time.monotonic() + UP_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as skt:
        skt.bind(("127.0.0.1", 0))
        skt.settimeout(0.5)
        while time.monotonic() < end:
            if process.poll() is not None:
                raise RuntimeError(f"the peer has ended: {process.returncode}")
            skt.sendto(options(skt.getsockname(), sip, 1), sip)
            with contextlib.suppress(OSError):
                skt.recvfrom(65535)
                return
    raise RuntimeError("the peer does not answer OPTIONS")


def options(near: tuple[str, int], far: tuple[str, int], number: int) -> bytes:
    """An OPTIONS request, numbered by its CSeq."""
    ours = f"{near[0]}:{near[1]}"
    return (
        f"OPTIONS sip:{far[0]}:{far[1]} SIP/2.0\r\nVia: SIP/2.0/UDP {ours};rport;branch=z9hG4bKping{near[1]}x{number}\r\n"
        f"Max-Forwards: 70\r\nFrom: <sip:ping@{ours}>;tag=p{near[1]}\r\nTo: <sip:{far[0]}:{far[1]}>\r\n"
        f"Call-ID: ping{near[1]}x{number}\r\nCSeq: {number} OPTIONS\r\nContact: <sip:ping@{ours}>\r\nContent-Length: 0\r\n\r\n"
    ).encode()
