"""Turns segments back into text, by the texts of the prompts."""

from functools import cache
from pathlib import Path

import yaml

from shared.enums import Language

PROMPTS = Path(__file__).parents[2] / "resources" / "prompts"
STOCKS = Path(__file__).parents[2] / "resources" / "demo" / "stocks.yaml"


@cache
def table() -> dict[str, dict[str, str]]:
    return yaml.safe_load((PROMPTS / "texts.yaml").read_text("utf-8"))


@cache
def stocks() -> list[dict[str, str]]:
    return yaml.safe_load(STOCKS.read_text("utf-8"))


@cache
def expected_names(language: Language) -> frozenset[str]:
    """Every segment that must have a file, with its language."""
    names = [name for name, words in table().items() if language.value in words]
    return frozenset(f"{language.value}/{name}" for name in [*names, *(f"stock/{row['code']}" for row in stocks())])


def text(segments: tuple[str, ...]) -> str:
    """The text of the segments: Mandarin without blanks, English with blanks; pauses are ``|``."""
    language = segments[0].partition("/")[0]
    words = ["|" if one.startswith("pause:") else table()[one.partition("/")[2]][language] for one in segments]
    return ("" if language == "zh_CN" else " ").join(words)
