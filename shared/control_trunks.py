"""The control protocol's messages about trunks (中继): addresses, registrations, card lines. See ``shared.control``."""

from typing import Annotated

from msgspec import Meta, Struct

from shared.bounds import Line
from shared.control_base import Reply, Request

LineNumber = Annotated[int, Meta(ge=1, le=9999)]


class AskTrunks(Request, frozen=True):
    """Answered by ``Trunks``."""


class AskCardLines(Request, frozen=True):
    """Answered by ``ControlCardLines`` of one trunk; empty: of all trunks of ``kind: card``."""

    trunk: Line = ""


class BlockLine(Request, frozen=True):
    """Blocks a card line, or frees it of a block or a fault (``blocked`` false). A call on it goes on. Answered by ``Done``; audited."""

    trunk: Line
    line: LineNumber
    blocked: bool
    actor: Line = ""


class FarRow(Struct, frozen=True):
    """An address of a trunk. ``state``: ``up``, ``down`` (no answer to OPTIONS), ``paused`` (for ``left_s`` more, by a Retry-After or silence), ``unwatched``.

    ``calls``, ``failures``: calls out sent there since the start, and those that it did not take for a 503 or silence.
    """

    trunk: str
    kind: str
    direction: str
    address: str
    state: str
    left_s: float | None = None
    weight: int | None = None
    calls: int = 0
    failures: int = 0


class RegistrationRow(Struct, frozen=True):
    """Our registration at a carrier. ``state``: ``registered``, ``registering``, ``waiting`` (for the next try), ``ended``.

    ``left_s``: seconds for which it is in force; ``error``: of the last attempt.
    """

    trunk: str
    user: str
    state: str
    registrar: str
    left_s: float | None = None
    error: str = ""
    attempts: int = 0
    failures: int = 0


class CardLineRow(Struct, frozen=True):
    """A line of a box with cards. ``state``: ``idle``, ``in``, ``out``, ``blocked``, ``faulty``; ``call``: that runs on it."""

    trunk: str
    line: int
    state: str
    blocked: bool = False
    call: str | None = None
    number: str | None = None
    calls_in: int = 0
    calls_out: int = 0
    faults: int = 0


class Trunks(Reply, frozen=True):
    at: float
    rows: tuple[FarRow, ...]
    registrations: tuple[RegistrationRow, ...] = ()


class ControlCardLines(Reply, frozen=True, tag="CardLines"):
    at: float
    rows: tuple[CardLineRow, ...]


REQUESTS: tuple[type[Request], ...] = (AskTrunks, AskCardLines, BlockLine)
REPLIES: tuple[type[Reply], ...] = (Trunks, ControlCardLines)
