"""A card: carries out ``CardCommand``s, processes a tick, reports ``CardEvent``s. ``TickLoop`` calls it; the card has no clock of its own.

A command for a leg without a channel on this card is counted and dropped (see ``core.words.media``).
"""

import collections
import secrets
from collections.abc import Callable
from typing import Any

import numpy as np

from shared.enums import DigitMode, PlayEnd
from shared.ids import LegId
from switch_server.card import PortsFull
from switch_server.card.channels import Channels
from switch_server.card.cng import ToneWatch
from switch_server.card.digit_sender import DigitSender
from switch_server.card.dtmf import DtmfDetector
from switch_server.card.g711 import SILENCE
from switch_server.card.intake import IDLE_PORTS_EVERY, Intake
from switch_server.card.jitter import JitterBuffer
from switch_server.card.kernel import Kernel
from switch_server.card.kernel_tick import KernelIntake, KernelMedia
from switch_server.card.latch import Latches, key_of
from switch_server.card.media import MediaPipeline
from switch_server.card.mixer import Mixer
from switch_server.card.networks import networks_of
from switch_server.card.player import PromptPlayer
from switch_server.card.prompts import Prompts
from switch_server.card.quality import Reception, mos
from switch_server.card.recorder import Recorder, RecordingWriter
from switch_server.card.rtcp_reporter import RtcpReporter
from switch_server.card.sockets import MmsgSockets, bind_pair, open_sockets, pack_address
from switch_server.core.words import fax as f
from switch_server.core.words import media as m

ADAPT_EVERY = 100
SETTLE_EVERY = 10
SILENCE_EVERY = 500
"""Ticks without a packet (10 s) until the first ``MediaSilent``, and between two of them."""
CLOSE_WAIT = 250
"""Ticks (5 s) for which ``ChannelClosed`` is held back at most, while the leg's recording is still being written."""


class Card:
    """``do`` carries out a command; ``tick`` is called every 20 ms; events are passed to ``tell`` in order."""

    def __init__(
        self,
        ip: str,
        rows: int,
        prompts: Prompts,
        tell: Callable[[m.CardEvent], None],
        *,
        ports: int = 32,
        plain: bool = False,
        kernel: Kernel | None = None,
    ) -> None:
        self._ip, self._tell, self._prompts = ip, tell, prompts
        self.ticks = self.dropped = 0
        self.stopped = False
        self.channels = Channels(rows)
        self._sockets = open_sockets(rows, plain=plain)
        self._reception = Reception(rows)
        self._rtcp = RtcpReporter(self.channels, self._reception)
        self._port_numbers: list[int] = []
        self._latches = Latches(rows, ports, max(rows, ports), self._grow)
        self._jitter = JitterBuffer(rows)
        self._mixer = Mixer(rows)
        self._player = PromptPlayer(rows, prompts)
        self._writer = RecordingWriter()
        self._recorder = Recorder(rows, self._writer)
        self._detector = DtmfDetector(rows)
        self._watch = ToneWatch(rows)
        self._digit_sender = DigitSender(self.channels, prompts, self._sockets)
        self._far: list[bytes] = [b""] * rows
        self._closing: collections.deque[tuple[int, m.ChannelClosed]] = collections.deque()
        intake = self.channels, self._latches, self._jitter, self._reception, self._event_key, self._latch
        media = (
            self.channels, self._jitter, self._mixer, self._player, self._recorder, self._detector, self._digit_sender,
            self._watch, self._play_ended, self._tone_key, self._cng,
        )  # fmt: skip
        if kernel is not None and isinstance(self._sockets, MmsgSockets):
            self.intake: Intake = KernelIntake(kernel, self._sockets, *intake)
            self.media: MediaPipeline = KernelMedia(kernel, self._sockets, *media)
        else:
            self.intake, self.media = Intake(self._sockets, *intake), MediaPipeline(self._sockets, *media)
        self._latches.add_port()

    # --- commands ---

    def do(self, command: m.CardCommand) -> None:
        if isinstance(command, m.OpenChannel):
            self._open(command)
        elif isinstance(command, m.ReloadPrompts):
            self._prompts.reload()
        elif isinstance(command, m.StopCard):
            self.stopped = True
        else:
            row = self.channels.row_of.get(getattr(command, "leg", LegId("")))
            if row is None:
                self.dropped += 1
            else:
                _HANDLERS[type(command)](self, row, command)

    def _open(self, command: m.OpenChannel) -> None:
        channels, leg = self.channels, command.leg
        if leg in channels.row_of or channels.full:
            self._tell(m.ChannelFailed(leg, "exists" if leg in channels.row_of else "full"))
            return
        far = command.far
        try:
            address = None if far is None else pack_address(far.ip, far.port)
            port = self._latches.choose(address, networks_of(far.sources) if far else ())
        except (PortsFull, OSError, OverflowError, ValueError) as error:
            self._tell(m.ChannelFailed(leg, "full" if isinstance(error, PortsFull) else "bad_address"))
            return
        event_type = 101 if far is None else far.telephone_event
        law = command.law if far is None else far.law
        near = m.Near(self._ip, self._port_numbers[port], law, event_type)
        row = channels.open(leg, command.digits, near, port)
        if port not in self._latches.ports_in_use:
            self.intake.discard(port)
        self._latches.join(port)
        self._jitter.reset(row, SILENCE[channels.law[row]])
        self._reception.reset(row)
        self._detector.reset(row)
        self._far[row] = b""
        self.media.begin(row, secrets.randbits(16), secrets.randbits(32))
        self._tell(m.ChannelOpened(leg, near))
        if far is None:
            self._latches.pend(row, port)
        else:
            self._set_far(row, far)
            self._watch.open(row, self.ticks)  # a call that has come in: a fax machine may be calling

    def _change_far(self, row: int, command: m.ChangeFar) -> None:
        self._set_far(row, command.far)

    def _set_far(self, row: int, far: m.Far) -> None:
        channels = self.channels
        before = channels.far[row]
        law = int(channels.law[row])
        channels.set_far(row, far, self.ticks)
        if before is None or law != channels.law[row]:
            self._jitter.reset(row, SILENCE[channels.law[row]])
        if before is not None and (before.ip, before.port) == (far.ip, far.port):
            return
        try:
            address, networks = pack_address(far.ip, far.port), networks_of(far.sources)
        except (OSError, OverflowError, ValueError):
            channels.sends[row] = False
            return
        channels.latched[row] = False
        self.intake.sources.release(row)
        self._far[row] = address
        self._sockets.set_far(row, address)
        port = int(channels.port[row])
        if far.port and (networks or self._latches.free(port, address, row)):
            self._latches.expect(row, port, address, networks)
        else:
            self._latches.forget(row)

    def _close(self, row: int, _: m.CloseChannel | None = None) -> None:
        leg = self.channels.leg[row]
        self._stop_play(row)
        self._recorder.close(row)
        self._rtcp.receive()
        closed = m.ChannelClosed(leg, self._stats(row))
        self._mixer.drop(row)
        self._digit_sender.forget(row)
        self._latches.leave(row, int(self.channels.port[row]), self.ticks)
        self.intake.forget(row)
        self._rtcp.forget(row)
        self._watch.close(row)
        self.channels.close(row)
        if self._recorder.waits(leg):
            self._closing.append((self.ticks, closed))
        else:
            self._tell(closed)

    def _play(self, row: int, command: m.Play) -> None:
        self._stop_play(row)
        started = self._player.start(row, command.play, command.segments, barge_in=command.barge_in, loop=command.loop)
        if not started:
            empty = PlayEnd.FAILED if command.segments else PlayEnd.DONE
            self._tell(m.PlayEnded(command.leg, command.play, empty, 0))

    def _stop_play(self, row: int, _: m.StopPlay | None = None) -> None:
        stopped = self._player.stop(row)
        if stopped is not None:
            self._tell(m.PlayEnded(self.channels.leg[row], stopped[0], PlayEnd.STOPPED, stopped[1]))

    def _hear(self, row: int, command: m.Hear) -> None:
        rows = (self.channels.row_of.get(leg) for leg in command.legs)
        self._mixer.hear(row, frozenset(other for other in rows if other is not None))

    def _send_digits(self, row: int, command: m.SendDigits) -> None:
        self._digit_sender.add(row, command.digits)

    def _keys_end_plays(self, row: int, command: m.KeysEndPlays) -> None:
        self.channels.keys_end_plays[row] = command.on

    def _start_recording(self, row: int, command: m.StartRecording) -> None:
        if not self._recorder.start(row, command.leg, command.recording, command.path, self.ticks):
            self._tell(m.RecordingEnded(command.leg, command.recording, "failed", 0, "too many recordings at once"))

    def _mask(self, row: int, command: m.MaskRecording) -> None:
        self._recorder.mask(row, self.ticks, on=command.on)

    def _move_recording(self, row: int, command: m.MoveRecording) -> None:
        to = self.channels.row_of.get(command.to)
        if to is None:
            self.dropped += 1
            return
        self._recorder.move(row, command.recording, to, command.to, self.ticks)

    def _stop_recording(self, row: int, command: m.StopRecording) -> None:
        self._recorder.stop(row, command.recording, "stopped")

    # --- the tick ---

    def tick(self, due_ns: int) -> None:
        """Processes 20 ms of all channels: receiving, media, RTCP, recordings; now and then buffer depth and silence.

        ``due_ns`` is the time at which this tick was due, in ns of the wall clock.
        """
        self.ticks += 1
        self.intake.step(self.ticks, due_ns // 125_000)
        if self.ticks % SETTLE_EVERY == 0:
            self._jitter.settle(self.channels.law)
        self._watch.tick = self.ticks
        self.media.tick()
        self._rtcp.send(self.ticks, self._far, self.media.packets_out, self.media.stamp)
        self._recorder.lift_masks(self.ticks, self._detector.sounding)
        self._recordings_ended()
        if self.ticks % ADAPT_EVERY == 0:
            self._jitter.adapt(self.channels.upto)
        if self.ticks % IDLE_PORTS_EVERY == 0:
            self._rtcp.receive()
            self._silences()
            self.channels.changed |= self._watch.expire(self.ticks)

    def next_work(self) -> int:
        """The number of the next tick that needs Python: for what has changed or is going on, for RTCP, or because a second is over."""
        if (
            self.channels.changed
            or self._mixer.changed
            or self._player.changed
            or self._recorder.changed
            or self._recorder.busy
            or self._closing
            or self._digit_sender
        ):
            return self.ticks + 1
        every = SETTLE_EVERY if self._jitter.headroom.wishing.size else IDLE_PORTS_EVERY
        return min(self.ticks // every * every + every, self._rtcp.next_turn(self.ticks))

    def ran(self, ticks: int, received: int, sent: int) -> None:
        """``kernel.c`` has run ticks without Python, with so many datagrams received and packets sent."""
        self.ticks += ticks
        self.intake.packets += received
        self.media.sent += sent

    def skip(self, ticks: int) -> None:
        """Skips ticks that could not be processed in time: RTP timestamps advance, the audio of these ticks is lost."""
        self.media.stamp[: self.channels.upto] += np.uint32(160 * ticks)
        self._jitter.skip(self.channels.upto, ticks)

    def shut(self) -> None:
        """Closes every channel and waits for the recordings' files, 5 s at most."""
        for row in list(self.channels.row_of.values()):
            self._close(row)
        self._writer.stop(5)
        self._recordings_ended()
        while self._closing:
            self._tell(self._closing.popleft()[1])
        self._sockets.close()
        self._rtcp.close()

    def _recordings_ended(self) -> None:
        for recording, text in self._recorder.ended():
            failed = bool(text) or recording.cause == "failed"
            self._tell(
                m.RecordingEnded(
                    recording.leg, recording.id, "failed" if failed else recording.cause, recording.written * 20,
                    text or ("disk too slow" if failed else ""),
                )
            )  # fmt: skip
        while self._closing and (
            not self._recorder.waits(self._closing[0][1].leg) or self.ticks - self._closing[0][0] > CLOSE_WAIT
        ):
            self._tell(self._closing.popleft()[1])

    def _silences(self) -> None:
        channels, upto = self.channels, self.channels.upto
        silent = self.ticks - channels.last_heard[:upto] >= SILENCE_EVERY
        heard = ~silent
        channels.next_silence[:upto][heard] = 0
        due = silent & channels.speaks[:upto] & channels.used[:upto] & (self.ticks >= channels.next_silence[:upto])
        for row in np.flatnonzero(due).tolist():
            channels.next_silence[row] = self.ticks + SILENCE_EVERY
            self._tell(m.MediaSilent(channels.leg[row], int(self.ticks - channels.last_heard[row]) // 50))

    # --- callbacks of the tick ---

    def _event_key(self, row: int, key: str, stamp: int) -> None:
        ahead = (stamp - int(self._jitter.next_stamp[row])) & 0xFFFF_FFFF if self._jitter.running[row] else 0
        self._key(row, key, DigitMode.RFC4733, ahead // 8 if ahead < 8000 else 0)

    def _tone_key(self, row: int, key: str) -> None:
        self._key(row, key, DigitMode.INBAND, -40)

    def _key(self, row: int, key: str, way: DigitMode, offset_ms: int) -> None:
        leg = self.channels.leg[row]
        if self.channels.mode[row] is DigitMode.INFO:
            return  # the SIP lines report this leg's keys
        position = self._recorder.position_ms(row)
        at = None if position is None else max(0, position + offset_ms)
        barged = self._player.stop(row, by_key=True) if self.channels.keys_end_plays[row] else None
        if barged is not None:
            self._tell(m.PlayEnded(leg, barged[0], PlayEnd.BARGED, barged[1]))
        self._tell(m.DigitHeard(leg, key, way, at))

    def _latch(self, row: int, address: bytes) -> None:
        self._latches.latch(row, key_of(int(self.channels.port[row]), address))
        self._far[row] = address
        self._sockets.set_far(row, address)
        self.channels.latched[row] = self.channels.changed = True
        self._tell(m.MediaLatched(self.channels.leg[row]))

    def _cng(self, row: int) -> None:
        self.channels.changed |= self._watch.close(row)
        self._tell(f.FaxToneHeard(self.channels.leg[row]))

    def _play_ended(self, row: int, play: int, reason: PlayEnd, played_ms: int) -> None:
        self._tell(m.PlayEnded(self.channels.leg[row], play, reason, played_ms))

    def _grow(self) -> int:
        rtp, rtcp = bind_pair(self._ip)
        self._port_numbers.append(rtp.getsockname()[1])
        self._rtcp.add(rtcp)
        return self._sockets.add(rtp)

    def _stats(self, row: int) -> m.MediaStats:
        reception = self._reception
        expected, lost, late = reception.expected(row), reception.lost(row), int(self._jitter.late[row])
        far = self._rtcp.far.get(row)
        trip = None if far is None else far.round_trip_ms
        delay = 20 + float(self._jitter.headroom.most[row]) / 8 + (trip or 0) / 2
        return m.MediaStats(
            packets_in=int(reception.packets[row]),
            packets_out=int(self.media.packets_out[row]),
            lost=lost,
            late=late,
            strangers=int(self.intake.strangers_of[row]),
            jitter_ms=round(float(reception.jitter[row]) / 8, 2),
            round_trip_ms=None if trip is None else round(trip, 1),
            far_lost=None if far is None else far.lost,
            mos=mos(min(1.0, (lost + late) / expected), delay) if expected else 0.0,
        )


_HANDLERS: dict[type[m.CardCommand], Callable[[Card, int, Any], None]] = {
    m.ChangeFar: Card._change_far,  # noqa: SLF001  # the table of command handlers, beside its class
    m.CloseChannel: Card._close,  # noqa: SLF001
    m.Play: Card._play,  # noqa: SLF001
    m.StopPlay: Card._stop_play,  # noqa: SLF001
    m.Hear: Card._hear,  # noqa: SLF001
    m.SendDigits: Card._send_digits,  # noqa: SLF001
    m.KeysEndPlays: Card._keys_end_plays,  # noqa: SLF001
    m.StartRecording: Card._start_recording,  # noqa: SLF001
    m.MaskRecording: Card._mask,  # noqa: SLF001
    m.MoveRecording: Card._move_recording,  # noqa: SLF001
    m.StopRecording: Card._stop_recording,  # noqa: SLF001
}
