"""Pieces of a step's speech (说什么): prompts, and slots that speak a variable; their check, and the variables that they use."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from msgspec import Struct

from shared.enums import Language
from shared.ids import QueueName, TrunkName

TONES = frozenset({"tone:dial", "tone:ringback", "tone:busy", "tone:congestion", "tone:test1k"})
SLOT_FIELDS = ("money", "price", "quantity", "number", "digits", "stock", "time", "word", "text", "each")

ROW = "row"
VALUE_FIELDS = ("money", "price", "quantity", "number", "digits", "stock", "time", "each")
Path = tuple[str | int, ...]
Variables = Mapping[str, Any]
VariableUse = tuple[Path, str]
"""Path of the key, and the name of the variable that it uses."""


class Problem(Struct, frozen=True):
    path: Path
    text: str


class FlowContext(Struct, frozen=True):
    """Names that a flow may refer to. ``prompts``: names without language, for each language. No queues: queue names are not checked."""

    prompts: Mapping[Language, frozenset[str]]
    music: frozenset[str] = frozenset()
    trunks: frozenset[TrunkName] = frozenset()
    queues: frozenset[QueueName] = frozenset()


class Slot(Struct, frozen=True, forbid_unknown_fields=True):
    """Speaks a variable; exactly one of the fields is set (``each`` goes with ``say`` and ``empty``)."""

    money: str | None = None
    """Fen, read as 元角分."""
    price: str | None = None
    """1/1000 yuan."""
    quantity: str | None = None
    """Shares."""
    number: str | None = None
    digits: str | None = None
    """Digit by digit: codes, accounts, contract numbers."""
    stock: str | None = None
    """A stock code: its name where there is a prompt, else digit by digit."""
    time: str | None = None
    """UTC seconds, read as the time of day in Asia/Shanghai."""
    word: str | None = None
    """A prompt's name with a variable in braces: ``refusal/{refusal}``."""
    text: dict[Language, str] | None = None
    """Free text in each language (a notice); espeak-ng makes the audio when the flow is loaded."""
    each: str | None = None
    """A list variable: ``say`` is spoken for each row (whose values are ``row.<field>``), newest first, at most ``most`` rows."""
    say: tuple["Piece", ...] = ()
    empty: tuple["Piece", ...] = ()
    most: int = 5


Piece = str | Slot


def missing_say(pieces: tuple[Piece, ...]) -> Iterator[Problem]:
    if not pieces:
        yield Problem(("say",), "says nothing")


def problems_of(pieces: tuple[Piece, ...], path: Path, context: FlowContext) -> Iterator[Problem]:
    for index, piece in enumerate(pieces):
        here = (*path, index)
        if isinstance(piece, str):
            yield from _prompt(piece, here, context)
        else:
            yield from _slot(piece, here, context)


def _prompt(name: str, path: Path, context: FlowContext) -> Iterator[Problem]:
    if name.startswith("tone:"):
        if name not in TONES:
            yield Problem(path, f"no tone {name!r}; there are: {', '.join(sorted(TONES))}")
    elif name.startswith("pause:"):
        if not name.removeprefix("pause:").isdigit():
            yield Problem(path, "a pause is pause:<milliseconds>")
    elif name.startswith("music/"):
        if name not in context.music:
            yield Problem(path, f"no music {name!r}; there is: {', '.join(sorted(context.music)) or 'none'}")
    else:
        missing = [language.value for language, names in context.prompts.items() if name not in names]
        if missing:
            alike = get_close_matches(name, frozenset().union(*context.prompts.values()) - {name}, 1)
            hint = f"; did you mean {alike[0]!r}?" if alike else ""
            yield Problem(path, f"no prompt {name!r} in {' and '.join(missing)}{hint}")


def _slot(slot: Slot, path: Path, context: FlowContext) -> Iterator[Problem]:
    given = [name for name in SLOT_FIELDS if getattr(slot, name) is not None]
    if len(given) != 1:
        yield Problem(path, f"exactly one of {', '.join(SLOT_FIELDS)}")
        return
    if slot.word is not None:
        before = slot.word.partition("{")[0]
        for language, names in context.prompts.items():
            if not any(name.startswith(before) for name in names):
                yield Problem(path, f"no prompt begins with {before!r} in {language.value}")
    if slot.text is not None:
        missing = [language.value for language in Language if not slot.text.get(language, "").strip()]
        if missing:
            yield Problem((*path, "text"), f"no text in {' and '.join(missing)}")
    yield from problems_of(slot.say, (*path, "say"), context)
    yield from problems_of(slot.empty, (*path, "empty"), context)


def used_in(pieces: tuple[Piece, ...], path: Path, bound: frozenset[str] = frozenset()) -> Iterator[VariableUse]:
    for index, slot in enumerate(pieces):
        if not isinstance(slot, Slot):
            continue
        here = (*path, index)
        for field in VALUE_FIELDS:
            value = getattr(slot, field)
            if value is not None and root_of(value) not in bound:
                yield (*here, field), root_of(value)
        if (
            slot.word
            and "{" in slot.word
            and (name := root_of(slot.word.partition("{")[2].partition("}")[0])) not in bound
        ):
            yield (*here, "word"), name
        yield from used_in(slot.say, (*here, "say"), bound | {ROW})
        yield from used_in(slot.empty, (*here, "empty"), bound)


def root_of(name: str) -> str:
    """``funds.available`` -> ``funds``."""
    return name.partition(".")[0]


def summary_of(pieces: tuple[Piece, ...]) -> str:
    """The pieces in one line, for a flow's picture."""
    return " ".join(_word(piece) for piece in pieces)


def _word(piece: Piece) -> str:
    if not isinstance(piece, Slot):
        return piece
    if piece.each is not None:
        return f"<each {piece.each}: {summary_of(piece.say)}>"
    given = ((name, getattr(piece, name)) for name in SLOT_FIELDS if name not in ("text", "each"))
    return "".join(f"<{name} {value}>" for name, value in given if value)


class MissingVariableError(LookupError):
    """A slot names a variable that the call does not have (``check`` finds most of these when a flow is loaded)."""


def look_up(path: str, variables: Variables) -> Any:
    """``"funds.available"`` -> ``variables["funds"]["available"]``. Raises ``MissingVariableError``."""
    value: Any = variables
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            raise MissingVariableError(path)
        value = value[name]
    return value
