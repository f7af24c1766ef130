"""The keys of one try of an input (按键输入): one key in, a verdict out. Pure; without prompts and time."""

from enum import Enum, StrEnum, auto
from typing import Protocol

from shared.secret import Secret

DIGITS = "0123456789"
HIDDEN_DIGIT = "•"
"""The journal's character for a secret digit."""
HASH_WAIT = 2.0
"""Seconds within which a ``#`` after the last key of a full input is dropped, and is no key of the next step."""
UNMASK_AFTER = 0.5
"""Seconds that the recording stays masked after a secret input: the tone of the last key still sounds."""


class Format(StrEnum):
    DIGITS = "digits"
    INTEGER = "integer"
    """A whole number above 0."""
    PRICE = "price"
    """In yuan, at most three decimals: ``*`` is the decimal point, ``**`` goes back."""


class EntryVerdict(Enum):
    MORE = auto()
    ENTERED = auto()
    """Complete, by ``#``."""
    FULL = auto()
    """Complete, by the last possible key (``min == max``): many callers press ``#`` even so."""
    EMPTY = auto()
    BACK = auto()
    INVALID = auto()


class InputRules(Protocol):
    """The fields of an input step that decide on its keys."""

    @property
    def min(self) -> int: ...
    @property
    def max(self) -> int: ...
    @property
    def format(self) -> Format: ...
    @property
    def secret(self) -> bool: ...
    @property
    def back(self) -> str | None: ...
    @property
    def empty(self) -> str | None: ...


class Entry:
    """The keys of one try. The text is a ``Secret`` in every input, so that no dump shows it."""

    def __init__(self, step: InputRules) -> None:
        self._step = step
        self._text = Secret("")

    @property
    def begun(self) -> bool:
        return len(self._text) > 0

    def take(self, digit: Secret) -> EntryVerdict:
        key = digit.reveal()
        if key == "#":
            return self._closed()
        if key == "*":
            return self._star()
        if key not in DIGITS or self._count() >= self._step.max:
            return EntryVerdict.INVALID
        self._text = self._text + digit
        step = self._step
        if step.format is not Format.PRICE and step.min == step.max == self._count():
            return EntryVerdict.FULL if self._value() is not None else EntryVerdict.INVALID
        return EntryVerdict.MORE

    def value(self) -> str | int | Secret:
        """The value, after ``ENTERED`` or ``FULL``: a ``Secret``, digits, a whole number, or a price in 1/1000 yuan."""
        value = self._value()
        assert value is not None
        return self._text if self._step.secret else value

    def _closed(self) -> EntryVerdict:
        if not self.begun and self._step.empty is not None:
            return EntryVerdict.EMPTY
        return EntryVerdict.ENTERED if self._value() is not None else EntryVerdict.INVALID

    def _star(self) -> EntryVerdict:
        text, step = self._text.reveal(), self._step
        price = step.format is Format.PRICE
        if price and "." not in text:
            self._text = self._text + Secret(".")
            return EntryVerdict.MORE
        return (
            EntryVerdict.BACK if step.back is not None and (not price or text.endswith(".")) else EntryVerdict.INVALID
        )

    def _count(self) -> int:
        return len(self._text.reveal().replace(".", ""))

    def _value(self) -> str | int | None:
        """``None``: the keys are no value of this input. A secret is only counted, so that a replay, which has other digits, gets the same verdict."""
        text, step = self._text.reveal(), self._step
        if not step.min <= self._count() <= step.max or not self._count():
            return None
        if step.format is Format.DIGITS or step.secret:
            return text
        whole, _, part = text.partition(".")
        if step.format is Format.INTEGER:
            return int(whole) or None
        return (int(whole or "0") * 1000 + int(part.ljust(3, "0"))) or None if len(part) <= 3 else None
