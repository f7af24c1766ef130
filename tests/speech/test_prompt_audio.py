"""Telephone audio: A-law exactly as in G.711, resampling, trimming, levelling, WAV."""

import io
import wave

import numpy as np
import pytest

from switch_server.services.prompt_audio import (
    RATE,
    TARGET_DBFS,
    Samples,
    alaw_wav,
    decode_alaw,
    encode_alaw,
    for_telephone,
    frame_rms,
    level,
    read_alaw_wav,
    read_wav,
    resample,
    speech_dbfs,
    spoken_frames,
    trim,
)


def tone(hertz: float, seconds: float, rate: int = RATE, strength: float = 0.2) -> Samples:
    return (strength * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def reference_alaw(pcm: int) -> int:
    """G.711 table 1a for one 16-bit sample, segment by segment (as ITU-T G.191's ``alaw_compress``)."""
    value = pcm >> 4 if pcm >= 0 else (~pcm) >> 4
    if value > 15:
        exponent = 1
        while value > 31:
            value >>= 1
            exponent += 1
        value += (exponent << 4) - 16
    if pcm >= 0:
        value |= 0x80
    return value ^ 0x55


def test_every_16_bit_value_is_encoded_as_g711_says() -> None:
    pcm = np.arange(-32768, 32768)
    ours = encode_alaw((pcm / 32768).astype(np.float32))
    wrong = [value for value, code in zip(pcm.tolist(), ours, strict=True) if code != reference_alaw(value)]
    assert wrong == []


def test_decoding_a_code_and_encoding_it_is_the_same_code() -> None:
    codes = bytes(range(256))
    assert encode_alaw(decode_alaw(codes)) == codes


def test_beyond_full_scale_is_full_scale() -> None:
    assert encode_alaw(np.array([2.0, -2.0], dtype=np.float32)) == encode_alaw(np.array([1.0, -1.0], dtype=np.float32))


@pytest.mark.parametrize("rate", [24000, 22050, 8000, 16000])
def test_resampling_keeps_pitch_and_length(rate: int) -> None:
    out = resample(tone(1000, 1.0, rate), rate)
    assert len(out) == pytest.approx(1.04 * RATE, abs=4)
    spectrum = np.abs(np.fft.rfft(out))
    assert spectrum.argmax() * RATE / len(out) == pytest.approx(1000, abs=2)
    middle = out[RATE // 4 : RATE // 2]
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.2 / np.sqrt(2), rel=0.02)


@pytest.mark.parametrize("hertz", [40, 5000, 9000])
def test_frequencies_outside_the_telephone_band_are_removed(hertz: int) -> None:
    assert np.sqrt((resample(tone(hertz, 1.0, 24000), 24000) ** 2).mean()) < 0.004


def test_silence_around_is_trimmed_and_pauses_are_shortened() -> None:
    speech = np.concatenate([silence(0.7), tone(500, 0.5), silence(1.5), tone(500, 0.3), silence(2.0)])
    out = trim(speech)
    spoken = spoken_frames(out)
    assert spoken[:4].any()
    assert len(out) / RATE == pytest.approx(0.02 + 0.5 + 0.35 + 0.3 + 0.04, abs=0.03)
    assert out[0] == out[-1] == 0.0


def test_a_short_pause_stays() -> None:
    out = trim(np.concatenate([tone(500, 0.2), silence(0.3), tone(500, 0.2)]))
    assert len(out) / RATE == pytest.approx(0.7 + 0.04, abs=0.03)


@pytest.mark.parametrize("strength", [0.003, 0.9])
def test_level(strength: float) -> None:
    out = level(np.concatenate([tone(400, 0.5, strength=strength), silence(1.0)]))
    assert speech_dbfs(out) == pytest.approx(TARGET_DBFS, abs=0.3)


def test_peaks_never_clip() -> None:
    clicks = tone(400, 1.0, strength=0.01)
    clicks[::400] = 1.0
    assert np.abs(level(clicks)).max() < 0.99


@pytest.mark.parametrize("make", [trim, level])
def test_silence_is_refused(make: object) -> None:
    with pytest.raises(ValueError, match="nothing but silence"):
        make(silence(1.0))  # type: ignore[operator]
    with pytest.raises(ValueError, match="nothing but silence"):
        for_telephone(np.zeros(0, dtype=np.float32), 24000)


def test_wav_there_and_back() -> None:
    samples = tone(700, 0.301)[:-1]  # an odd number of bytes needs a padding byte
    data = alaw_wav(samples)
    assert data[:4] == b"RIFF"
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    assert int.from_bytes(data[20:22], "little") == 6
    assert len(read_alaw_wav(data)) == len(samples)
    assert np.abs(read_alaw_wav(data) - samples).max() < 0.01


def pcm_wav(channels: int = 1, width: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(22050)
        file.writeframes(b"\0\x40" * 100)
    return out.getvalue()


def test_read_wav() -> None:
    samples, rate = read_wav(pcm_wav())
    assert rate == 22050
    assert samples.tolist() == [0.5] * 100


@pytest.mark.parametrize("data", [b"", b"RIFF", b"not a wav at all", pcm_wav(channels=2), pcm_wav(width=1)])
def test_read_wav_refuses(data: bytes) -> None:
    with pytest.raises(ValueError, match="not"):
        read_wav(data)


@pytest.mark.parametrize("data", [b"", b"RIFF\0\0\0\0WAVE", pcm_wav(), alaw_wav(tone(500, 0.1))[:30]])
def test_read_alaw_wav_refuses(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"WAV|A-law"):
        read_alaw_wav(data)


def test_frames_of_very_short_audio() -> None:
    assert len(frame_rms(np.zeros(79, dtype=np.float32))) == 0
    assert speech_dbfs(np.zeros(79, dtype=np.float32)) == float("-inf")
