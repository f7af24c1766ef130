"""Faxes as the store returns them, for the operator and the desks; and the port to who asked for a fax."""

from typing import Protocol

import msgspec
from msgspec import Struct

from shared.fax import FaxId
from shared.ids import AccountNo, AgentId, CallId, CustomerId
from switch_server.core.fax import FaxEffect, FaxJob


class StoredFax(Struct, frozen=True, kw_only=True):
    """A fax sent (``direction`` ``out``; ``state``: ``shared.fax.FaxState``) or received (``in``; ``ReceivedState``). Times are UTC seconds.

    ``number``: the far end's. ``document``: path of the pages. ``result``: ``FaxResult`` of the last try. ``t30``: spandsp's completion code.
    ``seconds``: of all sessions together. ``asked_by``, ``ended_by``: ``agent:NAME``, ``operator:NAME``, ``caller``; empty: nobody.
    """

    id: FaxId
    direction: str
    number: str = ""
    customer: CustomerId | None = None
    account: AccountNo | None = None
    agent: AgentId | None = None
    group_name: str = ""
    document: str = ""
    digest: str = ""
    title: str = ""
    pages: int = 0
    pages_done: int = 0
    state: str
    result: str | None = None
    t30: int | None = None
    dials: int = 0
    tries: int = 0
    same: int = 0
    fastest: str = "v17"
    priority: str = "normal"
    created: float = 0.0
    not_before: float = 0.0
    ended: float | None = None
    call: CallId | None = None
    live: bool = False
    remote: str = ""
    bit_rate: int = 0
    modem: str | None = None
    ecm: bool = False
    t38: bool = False
    resends: int = 0
    seconds: float = 0.0
    trunk: str = ""
    dnis: str = ""
    asked_by: str = ""
    ended_by: str = ""
    taken_by: AgentId | None = None


class StoredTry(Struct, frozen=True, kw_only=True):
    """One try of a fax. ``first_page``: number from 0 of its first page; ``pages``: those that it confirmed."""

    id: str
    fax: FaxId
    number: int
    call: CallId | None = None
    trunk: str = ""
    began: float = 0.0
    ended: float | None = None
    result: str | None = None
    t30: int | None = None
    first_page: int = 0
    pages: int = 0
    bit_rate: int = 0
    modem: str | None = None
    ecm: bool = False
    t38: bool = False
    resends: int = 0
    remote: str = ""


def job_of(row: StoredFax) -> FaxJob:
    """The fax as a job that goes on after its confirmed pages."""
    values = {
        "fax": row.id, "number": row.number, "document": row.document, "pages": row.pages, "by": row.asked_by, "title": row.title,
        "digest": row.digest, "priority": row.priority, "created": row.created, "not_before": row.not_before, "customer": row.customer,
        "account": row.account, "agent": row.agent, "group": row.group_name, "call": row.call, "pages_done": row.pages_done,
        "dials": row.dials, "tries": row.tries, "same": row.same, "last": row.result, "fastest": row.fastest,
        "seconds": row.seconds,
    }  # fmt: skip
    return msgspec.convert(values, FaxJob)


class FaxBook(Protocol):
    """Reads of the faxes. From any thread; blocking (a few ms), raising ``StoreError``."""

    def faxes(
        self,
        limit: int = 100,
        *,
        since: float = 0.0,
        before: float | None = None,
        direction: str | None = None,
        state: str | None = None,
        agent: AgentId | None = None,
        customer: CustomerId | None = None,
        open_only: bool = False,
    ) -> list[StoredFax]:
        """The newest first, created from ``since`` on and before ``before``. ``open_only``: those that are not finished."""
        ...

    def inbox(
        self, agent: AgentId, group: str | None, *, before: float | None = None, limit: int = 100
    ) -> list[StoredFax]:
        """Received faxes of the group (``None``: of every group; empty: of none) and those forwarded to the agent, the newest first."""
        ...

    def fax(self, fax: FaxId) -> StoredFax | None: ...
    def fax_tries(self, fax: FaxId) -> list[StoredTry]:
        """The first try first."""
        ...


class FaxWork(Protocol):
    """Changes of received faxes as work. From any thread but the loop's: each blocks until it is on disk. Audited with ``actor``.

    ``False``: the fax is not there, or another agent has it. Raises ``NotWritten``.
    """

    def take(self, fax: FaxId, actor: AgentId) -> bool: ...
    def file_to(self, fax: FaxId, customer: CustomerId, actor: AgentId) -> bool: ...
    def forward(self, fax: FaxId, actor: AgentId, *, agent: AgentId | None, group: str) -> bool: ...


class FaxesPort(Protocol):
    """Who asked for faxes, and who watches them. Nothing is raised."""

    def do(self, effect: FaxEffect) -> None: ...
