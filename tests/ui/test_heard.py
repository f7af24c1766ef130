"""A recording is played on a real sound server with the real ``QAudioSink``."""

import math
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agent_app.ui.sound.wav import _LINEAR
from tests.sound import Headset

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QObject, QTimer
from agent_app.ui.sound.playing import RecordingSound, SystemSink
app = QCoreApplication([])
holder = QObject()
sound = RecordingSound(Path(sys.argv[1]).read_bytes(), holder, lambda rate, channels: SystemSink(rate, channels, sys.argv[2]))
sound.ended.connect(lambda: (print("ended"), app.quit()))
sound.failed.connect(lambda text: (print("failed", text), app.exit(1)))
QTimer.singleShot(60_000, lambda: app.exit(2))
sound.play(on=True)
status = app.exec()
sound.stop()
sys.exit(status)
"""


def _tone_wav(seconds: int) -> bytes:
    """1 kHz at -6 dB in both channels: eight A-law codes, repeated."""
    linear = [struct.unpack("<h", two)[0] for two in _LINEAR]
    wanted = [16000 * math.sin(2 * math.pi * at / 8) for at in range(8)]
    period = bytes(code for value in wanted for code in [min(range(256), key=lambda one: abs(linear[one] - value))] * 2)
    data = period * (1000 * seconds)
    form = struct.pack("<HHIIHHH", 6, 2, 8000, 16000, 2, 8, 0)
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


@pytest.mark.parametrize("device", ["headset", "speakers", "of another PC"])
@pytest.mark.slow
def test_a_recording_is_heard_to_its_end_on_the_chosen_device(tmp_path: Path, device: str) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(_tone_wav(3))
    with Headset() as headset:
        recorder = headset.recorder("speakers" if device == "speakers" else "headset")
        start = recorder.count()
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path), device], cwd=ROOT, env=headset.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )  # fmt: skip
        out, errors = child.communicate(timeout=100)
        assert child.returncode == 0, out + errors
        heard = recorder.since(start, (recorder.count() - start) / 8000 - 0.1).astype(float)
    assert out.split() == ["ended"]
    loud = heard[np.abs(heard) > 1000]
    assert len(loud) > 8000 * 1.5, "three seconds of sine are loud for more than half of them"
    spectrum = np.abs(np.fft.rfft(heard))
    assert abs(np.argmax(spectrum) * 8000 / len(heard) - 1000) < 5
