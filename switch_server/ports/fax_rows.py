"""Faxes as the store returns them, for the operator and the desks; and the port to who asked for a fax."""

from typing import Protocol

from msgspec import Struct

from shared.fax import FaxId
from shared.ids import AccountNo, AgentId, CallId, CustomerId
from switch_server.core.fax import FaxEffect


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


class FaxBook(Protocol):
    """Reads of the faxes. From any thread; blocking (a few ms), raising ``StoreError``."""

    def faxes(
        self,
        limit: int = 100,
        *,
        since: float = 0.0,
        direction: str | None = None,
        state: str | None = None,
        agent: AgentId | None = None,
        customer: CustomerId | None = None,
        groups: tuple[str, ...] | None = None,
        open_only: bool = False,
    ) -> list[StoredFax]:
        """The newest first. ``groups``: received faxes of these groups only. ``open_only``: those that are not finished."""
        ...

    def fax(self, fax: FaxId) -> StoredFax | None: ...
    def fax_tries(self, fax: FaxId) -> list[StoredTry]:
        """The first try first."""
        ...


class FaxesPort(Protocol):
    """Who asked for faxes, and who watches them. Nothing is raised."""

    def do(self, effect: FaxEffect) -> None: ...
