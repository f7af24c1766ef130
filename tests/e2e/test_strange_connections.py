"""Case 29: a switch that may open 1,024 files, and 1,100 TCP connections to its desks' endpoint, opened anew again and again."""

import contextlib
import os
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.enums import SeatState
from tests.background import Background
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, both_sides, hears, wrap_up
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, QUEUE, queues
from tests.link.test_crowd import GREETING
from tests.rtp_peer import sine

pytestmark = pytest.mark.slow
CROWD, FILES = 1100, 1024
BUSY = 0.6
"""The share of a core that a listener which can accept nothing takes, and more."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(
        tmp_path_factory.mktemp("centre"), branches=(), flows={"agents": FLOWS["agents"]}, change=queues
    ) as made:
        for pid in (made.switch.pid, *made.card_pids().values()):
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        yield made


@pytest.fixture(autouse=True)
def our_own_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


class Crowd(Background):
    """``CROWD`` connections, closed and opened anew every few seconds, each of which first sends ``said``."""

    def __init__(self, port: int, said: bytes) -> None:
        super().__init__()
        self._address, self._said = ("127.0.0.1", port), said
        self.rounds = 0

    def work(self) -> None:
        while not self.over.is_set():
            with contextlib.ExitStack() as stack:
                for _ in range(CROWD):
                    with contextlib.suppress(OSError):
                        made = stack.enter_context(socket.create_connection(self._address, timeout=10))
                        made.sendall(self._said)
                self.rounds += 1
                self.over.wait(4)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(
    ("said", "figure"), [(b"", "silent_connections"), (GREETING, "unproven_cut_off")], ids=["silent", "greeting"]
)
def test_calls_recordings_and_desks_go_on(centre: Centre, said: bytes, figure: str) -> None:
    with Desk(centre) as desk:
        desk.open()
        with Crowd(centre.ports.desks, said) as crowd:
            begun, used = time.monotonic(), cpu_seconds(centre.switch.pid)
            with Phone(centre, QUEUE) as phone:
                desk.answer()
                phone.rtp.say(sine(1000, 8000 * 120))
                desk.phone.rtp.say(sine(400, 8000 * 120))
                centre.until(lambda: crowd.rounds >= 3)
                hears(phone.rtp, 400)
                hears(desk.phone.rtp, 1000)
                with Desk(centre, 1) as newcomer:
                    newcomer.open()
                centre.until(lambda: centre.ctl("counters")["groups"]["desk_links"][figure] > CROWD / 4)
                if not said:
                    centre.until(lambda: figure in [each["code"] for each in centre.ctl("status")["troubles"]])
                share = (cpu_seconds(centre.switch.pid) - used) / (time.monotonic() - begun)
                call = desk.call.call
            wrap_up(desk, call)
        assert share < BUSY, "of a core"
        assert desk.client.sessions == 1, "the desk's link was never lost"
        desk.seat(SeatState.OPEN)
    both_sides(centre, call)
