"""The receive side of a tick: each datagram goes to its channel's jitter buffer, key detection and counters."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from switch_server.card import rtp
from switch_server.card.channels import Channels
from switch_server.card.g711 import ACROSS, PAYLOAD_TYPE
from switch_server.card.jitter import JitterBuffer
from switch_server.card.latch import Latches
from switch_server.card.moved import MovedSources
from switch_server.card.quality import Reception
from switch_server.card.rfc4733 import EventsIn, read_event
from switch_server.card.sockets import SOCKET_BATCH, BatchSockets
from switch_server.card.sources import Sources

Rows = npt.NDArray[np.int64]

PASSES = 4
"""Times that a tick reads all ports, while some have more than a batch waiting: limits the work that a flood can cause."""
UNKNOWN_SENDERS_A_BATCH = 64
"""Unknown addresses examined in one batch; the packets of further ones are only counted as strangers'."""
IDLE_PORTS_EVERY = 50
USUAL_BYTES = 172
"""Bytes of the usual packet: a 12-byte header and 20 ms."""
_FIRST_WORD_MASK = np.uint32(0xFF7F_0000)
"""The first two bytes of a header word without the marker bit."""
_PAYLOAD_TYPE = np.array(PAYLOAD_TYPE, np.uint8)


class Intake:
    """``step`` once a tick. A packet may cause a call of ``on_key(row, key, stamp)`` or ``on_latch(row, address)``."""

    def __init__(
        self,
        sockets: BatchSockets,
        channels: Channels,
        latches: Latches,
        jitter: JitterBuffer,
        reception: Reception,
        on_key: Callable[[int, str, int], None],
        on_latch: Callable[[int, bytes], None],
    ) -> None:
        self._sockets, self._channels, self._latches = sockets, channels, latches
        self._jitter, self._reception = jitter, reception
        self.sources = Sources(channels)
        self._moved = MovedSources(channels, latches)
        self._on_key, self._on_latch = on_key, on_latch
        self._events: dict[int, EventsIn] = {}
        self.strangers_of = np.zeros(channels.size, np.int64)
        self.packets = self.strangers = self.malformed = 0
        self._due = 0

    def forget(self, row: int) -> None:
        self._events.pop(row, None)
        self.sources.release(row)
        self.strangers_of[row] = 0

    def discard(self, port: int) -> None:
        """Throws away datagrams of a port without channels: late packets of ended calls must not latch the next call."""
        for _ in range(PASSES * PASSES):
            count = self._sockets.receive([port])
            self.packets += count
            self.strangers += count
            if count < SOCKET_BATCH:
                break

    def step(self, tick: int, due: int) -> None:
        """Processes the datagrams received since the last tick, ``PASSES`` batches at most.

        ``due`` is the time at which the tick was due: samples of the wall clock, as ``BatchSockets.arrivals``.
        """
        self._due = due
        ports = self._latches.ports_in_use
        if tick % IDLE_PORTS_EVERY == 0:
            ports = list(range(self._latches.ports))
        for _ in range(PASSES):
            count = self._sockets.receive(ports)
            if count:
                self._batch(count, tick)
            if not self._sockets.more:
                break

    def _batch(self, count: int, tick: int) -> None:
        keys = self._sockets.keys(count)
        owner = self._latches.owners(keys)
        self.packets += count
        known = owner.min() >= 0
        if not known:
            self._strangers(keys, owner, tick)
        lengths = self._sockets.rx_len[:count]
        first, stamp, ssrc = rtp.words(self._sockets.rx[:count])
        channels = self._channels
        steady = first & _FIRST_WORD_MASK == channels.first_word[owner]  # owner -1 reads the last row; removed below
        steady &= lengths == USUAL_BYTES
        steady &= ssrc == channels.far_ssrc[owner]
        steady &= self._jitter.running[owner]
        if not known:
            steady &= owner >= 0
        if steady.all():
            self._steady(owner, first, stamp, slice(0, count), tick)
            return
        which, rest = np.flatnonzero(steady), np.flatnonzero(~steady & (owner >= 0))
        if which.size:
            self._steady(owner[which], first[which], stamp[which], which, tick)
        if rest.size:
            self._irregular(owner[rest], rest, lengths, tick)

    def _steady(
        self, owner: Rows, first: npt.NDArray[np.uint32], stamp: npt.NDArray[np.uint32], at: Rows | slice, tick: int
    ) -> None:
        """Packets of 20 ms of audio with a plain header from the channel's current source: nearly all packets."""
        self._channels.last_heard[owner] = tick
        came = self._sockets.arrivals(at)
        self._reception.push(owner, first.astype(np.uint16), stamp, None, came)
        self._jitter.push_whole(owner, stamp, self._channels.far_ssrc, self._sockets.rx, at, self._due - came)

    def _irregular(self, owner: Rows, at: Rows, lengths: npt.NDArray[np.uint32], tick: int) -> None:
        """All other packets from the channels' far ends."""
        rx = self._sockets.rx
        headers = rtp.parse(rx[at], lengths[at])
        if not headers.good.all():
            self.malformed += int((~headers.good).sum())
            good = np.flatnonzero(headers.good)
            if not good.size:
                return
            owner, at, headers = owner[good], at[good], headers.take(good)
        if not self._channels.latched[owner].all():
            self._latch(owner, at)
        self._receive(owner, headers, at, rx, tick)

    def _receive(self, owner: Rows, headers: rtp.Headers, at: Rows, rx: npt.NDArray[np.uint8], tick: int) -> None:
        channels = self._channels
        accepted, anew = self.sources.admit(owner, headers.ssrc, headers.length, tick)
        if not accepted.all():
            self._other_sources(owner, headers, at, rx, np.flatnonzero(~accepted), tick)
            which = np.flatnonzero(accepted)
            if not which.size:
                return
            owner, at, headers, anew = owner[which], at[which], headers.take(which), anew[which]
        came = self._sockets.arrivals(at)
        self._reception.push(owner, headers.seq, headers.stamp, anew, came)
        wanted = (headers.type == _PAYLOAD_TYPE[channels.law[owner]]) & channels.speaks[owner]
        if not wanted.all():
            self._other_payloads(owner, headers, at, rx, wanted, tick)
            which = np.flatnonzero(wanted)
            if not which.size:
                return
            owner, at, headers, came = owner[which], at[which], headers.take(which), came[which]
        wait = self._due - came
        self._jitter.push(owner, headers.stamp, headers.ssrc, rx, at, headers.offset, headers.length, wait)

    def _other_payloads(
        self,
        owner: Rows,
        headers: rtp.Headers,
        at: Rows,
        rx: npt.NDArray[np.uint8],
        wanted: npt.NDArray[np.bool_],
        tick: int,
    ) -> None:
        """Packets that are no wanted audio of the channel's law.

        Keys are reported, audio of the other law is re-coded, the rest (comfort noise, audio of a far end that should be silent) is dropped.
        """
        channels = self._channels
        for i in np.flatnonzero(~wanted).tolist():
            row, kind = int(owner[i]), int(headers.type[i])
            start, end = int(headers.offset[i]), int(headers.offset[i] + headers.length[i])
            if self._is_event(row, kind):
                self._event(headers, i, row, rx[at[i]], tick)
            elif kind in PAYLOAD_TYPE and channels.speaks[row]:
                law = int(channels.law[row])
                rx[at[i], start:end] = ACROSS[1 - law, law][rx[at[i], start:end]]
                wanted[i] = True

    def _other_sources(
        self, owner: Rows, headers: rtp.Headers, at: Rows, rx: npt.NDArray[np.uint8], which: Rows, tick: int
    ) -> None:
        """Packets of another SSRC than the channel's: only keys are taken, and only while the channel's own source has sent no key."""
        for i in which.tolist():
            row = int(owner[i])
            if self._is_event(row, int(headers.type[i])):
                self._event(headers, i, row, rx[at[i]], tick)

    def _is_event(self, row: int, kind: int) -> bool:
        return kind in {self._channels.event_type[row], self._channels.near_event_type[row]}

    def _event(self, headers: rtp.Headers, i: int, row: int, datagram: npt.NDArray[np.uint8], tick: int) -> None:
        """Packet ``i`` of ``headers``, an event: reports its key."""
        start, end = int(headers.offset[i]), int(headers.offset[i] + headers.length[i])
        ssrc, seq, stamp = int(headers.ssrc[i]), int(headers.seq[i]), int(headers.stamp[i])
        marker = bool(datagram[1] & 0x80)
        packet = read_event(ssrc, seq, stamp, datagram[start:end].tobytes(), marker=marker, tick=tick)
        if packet is not None:
            key = self._events.setdefault(row, EventsIn()).packet(packet, int(self._channels.far_ssrc[row]))
            if key is not None:
                self._on_key(row, key, stamp)

    def _latch(self, owner: Rows, at: Rows) -> None:
        for i, row in enumerate(owner.tolist()):
            if not self._channels.latched[row]:
                self._on_latch(row, self._sockets.address(int(at[i])))

    def _strangers(self, keys: Any, owner: Rows, tick: int) -> None:
        """Packets from addresses that no channel has: they latch a channel (``MovedSources.row_of``), or are counted."""
        missed = np.flatnonzero(owner < 0)
        unknown, first, place, counts = np.unique(
            keys[missed], return_index=True, return_inverse=True, return_counts=True
        )
        self.strangers += len(missed)
        for number in range(min(len(unknown), UNKNOWN_SENDERS_A_BATCH)):
            key, at = int(unknown[number]), int(missed[first[number]])
            ssrc = int.from_bytes(self._sockets.rx[at, 8:12].tobytes(), "big")
            row = self._moved.row_of(key, ssrc, tick)
            if row is not None and self._plausible(at, row) and self._latches.claim(key, int(counts[number])):
                self._latches.latch(row, key)
                if self._channels.latched[row]:
                    self._channels.unlatch(row)
                    self.sources.release(row)
                owner[missed[place == number]] = row
                self.strangers -= int(counts[number])
            else:
                self._count_strangers(key, int(counts[number]))

    def _plausible(self, at: int, row: int) -> bool:
        """Whether an unknown sender's packet is RTP with a payload type that the channel accepts."""
        packet, size = self._sockets.rx[at], int(self._sockets.rx_len[at])
        return (
            size > 12
            and int(packet[0]) & 0xC0 == 0x80
            and int(packet[1]) & 0x7F
            in {*PAYLOAD_TYPE, int(self._channels.event_type[row]), int(self._channels.near_event_type[row])}
        )

    def _count_strangers(self, key: int, count: int) -> None:
        """Counts strangers' packets for the port's channel, where the port has only one."""
        channels = self._channels
        here = np.flatnonzero(channels.used[: channels.upto] & (channels.port[: channels.upto] == key & 0xFFFF))
        if here.size == 1:
            self.strangers_of[here[0]] += count
