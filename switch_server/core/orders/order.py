"""One order (委托) or cancel (撤单): placed once, or known not to be placed (``docs/protocol.md``, An order).

```
captured ──journalled──► sent ──accepted──► accepted ──reports──► reported, part_filled … filled | cancelled | part_cancelled | rejected
    │                     ├─refused──► refused
    └─journal failed      ├─silent───► in_doubt ──resolve──► accepted | refused | void
       ─► failed          └─never left ─► refused
```
No order is ever sent twice: in ``in_doubt`` the branch is only asked about the key. No event leaves a final state; later events are counted.
A branch's report proves that the branch has the order, so it also ends ``sent`` and ``in_doubt``.
"""

from enum import StrEnum

from shared.aci import CancelOrder, OrderReport, PlaceOrder
from shared.enums import OrderStatus
from shared.ids import AccountNo, BranchId, CallId, ContractNo, OrderKey


class OrderState(StrEnum):
    CAPTURED = "captured"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    ACCEPTED = "accepted"
    WORKING = "working"
    """At the exchange: reported, partly filled, or with a cancel under way."""
    FILLED = "filled"
    CANCELLED = "cancelled"
    """Cancelled wholly, or the rest after a partial fill."""
    REJECTED = "rejected"
    """废单: accepted by the branch, rejected by the exchange."""
    REFUSED = "refused"
    VOID = "void"
    FAILED = "failed"
    """The order could not be made durable, so it was never sent."""


class OrderEvent(StrEnum):
    JOURNALLED = "journalled"
    JOURNAL_FAILED = "journal_failed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NEVER_LEFT = "never_left"
    SILENT = "silent"
    PENDING = "pending"
    VOID = "void"
    REPORTED = "reported"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


S, E = OrderState, OrderEvent
_REPORTS = {E.REPORTED: S.WORKING, E.FILLED: S.FILLED, E.CANCELLED: S.CANCELLED, E.REJECTED: S.REJECTED}
TRANSITIONS: dict[OrderState, dict[OrderEvent, OrderState]] = {
    S.CAPTURED: {E.JOURNALLED: S.SENT, E.JOURNAL_FAILED: S.FAILED},
    S.SENT: {
        E.ACCEPTED: S.ACCEPTED,
        E.REFUSED: S.REFUSED,
        E.NEVER_LEFT: S.REFUSED,
        E.SILENT: S.IN_DOUBT,
        E.PENDING: S.IN_DOUBT,
        **_REPORTS,
    },
    S.IN_DOUBT: {
        E.ACCEPTED: S.ACCEPTED,
        E.REFUSED: S.REFUSED,
        E.VOID: S.VOID,
        E.SILENT: S.IN_DOUBT,
        E.NEVER_LEFT: S.IN_DOUBT,
        E.PENDING: S.IN_DOUBT,
        **_REPORTS,
    },
    S.ACCEPTED: _REPORTS,
    S.WORKING: _REPORTS,
    S.FILLED: {},
    S.CANCELLED: {},
    S.REJECTED: {},
    S.REFUSED: {},
    S.VOID: {},
    S.FAILED: {},
}
FINAL = frozenset(state for state, row in TRANSITIONS.items() if not row)
AT_BRANCH = frozenset({S.ACCEPTED, S.WORKING, S.FILLED, S.CANCELLED, S.REJECTED})
"""The branch has the order: the caller may hear the contract number."""
OPEN = frozenset({S.ACCEPTED, S.WORKING})
"""The branch has the order, and more reports may follow."""
UNDECIDED = frozenset({S.CAPTURED, S.SENT, S.IN_DOUBT})

REPORT_EVENTS: dict[OrderStatus, OrderEvent] = {
    OrderStatus.NOT_REPORTED: E.REPORTED,
    OrderStatus.REPORTING: E.REPORTED,
    OrderStatus.REPORTED: E.REPORTED,
    OrderStatus.CANCEL_PENDING: E.REPORTED,
    OrderStatus.PART_CANCEL_PENDING: E.REPORTED,
    OrderStatus.PART_FILLED: E.REPORTED,
    OrderStatus.PART_CANCELLED: E.CANCELLED,
    OrderStatus.CANCELLED: E.CANCELLED,
    OrderStatus.FILLED: E.FILLED,
    OrderStatus.REJECTED: E.REJECTED,
}


class Order:
    """State of one key. ``order`` is ``None`` for a cancel found in the journal at start, and for a report on an order that is not in memory."""

    def __init__(
        self,
        key: OrderKey,
        branch: BranchId,
        call: CallId | None,
        order: PlaceOrder | CancelOrder | None,
        *,
        is_cancel: bool = False,
    ) -> None:
        self.key = key
        self.branch = branch
        self.call = call
        self.order = order
        self.is_cancel = is_cancel
        self.state = OrderState.CAPTURED
        self.contract: ContractNo | None = None
        self.code: str | None = None
        """Why the order was refused (a ``shared.enums.Refusal``)."""
        self.status: OrderStatus | None = None
        self.filled = 0
        self.cancelled = 0
        self.last_report = ("", 0)
        """Trade date and number of the newest report applied."""
        self.resolves = 0
        """Number of times that the branch has been asked about the key."""

    def is_of(self, branch: BranchId, account: AccountNo) -> bool:
        """Whether this branch and account may report on the order. The account of a recovered cancel is not known here, so only the branch counts."""
        return branch == self.branch and (self.order is None or account == self.order.account)

    def step(self, event: OrderEvent) -> tuple[OrderState, OrderState | None]:
        """Applies an event. Returns (old state, new state); the new state is ``None`` where this state has no transition for the event."""
        old = self.state
        new = TRANSITIONS[old].get(event)
        if new is not None:
            self.state = new
        return old, new

    def apply_report(self, report: OrderReport) -> None:
        """Applies a report. Filled and cancelled quantities never shrink, and an older status never replaces a newer one, in whichever order reports come."""
        self.contract = report.contract
        if (report.trade_date, report.seq) >= self.last_report:
            self.last_report = (report.trade_date, report.seq)
            self.status = report.status
        self.filled = max(self.filled, report.filled)
        self.cancelled = max(self.cancelled, report.cancelled)
