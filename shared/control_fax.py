"""The control protocol's messages about faxes (传真): lists, one fax with its tries, send, try again, cancel. See ``shared.control``."""

from typing import Annotated

from msgspec import Meta, Struct

from shared.bounds import AgentRef, Line, Sentence
from shared.control_base import Limit, Reply, Request

FaxName = Annotated[str, Meta(max_length=64)]
FaxTo = Annotated[str, Meta(pattern=r"^[+]?[0-9]{1,32}\Z")]
"""The number of a far machine, in the house's form."""
FilePath = Annotated[str, Meta(min_length=1, max_length=4096)]
SendTime = Annotated[float, Meta(ge=0, le=1e11)]


class ListFaxes(Request, frozen=True):
    """Answered by ``ControlFaxes``, the newest first. ``open_only``: those that wait, are being sent or received, or that no agent has done."""

    direction: Line | None = None
    state: Line | None = None
    agent: AgentRef | None = None
    open_only: bool = False
    since: float = 0.0
    limit: Limit = 50


class ShowFax(Request, frozen=True):
    """Answered by ``ControlFaxDetail``; audited."""

    fax: FaxName
    actor: Line = ""


class SendFaxFile(Request, frozen=True):
    """Sends a file of the switch's machine to a number: answered by ``FaxFileTaken`` once it is on disk; audited. ``file``: an absolute path.

    ``not_before``: UTC seconds; ``None``: now. ``dry_run``: the pages are made and the number is checked, and nothing is sent.
    """

    file: FilePath
    number: FaxTo
    not_before: SendTime | None = None
    dry_run: bool = False
    title: Sentence = ""
    actor: Line = ""


class TryFaxAgain(Request, frozen=True):
    """A failed or cancelled fax is sent again after its confirmed pages. Answered by ``Done``; audited."""

    fax: FaxName
    actor: Line = ""


class DropFax(Request, frozen=True):
    """Cancels a fax that waits or is being sent. Answered by ``Done``; audited."""

    fax: FaxName
    actor: Line = ""


class ControlFaxRow(Struct, frozen=True):
    """``direction``: ``in``, ``out``. ``state``: of ``shared.fax.FaxState``, or ``ReceivedState``. ``result``, ``t30``: of the last session."""

    fax: str
    direction: str
    number: str
    title: str
    state: str
    result: str | None
    t30: int | None
    pages: int
    pages_done: int
    tries: int
    created: float
    not_before: float
    ended: float | None
    agent: str | None
    group: str
    priority: str
    asked_by: str
    ended_by: str
    trunk: str
    remote: str
    bit_rate: int
    modem: str | None
    ecm: bool
    t38: bool
    resends: int
    seconds: float
    live: bool
    call: str | None


class ControlFaxTryRow(Struct, frozen=True):
    """``first_page``: from 1. ``pages``: confirmed in this try."""

    number: int
    began: float
    ended: float | None
    call: str | None
    trunk: str
    result: str | None
    t30: int | None
    first_page: int
    pages: int
    bit_rate: int
    modem: str | None
    ecm: bool
    t38: bool
    resends: int
    remote: str


class ControlFaxes(Reply, frozen=True):
    at: float
    rows: tuple[ControlFaxRow, ...]


class ControlFaxDetail(Reply, frozen=True):
    at: float
    fax: ControlFaxRow
    tries: tuple[ControlFaxTryRow, ...]


class FaxFileTaken(Reply, frozen=True):
    """``fax``: empty in a dry run."""

    fax: str
    number: str
    pages: int
    not_before: float | None = None


REQUESTS: tuple[type[Request], ...] = (ListFaxes, ShowFax, SendFaxFile, TryFaxAgain, DropFax)
REPLIES: tuple[type[Reply], ...] = (ControlFaxes, ControlFaxDetail, FaxFileTaken)
