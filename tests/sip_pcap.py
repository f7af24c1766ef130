"""Captures for SIPp's ``play_pcap_audio``: keys as RFC 4733 events or as tones, in the order of the call (never per digit).

    write_keys(folder / "keys.pcap", "60012345#123456#", way="rfc4733")
    <nop><action><exec play_pcap_audio="keys.pcap"/></action></nop>

SIPp uses the UDP payloads and their times, with its own addresses.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from switch_server.card import g711
from switch_server.card.tones import dtmf

KEYS = "0123456789*#ABCD"
PTIME_MS = 20
STEP = 160
"""RTP ticks in a packet."""

Packet = tuple[int, bytes]
"""(ms from the start, RTP)."""


def _rtp(kind: int, seq: int, stamp: int, payload: bytes, *, marker: bool = False) -> bytes:
    return (
        struct.pack("!BBHII", 0x80, kind | (0x80 if marker else 0), seq & 0xFFFF, stamp & 0xFFFFFFFF, 0x5EED) + payload
    )


def event_packets(keys: str, *, payload_type: int = 101, on_ms: int = 100, off_ms: int = 100) -> Iterator[Packet]:
    """RFC 4733: for each key an event of ``on_ms`` with three end packets, then silence of ``off_ms``."""
    seq, now = 1, 0
    for key in keys:
        stamp, number = now * 8, KEYS.index(key)
        steps = on_ms // PTIME_MS
        for step in range(1, steps + 1):
            body = struct.pack("!BBH", number, 10, step * STEP)
            yield now + (step - 1) * PTIME_MS, _rtp(payload_type, seq, stamp, body, marker=step == 1)
            seq += 1
        for repeat in range(3):
            body = struct.pack("!BBH", number, 0x80 | 10, steps * STEP)
            yield now + steps * PTIME_MS + repeat, _rtp(payload_type, seq, stamp, body)
            seq += 1
        now += on_ms + off_ms


def tone_packets(keys: str, *, on_ms: int = 100, off_ms: int = 100) -> Iterator[Packet]:
    """In-band tones as A-law, with silence between them."""
    pause = bytes([0xD5]) * (8 * off_ms)
    sound = b"".join(bytes(g711.encode(dtmf(key, on_ms * 8), g711.A)) + pause for key in keys)
    for index in range(len(sound) // STEP):
        yield index * PTIME_MS, _rtp(8, index + 1, index * STEP, sound[index * STEP :][:STEP], marker=index == 0)


def write_keys(path: Path, keys: str, *, way: Literal["rfc4733", "inband"] = "rfc4733", payload_type: int = 101) -> int:
    """Writes the capture; returns its length in ms."""
    packets = list(event_packets(keys, payload_type=payload_type) if way == "rfc4733" else tone_packets(keys))
    write_pcap(path, packets)
    return packets[-1][0] + PTIME_MS


def write_pcap(path: Path, packets: list[Packet]) -> None:
    """Writes the packets with Ethernet, IPv4 and UDP headers, in libpcap's classic format."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for at, rtp in packets:
            udp = struct.pack("!HHHH", 40000, 40000, 8 + len(rtp), 0) + rtp
            head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
            frame = bytes(12) + b"\x08\x00" + head + udp
            file.write(struct.pack("<IIII", 1 + at // 1000, at % 1000 * 1000, len(frame), len(frame)) + frame)
