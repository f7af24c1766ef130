"""Effects of orders, for the order journal and the branches."""

from msgspec import Struct

from shared.aci import CancelOrder, PlaceOrder
from shared.ids import AccountNo, BranchId, CallId, OrderKey
from switch_server.core.words import Effect


class OrderContext(Struct, frozen=True):
    """Origin of an order: call, account, branch, and where the read-back and the "1" are in the recording (offsets in ms)."""

    call: CallId
    account: AccountNo
    branch: BranchId
    recording: str | None
    read_back_ms: int | None
    yes_ms: int | None
    agent: str | None = None


class JournalOrder(Effect, frozen=True):
    """For ``ports.OrderJournalPort``: makes the captured order durable; answered by ``OrderJournalled`` or ``OrderJournalFailed``."""

    key: OrderKey
    order: PlaceOrder | CancelOrder
    context: OrderContext


class SendOrder(Effect, frozen=True):
    """For ``ports.BranchesPort``, only after ``OrderJournalled``; answered by ``OrderAnswered`` or ``OrderSilent``."""

    key: OrderKey
    branch: BranchId
    order: PlaceOrder | CancelOrder


class Resolve(Effect, frozen=True):
    """For ``ports.BranchesPort``: asks for the state of the order with this key; answered by ``OrderAnswered`` or ``OrderSilent``."""

    key: OrderKey
    branch: BranchId


class ReportOrigin(Struct, frozen=True):
    """Identity of a branch's report, and the account that the report names. ``trade_date`` is ``YYYYMMDD``.

    ``held``: the order is in the core's memory. Else the report only updates the journalled row, and comes again after a restart.
    """

    branch: BranchId
    account: AccountNo
    trade_date: str
    seq: int
    held: bool


class RecordOrderState(Effect, frozen=True):
    """For ``ports.OrderJournalPort``: a new state of the order (a row of its history). ``contract``, ``code`` where known.

    ``report``: the branch's report that changed the state; ``None`` where no report did. Such a row is written once for each report, and only
    where the order is of that branch and account.
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
