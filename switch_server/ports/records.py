"""The rows that the store and the order journal return: customers, accounts, contacts, tickets, orders with their history.

Used by the operator's control, the desks' questions and the demo, never by the core. Times are UTC seconds, prices 1/1000 yuan,
offsets ms into the recording.

```
RecordError
├── NoSuchRecord   the record to be changed does not exist
├── RecordFull     a ticket's text has no room for the note
└── NotWritten     the disk did not take the change in time: nothing was kept, a new try is allowed
```
"""

from collections.abc import Iterable
from typing import Any, Protocol

from msgspec import Struct

from shared.desk import Ticket
from shared.enums import Language
from shared.ids import AccountNo, AgentId, BranchId, CallId, CustomerId, OrderKey, TicketId


class RecordError(Exception):
    """The root of the errors of a change that the caller waits for."""


class NoSuchRecord(RecordError):  # noqa: N818  the name says what it is
    pass


class RecordFull(RecordError):  # noqa: N818
    pass


class NotWritten(RecordError):  # noqa: N818
    pass


class Account(Struct, frozen=True):
    """资金账号 and its home branch; ``locked``: its phone channel is locked, after too many wrong PINs."""

    account: AccountNo
    branch: BranchId
    locked: bool = False


class Customer(Struct, frozen=True):
    id: CustomerId
    name: str
    phones: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    vip: bool = False
    language: Language = Language.ZH


class OrderStep(Struct, frozen=True):
    """A row of an order's history. ``refusal``: the code of a refusal."""

    at: float
    state: str
    event: str
    contract: str | None = None
    refusal: str | None = None
    filled: int | None = None
    cancelled: int | None = None
    branch_status: str | None = None


class OrderRecord(Struct, frozen=True, kw_only=True):
    """A journalled order with its history. ``kind``: ``place`` or ``cancel`` (``cancels`` is then a contract number)."""

    key: OrderKey
    at: float
    call: CallId
    account: AccountNo
    branch: BranchId
    kind: str
    market: str | None
    code: str | None
    side: str | None
    price: int | None
    quantity: int | None
    cancels: str | None
    channel: str
    agent: str | None
    recording: str | None
    read_back_ms: int | None
    yes_ms: int | None
    state: str
    contract: str | None = None
    refusal: str | None = None
    filled: int | None = None
    cancelled: int | None = None
    branch_status: str | None = None
    updated_at: float
    history: tuple[OrderStep, ...] = ()


class CustomerBook(Protocol):
    """Takes customers from outside: the demo, an import."""

    def put_customers(self, customers: Iterable[Customer]) -> None:
        """Inserts or replaces customers by id, with phones and accounts. The locks of existing accounts stay as they are."""
        ...


class PastContact(Struct, frozen=True, kw_only=True):
    """A customer's contact over any channel, with the agents' talks.

    ``agents``: all agents who talked, the last one last. ``recorded``: the call has a recording, whether or not the reader may hear it.
    """

    id: str
    channel: str
    direction: str
    at: float
    number: str = ""
    agents: tuple[AgentId, ...] = ()
    seconds: float = 0.0
    disposition: str = ""
    summary: str = ""
    call: CallId | None = None
    recorded: bool = False


class TicketDraft(Struct, frozen=True, kw_only=True):
    """An agent's note about a customer's problem. ``ticket=None``: a new ticket. ``entry``: the text to append to the ticket's text."""

    agent: AgentId
    customer: CustomerId
    ticket: TicketId | None
    title: str
    state: str
    entry: str
    call: CallId | None = None


class CustomerRecords(Protocol):
    """Reads of the customer data centre. From any thread; blocking (a few ms), raising ``StoreError``. Lists are newest first."""

    def search_customers(self, text: str, limit: int = 50) -> list[Customer]: ...
    def customer(self, customer: CustomerId) -> Customer | None: ...
    def customers_by_phone(self, number: str, limit: int = 20) -> list[Customer]: ...
    def account(self, account: AccountNo) -> tuple[Account, CustomerId | None] | None: ...
    def history(self, customer: CustomerId, limit: int = 100) -> list[PastContact]: ...
    def tickets(self, customer: CustomerId, limit: int = 30) -> list[Ticket]:
        """Open and waiting tickets first."""
        ...

    def agents_of(self, call: CallId) -> frozenset[AgentId]:
        """The agents who talked in this call."""
        ...

    def recordings(self, call: CallId) -> list[dict[str, Any]]:
        """The recording of the whole call first."""
        ...


class TicketBook(Protocol):
    """Saves tickets."""

    def save_ticket(self, draft: TicketDraft, seconds: float = 3.0) -> Ticket:
        """Blocks until the ticket is on disk, from any thread but the loop's. Audited. Raises ``NoSuchRecord``, ``RecordFull`` or ``NotWritten``."""
        ...
