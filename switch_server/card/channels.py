"""The card's channels as columns: what a row is, and which rows need which step.

Rows are given out lowest first, so that work on ``[:upto]`` touches live rows only.
"""

import heapq
import secrets

import numpy as np

from shared.enums import DigitMode, Direction
from shared.ids import LegId
from switch_server.card.g711 import LAW_INDEX, PAYLOAD_TYPE, A
from switch_server.core.words import Far, Near

NO_EVENT_TYPE = 255
NEVER = 0xFFFF_0000
_TYPES = np.array(PAYLOAD_TYPE, np.uint32)
SENDS = frozenset({Direction.SENDRECV, Direction.SENDONLY})
HEARS = frozenset({Direction.SENDRECV, Direction.RECVONLY})


class Channels:
    """Columns by row, and ``row_of`` by leg. ``changed`` asks the card to work out its lists anew before the next tick."""

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
        self.event_type = np.full(rows, NO_EVENT_TYPE, np.uint8)
        self.port = np.zeros(rows, np.int64)
        self.sends = np.zeros(rows, np.bool_)  # we send to it
        self.speaks = np.zeros(rows, np.bool_)  # it should send to us
        self.inband = np.zeros(rows, np.bool_)
        self.mode: list[DigitMode] = [DigitMode.AUTO] * rows
        self.latched = np.zeros(rows, np.bool_)
        self.begins = np.full(
            rows, NEVER, np.uint32
        )  # first two bytes of its audio packets in a word, marker left out; see ``settle``
        self.last_heard = np.zeros(rows, np.int64)  # tick of the last packet, or of the moment from which one was due
        self.next_silence = np.zeros(rows, np.int64)
        self.far_ssrc = np.zeros(rows, np.uint32)
        self.ssrc = np.zeros(rows, np.uint32)

    def __len__(self) -> int:
        return len(self.row_of)

    @property
    def full(self) -> bool:
        return not self._free

    def open(self, leg: LegId, mode: DigitMode, near: Near, port: int) -> int:
        """Gives a leg its row; ``IndexError`` when full."""
        row = heapq.heappop(self._free)
        self.row_of[leg] = row
        self.leg[row], self.near[row], self.far[row], self.mode[row] = leg, near, None, mode
        self.used[row] = True
        self.port[row] = port
        self.law[row] = LAW_INDEX[near.law]
        self.event_type[row] = NO_EVENT_TYPE
        self.sends[row] = self.speaks[row] = self.latched[row] = self.inband[row] = False
        self.begins[row] = NEVER
        self.ssrc[row] = secrets.randbits(32)
        self.far_ssrc[row] = 0
        self.upto = max(self.upto, row + 1)
        self.changed = True
        return row

    def set_far(self, row: int, far: Far, tick: int) -> None:
        """What SDP says now: law, digits, direction."""
        self.far[row] = far
        self.law[row] = LAW_INDEX.get(far.law, A)
        self.event_type[row] = NO_EVENT_TYPE if far.telephone_event is None else far.telephone_event
        mode = self.mode[row]
        self.inband[row] = mode is DigitMode.INBAND or (mode is DigitMode.AUTO and far.telephone_event is None)
        reachable = far.ip != "0.0.0.0" and far.port > 0  # noqa: S104  # RFC 2543's way to hold
        self.sends[row] = far.direction in HEARS and reachable
        self.speaks[row] = far.direction in SENDS
        self.last_heard[row] = tick
        self.next_silence[row] = tick + 500
        self.changed = True

    def settle(self, upto: int) -> None:
        """Works out ``begins``: RTP version 2 without extras, the law's payload type, where audio is awaited."""
        listens = self.latched[:upto] & self.speaks[:upto]
        self.begins[:upto] = np.where(listens, (0x8000 + _TYPES[self.law[:upto]]) << 16, NEVER)

    def close(self, row: int) -> None:
        del self.row_of[self.leg[row]]
        self.begins[row] = NEVER
        self.used[row] = self.sends[row] = self.speaks[row] = self.inband[row] = False
        self.far[row] = self.near[row] = None
        heapq.heappush(self._free, row)
        while self.upto and not self.used[self.upto - 1]:
            self.upto -= 1
        self.changed = True
