"""The voice in both directions, between PJSIP's port and the sound device: volumes, mute, meters, test tone, ring tone.

PJSIP's media thread calls ``heard`` and ``said``; the device's threads call ``speaker``, ``microphone`` and ``ringer``. Each value has one writer;
the two elastic buffers have locks of their own.
"""

import numpy as np

from agent_app.model.sound.phone_messages import Volume
from agent_app.phone.elastic import RATE, ElasticBuffer, Samples
from agent_app.phone.tones import SILENT, TEST_DBFS, TEST_HZ, Tone, level, mixed, ring_tone, scaled


class Meter:
    """The level of the loudest block since the last ``read``, in dBFS."""

    def __init__(self) -> None:
        self.on = False
        self._level = SILENT

    def see(self, samples: Samples) -> None:
        if self.on:
            self._level = max(self._level, level(samples))

    def read(self) -> float:
        seen, self._level = self._level, SILENT
        return round(seen, 1)


class Voice:
    """``say``: a tone instead of the microphone (robots); ``device``: false without a sound device; the meters measure the call then."""

    def __init__(self, *, device: bool = True, say: Tone | None = None) -> None:
        self.volume = Volume()
        self.muted = False
        self.ringing = False
        self.ring_on_speaker = False
        self.playback, self.capture = ElasticBuffer(), ElasticBuffer()
        self.speaker_meter, self.microphone_meter = Meter(), Meter()
        self._device = device
        self._say = say
        self._ring = ring_tone()
        self._test, self._test_left, self._test_on_ring = Tone(TEST_HZ, TEST_DBFS), 0, False

    def begin(self) -> None:
        """A new call is up: the samples of the call before are dropped."""
        self.playback.clear()
        self.capture.clear()

    def ring(self, *, on: bool) -> None:
        """Turns the ring tone on, from the beginning of its second of sound, or off."""
        if on and not self.ringing:
            self._ring.rewind()
        self.ringing = on

    def test(self, *, on_ring: bool) -> None:
        """Plays one second of the test tone, beginning with the next block."""
        self._test_on_ring = on_ring
        self._test_left = RATE

    def meter(self, *, on: bool) -> None:
        self.speaker_meter.on = self.microphone_meter.on = on

    # --- PJSIP's side ---

    def heard(self, samples: Samples) -> None:
        if self._device:
            self.playback.put(samples)
        else:
            self.speaker_meter.see(samples)

    def said(self, count: int) -> Samples:
        if self._say is not None:
            samples = self._say.next(count)
            self.microphone_meter.see(samples)
        else:
            samples = self.capture.take(count)
        return np.zeros(count, np.int16) if self.muted else samples

    # --- the device's side ---

    def speaker(self, count: int) -> Samples:
        samples = scaled(self.playback.take(count), self.volume.speaker)
        if not self._test_on_ring:
            samples = self._with_test(samples)
        if self.ringing and self.ring_on_speaker:
            samples = mixed(samples, scaled(self._ring.next(count), self.volume.ring))
        self.speaker_meter.see(samples)
        return samples

    def ringer(self, count: int) -> Samples:
        samples = scaled(self._ring.next(count), self.volume.ring) if self.ringing else np.zeros(count, np.int16)
        return self._with_test(samples) if self._test_on_ring else samples

    def microphone(self, samples: Samples) -> None:
        samples = scaled(samples, self.volume.microphone)
        self.microphone_meter.see(samples)
        self.capture.put(samples)

    def _with_test(self, samples: Samples) -> Samples:
        if self._test_left <= 0:
            return samples
        count = min(self._test_left, len(samples))
        self._test_left -= count
        tone = np.zeros(len(samples), np.int16)
        tone[:count] = self._test.next(count)
        return mixed(samples, tone)
