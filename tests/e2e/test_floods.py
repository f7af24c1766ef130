"""Floods of SIP from one address, during other people's calls: the calls go on, the flood is counted, and the disk does not fill."""

import contextlib
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.background import Background
from tests.e2e.centre import Centre
from tests.e2e.phone import KEYS_FLOW, Phone, sdp
from tests.lines.peer import Call, Peer

pytestmark = pytest.mark.slow
NUMBER = "7100"
FLOW = KEYS_FLOW.format(number=NUMBER, menu_s=120, digit_s=120)
STRANGER, CARRIER = "127.0.0.66", "127.0.0.77"
RATE = 5000
"""Messages a second, while the switch gets the time to read them: on a machine that is busy with other work fewer, so that the kernel drops none
of the callers' own messages, of which it can't tell which they are.
"""
WAITING = 1 << 20
"""Bytes in the switch's socket from which the flood waits."""
LOG_BYTES = 2 << 20
INVITE = (
    "INVITE sip:{number}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {ip}:5080;rport;branch=z9hG4bK{id}\r\nMax-Forwards: 70\r\n"
    "From: <sip:13800000001@{ip}>;tag={id}\r\nTo: <sip:{number}@127.0.0.1>\r\nCall-ID: {id}\r\nCSeq: 1 INVITE\r\n"
    "Contact: <sip:{ip}:5080>\r\nContent-Type: application/sdp\r\nContent-Length: {size}\r\n\r\n{body}"
)
REGISTER = (
    "REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {ip}:5080;rport;branch=z9hG4bK{id}\r\nMax-Forwards: 70\r\n"
    "From: <sip:front-{id}@huawu>;tag={id}\r\nTo: <sip:front-{id}@huawu>\r\nCall-ID: {id}\r\nCSeq: 1 REGISTER\r\n"
    "Contact: <sip:front-{id}@{ip}:5080>\r\nContent-Length: 0\r\n\r\n"
)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """The callers of the tests come over a trunk of their own; a carrier at another address may call, too, on five lines."""

    def change(content: dict[str, Any]) -> None:
        content["trunks"][0]["far"] = ["127.0.0.1"]
        content["trunks"].append(
            {"name": "carrier", "far": [CARRIER], "lines": 5, "direction": "in", "options_interval": 0}
        )

    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows={"keys": FLOW}, change=change) as made:
        yield made


class Flood(Background):
    """Sends ``RATE`` new requests a second from one address until the block ends; reads no answer."""

    def __init__(self, centre: Centre, ip: str, template: str) -> None:
        super().__init__()
        self._to = centre.sip
        body = sdp(40000)
        fixed = template.replace("{ip}", ip).replace("{number}", NUMBER).replace("{size}", str(len(body)))
        self._parts = [part.encode() for part in fixed.replace("{body}", body).split("{id}")]
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ip, 0))
        self.sent = 0

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._socket.close()

    def work(self) -> None:
        begun, mark = time.monotonic(), secrets.token_hex(4)
        while not self.over.wait(0.005):
            if waiting(self._to[1]) > WAITING:
                begun = time.monotonic() - self.sent / RATE
                continue
            for _ in range(min(200, round((time.monotonic() - begun) * RATE) - self.sent)):
                with contextlib.suppress(OSError):
                    self._socket.sendto(f"{mark}{self.sent:08x}".encode().join(self._parts), self._to)
                self.sent += 1


def waiting(port: int) -> int:
    """The bytes in the receive queue of a UDP port of 127.0.0.1."""
    rows = (line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:])
    return sum(int(row[4].partition(":")[2], 16) for row in rows if row[1].endswith(f":{port:04X}"))


def counted(centre: Centre, *names: str) -> int:
    lines = centre.ctl("counters")["groups"]["lines"]
    return sum(lines.get(name, 0) for name in names)


def answered(peer: Peer) -> bool:
    """Whether a new call of a caller who has been quiet for a second gets an answer."""
    Call(peer, NUMBER).invite(sdp(40000))
    return peer.receive(1.0) is not None


@pytest.mark.parametrize(
    ("ip", "template", "counters"),
    [
        (STRANGER, INVITE, ("dropped_flood",)),
        (STRANGER, REGISTER, ("dropped_flood",)),
        (CARRIER, INVITE, ("dropped_flood", "refused_overload")),
    ],
    ids=["strange invites", "registers", "a carrier's invites"],
)
def test_other_callers_go_on(centre: Centre, ip: str, template: str, counters: tuple[str, ...]) -> None:
    log = centre.state / "logs" / "switch.log"
    with Phone(centre, NUMBER) as early:
        before = log.stat().st_size
        with Flood(centre, ip, template) as flood:
            centre.until(lambda: flood.sent > 2 * RATE)
            early.keys("1")
            early.at("number")
            for _ in range(3):
                with Phone(centre, NUMBER) as phone:
                    phone.keys("1")
                    phone.at("number")
        assert counted(centre, *counters) > 1000, centre.ctl("counters")["groups"]["lines"]
        written = log.stat().st_size - before
        assert written < LOG_BYTES, f"{written} bytes for {flood.sent} messages"
    with Peer(centre.sip, ip) as peer:
        assert any(answered(peer) for _ in range(30)), "it is heard again"
