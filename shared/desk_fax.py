"""Fax (传真) over a desk's link (``shared.desk``): documents, their pages, faxes sent and received, and reports of their progress.

A fax is made in three steps, each a request of its own, so that the agent sees exactly what goes out before anything is dialled:

1. ``BeginUpload`` and ``UploadPart`` bring a file to the switch; a ``Statement`` is made there from the customer's data and needs no upload.
2. ``PrepareFax`` has the switch render cover sheet, header line and pages. The reply comes when all pages are ready, and names the document.
   ``AskPreview`` fetches a page of it as a PNG.
3. ``SubmitFax`` sends that document: now, at a time, or on the call that the seat has. The reply comes when the fax is on the switch's disk.

A ``FaxRow`` is a whole value: ``FaxChanged`` replaces the row with the same ``fax``, and ``FaxGone`` removes one. After a gap, or in a new session,
the desk asks for the rows again (``AskFaxes``).
"""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from shared.bounds import AccountRef, AgentRef, CallRef, CustomerRef, FullName, Offset
from shared.control_reports import Day
from shared.desk import PART_BYTES, Message, Name, Reply, Report, Request
from shared.fax import DocumentId, FaxId, FaxResult, FaxState
from shared.ids import AgentId, CallId, CustomerId

UPLOAD_MAX: Final = 20 * 1024 * 1024
"""The largest file, bytes."""
PAGES_MAX: Final = 500
"""The most pages that a document can have in any message; the switch's own limit for sending is lower."""
ROWS_MOST: Final = 100
"""The most rows of one reply."""

_ID: Final = r"^[A-Za-z0-9_-]{1,64}\Z"
UploadRef = Annotated[str, Meta(pattern=_ID)]
DocumentRef = Annotated[DocumentId, Meta(max_length=64)]
FaxRef = Annotated[FaxId, Meta(max_length=64)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""SHA-256, lower-case hex."""
FileSize = Annotated[int, Meta(ge=1, le=UPLOAD_MAX)]
Page = Annotated[int, Meta(ge=0, lt=PAGES_MAX)]
"""0: the first."""
Part = Annotated[bytes, Meta(max_length=PART_BYTES)]
FaxNumber = Annotated[str, Meta(pattern=r"^[0-9*#]{1,32}\Z")]
CoverText = Annotated[str, Meta(max_length=1000)]


class FaxProblem(StrEnum):
    """Why a document or a fax is refused: the first word of ``Refused.text`` of ``DeskRefusal.FAX_REFUSED``. Stable; the app has the texts for people.

    Where a document is at fault, its ``shared.documents.DocumentFault`` and the fault's fields follow: ``too_large too_dense limit=64``.
    """

    NO_FAX = "no_fax"  # the switch has no fax channels; the operator was told what to install
    TOO_LARGE = "too_large"  # more than UPLOAD_MAX bytes
    DIFFERENT = "different"  # the bytes are not those of the announced hash
    EMPTY = "empty"
    UNKNOWN_FORMAT = "unknown_format"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    TOO_MANY_PAGES = "too_many_pages"
    PAGE_TOO_LONG = "page_too_long"
    TOO_SLOW = "too_slow"  # the renderer's time or memory was not enough
    RENDERER_DOWN = "renderer_down"
    SPOOL_FULL = "spool_full"
    NO_DATA = "no_data"  # the branch gave no data for the statement
    BAD_DAYS = "bad_days"
    BARRED_NUMBER = "barred_number"  # the rules allow no fax to this number
    REPEATED = "repeated"  # the same document to the same number is being sent already
    NOT_LIVE = "not_live"  # the call can't be switched to fax
    TOO_LATE = "too_late"  # the fax has ended, or its state does not allow this
    GONE = "gone"  # the document or the fax's pages are not kept any more


class StatementKind(StrEnum):
    """What a statement shows of an account."""

    HOLDINGS = "holdings"
    FUNDS = "funds"
    ORDERS = "orders"
    FILLS = "fills"
    SETTLEMENT = "settlement"  # 交割单


DATED: Final = frozenset({StatementKind.ORDERS, StatementKind.FILLS, StatementKind.SETTLEMENT})
"""Statements of a span of days; the others are of the moment."""


# --- sources of a document; ``kind`` tells them apart on the wire ---


class DocumentSource(Struct, frozen=True, tag_field="kind", forbid_unknown_fields=False):
    """The root of the sources of a document."""


class Uploaded(DocumentSource, frozen=True, tag="uploaded"):
    """A file that this agent has uploaded whole."""

    upload: UploadRef


class Statement(DocumentSource, frozen=True, tag="statement"):
    """Made from the data of the customer's account. ``first``, ``last``: days, both included; only for kinds of ``DATED``."""

    customer: CustomerRef
    account: AccountRef
    of: StatementKind
    first: Day
    last: Day


class Received(DocumentSource, frozen=True, tag="fax"):
    """The pages of a fax that this agent may see: to send it on."""

    fax: FaxRef


AnySource = Uploaded | Statement | Received


class FaxCover(Struct, frozen=True, forbid_unknown_fields=False):
    """The cover sheet. ``to``, ``sender``: names as printed."""

    to: FullName = ""
    sender: FullName = ""
    subject: FullName = ""
    note: CoverText = ""


class FaxRow(Struct, frozen=True):
    """A fax as its agents see it. Times are UTC seconds.

    ``direction``: ``out`` or ``in``. ``pages_done``: pages that the far machine has confirmed, or that were received. ``not_before``: the time at which it is
    to be sent. ``next_try``: when the next try is due, while it waits for one. ``t30``: code of T.30's reason, 0 if there is none.
    ``group``: of the inbox that a received fax is in. ``taken_by``: the agent who works on it. ``bit_rate``: bit/s, 0 before the first connection.
    """

    fax: FaxId
    direction: str
    number: str
    title: str
    state: FaxState
    created: float
    pages: int
    pages_done: int = 0
    customer: CustomerId | None = None
    customer_name: str = ""
    agent: AgentId | None = None
    agent_name: str = ""
    group: str = ""
    taken_by: AgentId | None = None
    taken_by_name: str = ""
    result: FaxResult | None = None
    t30: int = 0
    tries: int = 0
    bit_rate: int = 0
    remote: str = ""
    not_before: float | None = None
    next_try: float | None = None
    ended: float | None = None
    live: bool = False
    call: CallId | None = None


# --- requests: a document ---


class BeginUpload(Request, frozen=True):
    """Answered by ``UploadState``: where to go on. The same agent with the same hash and size goes on with the same upload, also after a cut link.

    ``name``: the file's name, for its title and its kind; never a path of the switch.
    """

    name: FullName
    size: FileSize
    sha256: Digest


class UploadPart(Request, frozen=True):
    """Answered by ``UploadState``. A part that does not begin at ``have`` is not taken; the answer says where to go on."""

    upload: UploadRef
    offset: Offset
    data: Part


class PrepareFax(Request, frozen=True):
    """Renders a document with everything that is printed on it. Answered by ``FaxPrepared`` when its pages are ready, which may take a minute.

    ``number``: where it will be sent; it stands in the header line. Audited where the source is a statement or a received fax.
    """

    source: AnySource
    number: FaxNumber
    fine: bool = True
    cover: FaxCover | None = None


class AskPreview(Request, frozen=True):
    """A page of a prepared document of this agent as a PNG, in parts: answered by ``PagePart``."""

    document: DocumentRef
    page: Page
    offset: Offset = 0


# --- requests: faxes ---


class SubmitFax(Request, frozen=True):
    """Sends a prepared document to the number for which it was prepared. Answered by ``FaxShown`` once the fax is on the switch's disk.

    ``at``: UTC seconds before which it is not sent; ``None``: now. ``live``: sends on ``call``, which is the call that the seat has; its far end
    presses start. ``customer``: in whose history the fax is kept.
    """

    document: DocumentRef
    at: Annotated[float, Meta(ge=0, le=1e11)] | None = None
    customer: CustomerRef | None = None
    call: CallRef | None = None
    live: bool = False


class CancelFax(Request, frozen=True):
    """Answered by ``FaxShown``."""

    fax: FaxRef


class RetryFax(Request, frozen=True):
    """Sends a failed or cancelled fax again, from its first page that is not confirmed. Answered by ``FaxShown``."""

    fax: FaxRef


class FaxBox(StrEnum):
    """The lists of faxes."""

    MINE = "mine"  # that this agent has sent
    INBOX = "inbox"  # received by this agent's group, or forwarded to this agent


class AskFaxes(Request, frozen=True):
    """Answered by ``FaxList``: the newest first. ``before``: only faxes created before this time, for the next page of rows."""

    box: FaxBox
    before: Annotated[float, Meta(ge=0, le=1e11)] | None = None
    limit: Annotated[int, Meta(ge=1, le=ROWS_MOST)] = 50


class AskFax(Request, frozen=True):
    """One fax by its id, as in a customer's history. Answered by ``FaxShown``."""

    fax: FaxRef


class AskFaxPage(Request, frozen=True):
    """A page of a fax as a PNG, in parts: answered by ``PagePart``. ``thumbnail``: a small picture of the page. Audited once for each fax."""

    fax: FaxRef
    page: Page
    offset: Offset = 0
    thumbnail: bool = False


class TakeFax(Request, frozen=True):
    """The agent takes a received fax as their work; refused with ``WRONG_STATE`` if another agent has it. Answered by ``FaxShown``."""

    fax: FaxRef


class FileFax(Request, frozen=True):
    """Files a received fax to a customer. Answered by ``FaxShown``."""

    fax: FaxRef
    customer: CustomerRef


class ForwardFax(Request, frozen=True):
    """Gives a received fax to an agent, or to a group (then it is nobody's again). Answered by ``Done``; audited."""

    fax: FaxRef
    agent: AgentRef | None = None
    group: Name | None = None


# --- replies ---


class UploadState(Reply, frozen=True):
    """``have``: bytes at the switch so far. The upload is whole when these are ``size`` bytes."""

    upload: str
    have: int
    size: int


class FaxPrepared(Reply, frozen=True):
    document: DocumentId
    title: str
    pages: int


class PagePart(Reply, frozen=True):
    """Bytes ``offset`` … of a PNG of ``size`` bytes; at most ``PART_BYTES``. ``name``: the document's or the fax's id."""

    name: str
    page: int
    size: int
    offset: int
    data: bytes


class FaxShown(Reply, frozen=True):
    fax: FaxRow


class FaxList(Reply, frozen=True):
    """``more``: there are older rows. ``off``: why this agent can't send (a ``FaxProblem``, or ``not_allowed``), or ``""``. ``groups``: inboxes to which a fax can be forwarded."""

    box: FaxBox
    rows: tuple[FaxRow, ...]
    more: bool
    off: str = ""
    groups: tuple[str, ...] = ()


# --- reports ---


class FaxChanged(Report, frozen=True):
    """A fax of this agent's has changed, or one is new in their inbox. ``new``: it has just come into the inbox."""

    fax: FaxRow
    new: bool = False


class FaxGone(Report, frozen=True):
    """A received fax is in this agent's inbox no longer: it was forwarded."""

    fax: FaxId


QUESTIONS: tuple[type[Request], ...] = (
    BeginUpload, UploadPart, PrepareFax, AskPreview, SubmitFax, CancelFax, RetryFax, AskFaxes, AskFax, AskFaxPage, TakeFax, FileFax, ForwardFax,
)  # fmt: skip
AnyQuestion = (
    BeginUpload | UploadPart | PrepareFax | AskPreview | SubmitFax | CancelFax | RetryFax | AskFaxes | AskFax | AskFaxPage | TakeFax | FileFax | ForwardFax
)  # fmt: skip
REPLIES: tuple[type[Reply], ...] = (UploadState, FaxPrepared, PagePart, FaxShown, FaxList)
REPORTS: tuple[type[Report], ...] = (FaxChanged, FaxGone)
MESSAGES: tuple[type[Message], ...] = (*QUESTIONS, *REPLIES, *REPORTS)
