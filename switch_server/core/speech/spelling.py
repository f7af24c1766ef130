"""Characters one by one (逐位报读): codes, accounts, contract numbers. The same in both languages except 幺."""

import string

from shared.enums import Language

PAUSE = "pause:250"
"""Segment between two groups."""
_MOST_UNGROUPED = 6
"""Longest text that is read without a pause: a stock code."""
_GROUP = 4
_SIGNS = {"-": "letter/dash", "_": "letter/dash", "/": "letter/slash", ".": "letter/dot"}
_OTHER = "letter/sign"
"""Segment for a character without a name: the caller hears that there is a character."""


def digits(text: str, lang: Language) -> tuple[str, ...]:
    """Segments without language; empty for an empty text. Blanks are left out."""
    heard = "".join(text.split())
    names = [_character(character, lang) for character in heard]
    if len(names) <= _MOST_UNGROUPED:
        return tuple(names)
    out = names[:_GROUP]
    for start in range(_GROUP, len(names), _GROUP):
        out += [PAUSE, *names[start : start + _GROUP]]
    return tuple(out)


def segments(lang: Language) -> frozenset[str]:
    """All segments that ``digits`` may use, without pauses."""
    return frozenset(_character(character, lang) for character in string.digits + string.ascii_letters + "-/. ?")


def _character(character: str, lang: Language) -> str:
    if character == "1" and lang is Language.ZH:
        return "num/yao"  # 一 and 七 sound alike on a bad line
    if character in string.digits:
        return f"num/{character}"
    if character in string.ascii_letters:
        return f"letter/{character.lower()}"
    return _SIGNS.get(character, _OTHER)
