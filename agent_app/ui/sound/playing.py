"""Plays a recording in memory on the device that the agent talks with: ``QAudioSink``, fed by a timer of the window's thread.

Not ``QMediaPlayer``: its ``stop`` holds Python's lock and waits for its own thread, which may wait for that lock (seen with
PySide6 6.11.3: one in six closings froze the window). With ``QAudioSink`` no other thread runs Python.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from agent_app.ui.sound.wav import BadRecording, WavRecording, read

FEED_MS = 40
BUFFER_MS = 300
SAMPLE_BYTES = 2


class Sink(Protocol):
    """An output device; sizes are bytes of 16-bit samples."""

    def start(self) -> None:
        """Raises ``OSError`` if no device takes the format."""
        ...

    def free(self) -> int: ...
    def waiting(self) -> int:
        """Bytes written and not played yet."""
        ...

    def write(self, samples: bytes) -> None: ...
    def stop(self) -> None:
        """Stops at once; waiting bytes are not played."""
        ...


MakeSink = Callable[[int, int], Sink]
"""Makes a sink for rate and channels."""


def alike(wanted: str, names: Sequence[str]) -> int | None:
    """The index of Qt's name for the device with PortAudio's name ``wanted``: the same name, else the longest name that contains it or is contained in it.
    Case does not count; ``None``: no name is alike.
    """
    want, have = wanted.casefold(), [name.casefold() for name in names]
    if not want:
        return None
    if want in have:
        return have.index(want)
    found = [at for at, name in enumerate(have) if name and (want in name or name in want)]
    return max(found, key=lambda at: len(have[at]), default=None)


class SystemSink:
    """The device of this name, or the system's default if there is none."""

    def __init__(self, rate: int, channels: int, device_name: str = "") -> None:
        from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices  # not loaded at an idle desk

        form = QAudioFormat()
        form.setSampleRate(rate)
        form.setChannelCount(channels)
        form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        devices = QMediaDevices.audioOutputs()
        at = alike(device_name, [each.description() for each in devices])
        if at is None:  # PulseAudio's and ALSA's own names
            at = alike(device_name, [each.id().toStdString() for each in devices])
        device = QMediaDevices.defaultAudioOutput() if at is None else devices[at]
        self._there = not device.isNull() and device.isFormatSupported(form)
        self._size = rate * channels * SAMPLE_BYTES * BUFFER_MS // 1000
        self._sink = QAudioSink(device, form)
        self._sink.setBufferSize(self._size)

    def start(self) -> None:
        self._io = self._sink.start() if self._there else None
        if self._io is None:
            raise OSError("no sound device takes it")

    def free(self) -> int:
        return self._sink.bytesFree()

    def waiting(self) -> int:
        return max(0, self._sink.bufferSize() - self._sink.bytesFree())

    def write(self, samples: bytes) -> None:
        if self._io is not None:
            self._io.write(samples)

    def stop(self) -> None:
        self._sink.reset()


class RecordingSound(QObject):
    """Plays one recording. Positions are ms. A recording that can't be played emits ``failed`` later, and never raises."""

    moved = Signal(int)
    lasts = Signal(int)
    ended = Signal()
    failed = Signal(str)

    def __init__(self, wav: bytes, parent: QObject, make_sink: MakeSink = SystemSink) -> None:
        super().__init__(parent)
        self._make_sink = make_sink
        self._recording: WavRecording | None = None
        self._sink: Sink | None = None
        self._at = 0
        """The index of the next frame to be written."""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._feed)
        try:
            self._recording = read(wav)
        except BadRecording as error:
            self._fail(str(error))
        else:
            QTimer.singleShot(0, self, self._tell_length)

    def play(self, *, on: bool) -> None:
        if self._recording is None or on == (self._sink is not None):
            return
        if not on:
            self._at = self._heard()
            self.stop()
            return
        try:
            self._sink = self._make_sink(self._recording.rate, self._recording.channels)
            self._sink.start()
        except OSError as error:
            self._sink = None
            self._fail(str(error))
            return
        self._timer.start(FEED_MS)
        self._feed()

    def seek(self, ms: int) -> None:
        if self._recording is None:
            return
        on = self._sink is not None
        self.stop()
        self._at = min(max(0, ms * self._recording.rate // 1000), self._recording.frames)
        self.moved.emit(self._ms(self._at))
        self.play(on=on)

    def stop(self) -> None:
        self._timer.stop()
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.stop()

    def _feed(self) -> None:
        recording, sink = self._recording, self._sink
        if recording is None or sink is None:
            return
        frame = recording.channels * SAMPLE_BYTES
        samples = recording.samples(self._at, sink.free() // frame)
        if samples:
            sink.write(samples)
            self._at += len(samples) // frame
        elif self._at >= recording.frames and sink.waiting() < frame:
            self.stop()
            self._at = 0
            self.ended.emit()
            return
        self.moved.emit(self._ms(self._heard()))

    def _heard(self) -> int:
        """The approximate number of frames that the device has played."""
        if self._recording is None or self._sink is None:
            return self._at
        return max(0, self._at - self._sink.waiting() // (self._recording.channels * SAMPLE_BYTES))

    def _ms(self, frames: int) -> int:
        return 0 if self._recording is None else frames * 1000 // self._recording.rate

    def _tell_length(self) -> None:
        if self._recording is not None:
            self.lasts.emit(self._recording.ms)

    def _fail(self, text: str) -> None:
        QTimer.singleShot(0, self, lambda: self.failed.emit(text))
