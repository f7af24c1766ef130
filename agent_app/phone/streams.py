"""One PortAudio stream in one direction, at 8 kHz if the device has it, else at 48 or 16 kHz with ``rates``."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from agent_app.phone import PhoneError
from agent_app.phone.devices import ListedDevice, PortAudio
from agent_app.phone.elastic import RATE, Samples
from agent_app.phone.rates import Downsampler, Upsampler

BLOCK_MS = 10
FACTORS = (1, 6, 2)
DEAD_S = 0.6
"""A stream without a callback for so long is dead: its device was pulled. Blocks are 10 ms; on a loaded PC some may be late."""
PLAY: tuple[str | float, ...] = (0.04, 0.06, 0.1)
RECORD: tuple[str | float, ...] = ("low", 0.04, 0.06)
"""Latencies for PortAudio, in seconds: the next one where the one before is too short (``has_late_blocks``). A speaker at ``low`` (20 ms) had underruns
without end in every other run on PulseAudio, a microphone never."""
LATE_MOST, LATE_WINDOW_S = 8, 3.0
FIRST_S = 4.0
"""The first block may take longer: a suspended sound server must resume (a PulseAudio null sink: 2 s)."""

Speak = Callable[[int], Samples]
Hear = Callable[[Samples], None]


class SoundStream:
    """An open stream. ``work`` returns each block to play, or takes each block that was recorded. Raises ``PhoneError("device_failed")``."""

    def __init__(
        self, library: PortAudio, item: ListedDevice, work: Speak | Hear, *, output: bool, latency_step: int = 0
    ) -> None:
        self.item = item
        self.output = output
        self._latency = (PLAY if output else RECORD)[latency_step]
        self._work: Any = work
        self._opened = self._last = time.monotonic()
        self.blocks = self.late = 0
        self._late_before, self._late_from = 0, self._opened + 0.25  # late blocks at the start don't count
        self._stream, self._factor, self._channels = self._open(library)
        self._up, self._down = Upsampler(self._factor), Downsampler(self._factor)
        try:
            self._stream.start()
        except library.sd.PortAudioError as error:
            self._stream.close()
            raise PhoneError("device_failed", f"{item.device.name}: {error}") from None

    def _open(self, library: PortAudio) -> tuple[Any, int, int]:
        kind = library.sd.RawOutputStream if self.output else library.sd.RawInputStream
        reason = ""
        for factor in FACTORS:
            for channels in (1, 2):
                try:
                    stream = kind(
                        samplerate=RATE * factor, blocksize=RATE * factor // 1000 * BLOCK_MS, device=self.item.index, channels=channels,
                        dtype="int16", latency=self._latency, extra_settings=library.extra(), callback=self._play if self.output else self._record,
                    )  # fmt: skip
                except (library.sd.PortAudioError, ValueError) as error:
                    reason = str(error)
                else:
                    return stream, factor, channels
        raise PhoneError("device_failed", f"{self.item.device.name}: {reason}")

    @property
    def latency_ms(self) -> float:
        """The device's delay, by PortAudio."""
        return float(self._stream.latency) * 1000

    @property
    def dead(self) -> bool:
        silent = time.monotonic() - self._last
        return not self._stream.active or silent > (DEAD_S if self.blocks else FIRST_S)

    def has_late_blocks(self, now: float) -> bool:
        """Whether more than ``LATE_MOST`` blocks were late within ``LATE_WINDOW_S``: the PC is too busy for so little delay."""
        if now < self._late_from:
            self._late_before = self.late
            return False
        if now - self._late_from < LATE_WINDOW_S:
            return self.late - self._late_before > LATE_MOST
        self._late_from, self._late_before = now, self.late
        return False

    def close(self) -> None:
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)

    # --- on the device's thread ---

    def _play(self, out: Any, frames: int, _time: Any, status: Any) -> None:
        self._seen(status)
        samples = self._up(self._work(frames // self._factor))
        out[:] = (samples if self._channels == 1 else np.repeat(samples, 2)).tobytes()

    def _record(self, data: Any, _frames: int, _time: Any, status: Any) -> None:
        self._seen(status)
        samples = np.frombuffer(bytes(data), np.int16)[:: self._channels]
        self._work(self._down(samples))

    def _seen(self, status: Any) -> None:
        self._last = time.monotonic()
        self.blocks += 1
        if status:
            self.late += 1
