"""Texts for people, from ``resources/texts/switchctl.yaml``."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from shared.enums import Language

FILE = Path(__file__).resolve().parents[2] / "resources" / "texts" / "switchctl.yaml"
_LONG, _SHORT = "--lang", {"zh": Language.ZH, "zh_CN": Language.ZH, "en": Language.EN}
CHOICES = ("zh", "en")


class Texts:
    """All texts of one language. An unknown key, which is a bug, raises ``KeyError``."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts: dict[str, str] = {key: each[language.value] for key, each in _content().items()}

    def __call__(self, key: str, **fields: object) -> str:
        return self._texts[key].format(**fields) if fields else self._texts[key]

    def word(self, word: str | None, kind: str = "word") -> str:
        """The text of a state, cause or code; a word without a text is returned unchanged."""
        if word is None:
            return "–"
        return self._texts.get(f"{kind}_{word}") or self._texts.get(f"word_{word}") or word


def harmless(text: str) -> str:
    """``text`` with ``·`` for control characters, so that outside data (a caller's number, a file's name) can't control the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "·" for char in text)


@cache
def _content() -> dict[str, dict[str, str]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content: dict[str, dict[str, str]] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  both loaders are safe
    return content


def language_of(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """The language by ``--lang``, read before the arguments are parsed, since their help needs it; else by LC_ALL, LC_MESSAGES or LANG."""
    for number, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == _LONG:
            said = value if equals else "".join(arguments[number + 1 : number + 2])
            return _SHORT.get(said, Language.EN)
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environ.get(name, ""))), "")
    return Language.ZH if named.startswith("zh") else Language.EN
