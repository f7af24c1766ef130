"""Free text in flows (自由文本): its prompt's name. ``services.free_text`` makes the prompt, before anybody calls."""

import hashlib
from collections.abc import Iterator

from shared.enums import Language
from switch_server.core.flow.pieces import Piece, Slot
from switch_server.core.flow.step import Flow

VERSION = "1"
"""Counts up when the way from text to sound changes, so that every text is spoken anew."""


def prompt_of(text: str) -> str:
    """``text/<hash>``, without language: the same text has the same name for ever."""
    return f"text/{hashlib.sha256(f'{VERSION}|{normal(text)}'.encode()).hexdigest()[:24]}"


def normal(text: str) -> str:
    """Line breaks and runs of blanks in a YAML text mean nothing."""
    return " ".join(text.split())


def texts_of(flow: Flow) -> Iterator[tuple[str, Language]]:
    """Every free text that the flow may speak, in each of its languages."""
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
