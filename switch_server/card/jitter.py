"""The jitter buffer of all channels: a ring for each channel, indexed by RTP timestamp.

The ring holds 32 slots of 20 ms as received bytes, with a flag for each half (10 ms). ``next_stamp`` is the RTP timestamp that
``pop`` plays next, and ``head`` its slot. ``room`` is the number of samples from ``next_stamp`` to a packet's timestamp, ``wait`` the
number from its arrival to the tick; their sum is its headroom (``headroom.py``). Order, duplicates and packet lengths do not matter; a new
SSRC, a jump of the timestamp or lasting lateness restarts the ring.

Depth adapts in slots, up to 200 ms: a stream begins with the depth that gives its first packet a headroom of ``MARGIN``; a late packet
delays playing by as many slots as it needs; ``settle`` removes and adds single slots in silence. Lost audio is concealed
(``concealment.py``), after 60 ms by silence; where very many rows lose audio at one tick, the others repeat the frame before.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from switch_server.card import FRAME
from switch_server.card.concealment import HISTORY, OVERLAP, SILENT_FROM, Concealment
from switch_server.card.g711 import HALVED, SILENCE
from switch_server.card.headroom import MARGIN, MOST_SAMPLES, Headroom
from switch_server.card.ring_sound import RingSound

Rows = npt.NDArray[np.int64]

SLOTS = 32
FAR_AHEAD = (SLOTS - 14) * FRAME
MOST_AHEAD = (SLOTS - 4) * FRAME  # the slots before ``head`` have the last played frames
FAR_BEHIND = -8000
LATE_TICKS_TO_RESTART = 10
HALF = FRAME // 2
LONGEST = 10 * FRAME
"""Samples of the longest packet that is received (200 ms)."""
MOST_START_SLOTS = 2
RESTARTS_A_BATCH = 3
SOURCE_GONE = 250  # concealed halves of slots in a row at which the count stops; also the count before the first packet
SILENT_AFTER = SILENT_FROM // HALF
CONCEALED_A_TICK = 64
"""Rows whose loss is concealed by pitch, and mended, in one tick."""
SETTLED_A_TICK = 64
"""Rows whose depth may change at one call of ``settle``; further rows have their turn at the next calls."""
QUIET = 7900.0
"""Mean square of a frame below which a slot may be removed or added: -45 dBm0."""
AT_ONCE = 10
"""Slots too many that are removed at once, wherever the speech is."""
_SILENCE = np.array(SILENCE, np.uint8)


class JitterBuffer:
    """``push`` stores a batch's packets; then, once a tick, ``pop`` (this tick's frames of some rows) and ``advance``."""

    def __init__(self, rows: int) -> None:
        self._bytes = np.zeros(
            (SLOTS, rows, FRAME), np.uint8
        )  # slots are the first axis: a tick touches one stretch of memory
        self._ring: Any = self._bytes.view(f"V{FRAME}")[:, :, 0]
        self._halves: Any = self._bytes.view(f"V{HALF}")
        self._have = np.zeros((SLOTS, rows), np.uint8)
        self._ring_flat, self._have_flat = (
            self._ring.reshape(-1),
            self._have.reshape(-1),
        )  # views, since one index is faster than two
        self._turn = 0
        self.running = np.zeros(rows, np.bool_)
        self.next_stamp = np.zeros(rows, np.uint32)
        self._head = np.zeros(rows, np.int64)
        self._ssrc = np.zeros(rows, np.uint32)
        self._all = np.arange(rows)
        self.headroom = Headroom(rows)
        self._late_ticks = np.zeros(rows, np.uint8)
        self._missed = np.full(rows, SOURCE_GONE, np.uint8)  # halves of slots concealed in a row
        self._concealment, self._sound = Concealment(rows), RingSound(self._bytes)
        self.late = np.zeros(rows, np.int64)
        self.restarts = np.zeros(rows, np.int64)

    def memory(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``kernel.c`` works on."""
        ring: dict[str, Any] = {"ring": self._bytes, "have": self._have, "head": self._head}
        ring |= {"next_stamp": self.next_stamp, "running": self.running, "missed": self._missed}
        return ring | self.headroom.memory()

    def whole(self, rows: Rows) -> tuple[Rows, Any]:
        """Those of the rows whose frame of this tick has been received whole, and these frames ((n,) ``V160``)."""
        slots = self._head[rows] % SLOTS
        there = self._have[slots, rows] == 3
        return rows[there], self._ring[slots[there], rows[there]]

    def reset(self, row: int, silence: int) -> None:
        """Clears a row; ``silence`` is the byte that is played until the first packet."""
        self._bytes[:, row] = silence
        self._have[:, row] = 0
        self.running[row] = False
        self._missed[row] = SOURCE_GONE
        self.late[row] = self.restarts[row] = 0
        self.headroom.restart(np.array([row]))

    def push(
        self,
        rows: Rows,
        stamp: npt.NDArray[np.uint32],
        ssrc: npt.NDArray[np.uint32],
        rx: npt.NDArray[np.uint8],
        at: Rows,
        offset: Rows,
        length: Rows,
        wait: Rows,
    ) -> None:
        """Stores packets of channels ``rows``, in order of arrival; the payload of packet i is ``rx[at[i], offset[i]:][:length[i]]``.

        ``wait`` is the time from a packet's arrival to the time at which the tick was due, samples; negative where it came after that.
        Of a packet only the samples for which the ring has room are stored, and ``LONGEST`` at most.
        """
        room = self._room(rows, stamp)
        anew = self._off_stream(rows, ssrc, room)
        for _ in range(RESTARTS_A_BATCH):
            if not anew.any():
                break
            self._restart_first(rows, stamp, ssrc, wait - np.maximum(FRAME - length, 0), np.flatnonzero(anew))
            room = self._room(rows, stamp)
            anew = self._off_stream(rows, ssrc, room)
        if (room < 0).any():
            self._grow(rows, stamp, np.where(anew, 0, room), wait)
            room = self._room(rows, stamp)
            np.add.at(self.late, rows[room < 0], 1)
        if anew.any() or (room < 0).any():
            keep = ~anew & (room >= 0) & (room <= FAR_AHEAD + MOST_SAMPLES)
            rows, room, wait = rows[keep], room[keep], wait[keep]
            at, offset, length = at[keep], offset[keep], length[keep]
        self.headroom.note(rows, (room - room % FRAME + wait).astype(np.int32))
        if length.size and int(length.max()) > FRAME:
            length = np.minimum(length, np.minimum(LONGEST, MOST_AHEAD - room))
        self._store(rows, room, rx, at, offset, length)

    def push_whole(
        self,
        rows: Rows,
        stamp: npt.NDArray[np.uint32],
        ssrc: npt.NDArray[np.uint32],
        rx: npt.NDArray[np.uint8],
        at: Rows | slice,
        wait: Rows,
    ) -> None:
        """``push`` for packets of 20 ms with a 12-byte header from current sources; ``ssrc`` is indexed by row."""
        ahead = stamp - self.next_stamp[rows]  # unsigned: a late packet seems very far ahead
        slots = ahead // np.uint32(FRAME)
        if int(ahead.max()) > FAR_AHEAD or (slots * np.uint32(FRAME) != ahead).any():
            at = np.arange(len(rx))[at]
            self.push(rows, stamp, ssrc[rows], rx, at, np.full(rows.size, 12), np.full(rows.size, FRAME), wait)
            return
        self.headroom.note(rows, ahead.view(np.int32) + wait.astype(np.int32))
        place = self._head[rows]
        place += slots
        place &= SLOTS - 1
        place *= self._all.size
        place += rows
        payload: Any = rx[:, 12 : 12 + FRAME].view(f"V{FRAME}")[:, 0]
        self._ring_flat[place] = payload[at]
        self._have_flat[place] = 3

    def _store(self, rows: Rows, room: Any, rx: npt.NDArray[np.uint8], at: Rows, offset: Rows, length: Rows) -> None:
        whole = (length == FRAME) & (offset == 12) & (room % FRAME == 0)
        if not whole.all():
            rest = np.flatnonzero(~whole)
            self._store_rest(rows[rest], room[rest], rx, at[rest], offset[rest], length[rest])
            rows, room, at = rows[whole], room[whole], at[whole]
        slot = (self._head[rows] + room // FRAME) & (SLOTS - 1)
        payload: Any = rx[:, 12 : 12 + FRAME].view(f"V{FRAME}")[:, 0]
        self._ring[slot, rows] = payload[at]
        self._have[slot, rows] = 3

    def _store_rest(
        self, rows: Rows, room: Any, rx: npt.NDArray[np.uint8], at: Rows, offset: Rows, length: Rows
    ) -> None:
        """Packets of 10 ms and of 30 to 200 ms are stored by halves of a slot; packets off the 10 ms grid byte by byte."""
        even = (length % HALF == 0) & (offset == 12) & (room % HALF == 0)
        for i in np.flatnonzero(~even).tolist():
            end = int(offset[i] + length[i])
            self._store_bytes(int(rows[i]), int(room[i]), rx[at[i], offset[i] : end])
        rows, room, at, pieces = rows[even], room[even], at[even], length[even] // HALF
        if not rows.size:
            return
        piece = np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        rows, at = np.repeat(rows, pieces), np.repeat(at, pieces)
        half = (2 * self._head[rows] + np.repeat(room // HALF, pieces) + piece) & (2 * SLOTS - 1)
        source: Any = rx[:, 12 : 12 + LONGEST].view(f"V{HALF}")
        self._halves[half >> 1, rows, half & 1] = source[at, piece]
        np.bitwise_or.at(self._have, (half >> 1, rows), (1 + (half & 1)).astype(np.uint8))

    def _store_bytes(self, row: int, room: int, payload: npt.NDArray[np.uint8]) -> None:
        begin = int(self._head[row]) * FRAME + room
        places = (begin + np.arange(len(payload))) % (SLOTS * FRAME)
        self._bytes[places // FRAME, row, places % FRAME] = payload
        for half in set((places // HALF).tolist()):
            self._have[half >> 1, row] |= 1 + (half & 1)

    def _room(self, rows: Rows, stamp: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
        return (stamp - self.next_stamp[rows]).view(np.int32)

    def _off_stream(
        self, rows: Rows, ssrc: npt.NDArray[np.uint32], room: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.bool_]:
        """Packets that do not belong to the row's current stream: from a new source, or with a timestamp far off."""
        astray: npt.NDArray[np.bool_] = ~self.running[rows]
        astray |= (ssrc != self._ssrc[rows]) | (room > FAR_AHEAD) | (room < FAR_BEHIND)
        return astray

    def _restart_first(
        self, rows: Rows, stamp: npt.NDArray[np.uint32], ssrc: npt.NDArray[np.uint32], wait: Rows, which: Rows
    ) -> None:
        """Restarts each row of the packets ``which`` with the first of its packets."""
        touched, first = np.unique(rows[which], return_index=True)
        self._ssrc[touched] = ssrc[which[first]]
        self._restart(touched, stamp[which[first]], wait[which[first]])

    def _restart(self, rows: Rows, stamp: npt.NDArray[np.uint32], wait: Rows) -> None:
        self.restarts[rows] += self.running[rows]
        self.running[rows] = True
        slots = np.clip(-((wait - MARGIN) // FRAME), 0, MOST_START_SLOTS)
        self.next_stamp[rows] = stamp - (slots * FRAME).astype(np.uint32)
        self._have[:, rows] = 0
        self._late_ticks[rows] = 0
        self.headroom.restart(rows)

    def _grow(self, rows: Rows, stamp: npt.NDArray[np.uint32], room: npt.NDArray[np.int32], wait: Rows) -> None:
        """Delays playing by as many slots as the row's latest packet needs, within ``MOST_SAMPLES``; restarts rows with lasting lateness.

        A packet that was there in time, but whose ticks were skipped, delays nothing.
        """
        late = np.flatnonzero((room < 0) & (room - room % FRAME + wait < 0))
        if not late.size:
            return
        touched, place = np.unique(rows[late], return_inverse=True)
        worst = np.zeros(len(touched), np.int32)
        np.minimum.at(worst, place, room[late])
        most = np.clip(self.headroom.most[touched], 0, MOST_SAMPLES)
        slots = np.clip((FRAME - 1 - worst) // FRAME, 0, (MOST_SAMPLES - most) // FRAME).astype(np.int64)
        self._deepen(touched, slots)
        self.headroom.wish[touched[slots > 0]] = 0
        self._late_ticks[touched] = np.where(slots > 0, 0, np.minimum(self._late_ticks[touched], 200) + 1)
        lasting = self._late_ticks[touched] >= LATE_TICKS_TO_RESTART
        if lasting.any():
            newest = np.zeros(len(touched), np.int64)
            newest[place] = late
            self._restart(touched[lasting], stamp[newest[lasting]], wait[newest[lasting]])

    def _deepen(self, rows: Rows, slots: Rows | int) -> None:
        self.next_stamp[rows] -= np.asarray(slots * FRAME).astype(np.uint32)
        self._head[rows] -= slots
        self.headroom.shift(rows, slots)

    def pop(self, rows: Rows, law: npt.NDArray[np.uint8]) -> tuple[Any, npt.NDArray[np.bool_]]:
        """The tick's frames of ``rows`` as (n,) ``V160`` in each row's law, and which of the frames were received whole."""
        slot = self._head[rows] & (SLOTS - 1)
        have = self._have[slot, rows]
        good = have == 3
        after_loss = self._missed[rows] > 0
        if not good.all():
            self._conceal(rows[~good], slot[~good], have[~good], law)
        if after_loss.any():
            which = np.flatnonzero(after_loss & good)
            self._mend(rows[which], slot[which], 0, law)
        return self._ring[slot, rows], good

    def _conceal(self, rows: Rows, slot: Rows, have: npt.NDArray[np.uint8], law: npt.NDArray[np.uint8]) -> None:
        """Fills what is lacking in the frames in ``slot``: the whole frame, its first or its second half."""
        whole, first, second = (np.flatnonzero(have == there) for there in (0, 2, 1))
        self._fill(rows[whole], slot[whole], 0, FRAME, law)
        if first.size:
            self._fill(rows[first], slot[first], 0, HALF, law)
            self._mend(rows[first], slot[first], HALF, law)
        if second.size:
            self._mend(rows[second], slot[second], 0, law)
            self._fill(rows[second], slot[second], HALF, HALF, law)

    def _fill(self, rows: Rows, slot: Rows, begin: int, count: int, law: npt.NDArray[np.uint8]) -> None:
        missed = self._missed[rows]
        self._missed[rows] = np.minimum(missed, SOURCE_GONE - 2) + count // HALF
        sounding = np.flatnonzero(missed < SILENT_AFTER)
        if sounding.size < rows.size:
            gone = np.flatnonzero(missed >= SILENT_AFTER)
            self._bytes[slot[gone], rows[gone], begin : begin + count] = _SILENCE[law[rows[gone]], None]
        if sounding.size > CONCEALED_A_TICK:
            self._repeat(rows, slot, sounding[CONCEALED_A_TICK:], begin, count, law)
            sounding = sounding[:CONCEALED_A_TICK]
        if not sounding.size:
            return
        rows, slot, missed = rows[sounding], slot[sounding], missed[sounding]
        fresh = np.flatnonzero(missed == 0)
        self._concealment.begin(rows[fresh], self._sound.before(rows[fresh], slot[fresh], begin, HISTORY, law))
        sound = self._concealment.sound(rows, missed.astype(np.int64) * HALF, count)
        self._sound.write(rows, slot, begin, sound, law)

    def _repeat(self, rows: Rows, slot: Rows, which: Rows, begin: int, count: int, law: npt.NDArray[np.uint8]) -> None:
        """The same place in the frame before, 6 dB lower."""
        rows, slot = rows[which], slot[which]
        last = self._bytes[(slot - 1) & (SLOTS - 1), rows, begin : begin + count]
        self._bytes[slot, rows, begin : begin + count] = HALVED[law[rows, None], last]
        self._concealment.begin_silent(rows)

    def _mend(self, rows: Rows, slot: Rows, begin: int, law: npt.NDArray[np.uint8]) -> None:
        """The first sound after a loss, which begins at ``begin`` in its frame."""
        missed = self._missed[rows]
        self._missed[rows] = 0
        which = np.flatnonzero((missed > 0) & (missed < SOURCE_GONE))[:CONCEALED_A_TICK]
        if not which.size:
            return
        rows, slot = rows[which], slot[which]
        received = self._sound.part(rows, slot, begin, OVERLAP, law)
        self._sound.write(rows, slot, begin, self._concealment.mend(rows, received), law)

    def advance(self, upto: int) -> None:
        """Advances all rows below ``upto`` by one tick, after ``pop``."""
        head = self._head[:upto]
        place = head & (SLOTS - 1)
        place *= self._all.size
        place += self._all[:upto]
        self._have_flat[place] = 0
        head += 1
        self.next_stamp[:upto] += np.uint32(FRAME)

    def skip(self, upto: int, ticks: int) -> None:
        """Advances all rows below ``upto`` by ``ticks`` that nothing was played in; the next loss begins with silence."""
        for _ in range(min(ticks, SLOTS)):
            self.advance(upto)
        np.maximum(self._missed[:upto], SILENT_AFTER, out=self._missed[:upto])
        self._concealment.begin_silent(np.arange(upto))

    def settle(self, law: npt.NDArray[np.uint8]) -> None:
        """Removes or adds one slot in rows that wish it (``Headroom``) and are silent at this tick.

        It is called between ``push`` and ``pop``, a few times a second: more often finds little more silence.
        """
        rows = self.headroom.wishing
        if rows.size > SETTLED_A_TICK:
            rows = rows.take(self._turn * SETTLED_A_TICK + np.arange(SETTLED_A_TICK), mode="wrap")
            self._turn += 1
        wish = self.headroom.wish[rows]
        if not wish.any():
            return
        self._remove(rows[wish > 0], law)
        self._add(rows[wish < 0], law)

    def _remove(self, rows: Rows, law: npt.NDArray[np.uint8]) -> None:
        """Plays, in place of the frames from the next one to that which follows the removed ones, one that fades from the first to the last."""
        wish = self.headroom.wish[rows]
        slots = np.where(wish >= AT_ONCE, np.minimum(wish, FAR_AHEAD // FRAME), 1).astype(np.int64)
        here, there = self._slot(rows, 0), self._slot(rows, slots)
        missed = self._missed[rows]
        ready = (self._have[here, rows] == 3) & (self._have[there, rows] == 3)
        ready &= (missed == 0) | (missed == SOURCE_GONE)
        ready &= (slots > 1) | self.headroom.impatient(rows) | self._quiet(rows, law)
        self._sound.fade(rows[ready], here[ready], there[ready], law)
        ready |= (self._have[here, rows] | self._have[there, rows] == 0) & (missed >= SILENT_AFTER)
        for row, count in zip(rows[ready].tolist(), slots[ready].tolist(), strict=True):
            self._have[(self._head[row] + np.arange(count)) & (SLOTS - 1), row] = 0
        self._deepen(rows[ready], -slots[ready])
        self.headroom.fulfil(rows[ready], slots[ready])

    def _add(self, rows: Rows, law: npt.NDArray[np.uint8]) -> None:
        """Plays, before the next frame, one that fades from the next frame to the last."""
        here, before = self._slot(rows, 0), self._slot(rows, -1)
        ready = (self._have[here, rows] == 3) & (self._missed[rows] == 0) & self._quiet(rows, law)
        rows, here, before = rows[ready], here[ready], before[ready]
        self._sound.fade(rows, here, before, law)
        self._have[before, rows] = 3
        self._deepen(rows, 1)
        self.headroom.fulfil(rows, -1)

    def _slot(self, rows: Rows, ahead: Rows | int) -> Rows:
        slot: Rows = (self._head[rows] + ahead) & (SLOTS - 1)
        return slot

    def _quiet(self, rows: Rows, law: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        """Whether the last three frames and the next two, if received, are quiet: 60 ms is longer than most closures within a word."""
        slots = (self._head[rows, None] + np.arange(-3, 2)) & (SLOTS - 1)
        power = self._sound.power(rows, slots, law)
        power[:, 4] *= self._have[slots[:, 4], rows] == 3
        quiet: npt.NDArray[np.bool_] = power.max(axis=1) < QUIET
        return quiet

    def adapt(self, upto: int) -> None:
        """Every 2 s: reviews the depths."""
        self.headroom.review(upto)
        self._late_ticks[:upto] = 0
