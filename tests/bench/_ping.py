"""An OPTIONS each 10 ms, from a process of its own: how long the switch's SIP side is away. ``with Ping(switch.sip) as ping: …``

    python -m tests.bench._ping IP PORT

Its output at the end of its input is the answer times in ms as JSON; an answer that never came counts as ``LOST_MS``.
"""

import json
import re
import select
import socket
import subprocess
import sys
import time
from typing import Self

from tests.sip_tools import ROOT

EVERY_S = 0.01
LOST_MS = 2000.0


class Ping:
    def __init__(self, far: tuple[str, int]) -> None:
        self._far = far
        self.ms: list[float] = []
        """The answer times, once it has ended."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.bench._ping", self._far[0], str(self._far[1])]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_: object) -> None:
        told, _rest = self._process.communicate(timeout=60)
        self.ms = json.loads(told or "[]")


def main(far: tuple[str, int]) -> None:
    from tests.bench._switches import options

    skt = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    skt.bind(("127.0.0.1", 0))
    skt.setblocking(False)
    near = skt.getsockname()
    sent: dict[int, float] = {}
    took: list[float] = []
    number, due = 0, time.monotonic()
    while True:
        ready = select.select([skt, sys.stdin], [], [], max(0.0, due - time.monotonic()))[0]
        now = time.monotonic()
        if skt in ready:
            answer = skt.recv(65535)
            found = re.search(rb"CSeq: *(\d+)", answer)
            if found and (at := sent.pop(int(found[1]), None)) is not None:
                took.append((now - at) * 1000)
        if sys.stdin in ready:
            break
        if now >= due:
            number += 1
            sent[number] = now
            skt.sendto(options(near, far, number), far)
            due = max(due + EVERY_S, now)
    lost = [LOST_MS for at in sent.values() if time.monotonic() - at > LOST_MS / 1000]
    print(json.dumps([round(ms, 2) for ms in took + lost]), flush=True)


if __name__ == "__main__":
    main((sys.argv[1], int(sys.argv[2])))
