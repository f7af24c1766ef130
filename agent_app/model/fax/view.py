"""The view of the desk's faxes, as frozen values, and the pure functions on their rows."""

import hashlib
from enum import StrEnum

from msgspec import Struct

from shared.desk_fax import FaxCover, FaxRow, Received, Statement
from shared.fax import FINAL_FAX_STATES, DocumentId, FaxId, FaxState
from shared.ids import CallId, CustomerId


class LocalFile(Struct, frozen=True):
    """A file of this PC, or a picture of the clipboard, read whole. ``name`` without a folder."""

    name: str
    data: bytes
    sha256: str

    def __repr__(self) -> str:
        return f"LocalFile({len(self.data)} bytes)"


def local_file(name: str, data: bytes) -> LocalFile:
    return LocalFile(name, data, hashlib.sha256(data).hexdigest())


DraftSource = LocalFile | Statement | Received


class FaxSpec(Struct, frozen=True):
    """Everything that the pages depend on. ``number``: dialable (``phonebook.numbers``)."""

    source: DraftSource
    number: str
    fine: bool = True
    cover: FaxCover | None = None


class SendTime(StrEnum):
    """When a fax is sent."""

    NOW = "now"
    LATER = "later"
    LIVE = "live"  # on the call that the seat has; its far end presses start


class DraftStep(StrEnum):
    """The step of the document that is being made."""

    EMPTY = "empty"  # no source, or no number
    CHANGED = "changed"  # a choice has changed: the pages are made when no more changes come
    UPLOADING = "uploading"
    RENDERING = "rendering"
    READY = "ready"  # the pages on the screen are those that will be sent
    FAILED = "failed"  # ``problem`` says why
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"  # ``fax`` is on the switch's disk


class PagesView(Struct, frozen=True):
    """Pages as PNG. ``name``: the document's or the fax's id. ``pictures``: the pages fetched so far. ``loading``: the page that is being fetched."""

    name: str = ""
    pages: int = 0
    pictures: dict[int, bytes] = {}
    loading: int | None = None
    problem: str = ""


class DraftView(Struct, frozen=True):
    """``have`` of ``size`` bytes are uploaded. ``problem``: a ``FaxProblem`` (with a document's fault behind it), a ``DeskRefusal`` or a
    ``shared.link.Failure``.
    """

    step: DraftStep = DraftStep.EMPTY
    title: str = ""
    have: int = 0
    size: int = 0
    document: DocumentId | None = None
    pages: PagesView = PagesView()
    problem: str = ""
    fax: FaxId | None = None


class OpenFax(Struct, frozen=True):
    """The fax in the viewer. ``row``: ``None`` until the switch has told about it. ``wanted_all``: every page is being fetched, to be printed."""

    fax: FaxId
    row: FaxRow | None = None
    pages: PagesView = PagesView()
    wanted_all: bool = False


class FaxView(Struct, frozen=True):
    """``off``: why this agent can't send (a ``FaxProblem`` or ``not_allowed``), ``""``: can. ``known``: the lists have come once in this log-in."""

    off: str = "no_fax"
    known: bool = False
    mine: tuple[FaxRow, ...] = ()
    inbox: tuple[FaxRow, ...] = ()
    more_mine: bool = False
    more_inbox: bool = False
    groups: tuple[str, ...] = ()
    thumbnails: dict[FaxId, bytes] = {}
    draft: DraftView = DraftView()
    open: OpenFax | None = None

    @property
    def unread(self) -> int:
        """Faxes in the inbox that nobody has taken."""
        return sum(row.taken_by is None for row in self.inbox)


class Submission(Struct, frozen=True):
    """How the prepared document is sent. ``at``: UTC seconds by the switch's clock, for ``LATER``."""

    when: SendTime = SendTime.NOW
    at: float | None = None
    customer: CustomerId | None = None
    call: CallId | None = None


def with_row(rows: tuple[FaxRow, ...], row: FaxRow) -> tuple[FaxRow, ...]:
    """The rows, newest first, with this one in place of the one with its id."""
    others = [each for each in rows if each.fax != row.fax]
    return tuple(sorted((row, *others), key=lambda each: (each.created, each.fax), reverse=True))


def without(rows: tuple[FaxRow, ...], fax: FaxId) -> tuple[FaxRow, ...]:
    return tuple(each for each in rows if each.fax != fax)


def row_of(view: FaxView, fax: FaxId) -> FaxRow | None:
    """The newest row known of a fax."""
    known = (
        *view.mine,
        *view.inbox,
        *((view.open.row,) if view.open is not None and view.open.row is not None else ()),
    )
    return next((each for each in known if each.fax == fax), None)


def may_cancel(row: FaxRow) -> bool:
    return row.direction == "out" and row.state not in FINAL_FAX_STATES


def may_retry(row: FaxRow) -> bool:
    return row.direction == "out" and row.state in (FaxState.FAILED, FaxState.CANCELLED)


def is_mobile(number: str) -> bool:
    """A mobile number within China, which no fax machine has."""
    digits = number.removeprefix("0")
    return len(digits) == 11 and digits.startswith("1") and digits[1] in "3456789"


def proposed_numbers(phones: tuple[str, ...], calling: str) -> tuple[str, ...]:
    """Numbers to send to: the customer's own and the caller's, those that may have a fax machine first."""
    known = dict.fromkeys(each for each in (*phones, calling) if each)
    return tuple(sorted(known, key=is_mobile))
