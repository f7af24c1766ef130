"""Free text as prompts (自由文本): notices and names without a recording, spoken by espeak-ng into a cache folder.

Texts are spoken before they are needed (at load of a flow, at a change of a notice), never while a caller waits: ``prepare`` blocks and must
run in a thread. The cache is one of the card's prompt folders, so a prepared text is played like any other segment.

    FreeTextError
    ├── EspeakMissingError    espeak-ng is not installed
        └── UnspeakableError      espeak-ng failed, or produced no sound for a text
"""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from shared.enums import Language
from switch_server.core.flow import normal, prompt_of
from switch_server.disk.whole_file import write_whole
from switch_server.services.prompt_audio import alaw_wav, for_telephone, read_wav

ESPEAK = "espeak-ng"
VOICES = {Language.ZH: "cmn-latn-pinyin", Language.EN: "en-us"}
"""espeak-ng's own ``cmn`` and ``zh`` spell Chinese through English on Debian 12."""
WORDS_A_MINUTE = 150
_TIMEOUT = 30.0
"""Seconds for one text; espeak-ng speaks a page in less than one second."""
_CHINESE_DIGITS = str.maketrans("0123456789.", "零一二三四五六七八九点")
"""espeak-ng reads long numbers wrongly in Mandarin, so digits are passed as characters, one by one."""


class FreeTextError(Exception):
    """The root of this module's errors."""


class EspeakMissingError(FreeTextError):
    def __init__(self) -> None:
        super().__init__(f"{ESPEAK} is not installed: apt-get install espeak-ng (free text can't be spoken without it)")


class UnspeakableError(FreeTextError):
    """``reasons``: text -> the fault. All other texts of the same ``prepare`` have been made."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("; ".join(f"{text!r}: {reason}" for text, reason in reasons.items()))
        self.reasons = reasons


def name_for(text: str, lang: Language) -> str:
    """Segment name ``<language>/text/<hash>``; always the same for the same text. Pure."""
    return f"{lang.value}/{prompt_of(text)}"


class FreeText:
    """A cache folder of spoken texts. Any thread may use it, several processes may share the folder."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    @staticmethod
    def name_for(text: str, lang: Language) -> str:
        return name_for(text, lang)

    def path_for(self, text: str, lang: Language) -> Path:
        return self._cache / f"{name_for(text, lang)}.wav"

    def have(self, text: str, lang: Language) -> bool:
        """Whether the text can be played now."""
        return self.path_for(text, lang).is_file()

    def prepare(self, texts: Iterable[tuple[str, Language]]) -> None:
        """Speaks the texts that are missing; blocks, about 50 ms a sentence. Raises ``EspeakMissingError``, ``UnspeakableError``, ``OSError``."""
        failed: dict[str, str] = {}
        for text, lang in texts:
            if self.have(text, lang):
                continue
            try:
                wav = self._speak(normal(text), lang)
            except ValueError as error:
                failed[text] = str(error)
            else:
                path = self.path_for(text, lang)
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, wav)  # a card may look for the file at any moment
        if failed:
            raise UnspeakableError(failed)

    def _speak(self, text: str, lang: Language) -> bytes:
        """Returns a WAV file. ``ValueError``: espeak-ng produced no sound."""
        program = shutil.which(ESPEAK)
        if program is None:
            raise EspeakMissingError
        spoken = text.translate(_CHINESE_DIGITS) if lang is Language.ZH else text
        command = [program, "-b", "1", "-v", VOICES[lang], "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout"]
        try:
            done = subprocess.run(command, input=spoken.encode(), capture_output=True, timeout=_TIMEOUT, check=True)  # noqa: S603
        except subprocess.CalledProcessError as error:
            raise ValueError(f"{ESPEAK} failed: {error.stderr.decode(errors='replace').strip()}") from error
        except subprocess.TimeoutExpired as error:
            raise ValueError(f"{ESPEAK} took more than {_TIMEOUT:.0f} s") from error
        return alaw_wav(for_telephone(*read_wav(done.stdout)))
