"""Free text in flows (自由文本): the name of its prompt. ``services.free_text`` makes the prompt's audio when the flow is loaded."""

import hashlib
from collections.abc import Iterator

from shared.enums import Language
from switch_server.core.flow.pieces import Piece, Slot
from switch_server.core.flow.step import Flow

VERSION = "1"
"""To be raised when the making of audio from text changes, so that all free texts are made anew."""


def prompt_of(text: str) -> str:
    """``text/<hash>``, without language: the same text always has the same name (for one ``VERSION``)."""
    return f"text/{hashlib.sha256(f'{VERSION}|{normal(text)}'.encode()).hexdigest()[:24]}"


def normal(text: str) -> str:
    """The text with single blanks: line breaks and runs of blanks in a YAML text have no meaning."""
    return " ".join(text.split())


def texts_of(flow: Flow) -> Iterator[tuple[str, Language]]:
    """Every free text of the flow, with its language."""
    for pieces in flow.says.values():
        yield from _texts(pieces)
    for step in flow.steps.values():
        for _, pieces, _ in step.spoken():
            yield from _texts(pieces)


def _texts(pieces: tuple[Piece, ...]) -> Iterator[tuple[str, Language]]:
    for piece in pieces:
        if isinstance(piece, Slot):
            for language, text in (piece.text or {}).items():
                yield text, language
            yield from _texts(piece.say)
            yield from _texts(piece.empty)
