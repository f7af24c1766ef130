"""A PIN's digits: a string that can be compared and sent to the branch, but not shown."""

import hmac
from typing import Final, NoReturn

HIDDEN: Final = "••••"


class Secret:
    """A string that is never printed by accident.

    ``str``, ``repr``, ``format``, pickling and every encoder give ``HIDDEN`` or raise; ``==`` compares in constant time.
    ``reveal()`` is called where a step of a flow takes a key, where a key is passed on to an outside party, and where the branch link builds
    its log-in frame (``tests/house/test_secrets.py`` has the list).
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __add__(self, other: "Secret") -> "Secret":
        return Secret(self._value + other._value)

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment]  # a hash could be compared offline, so there is none

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return HIDDEN

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled")
