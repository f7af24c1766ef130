"""The card's channels as columns of numpy arrays, one row for each channel.

The lowest free row is taken first, so that ``[:upto]`` holds few unused rows.
"""

import heapq
import secrets
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.enums import DigitMode, Direction
from shared.ids import LegId
from switch_server.card.g711 import LAW_INDEX, PAYLOAD_TYPE, A
from switch_server.core.words import Far, Near

NO_EVENT_TYPE = 255
NO_FIRST_WORD = 0xFFFF_0000
_TYPES = np.array(PAYLOAD_TYPE, np.uint32)
SENDS = frozenset({Direction.SENDRECV, Direction.SENDONLY})
HEARS = frozenset({Direction.SENDRECV, Direction.RECVONLY})


class Channels:
    """Columns by row, and ``row_of`` by leg. While ``changed`` is true, the row lists are made anew before the next tick."""

    def __init__(self, rows: int) -> None:
        self.size = rows
        self.row_of: dict[LegId, int] = {}
        self.leg: list[LegId] = [LegId("")] * rows
        self.near: list[Near | None] = [None] * rows
        self.far: list[Far | None] = [None] * rows
        self._free = list(range(rows))
        self.upto = 0
        self.changed = True
        self.used = np.zeros(rows, np.bool_)
        self.law = np.zeros(rows, np.uint8)
        self.event_type = np.full(rows, NO_EVENT_TYPE, np.uint8)  # sent, and accepted
        self.near_event_type = np.full(rows, NO_EVENT_TYPE, np.uint8)
        """Accepted besides: the payload type of our offer, which the far end sends where its answer has another (RFC 3264 §5.1)."""
        self.port = np.zeros(rows, np.int64)
        self.sends = np.zeros(rows, np.bool_)  # the card sends audio to the far end
        self.speaks = np.zeros(rows, np.bool_)  # the far end is expected to send audio
        self.inband = np.zeros(rows, np.bool_)
        self.mode: list[DigitMode] = [DigitMode.AUTO] * rows
        self.keys_end_plays = np.ones(rows, np.bool_)
        self.latched = np.zeros(rows, np.bool_)
        self.first_word = np.full(
            rows, NO_FIRST_WORD, np.uint32
        )  # the first two bytes of the channel's audio packets in the high half of a word, marker bit 0; see ``refresh``
        self.last_heard = np.zeros(rows, np.int64)  # tick of the last packet, or of the last change of the far end
        self.next_silence = np.zeros(rows, np.int64)
        self.far_ssrc = np.zeros(rows, np.uint32)
        self.ssrc = np.zeros(rows, np.uint32)

    def memory(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``kernel.c`` works on."""
        return {
            "law": self.law, "first_word": self.first_word, "far_ssrc": self.far_ssrc, "last_heard": self.last_heard,
        }  # fmt: skip

    def __len__(self) -> int:
        return len(self.row_of)

    @property
    def full(self) -> bool:
        return not self._free

    def open(self, leg: LegId, mode: DigitMode, near: Near, port: int) -> int:
        """Assigns a row to a leg and returns the row; ``IndexError`` when full."""
        row = heapq.heappop(self._free)
        self.row_of[leg] = row
        self.leg[row], self.near[row], self.far[row], self.mode[row] = leg, near, None, mode
        self.used[row] = self.keys_end_plays[row] = True
        self.port[row] = port
        self.law[row] = LAW_INDEX[near.law]
        self.event_type[row] = self.near_event_type[row] = NO_EVENT_TYPE
        self.sends[row] = self.speaks[row] = self.latched[row] = self.inband[row] = False
        self.first_word[row] = NO_FIRST_WORD
        self.ssrc[row] = secrets.randbits(32)
        self.far_ssrc[row] = 0
        self.upto = max(self.upto, row + 1)
        self.changed = True
        return row

    def set_far(self, row: int, far: Far, tick: int) -> None:
        """Takes over law, digit mode and direction from new SDP."""
        self.far[row] = far
        self.law[row] = LAW_INDEX.get(far.law, A)
        self.event_type[row] = NO_EVENT_TYPE if far.telephone_event is None else far.telephone_event
        near = self.near[row]
        offered = None if near is None or far.telephone_event is None else near.telephone_event
        self.near_event_type[row] = NO_EVENT_TYPE if offered is None else offered
        mode = self.mode[row]
        self.inband[row] = mode is DigitMode.INBAND or (mode is DigitMode.AUTO and far.telephone_event is None)
        reachable = far.ip != "0.0.0.0" and far.port > 0  # noqa: S104  # hold by RFC 2543
        self.sends[row] = far.direction in HEARS and reachable
        self.speaks[row] = far.direction in SENDS
        self.last_heard[row] = tick
        self.next_silence[row] = tick + 500
        self.changed = True

    def unlatch(self, row: int) -> None:
        """The next packet of the row's key latches the row."""
        self.latched[row] = False
        self.first_word[row] = NO_FIRST_WORD

    def refresh(self, upto: int) -> None:
        """Sets ``first_word``: RTP version 2 without padding, extension and CSRCs, and the law's payload type, where audio is expected."""
        listens = self.latched[:upto] & self.speaks[:upto]
        self.first_word[:upto] = np.where(listens, (0x8000 + _TYPES[self.law[:upto]]) << 16, NO_FIRST_WORD)

    def close(self, row: int) -> None:
        del self.row_of[self.leg[row]]
        self.first_word[row] = NO_FIRST_WORD
        self.used[row] = self.sends[row] = self.speaks[row] = self.inband[row] = False
        self.far[row] = self.near[row] = None
        heapq.heappush(self._free, row)
        while self.upto and not self.used[self.upto - 1]:
            self.upto -= 1
        self.changed = True
