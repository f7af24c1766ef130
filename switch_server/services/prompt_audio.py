"""Speech for the telephone: 8 kHz mono A-law WAV, trimmed and levelled (ITU-T G.711; WAVE format 6).

Pure numpy; used by the prompt generator and by ``free_text``. Samples are ``float32`` in -1..1, shape ``(n,)``.
"""

import io
import struct
import wave
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

RATE = 8000
"""Samples per second of all prompts."""
TARGET_DBFS = -20.0
"""RMS of the spoken parts, relative to full scale: as in carriers' announcements, with headroom for speech's peaks."""
WAVE_FORMAT_ALAW = 6

Samples = NDArray[np.float32]

_FRAME = RATE // 100
"""10 ms: the frame in which silence is detected."""
_BEFORE, _AFTER = 2, 4
"""Frames kept before and after speech: the start of a plosive and the end of a vowel are below the threshold."""
_SILENT_DB = -35.0
"""A frame this far below the loudest one is silence."""
_PAUSE = 35
"""In frames: the longest pause kept inside a prompt. A caller takes a longer pause for the end."""
_BAND = (120.0, 3400.0, 3800.0)
"""In Hz: nothing passes below the first; from the second to the third the band fades out (G.712)."""
_KNEE, _CEILING = 0.7, 0.98
"""Peaks above the knee are compressed softly, so that nothing clips."""


def read_wav(data: bytes) -> tuple[Samples, int]:
    """16-bit mono PCM WAV -> samples and their rate. Raises ``ValueError`` for any other file.

    A header that was written before the length was known (a program writing to a pipe) is accepted.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate, width, channels = file.getframerate(), file.getsampwidth(), file.getnchannels()
            raw = file.readframes(len(data))
    except (wave.Error, EOFError) as error:
        raise ValueError(f"not a WAV file: {error}") from error
    if (width, channels) != (2, 1):
        raise ValueError(f"not 16-bit mono: {8 * width} bits, {channels} channels")
    return (np.frombuffer(raw, dtype="<i2") / np.float32(32768)).astype(np.float32), rate


def resample(samples: Samples, rate: int) -> Samples:
    """To 8 kHz and the telephone band, in the frequency domain: exact for any ratio; prompts are short."""
    padded = np.pad(
        samples, rate // 50
    )  # 20 ms on each side, so that the circular spectrum does not join end and start
    count = max(2, round(len(padded) * RATE / rate))
    spectrum = np.fft.rfft(padded)
    hertz = np.arange(len(spectrum)) * rate / len(padded)
    low, fade, high = _BAND
    spectrum *= (hertz >= low) * np.clip((high - hertz) / (high - fade), 0.0, 1.0)
    kept = np.zeros(count // 2 + 1, dtype=complex)
    kept[: min(len(kept), len(spectrum))] = spectrum[: len(kept)]
    return (np.fft.irfft(kept, count) * count / len(padded)).astype(np.float32)


def frame_rms(samples: Samples) -> NDArray[np.float64]:
    """RMS of each whole 10 ms frame (8 kHz)."""
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME).astype(np.float64)
    rms: NDArray[np.float64] = np.sqrt((frames**2).mean(axis=1))
    return rms


def spoken_frames(samples: Samples) -> NDArray[np.bool_]:
    """Whether each 10 ms frame has speech. All ``False`` for silence."""
    loudness = frame_rms(samples)
    peak = loudness.max(initial=0.0)
    spoken: NDArray[np.bool_] = loudness > max(peak * 10 ** (_SILENT_DB / 20), 1e-5)
    return spoken


def trim(samples: Samples) -> Samples:
    """Without silence before and after, with long pauses shortened; faded over 5 ms at both ends. Raises ``ValueError`` for silence."""
    spoken = np.flatnonzero(spoken_frames(samples))
    if not len(spoken):
        raise ValueError("nothing but silence")
    first, last = max(0, spoken[0] - _BEFORE), spoken[-1] + 1 + _AFTER
    keep = np.ones(last - first, dtype=bool)
    for start, end in pairwise(spoken):
        if end - start - 1 > _PAUSE:  # cut the silent middle of the pause
            keep[start - first + 1 + _PAUSE // 2 : end - first - (_PAUSE - _PAUSE // 2)] = False
    cut = np.pad(samples, (0, (_AFTER + 1) * _FRAME))[first * _FRAME : last * _FRAME]
    cut = cut.reshape(-1, _FRAME)[keep].reshape(-1)
    ramp = np.linspace(0, 1, _FRAME // 2, dtype=np.float32)
    cut[: len(ramp)] *= ramp
    cut[-len(ramp) :] *= ramp[::-1]
    return cut


def speech_dbfs(samples: Samples) -> float:
    """RMS of the spoken frames in dB relative to full scale; ``-inf`` for silence."""
    spoken = frame_rms(samples)[spoken_frames(samples)]
    return float(20 * np.log10(np.sqrt((spoken**2).mean()))) if len(spoken) else float("-inf")


def level(samples: Samples) -> Samples:
    """Spoken parts at ``TARGET_DBFS``, peaks compressed below full scale. Raises ``ValueError`` for silence."""
    now = speech_dbfs(samples)
    if not np.isfinite(now):
        raise ValueError("nothing but silence")
    loud = samples * np.float32(10 ** ((TARGET_DBFS - now) / 20))
    over = np.maximum(np.abs(loud) - _KNEE, 0.0)
    room = _CEILING - _KNEE
    bent = np.minimum(np.abs(loud), _KNEE) + room * np.tanh(over / room)
    out: Samples = (np.sign(loud) * bent).astype(np.float32)
    return out


def encode_alaw(samples: Samples) -> bytes:
    """ITU-T G.711 A-law, even bits inverted, one byte a sample."""
    linear = np.clip(np.floor(samples * 4096.0), -4096, 4095).astype(np.int32)  # 13 bits, as in the law's tables
    magnitude = np.where(linear >= 0, linear, -linear - 1)
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    mantissa = (magnitude >> np.maximum(exponent, 1)) & 0x0F
    code = (exponent << 4) | mantissa
    return bytes(((code | np.where(linear >= 0, 0x80, 0)) ^ 0x55).astype(np.uint8))


def decode_alaw(data: bytes) -> Samples:
    """The inverse of ``encode_alaw``; each value is the middle of its step."""
    code = np.frombuffer(data, dtype=np.uint8).astype(np.int32) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    step = np.where(exponent == 0, 2 * mantissa + 1, (2 * mantissa + 33) << np.maximum(exponent - 1, 0))
    return (np.where(code & 0x80, step, -step) / np.float32(4096)).astype(np.float32)


def alaw_wav(samples: Samples) -> bytes:
    """A whole WAV file: ``fmt`` with 18 bytes and a ``fact`` chunk, as required for non-PCM formats."""
    data = encode_alaw(samples)
    fmt = struct.pack("<HHIIHHH", WAVE_FORMAT_ALAW, 1, RATE, RATE, 1, 8, 0)
    body = b"".join(
        struct.pack("<4sI", name, len(chunk)) + chunk + b"\0" * (len(chunk) % 2)
        for name, chunk in ((b"fmt ", fmt), (b"fact", struct.pack("<I", len(data))), (b"data", data))
    )
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body


def read_alaw_wav(data: bytes) -> Samples:
    """Samples of an 8 kHz mono A-law WAV. Raises ``ValueError`` for any other file, with the format found."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("not a WAV file")
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        chunks[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    try:
        kind, channels, rate = struct.unpack_from("<HHI", chunks[b"fmt "])
        speech = chunks[b"data"]
    except (KeyError, struct.error):
        raise ValueError("a WAV file without format or data") from None
    if (kind, channels, rate) != (WAVE_FORMAT_ALAW, 1, RATE):
        raise ValueError(f"not 8 kHz mono A-law: format {kind}, {channels} channels, {rate} Hz")
    return decode_alaw(speech)


def for_telephone(samples: Samples, rate: int) -> Samples:
    """Speech of any rate -> 8 kHz, trimmed and levelled. Raises ``ValueError`` for silence."""
    return level(trim(resample(samples, rate)))
