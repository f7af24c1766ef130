"""The demo's texts, from ``resources/texts/demo.yaml``."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from shared.enums import Language

FILE = Path(__file__).resolve().parents[2] / "resources" / "texts" / "demo.yaml"
CHOICES = {"zh": Language.ZH, "en": Language.EN}


class DemoTexts:
    """All texts of one language. An unknown key, which is a bug, raises ``KeyError``."""

    def __init__(self, language: Language) -> None:
        self.language = language
        content: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        self._texts = {key: each[language.value] for key, each in content.items()}

    def __call__(self, key: str, **fields: object) -> str:
        return self._texts[key].format(**fields) if fields else self._texts[key]


def language_of(asked: str | None, environ: Mapping[str, str]) -> Language:
    """The language by ``--lang``, else by LC_ALL, LC_MESSAGES or LANG."""
    if asked:
        return CHOICES[asked]
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environ.get(name, ""))), "")
    return Language.ZH if named.startswith("zh") else Language.EN
