"""Turns pieces of a step into prompt segments: slots are filled from the call's variables, in the call's language."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.days import SHANGHAI
from shared.enums import Language
from shared.ids import Fen, Milli, Shares, StockCode
from switch_server.core.flow import Piece, Slot, look_up, prompt_of
from switch_server.core.speech import rules as speech

Variables = Mapping[str, Any]


def segments(
    pieces: Sequence[Piece], variables: Variables, language: Language, stocks: frozenset[StockCode]
) -> tuple[str, ...]:
    """Prompt names with language prefix, in order, for a ``Play``. Raises ``MissingVariableError``.

    ``stocks``: codes that have a prompt ``stock/<code>``; others are read digit by digit.
    """
    out: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            out.append(_named(piece, language))
        else:
            out.extend(_slot(piece, variables, language, stocks))
    return tuple(out)


def _named(name: str, language: Language) -> str:
    return name if name.startswith(("tone:", "pause:", "music/")) else f"{language.value}/{name}"


def _slot(slot: Slot, variables: Variables, language: Language, stocks: frozenset[StockCode]) -> tuple[str, ...]:
    match slot:
        case Slot(money=str(name)):
            return speech.money(Fen(look_up(name, variables)), language)
        case Slot(price=str(name)):
            return speech.price(Milli(look_up(name, variables)), language)
        case Slot(quantity=str(name)):
            return speech.quantity(Shares(look_up(name, variables)), language)
        case Slot(number=str(name)):
            return speech.number(look_up(name, variables), language)
        case Slot(digits=str(name)):
            return speech.digits(str(look_up(name, variables)), language)
        case Slot(stock=str(name)):
            code = StockCode(look_up(name, variables))
            return (_named(f"stock/{code}", language),) if code in stocks else speech.digits(code, language)
        case Slot(time=str(name)):
            return speech.time_of_day(_shanghai(look_up(name, variables)), language)
        case Slot(text=dict(texts)):
            return (_named(prompt_of(texts[language]), language),)
        case Slot(word=str(template)):
            return (_named(_filled(template, variables), language),)
        case _:
            return _each(slot, variables, language, stocks)


def _shanghai(at: float) -> datetime:
    """The time in Shanghai. A time beyond the range of ``datetime`` (from a faulty branch) is read as 1970-01-01, so that the call goes on."""
    try:
        return datetime.fromtimestamp(at, UTC) + SHANGHAI
    except (ValueError, OverflowError, OSError):
        return datetime(1970, 1, 1, tzinfo=UTC) + SHANGHAI


def _each(slot: Slot, variables: Variables, language: Language, stocks: frozenset[StockCode]) -> tuple[str, ...]:
    rows = look_up(slot.each or "", variables)
    if not rows:
        return segments(slot.empty, variables, language, stocks)
    newest = list(rows)[-slot.most :][::-1]
    return tuple(
        segment for row in newest for segment in segments(slot.say, {**variables, "row": row}, language, stocks)
    )


def _filled(template: str, variables: Variables) -> str:
    before, brace, rest = template.partition("{")
    if not brace:
        return template
    name, _, after = rest.partition("}")
    return f"{before}{look_up(name, variables)}{after}"
