"""The source (SSRC) of each channel: a channel stays with its source while packets of the source come (RFC 3550 §8).

Packets of another SSRC from the channel's far address become the channel's source when the present source has been silent for a few
packets, or for ``RIVAL_TICKS`` where packets of both came in turn.
"""

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME
from switch_server.card.channels import Channels

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SPARE_TICKS = 3
"""Ticks of silence beyond two packets, after which another source is accepted."""
RIVAL_TICKS = 50
LATE_TICKS = 2
"""Ticks by which a packet of a source that has ended may be late."""


class Sources:
    """Columns by row; ``Channels.far_ssrc`` is the source, ``Channels.last_heard`` the tick of its last packet."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._hold = np.zeros(channels.size, np.int64)  # ticks of silence after which another source is accepted
        self._rival = np.zeros(channels.size, np.uint32)  # the SSRC of the last packet that was not accepted
        self._rival_since = np.zeros(channels.size, np.int64)
        self._in_turn = np.zeros(channels.size, np.bool_)  # packets of the source have come after the rival's

    def release(self, row: int) -> None:
        """The next packet's source becomes the channel's source."""
        self._hold[row] = self._rival[row] = 0
        self._in_turn[row] = False

    def admit(self, rows: Rows, ssrc: npt.NDArray[np.uint32], length: Rows, tick: int) -> tuple[Mask, Mask]:
        """Which packets are accepted, and which of these are of a new source; ``length`` in bytes of payload."""
        channels, anew = self._channels, np.zeros(rows.size, np.bool_)
        foreign = ssrc != channels.far_ssrc[rows]
        accepted = ~foreign
        if foreign.any():
            hold = np.where(self._in_turn[rows], RIVAL_TICKS, self._hold[rows])
            free = foreign & (tick - channels.last_heard[rows] >= hold)
            if free.any():
                self._change(rows, ssrc, np.flatnonzero(free))
            accepted = ssrc == channels.far_ssrc[rows]
            anew = free & accepted
            refused = np.flatnonzero(~accepted)
            if refused.size:
                self._note_rivals(rows[refused], ssrc[refused], tick)
        taken = rows[accepted]
        channels.last_heard[taken] = tick
        np.maximum.at(self._hold, taken, 2 * -(-length[accepted] // FRAME) + SPARE_TICKS)
        return accepted, anew

    def _change(self, rows: Rows, ssrc: npt.NDArray[np.uint32], which: Rows) -> None:
        """Gives each row of the packets ``which`` the source of the first of its packets."""
        touched, first = np.unique(rows[which], return_index=True)
        self._channels.far_ssrc[touched] = ssrc[which[first]]
        self._hold[touched] = self._rival[touched] = 0
        self._in_turn[touched] = False

    def _note_rivals(self, rows: Rows, ssrc: npt.NDArray[np.uint32], tick: int) -> None:
        fresh = self._rival[rows] != ssrc
        self._in_turn[rows] = ~fresh & (self._channels.last_heard[rows] > self._rival_since[rows] + LATE_TICKS)
        self._rival[rows[fresh]] = ssrc[fresh]
        self._rival_since[rows[fresh]] = tick
