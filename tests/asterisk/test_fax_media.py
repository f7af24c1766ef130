"""T.38 with a real Asterisk (``res_fax_spandsp``): its offer and ours, until its first UDPTL packet; and its fall back to sound."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.ids import LegId
from switch_server.core.leg import LegAnswered, LegChanged, LegEnded, LegReoffered, LegReofferRefused, Reoffer
from switch_server.core.words import Near
from tests.asterisk.box import Box, fax_door
from tests.lines.switch import NEAR, PATIENT, Switch, trunk_to, wait_and_see

pytestmark = pytest.mark.slow
RECEIVES, SENDS, SENDS_AND_OFFERS = "7650", "7651", "7652"
SECONDS = 30.0


def white_page(rows: int = 1104) -> bytes:
    """TIFF class F in ITU-T T.6, where a white row below a white one is a single bit 1; at the end EOFB."""
    bits = b"\xff" * (rows // 8) + b"\x00\x10\x01"
    short, long, ratio = 3, 4, 5
    tags = ((256, long, 1728), (257, long, rows), (258, short, 1), (259, short, 4), (262, short, 0), (273, long, 8), (277, short, 1),
            (278, long, rows), (279, long, len(bits)), (282, ratio, 0), (283, ratio, 8), (296, short, 2))  # fmt: skip
    after = 8 + len(bits) + len(bits) % 2
    ratios = after + 2 + 12 * len(tags) + 4
    entries = b"".join(
        struct.pack("<HHII", tag, kind, 1, value + (ratios if kind == ratio else 0)) for tag, kind, value in tags
    )
    directory = struct.pack("<H", len(tags)) + entries + struct.pack("<IIIII", 0, 204, 1, 98, 1)
    return struct.pack("<2sHI", b"II", 42, after) + bits + b"\0" * (len(bits) % 2) + directory


@contextmanager
def called(root: Path, number: str, rule: str = "auto") -> Iterator[tuple[Switch, Box, LegId, Near, socket.socket]]:
    """A call of the switch that Asterisk's fax machine has answered; the socket has what comes to our media port."""
    door = fax_door()
    trunk = trunk_to(("127.0.0.1", door.port), fax=rule)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as skt,
        Switch(wait_and_see, trunk, timing=PATIENT) as switch,
        Box(root, switch.address, (door,)) as box,
    ):
        skt.bind(("127.0.0.1", 0))
        near = replace(NEAR, port=skt.getsockname()[1], t38=True)
        (box.folder / "state" / "to-send.tif").write_bytes(white_page())
        leg = switch.place(number=number, near=near)
        switch.wait(LegAnswered)
        yield switch, box, leg, near, skt
        switch.hang_up(leg)
        switch.wait(LegEnded)
        box.manager.event("UserEvent", UserEvent="Faxed")


def udptl_comes(skt: socket.socket) -> bool:
    """Whether a packet comes that is not RTP: its first two bits are a number's, not version 2."""
    skt.settimeout(SECONDS)
    while skt.recv(2048)[0] >> 6 == 2:
        pass
    return True


def refused(box: Box) -> bool:
    """Whether Asterisk has offered T.38, and acknowledged a refusal."""
    sent = box.sent(box.doors[0])
    offers = [at for at, text in enumerate(sent) if text.startswith("INVITE") and "m=image" in text]
    return bool(offers) and any(text.startswith("ACK") for text in sent[offers[0] :])


def empty(skt: socket.socket) -> None:
    """Takes what has come so far."""
    skt.setblocking(False)
    with suppress(BlockingIOError):
        while skt.recv(2048):
            pass


@pytest.mark.parametrize("number", [RECEIVES, SENDS_AND_OFFERS])
def test_asterisk_offers_t38(asterisk: Path, number: str) -> None:
    with called(asterisk, number) as (switch, _, _, _, skt):
        far = switch.wait(LegChanged).far
        assert far.t38 is not None
        assert (far.t38.redundancy, far.t38.version) == (3, 0)
        assert udptl_comes(skt)


@pytest.mark.parametrize("number", [RECEIVES, SENDS])
def test_asterisk_takes_our_offer(asterisk: Path, number: str) -> None:
    """The receiving side offers by itself after some seconds: ours comes first."""
    with called(asterisk, number, "t38") as (switch, _, leg, near, skt):
        switch.lines.do(Reoffer(leg, near, t38=True))
        assert switch.wait(LegReoffered).far.t38 is not None
        assert udptl_comes(skt)


def test_asterisk_goes_on_as_sound_where_t38_is_refused(asterisk: Path) -> None:
    with called(asterisk, RECEIVES, "audio") as (switch, box, leg, near, skt):
        switch.until(lambda: refused(box), SECONDS)
        empty(skt)
        skt.settimeout(SECONDS)
        assert skt.recv(2048)[0] >> 6 == 2
        switch.lines.do(Reoffer(leg, near, t38=True))
        assert switch.wait(LegReofferRefused).sip_code == 488
        assert not [event for event in switch.seen if isinstance(event, LegChanged | LegEnded)]
