"""What the store and the order journal tell when asked: customers, accounts, orders with their history.

Read by the operator's control and the demo; the core never sees these. Times are UTC seconds, prices 1/1000 yuan, offsets ms into the
recording.
"""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from shared.enums import Language
from shared.ids import AccountNo, BranchId, CallId, CustomerId, OrderKey


class Account(Struct, frozen=True):
    """资金账号 and its home branch; ``locked``: its phone channel is, after too many wrong PINs."""

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
    """A row of an order's history. ``refusal``: the code of a no."""

    at: float
    state: str
    event: str
    contract: str | None = None
    refusal: str | None = None
    filled: int | None = None
    cancelled: int | None = None
    branch_status: str | None = None


class OrderRecord(Struct, frozen=True, kw_only=True):
    """An order as journalled, with what became of it. ``kind``: ``place`` or ``cancel`` (then ``cancels`` is a contract number)."""

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
    """Where customers are put from outside: the demo, an import."""

    def put_customers(self, customers: Iterable[Customer]) -> None:
        """Inserts or replaces by id, with phones and accounts. Locks of accounts that were there already stay as they are."""
        ...
