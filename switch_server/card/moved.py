"""Senders that have moved: which latched channel a sender with an unknown address belongs to.

A far end may send from another port or address without new SDP (a new NAT binding, a gateway that restarts). Its channel is latched anew
when nothing has come from the old address for ``SILENT_TICKS`` and the new sender has the channel's SSRC, or else has the old address's
IP while no other channel of the port may have this IP. A channel whose source still sends is never taken over.
"""

import socket

import numpy as np
import numpy.typing as npt

from switch_server.card.channels import Channels
from switch_server.card.latch import Latches, ip_of

SILENT_TICKS = 50


class MovedSources:
    """Tells the channel; ``Intake`` latches it."""

    def __init__(self, channels: Channels, latches: Latches) -> None:
        self._channels, self._latches = channels, latches

    def row_of(self, key: int, ssrc: int, tick: int) -> int | None:
        """The row that the unknown key ``key`` (see ``latch.key_of``) may latch: moved, or not latched yet."""
        channels, upto = self._channels, self._channels.upto
        here = np.flatnonzero(channels.used[:upto] & (channels.port[:upto] == key & 0xFFFF))
        latched = here[channels.latched[here]]
        own = latched[channels.far_ssrc[latched] == ssrc]
        if own.size:  # this SSRC is no other channel's, even while its channel is not silent
            return int(own[0]) if own.size == 1 and self._silent(int(own[0]), tick) else None
        waiting = self._latches.waiting(key, tick)
        if waiting is not None:
            return waiting
        return None if self._latches.still_sends(key, tick) else self._alone(here, ip_of(key), tick)

    def _alone(self, here: npt.NDArray[np.int64], ip: int, tick: int) -> int | None:
        """The silent row with this IP, if no other of the rows ``here`` may have the IP: by SDP, by packets, or for lack of SDP."""
        channels = self._channels
        silent = here[
            channels.latched[here] & channels.speaks[here] & (tick - channels.last_heard[here] >= SILENT_TICKS)
        ]
        rows = [row for row in silent.tolist() if self._latches.ip(row) == ip]
        if len(rows) != 1:
            return None
        text = socket.inet_ntoa(ip.to_bytes(4, "little"))
        for row in here.tolist():
            far = channels.far[row]
            known = far is not None and far.ip != text and self._latches.ip(row) != ip
            if row != rows[0] and (not known or self._latches.may_send(row, ip)):
                return None
        return int(rows[0])

    def _silent(self, row: int, tick: int) -> bool:
        """Whether sound is expected from the far end and none comes."""
        return bool(self._channels.speaks[row]) and tick - int(self._channels.last_heard[row]) >= SILENT_TICKS
