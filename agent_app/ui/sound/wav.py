"""Reads the switch's recordings: WAV of G.711 A-law (RIFF format 6), decoded to 16-bit samples piece by piece. Pure."""

import struct
from dataclasses import dataclass

A_LAW = 6
"""``wFormatTag`` (RFC 2361)."""


class BadRecording(ValueError):  # noqa: N818  the name says what it is
    """The data is no WAV of A-law; the message has the reason."""


@dataclass(frozen=True)
class WavRecording:
    """``data``: A-law bytes, ``channels`` interleaved. A frame is one byte of each channel."""

    rate: int
    channels: int
    data: memoryview

    @property
    def frames(self) -> int:
        return len(self.data) // self.channels

    @property
    def ms(self) -> int:
        return self.frames * 1000 // self.rate

    def samples(self, start: int, frames: int) -> bytes:
        """Little-endian 16-bit samples of up to so many frames from ``start``; empty at the end."""
        piece = self.data[start * self.channels : (start + frames) * self.channels]
        return b"".join([_LINEAR[byte] for byte in piece])


def read(wav: bytes) -> WavRecording:
    """Raises ``BadRecording``. A file that was cut off (by a crash of the switch) is read to its end."""
    if len(wav) < 12 or wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise BadRecording("not a WAV file")
    at, form = 12, None
    while at + 8 <= len(wav):
        name, size = struct.unpack_from("<4sI", wav, at)
        at += 8
        if name == b"fmt " and size >= 16 and at + 16 <= len(wav):
            form = struct.unpack_from("<HHI", wav, at)
        elif name == b"data":
            return _recording(form, memoryview(wav)[at : at + size])
        at += size + size % 2
    raise BadRecording("no sound in the file")


def _recording(form: tuple[int, ...] | None, data: memoryview) -> WavRecording:
    if form is None:
        raise BadRecording("no format before the sound")
    tag, channels, rate = form
    if tag != A_LAW or channels not in (1, 2) or not 8000 <= rate <= 48000:
        raise BadRecording(f"format {tag} with {channels} channels at {rate} Hz is not a recording's")
    return WavRecording(rate, channels, data)


def _linear(code: int) -> int:
    """ITU-T G.711, table 1a: A-law to 16 bits."""
    code ^= 0x55
    mantissa, segment = (code & 0x0F) << 4, (code & 0x70) >> 4
    value = mantissa + 8 if segment == 0 else (mantissa + 0x108) << (segment - 1)
    return value if code & 0x80 else -value


_LINEAR = tuple(struct.pack("<h", _linear(code)) for code in range(256))
