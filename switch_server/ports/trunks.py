"""The operator's side of the trunks: what the lines tell of addresses, registrations and card lines, and the blocks of lines."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from shared.control import Done
from shared.control_trunks import ControlCardLines, Trunks
from shared.ids import TrunkName


class FarEnd(Struct, frozen=True):
    """One address. ``state``: ``up``, ``down`` (no answer to OPTIONS), ``paused`` (``left`` seconds more) or ``unwatched``."""

    address: str
    state: str
    left: float = 0.0
    weight: int = 0
    calls: int = 0
    """Calls out that were sent here since the start."""
    failures: int = 0
    """Of these, the calls that it did not take for a 503 or silence."""


class RegistrationView(Struct, frozen=True):
    """``state``: ``registered`` while a registration is in force; ``error``: of the last attempt, empty after success.

    ``left``: seconds for which it is in force; ``registrar``: the one that granted it, or is asked.
    """

    state: str
    registrar: str
    left: float
    error: str
    attempts: int
    failures: int


class CardLine(Struct, frozen=True):
    """One line of a box with cards. ``state``: ``idle``, ``in``, ``out`` (in use by such a call), ``blocked`` or ``faulty``.

    ``blocked``: also while the last call on it goes on. ``calls_in``, ``calls_out``, ``faults``: since the start.
    """

    line: int
    state: str
    blocked: bool = False
    calls_in: int = 0
    calls_out: int = 0
    faults: int = 0


class TrunksPort(Protocol):
    """Implemented by ``adapters.sip_lines``; from any thread, nothing is raised."""

    def far_ends(self) -> Mapping[TrunkName, tuple[FarEnd, ...]]: ...
    def registrations(self) -> Mapping[TrunkName, RegistrationView]: ...
    def card_lines(self) -> Mapping[TrunkName, tuple[CardLine, ...]]: ...
    def block_line(self, trunk: TrunkName, line: int, *, blocked: bool) -> None: ...


class LineBlocks(Protocol):
    """The blocked lines, kept over a restart."""

    def blocked(self) -> Mapping[TrunkName, frozenset[int]]: ...
    def put(self, trunk: TrunkName, line: int, actor: str, *, blocked: bool) -> None:
        """Writes its own audit row."""
        ...


class TrunkOperator(Protocol):
    """The operator's requests about trunks, with the rules of ``ports.operations.Operations``."""

    def trunks(self) -> Trunks: ...
    def card_lines(self, trunk: TrunkName) -> ControlCardLines:
        """Empty: of all trunks."""
        ...

    def block_line(self, trunk: TrunkName, line: int, actor: str, *, blocked: bool) -> Done: ...
