"""Captures RTP on the loopback device, to find where in a chain of programs a delay arises.

with RtpCapture() as wire:
    packet = wire.first(lambda packet: packet.source == port, after=begun)

Linux; needs CAP_NET_RAW (root has it). ``may_capture`` tells whether the process has it.
"""

import contextlib
import re
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.background import Background

ETH_P_IP = 0x0800  # incoming packets only: a packet sent over lo also comes in over lo, so that each is captured once
SO_TIMESTAMPNS = 35  # missing in the socket module
TIMESPEC = struct.Struct("@qq")
RTP_HEADER = 12


class Packet(NamedTuple):
    """``at``: monotonic seconds, by the kernel's clock; ``source``, ``target``: UDP ports."""

    at: float
    source: int
    target: int
    payload: bytes


def _open() -> socket.socket:
    skt = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    skt.bind(("lo", ETH_P_IP))
    skt.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    skt.settimeout(0.1)
    return skt


def may_capture() -> bool:
    try:
        _open().close()
    except PermissionError:
        return False
    return True


class RtpCapture(Background):
    """Captures every UDP packet with RTP version 2 without CSRC and extension, until the ``with`` block ends."""

    def __init__(self) -> None:
        super().__init__()
        self._skt = _open()
        self._packets: list[Packet] = []

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._skt.close()

    def first(self, wanted: Callable[[Packet], bool], *, after: float, seconds: float = 20.0) -> Packet:
        """Waits for the first wanted packet since ``after``, and returns it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for packet in list(self._packets):
                if packet.at > after and wanted(packet):
                    return packet
            time.sleep(0.005)
        raise AssertionError(f"no such packet in {seconds} s")

    def work(self) -> None:
        while not self.over.is_set():
            try:
                data, ancillary, _, _ = self._skt.recvmsg(2048, 64)
            except TimeoutError:
                continue
            seconds, nanoseconds = TIMESPEC.unpack(ancillary[0][2])
            at = seconds + nanoseconds / 1e9 - (time.time() - time.monotonic())
            packet = parse(at, data)
            if packet is not None:
                self._packets.append(packet)


def parse(at: float, data: bytes) -> Packet | None:
    """Reads an IPv4 packet (RFC 791) with UDP and RTP (RFC 3550); ``None`` for other packets."""
    udp = (data[0] & 15) * 4
    rtp = udp + 8
    if data[9] != socket.IPPROTO_UDP or len(data) < rtp + RTP_HEADER or data[rtp] != 0x80:
        return None
    source, target = struct.unpack_from("!HH", data, udp)
    return Packet(at, source, target, data[rtp + RTP_HEADER :])


def udp_ports(pid: int) -> frozenset[int]:
    """The UDP ports that this process has open (IPv4)."""
    inodes = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed in the meantime
            found = re.fullmatch(r"socket:\[(\d+)\]", handle.readlink().name)
            inodes.add(found[1] if found is not None else "")
    rows = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return frozenset(int(row[1].rpartition(":")[2], 16) for row in rows if row[9] in inodes)
