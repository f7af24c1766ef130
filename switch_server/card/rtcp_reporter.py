"""RTCP of all channels: a report goes out every 5 s for each channel, spread over the ticks; received ones are read each second."""

import functools
import select
import socket
import struct
import time
from typing import NamedTuple

import numpy as np

from switch_server.card import TICKS_A_SECOND, rtcp
from switch_server.card.channels import Channels
from switch_server.card.quality import Reception
from switch_server.card.sockets import unpack_address

MOST_AT_ONCE = 1024
SHARE_TICKS = 10
"""Reports of ten ticks are sent together: this code is then out of the CPU's caches once instead of ten times."""
_TIMESPEC = struct.Struct("@ll")


class FarReport(NamedTuple):
    """The far end's last report: packets lost, and the round trip time where it could be measured."""

    lost: int
    round_trip_ms: float | None


class RtcpReporter:
    """Owns the RTCP sockets (one beside each RTP port)."""

    def __init__(self, channels: Channels, reception: Reception) -> None:
        self._channels, self._reception = channels, reception
        self._sockets: list[socket.socket] = []
        self._by_fd: dict[int, socket.socket] = {}
        self._poll = select.poll()
        self._last_sr: dict[int, tuple[int, int]] = {}  # row: middle NTP time quoted, middle NTP time of arrival
        self.far: dict[int, FarReport] = {}
        self.strangers = 0

    def add(self, sock: socket.socket) -> None:
        self._sockets.append(sock)
        self._by_fd[sock.fileno()] = sock
        self._poll.register(sock, select.POLLIN)

    def forget(self, row: int) -> None:
        self._last_sr.pop(row, None)
        self.far.pop(row, None)

    def close(self) -> None:
        for sock in self._sockets:
            sock.close()

    def send(
        self,
        tick: int,
        far: list[bytes],
        packets_out: list[int] | np.ndarray[tuple[int], np.dtype[np.int64]],
        stamp: np.ndarray[tuple[int], np.dtype[np.uint32]],
    ) -> None:
        """Sends the reports that are due at this tick; ``far`` has the RTP addresses by row."""
        if tick % SHARE_TICKS:
            return
        channels, upto = self._channels, self._channels.upto
        turns = range(tick % rtcp.EVERY_TICKS, upto, rtcp.EVERY_TICKS)
        for row in (row for turn in turns for row in range(turn, min(turn + SHARE_TICKS, upto))):
            if not channels.used[row] or not far[row]:
                continue
            sent = int(packets_out[row])
            now = rtcp.ntp(time.time())
            sender = (now, int(stamp[row]), sent, 160 * sent) if channels.sends[row] and sent else None
            block = self._block(row, rtcp.middle(now)) if channels.latched[row] else None
            if sender is None and block is None:
                continue
            try:
                self._sockets[int(channels.port[row])].sendto(
                    rtcp.build(int(channels.ssrc[row]), sender, block), _rtcp_address(far[row])
                )
            except OSError:
                continue  # a full buffer or an unreachable far end: the next report is due in 5 s

    def next_turn(self, tick: int) -> int:
        """The next tick after ``tick`` at which reports may be due; at the latest a second later."""
        turn = tick // SHARE_TICKS * SHARE_TICKS + SHARE_TICKS
        return turn if turn % rtcp.EVERY_TICKS < self._channels.upto else tick + TICKS_A_SECOND

    def receive(self) -> None:
        """Reads the waiting datagrams, at most ``MOST_AT_ONCE``."""
        left = MOST_AT_ONCE
        for fd, _ in self._poll.poll(0):
            while left > 0:
                left -= 1
                try:
                    data, ancillary, _, sender = self._by_fd[fd].recvmsg(2048, 64)
                except BlockingIOError:
                    break
                except OSError:
                    continue
                arrived = time.time()
                if ancillary:
                    seconds, nanos = _TIMESPEC.unpack_from(ancillary[0][2])
                    arrived = seconds + nanos / 1e9
                self._take(data, sender[0], rtcp.middle(rtcp.ntp(arrived)))

    def _block(self, row: int, now: int) -> rtcp.ReportBlock:
        reception = self._reception
        quoted, arrived = self._last_sr.get(row, (0, now))
        return rtcp.ReportBlock(
            int(self._channels.far_ssrc[row]),
            reception.fraction_lost(row),
            reception.lost(row),
            int(reception.highest[row]) - 65536,
            int(reception.jitter[row]),
            quoted,
            (now - arrived) & 0xFFFF_FFFF if quoted else 0,
        )

    def _take(self, data: bytes, ip: str, arrived: int) -> None:
        channels = self._channels
        upto = channels.upto
        for report in rtcp.read(data):
            for row in np.flatnonzero(channels.used[:upto] & (channels.far_ssrc[:upto] == report.ssrc)).tolist():
                far = channels.far[row]
                if far is None or far.ip != ip:
                    self.strangers += 1
                    continue
                if report.ntp_middle is not None:
                    self._last_sr[row] = report.ntp_middle, arrived
                for block in report.blocks:
                    if block.ssrc == channels.ssrc[row]:
                        before = self.far.get(row)
                        trip = rtcp.round_trip_ms(block, arrived)
                        self.far[row] = FarReport(
                            block.lost, trip if trip is not None else before and before.round_trip_ms
                        )


@functools.lru_cache(4096)
def _rtcp_address(raw: bytes) -> tuple[str, int]:
    """The RTCP address of an RTP address: the next port (RFC 3550 §11)."""
    ip, port = unpack_address(raw)
    return ip, min(port + 1, 65535)
