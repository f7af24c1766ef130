"""The ports of the desks' faxes: documents as pages, and faxes sent and received.

```
FaxError              ``code``: a ``shared.desk_fax.FaxProblem``, for the agent; ``text``: for the log
├── DocumentRefused   no pages can be made of the source, or the pages are gone
└── FaxNotTaken       the fax, or the change of a fax, is refused: nothing was kept
```
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from shared.desk_fax import FaxCover, FaxProblem
from shared.fax import DocumentId, FaxId, FaxResult, FaxState
from shared.ids import AccountNo, AgentId, CallId, CustomerId


class FaxError(Exception):
    """See the module."""

    def __init__(self, code: FaxProblem, text: str = "") -> None:
        super().__init__(text or code)
        self.code, self.text = code, text


class DocumentRefused(FaxError):  # noqa: N818  the name says what it is
    """``reason``: a ``shared.documents.DocumentFault`` with its fields, as ``PagesRefused`` writes it; empty where no document is at fault."""

    def __init__(self, code: FaxProblem, text: str = "", reason: str = "") -> None:
        super().__init__(code, text or reason)
        self.reason = reason


class FaxNotTaken(FaxError):  # noqa: N818
    pass


class Html(Struct, frozen=True):
    """A statement's content: a whole page of HTML 4 with tables, without scripts and without links to other files."""

    text: str


class FaxLayout(Struct, frozen=True):
    """What is printed on the pages besides the source. ``title``: of the document. ``number``: where it will be sent, for the header line."""

    title: str
    number: str
    fine: bool = True
    cover: FaxCover | None = None


class Rendered(Struct, frozen=True):
    """A document in the spool: ``path`` is a TIFF class F with ``pages`` pages, cover sheet included. ``digest``: of the pages without header
    lines and cover sheet; the same source asked for again has the same.
    """

    document: DocumentId
    path: Path
    pages: int
    digest: str


class Documents(Protocol):
    """Renders documents in processes of its own. On the switch's loop; nothing blocks it. Raises ``DocumentRefused``."""

    async def render(self, source: Path | Html, layout: FaxLayout) -> Rendered:
        """A file (its kind is found by its content), the TIFF of a fax, or a statement. Takes a minute at most."""
        ...

    async def page(self, path: Path, page: int, *, thumbnail: bool = False) -> bytes:
        """Page ``page`` (0: the first) of a TIFF in the spool as a PNG, exactly as it is sent; ``thumbnail``: at most 160 pixels wide."""
        ...


class WantedFax(Struct, frozen=True):
    """A fax that an agent wants to send. ``live``: on ``call``. ``not_before``: UTC seconds; ``None``: now."""

    document: Rendered
    number: str
    title: str
    agent: AgentId
    group: str
    not_before: float | None = None
    customer: CustomerId | None = None
    account: AccountNo | None = None
    call: CallId | None = None
    live: bool = False


class FaxRecord(Struct, frozen=True):
    """A fax in its present state; the fields are those of ``shared.desk_fax.FaxRow``. ``path``: its pages as TIFF; ``None``: not kept any more.

    ``agent``, ``group``: who sent it, and their group then. Of a received fax: ``group`` is the group to which it was routed, ``agent`` the one to
    whom it was forwarded. ``customer_name``: by the customer book.
    """

    fax: FaxId
    direction: str
    number: str
    title: str
    state: FaxState
    created: float
    pages: int
    path: Path | None = None
    pages_done: int = 0
    customer: CustomerId | None = None
    customer_name: str = ""
    agent: AgentId | None = None
    group: str = ""
    taken_by: AgentId | None = None
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


OnFax = Callable[[FaxRecord, FaxRecord | None], None]
"""Called on the loop with a fax that is new or has changed, and with the record before (``None``: new)."""


class Faxes(Protocol):
    """Faxes of the switch. On its loop; a change returns when it is on disk, and is audited with its ``actor``. Lists are newest first.

    A change of a fax that does not exist raises ``FaxNotTaken`` with ``GONE``. Rights are the caller's affair.
    """

    def off(self) -> FaxProblem | None:
        """Why nothing can be sent at all; ``None``: faxes can be sent."""
        ...

    async def ask(self, wanted: WantedFax) -> FaxRecord:
        """Takes a fax to be sent. Raises ``FaxNotTaken``: ``NO_FAX``, ``BARRED_NUMBER``, ``REPEATED``, ``NOT_LIVE``, ``SPOOL_FULL``."""
        ...

    async def cancel(self, fax: FaxId, actor: AgentId) -> FaxRecord:
        """Raises ``FaxNotTaken`` with ``TOO_LATE`` if it has ended."""
        ...

    async def retry(self, fax: FaxId, actor: AgentId) -> FaxRecord:
        """Sends again from the first page that is not confirmed. Raises ``FaxNotTaken``: ``TOO_LATE`` unless it has failed or was cancelled, ``GONE``."""
        ...

    async def take(self, fax: FaxId, actor: AgentId) -> FaxRecord:
        """Raises ``FaxNotTaken`` with ``TOO_LATE`` if another agent has taken it."""
        ...

    async def file(self, fax: FaxId, customer: CustomerId, actor: AgentId) -> FaxRecord: ...

    async def forward(self, fax: FaxId, actor: AgentId, *, agent: AgentId | None, group: str) -> FaxRecord:
        """To the agent, or (``None``) to the group; the fax is taken by nobody then."""
        ...

    async def fax(self, fax: FaxId) -> FaxRecord | None: ...

    async def sent_by(self, agent: AgentId, *, before: float | None, limit: int) -> Sequence[FaxRecord]: ...

    async def received(
        self, agent: AgentId, group: str | None, *, before: float | None, limit: int
    ) -> Sequence[FaxRecord]:
        """Faxes in the group's inbox (``None``: of every group; ``""``: of none), and those forwarded to the agent."""
        ...

    def listen(self, on_fax: OnFax) -> None:
        """Called before the desks' links start."""
        ...
