"""10,000 mutated RTP, event and RTCP packets (RFC 3550, 4733) at a real card: it lives, its memory stays, another call's sound has no gap."""

import random
import struct
import time
from collections.abc import Iterator

import numpy as np
import pytest

from switch_server.card import rtcp
from switch_server.card.rfc4733 import LATE
from tests.card.driver import CardProcess, patient
from tests.card.test_flood import resident
from tests.rtp_peer import EVENT_KEYS, RtpPeer, gaps, purity, sine

pytestmark = pytest.mark.slow
PACKETS, BURST, WARM = 10_000, 50, 2_000
HEADER = struct.Struct("!BBHII")
ROOM = 4 << 20
"""Bytes by which the card's memory may grow once all of its code has run."""


def good(seed: random.Random, ssrc: int, number: int) -> tuple[bytes, bool]:
    """A packet as it should be, and whether it is for the RTCP port."""
    kind = seed.choice(["sound", "sound", "key", "report"])
    stamp = 160 * number & 0xFFFFFFFF
    if kind == "report":
        block = rtcp.ReportBlock(ssrc, 0, seed.randrange(99), number, 3, 0, 0)
        return rtcp.build(ssrc, (rtcp.ntp(time.time()), stamp, number, 160 * number), block), True
    payload = seed.randbytes(160)
    if kind == "key":
        payload = struct.pack("!BBH", seed.randrange(len(EVENT_KEYS)), seed.choice([10, 0x8A]), seed.randrange(0x10000))
    return HEADER.pack(0x80, 101 if kind == "key" else 8, number & 0xFFFF, stamp, ssrc) + payload, False


def mutated(seed: random.Random, packet: bytes) -> bytes:
    data = bytearray(packet)
    for _ in range(seed.choice([1, 1, 2, 5])):
        how = seed.randrange(7)
        at = seed.randrange(len(data)) if data else 0
        if how == 0 and data:  # the first bytes have version, padding, extension, counts and type
            data[seed.randrange(min(4, len(data)))] = seed.randrange(256)
        elif how == 1 and data:
            data[at] ^= 1 << seed.randrange(8)
        elif how == 2:
            del data[at:]
        elif how == 3:
            data += seed.randbytes(seed.choice([1, 4, 400, 1500]))
        elif how == 4:
            data[at:at] = seed.randbytes(seed.randrange(1, 9))
        elif how == 5 and data:
            data[-1] = seed.randrange(256)  # the length of the padding
        else:
            data[0:1] = bytes([seed.choice([0xA0, 0x90, 0xB0, 0x8F, 0xBF, 0x00, 0xC0])])
    return bytes(data)


def packets(ssrc: int) -> Iterator[tuple[bytes, bool]]:
    seed = random.Random(7)
    for number in range(PACKETS):
        packet, report = good(seed, seed.choice([ssrc, ssrc, ssrc, seed.getrandbits(32)]), number)
        yield mutated(seed, packet), report


@patient
def test_ten_thousand_mutated_packets_disturb_nobody(card: CardProcess) -> None:
    with RtpPeer() as one, RtpPeer() as other, RtpPeer() as bad:
        a, b, c = card.open(one), card.open(other), card.open(bad)
        card.bridge(a, b)
        card.bridge(c, c)
        one.say(np.tile(sine(1000, 8000), 120))
        other.wait(lambda heard: len(heard) > 50)
        begun, memory, near = len(other.heard), 0, card.near[c]
        for number, (packet, report) in enumerate(packets(bad.ssrc)):
            sender = bad.rtcp if report else bad.socket
            sender.sendto(packet, (near.ip, near.port + report))
            if number % BURST == 0:
                time.sleep(0.02)
            if number == WARM:
                memory = resident(card.process.pid)
        wave = other.listen(0.5, start=begun)
        assert card.process.poll() is None
        assert resident(card.process.pid) - memory < ROOM
        assert gaps(wave) == []
        assert purity(wave[-4000:], 1000) > 0.95
        loads = card.load(lambda load: load.malformed > PACKETS / 20)
        assert loads.channels == 3
        end = time.monotonic() + LATE / 50 + 1
        while time.monotonic() < end:
            card.read(0.1)
        card.events.clear()  # keys of packets that were still good
        bad.press("5", 200)
        assert card.digits(c, 1) == "5", "the channel itself goes on, too"
        for leg in (a, b, c):
            card.close(leg)
        card.clear()
