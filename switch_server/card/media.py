"""The media of one tick: from the jitter buffers through patches and plays to RTP, recordings and the detection of in-band keys."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.enums import PlayEnd
from switch_server.card import FRAME
from switch_server.card.channels import Channels
from switch_server.card.cng import EVERY, ToneWatch
from switch_server.card.digit_sender import DigitSender
from switch_server.card.dtmf import DtmfDetector
from switch_server.card.g711 import PAYLOAD_TYPE, SILENCE
from switch_server.card.jitter import JitterBuffer
from switch_server.card.mixer import Mixer
from switch_server.card.player import PromptPlayer
from switch_server.card.recorder import Recorder
from switch_server.card.sockets import HEADER, BatchSockets

_SILENCE: Any = np.array(SILENCE, np.uint8)[:, None].repeat(FRAME, axis=1).view(f"V{FRAME}")[:, 0]
Rows = npt.NDArray[np.int64]
_TYPES = np.array(PAYLOAD_TYPE, np.uint8)


class MediaPipeline:
    """Sends, records and analyses one frame of every row at each ``tick``.

    The row lists are made anew when channels, mixer, player or recorder changed.
    """

    def __init__(
        self,
        sockets: BatchSockets,
        channels: Channels,
        jitter: JitterBuffer,
        mixer: Mixer,
        player: PromptPlayer,
        recorder: Recorder,
        detector: DtmfDetector,
        digit_sender: DigitSender,
        watch: ToneWatch,
        on_play_end: Callable[[int, int, PlayEnd, int], None],
        on_tone: Callable[[int, str], None],
        on_cng: Callable[[int], None],
    ) -> None:
        self._sockets, self._channels, self._jitter = sockets, channels, jitter
        self._mixer, self._player, self._recorder = mixer, player, recorder
        self._detector, self._digit_sender = detector, digit_sender
        self._watch = watch
        self._on_play_end, self._on_tone, self._on_cng = on_play_end, on_tone, on_cng
        rows = channels.size
        tx = sockets.tx
        self._payload: Any = tx[:, HEADER:].view(f"V{FRAME}")[:, 0]
        self._types = tx[:, 1]
        self._seqs: Any = tx[:, 2:4].view(">u2")[:, 0]
        self._stamps: Any = tx[:, 4:8].view(">u4")[:, 0]
        self._ssrcs: Any = tx[:, 8:12].view(">u4")[:, 0]
        tx[:, 0] = 0x80
        self._seq = np.zeros(rows, np.uint16)
        self.stamp = np.zeros(rows, np.uint32)
        self.packets_out = np.zeros(rows, np.int64)
        self._sends = np.zeros(rows, np.uint16)
        self._marked: list[int] = []
        self._needed = self._recorded = self._detected = np.zeros(0, np.int64)
        self._place = np.zeros(rows, np.int64)
        self._recorded_law = self._detected_law = np.zeros(0, np.uint8)
        self.sent = 0

    def begin(self, row: int, seq: int, stamp: int) -> None:
        """Prepares the row of a new channel: random first sequence number and timestamp (RFC 3550 §5.1), marker bit on the first packet."""
        self._seq[row], self.stamp[row], self.packets_out[row] = seq, stamp, 0
        self._ssrcs[row] = self._channels.ssrc[row]
        self._marked.append(row)

    def silence(self, row: int) -> None:
        self._payload[row] = _SILENCE[self._channels.law[row]]

    def tick(self) -> None:
        if self._channels.changed or self._mixer.changed or self._player.changed or self._recorder.changed:
            self._refresh()
        upto, payload = self._channels.upto, self._payload
        if self._needed.size:
            frames, good = self._jitter.pop(self._needed, self._channels.law)
            self._mixer.step(frames, self._place, payload)
        ended = self._player.step(payload)
        keying = self._digit_sender.tones(payload)
        heard = self._for_record(payload, keying) if self._recorded.size else None
        self._headers(upto)
        self._digit_sender.events(self.stamp, self._types)
        self.sent += self._sockets.send()
        self._unmark()
        if self._recorded.size:
            self._recorder.step(frames[self._place[self._recorded]], heard, self._recorded_law)
        if self._detected.size:
            self._detect(frames, good)
        if self._watch.rows.size and self._watch.tick % EVERY == 0:
            self._listen_for_cng(*self._jitter.whole(self._watch.rows))
        self._jitter.advance(upto)
        for row, play, reason, played in ended:
            self._on_play_end(row, play, reason, played)

    def _for_record(self, payload: Any, keying: list[int]) -> Any:
        """The frames that the recorded rows hear, with silence in place of sent key tones, which may belong to a PIN."""
        heard = payload[self._recorded]
        if keying:
            rows = np.isin(self._recorded, keying)
            heard[rows] = _SILENCE[self._recorded_law[rows]]
        return heard

    def _headers(self, upto: int) -> None:
        sends = self._sends[:upto]
        self._seq[:upto] += sends
        self.packets_out[:upto] += sends
        self.stamp[:upto] += np.uint32(FRAME)
        self._seqs[:upto] = self._seq[:upto]
        self._stamps[:upto] = self.stamp[:upto]

    def _unmark(self) -> None:
        """The next packets of all channels have no marker bit."""
        for row in self._marked:
            self._types[row] &= 0x7F
        self._marked.clear()

    def _detect(self, frames: Any, good: Any) -> None:
        place = self._place[self._detected]
        self._tell_keys(self._detected, self._detected_law, frames[place], good[place])

    def _tell_keys(self, rows: Rows, law: npt.NDArray[np.uint8], frames: Any, good: Any) -> None:
        for row, key in self._detector.step(rows, law, frames, good):
            if self._channels.inband[row]:
                self._on_tone(row, key)

    def _listen_for_cng(self, rows: Rows, frames: Any) -> None:
        for row in self._watch.step(rows, self._channels.law[rows], frames):
            self._on_cng(row)

    def _refresh(self) -> None:
        """Makes the lists of the rows that each step processes."""
        channels, upto = self._channels, self._channels.upto
        channels.changed = self._recorder.changed = False
        channels.refresh(upto)
        law = channels.law
        listened, listening = self._mixer.refresh(law, upto)
        self._player.refresh(law)
        self._recorded = self._recorder.rows
        masked = self._recorded[self._recorder.masked[self._recorded]]
        self._detected = np.union1d(np.flatnonzero(channels.inband[:upto] & channels.speaks[:upto]), masked)
        self._needed = np.unique(np.concatenate([listened, self._recorded, self._detected]))
        self._place[self._needed] = np.arange(self._needed.size)
        self._recorded_law, self._detected_law = law[self._recorded], law[self._detected]
        sends = np.flatnonzero(channels.sends[:upto])
        self._sends[:] = 0
        self._sends[sends] = 1
        busy = np.zeros(channels.size, np.bool_)
        busy[listening] = True
        busy[self._player.rows] = True
        idle = np.flatnonzero(~busy[:upto])
        self._payload[idle] = _SILENCE[law[idle]]
        self._types[:upto] = _TYPES[law[:upto]]
        for row in self._marked:
            self._types[row] |= 0x80
        ordered = sends[np.argsort(channels.port[sends], kind="stable")]
        self._sockets.order(ordered, channels.port[ordered])
