"""RTCP packets (RFC 3550 §6.4, §6.5): sender and receiver reports, built and read."""

import struct
from typing import NamedTuple

SR, RR, SDES = 200, 201, 202
EVERY_TICKS = 250  # 5 s
NTP_EPOCH = 2_208_988_800
_HEAD = struct.Struct("!BBHI")
_SENDER = struct.Struct("!IIIII")
_REPORT_BLOCK = struct.Struct("!IB3sIIII")
_NAME = struct.Struct("!BBHIBB8sxx")  # SDES with one CNAME of 8 letters, terminator and padding


class ReportBlock(NamedTuple):
    """A report block: the reception of the source ``ssrc``."""

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    last_sr: int
    delay: int


class RtcpReport(NamedTuple):
    """The content of one SR or RR; ``ntp_middle`` is the SR's timestamp as report blocks quote it (LSR), ``None`` in an RR."""

    ssrc: int
    ntp_middle: int | None
    blocks: tuple[ReportBlock, ...]


def ntp(unix: float) -> int:
    """64-bit NTP time of a wall-clock time in seconds."""
    return int((unix + NTP_EPOCH) * (1 << 32)) & 0xFFFF_FFFF_FFFF_FFFF


def middle(ntp_time: int) -> int:
    """The middle 32 bits of an NTP time, in 1/65536 s."""
    return (ntp_time >> 16) & 0xFFFF_FFFF


def build(ssrc: int, sender: tuple[int, int, int, int] | None, block: ReportBlock | None) -> bytes:
    """SR (with ``sender`` = NTP time, RTP time, packets, octets) or RR, with at most one block, and an SDES with a CNAME."""
    body = b""
    if sender is not None:
        time, stamp, packets, octets = sender
        body += _SENDER.pack(time >> 32, time & 0xFFFF_FFFF, stamp, packets & 0xFFFF_FFFF, octets & 0xFFFF_FFFF)
    if block is not None:
        lost = min(max(block.lost, 0), 0x7FFFFF).to_bytes(3, "big")
        body += _REPORT_BLOCK.pack(
            block.ssrc, block.fraction, lost, block.highest & 0xFFFF_FFFF, block.jitter, block.last_sr, block.delay
        )
    first = 0x80 | (block is not None)
    report = _HEAD.pack(first, SR if sender is not None else RR, 1 + len(body) // 4, ssrc) + body
    return report + _NAME.pack(0x81, SDES, _NAME.size // 4 - 1, ssrc, 1, 8, b"%08x" % ssrc)


def read(datagram: bytes) -> list[RtcpReport]:
    """The reports of a compound packet. Reading ends at the first part that is no RTCP; nothing is raised."""
    reports = []
    place = 0
    while place + 8 <= len(datagram):
        first, kind, words, ssrc = _HEAD.unpack_from(datagram, place)
        end = place + 4 * (words + 1)
        if first & 0xC0 != 0x80 or end > len(datagram):
            break
        if kind in {SR, RR}:
            report = _read_report(datagram[place:end], kind, first & 31, ssrc)
            if report is None:
                break
            reports.append(report)
        place = end
    return reports


def _read_report(packet: bytes, kind: int, count: int, ssrc: int) -> RtcpReport | None:
    place, ntp_middle = _HEAD.size, None
    if kind == SR:
        if len(packet) < place + _SENDER.size:
            return None
        high, low, *_ = _SENDER.unpack_from(packet, place)
        ntp_middle = middle(high << 32 | low)
        place += _SENDER.size
    if len(packet) < place + count * _REPORT_BLOCK.size:
        return None
    blocks = []
    for number in range(count):
        of, fraction, lost, highest, jitter, last, delay = _REPORT_BLOCK.unpack_from(
            packet, place + number * _REPORT_BLOCK.size
        )
        blocks.append(ReportBlock(of, fraction, int.from_bytes(lost, "big", signed=True), highest, jitter, last, delay))
    return RtcpReport(ssrc, ntp_middle, tuple(blocks))


def round_trip_ms(block: ReportBlock, arrived: int) -> float | None:
    """The round trip time by a block that quotes our SR and arrived at (middle NTP) time ``arrived``; ``None`` where it quotes none or the times make no sense."""
    if not block.last_sr:
        return None
    units = (arrived - block.last_sr - block.delay) & 0xFFFF_FFFF
    return None if units > 0x8000_0000 else units * 1000 / 65536
