"""What journal and branches are asked about an order."""

from msgspec import Struct

from shared.aci import CancelOrder, PlaceOrder
from shared.ids import AccountNo, BranchId, CallId, OrderKey
from switch_server.core.words import Effect


class OrderContext(Struct, frozen=True):
    """Who gave the order and where it can be heard; offsets in ms into the recording."""

    call: CallId
    account: AccountNo
    branch: BranchId
    recording: str | None
    read_back_ms: int | None
    yes_ms: int | None
    agent: str | None = None


class JournalOrder(Effect, frozen=True):
    """For ``ports.OrderJournalPort``: make ``captured`` durable; answered by ``OrderJournalled`` or ``OrderJournalFailed``."""

    key: OrderKey
    order: PlaceOrder | CancelOrder
    context: OrderContext


class SendOrder(Effect, frozen=True):
    """For ``ports.BranchesPort``, only after ``OrderJournalled``; answered by ``OrderAnswered`` or ``OrderSilent``."""

    key: OrderKey
    branch: BranchId
    order: PlaceOrder | CancelOrder


class Resolve(Effect, frozen=True):
    """For ``ports.BranchesPort``: ask what became of a key; answered by ``OrderAnswered`` or ``OrderSilent``."""

    key: OrderKey
    branch: BranchId


class ReportOrigin(Struct, frozen=True):
    """Which report of which branch, and the account that it names. ``trade_date`` is ``YYYYMMDD``.

    ``held``: the core holds the order. Else the report only brings the journalled row up to date, and is had again after a restart.
    """

    branch: BranchId
    account: AccountNo
    trade_date: str
    seq: int
    held: bool


class RecordOrderState(Effect, frozen=True):
    """For ``ports.OrderJournalPort``: the order's state changed (history row). ``contract``, ``code`` where known.

    ``report``: the branch's report that changed it, where it was one. Such a row is written once for each report, and only where the
    order is of that branch and account.
    """

    key: OrderKey
    state: str
    event: str
    contract: str | None = None
    code: str | None = None
    filled: int | None = None
    cancelled: int | None = None
    branch_status: str | None = None
    report: ReportOrigin | None = None
