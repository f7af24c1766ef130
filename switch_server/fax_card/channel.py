"""A channel of the fax card: its own UDP port, its far end, RTP or UDPTL, and the fax that it sends or receives."""

import contextlib
import secrets
import struct
from collections.abc import Callable
from typing import Any, Final

from shared.enums import Direction, Law
from shared.fax import FaxId, FaxResult
from shared.ids import LegId
from switch_server.card.sockets import bind_pair
from switch_server.core.words import CardEvent, Far, MediaLatched, MediaSilent, MediaStats, Near
from switch_server.fax_card import FRAME, udptl
from switch_server.fax_card.audio import SILENCE, TYPES, AudioBuffer, parse
from switch_server.fax_card.codec import Codec
from switch_server.fax_card.session import ChannelSession
from switch_server.fax_card.source import Address, FarSource
from switch_server.fax_card.t30 import AudioTerminal, Task
from switch_server.fax_card.t38 import T38Terminal

HEARS: Final = frozenset({Direction.SENDRECV, Direction.RECVONLY})
SPEAKS: Final = frozenset({Direction.SENDRECV, Direction.SENDONLY})
SILENT_TICKS: Final = 500
"""Ticks (10 s) without RTP until ``MediaSilent``, and between two of them."""
DATAGRAMS_A_TICK: Final = 64
BUFFER_BYTES: Final = 1 << 18
_RTP: Final = struct.Struct("!BBHII")


class FaxChannel:
    """``tick`` each 20 ms: takes what has come, and sends a frame. Raises ``OSError`` where no port can be had or the address is none."""

    def __init__(
        self, library: Any, codec: Codec, leg: LegId, ip: str, law: Law, tell: Callable[[CardEvent], None]
    ) -> None:
        self._library, self._codec, self._leg, self._tell = library, codec, leg, tell
        self._law, self._far = law, None
        self._rtp, self._rtcp = bind_pair(ip, BUFFER_BYTES)  # the second port is bound so that no other channel has it
        self.near = Near(ip, self._rtp.getsockname()[1], law, t38=True)
        self.source = FarSource()
        self.malformed = self.packets_in = self.packets_out = 0
        self._buffer = AudioBuffer()
        self._seq, self._stamp, self._ssrc = secrets.randbits(16), secrets.randbits(32), secrets.randbits(32)
        self._marker = True
        self._session: ChannelSession | None = None

    _far: Far | None

    def change_far(self, far: Far) -> None:
        """New SDP. A running fax changes to T.38, or back to audio, with a new T.30 session."""
        self.source.expect(far)
        was_t38 = self._far is not None and self._far.t38 is not None
        changed = far.t38 is not None or was_t38
        self._far = far
        if far.t38 is None:
            self._law = far.law
        if self._session is not None and changed and was_t38 is not (far.t38 is not None):
            self._use(self._session)

    def begin(self, fax: FaxId, task: Task) -> None:
        """Ends a running session, then begins a new one."""
        if self._session is not None:
            self._session.close()
        self._session = ChannelSession(self._library, self._leg, fax, task, self._tell)
        self._use(self._session)

    def stop_fax(self) -> None:
        if self._session is not None:
            self._session.stop(FaxResult.STOPPED)

    def close(self) -> MediaStats:
        if self._session is not None:
            self._session.close()
        self._rtp.close()
        self._rtcp.close()
        buffer = self._buffer
        return MediaStats(
            packets_in=self.packets_in, packets_out=self.packets_out, lost=buffer.lost, late=buffer.late,
            strangers=self.source.strangers,
        )  # fmt: skip

    def tick(self) -> None:
        self.source.tick()
        session = self._session
        terminal = None if session is None or session.over else session.terminal
        self._receive(terminal)
        far = self._far
        if far is not None and far.t38 is not None:
            if isinstance(terminal, T38Terminal):
                terminal.transmit()
        else:
            self._audio(terminal)
            self._note_silence(far)
        if session is not None:
            session.tick()
            if session.over:
                self._session = None

    def _use(self, session: ChannelSession) -> None:
        if self._far is not None and self._far.t38 is not None:
            session.use_t38(self._far.t38, self._send)
        else:
            session.use_audio()

    # --- receiving ---

    def _receive(self, terminal: AudioTerminal | T38Terminal | None) -> None:
        for _ in range(DATAGRAMS_A_TICK):
            try:
                datagram, sender = self._rtp.recvfrom(udptl.LARGEST + 1)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier packet
            self.packets_in += 1
            if self._far is not None and self._far.t38 is not None:
                self._take_udptl(datagram, sender, terminal)
            else:
                self._take_rtp(datagram, sender)

    def _take_udptl(self, datagram: bytes, sender: Address, terminal: AudioTerminal | T38Terminal | None) -> None:
        if self._buffer.is_source(datagram[8:12]):
            return  # RTP of the time before the change
        try:
            packet = udptl.decode(datagram)
        except udptl.MalformedPacket:
            self.malformed += 1
            return
        if self._is_far(sender) and isinstance(terminal, T38Terminal):
            terminal.receive(packet)

    def _take_rtp(self, datagram: bytes, sender: Address) -> None:
        packet = parse(datagram)
        if packet is None:
            self.malformed += 1
        elif self._is_far(sender) and self._far is not None and self._far.direction in SPEAKS:
            self._buffer.push(packet)

    def _is_far(self, sender: Address) -> bool:
        was = self.source.latched
        taken = self.source.take(sender)
        if taken and not was:
            self._tell(MediaLatched(self._leg))
        return taken

    # --- sending ---

    def _audio(self, terminal: AudioTerminal | T38Terminal | None) -> None:
        frame = self._buffer.frame()
        coded = SILENCE[self._law]
        if isinstance(terminal, AudioTerminal):
            if frame is not None:
                terminal.receive(self._codec.decode(frame, self._buffer.law))
            terminal.transmit(self._codec.samples)
            coded = self._codec.encode(self._law)
        self._stamp = (self._stamp + FRAME) & 0xFFFF_FFFF
        if self._far is None or self._far.direction not in HEARS:
            return
        self._seq = (self._seq + 1) & 0xFFFF
        kind = TYPES[self._law] | self._marker << 7
        self._marker = False
        self._send(_RTP.pack(0x80, kind, self._seq, self._stamp, self._ssrc) + coded)

    def _send(self, datagram: bytes) -> None:
        far = self.source.far
        if far is None or far[0] == "0.0.0.0" or not far[1]:  # noqa: S104  # hold by RFC 2543
            return
        with contextlib.suppress(
            OSError
        ):  # the system's queue is full, or the far end's port is closed: as good as lost
            self._rtp.sendto(datagram, far)
            self.packets_out += 1

    def _note_silence(self, far: Far | None) -> None:
        quiet = self.source.quiet
        if far is not None and far.direction in SPEAKS and quiet and quiet % SILENT_TICKS == 0:
            self._tell(MediaSilent(self._leg, quiet // 50))
