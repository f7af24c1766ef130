"""The agent's own directory, and the last calls."""

from enum import StrEnum

from msgspec import Struct

MOST_CALLS = 200
MOST_PEOPLE = 2000
NAME_MAX, NOTE_MAX = 64, 200


class CallWay(StrEnum):
    """The direction of a past call."""

    IN = "in"
    OUT = "out"
    MISSED = "missed"
    INTERNAL = "internal"


class PastCall(Struct, frozen=True):
    """``number``: a telephone number, or (``INTERNAL``) an agent's. ``at``: UTC seconds by the switch's clock; ``seconds``: of talk."""

    at: float
    way: CallWay
    number: str
    name: str = ""
    seconds: float = 0.0


class Person(Struct, frozen=True):
    """A line of the agent's own directory. ``keys``: pinyin and initials of the name (``shared.pinyin``)."""

    id: int
    name: str
    number: str
    note: str = ""
    keys: str = ""


class AgentPhonebook(Struct, frozen=True):
    """The directory and the last calls of one agent, as kept on this PC. ``calls``: the newest first."""

    people: tuple[Person, ...] = ()
    calls: tuple[PastCall, ...] = ()


def matches(text: str, *fields: str) -> bool:
    """Whether each typed word is in the fields (pinyin, initials, numbers). A word of one or two ASCII characters must be the beginning of a field's
    word, a longer or Chinese one may be any part. Case does not count.
    """
    hay = " ".join(fields).casefold()
    words = hay.split()
    return all(_found(word, hay, words) for word in text.casefold().split())


def _found(word: str, hay: str, words: list[str]) -> bool:
    if not word.isascii() or len(word) > 2:  # a part of a name, the end of a number
        return word in hay
    return any(each.startswith(word) for each in words)
