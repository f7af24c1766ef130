"""The queries of the operator's control, on a read-only connection of its own, so that a busy writer delays no query.

Only committed rows are read: a record that is queued now appears up to 20 ms later (``Store.flush`` waits for it).
The methods may be called from any thread; they run one at a time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.ids import AccountNo, AgentId, BranchId, CallId, CardId, CustomerId, OrderKey, QueueName, RecordingId
from switch_server.adapters.order_rows import order_record
from switch_server.adapters.store.audit import first_broken
from switch_server.adapters.store.customers import CustomerReader, Row
from switch_server.adapters.store.faxes import FaxReader
from switch_server.core.acd import CallbackRecovered, CallbacksCounted
from switch_server.ports.records import OrderRecord

AUDIT_PAGE = 5000
_AUDIT_PAGE = "SELECT * FROM audit WHERE id > :last ORDER BY id LIMIT :limit"


class StoreReader(CustomerReader):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.fax = FaxReader(self._rows)
        """``ports.fax_rows.FaxBook``."""

    def call(self, call: CallId) -> Row | None:
        """The row of ``calls`` with ``legs`` and ``recordings`` as lists of rows."""
        rows = self._rows("SELECT * FROM calls WHERE id = :call", {"call": call})
        if not rows:
            return None
        legs = self._rows("SELECT * FROM legs WHERE call = :call ORDER BY started_at, id", {"call": call})
        return rows[0] | {"legs": legs, "recordings": self.recordings(call)}

    def traced_number(self, call: CallId) -> str | None:
        """The number that the call's caller withholds."""
        rows = self._rows("SELECT number FROM traced_numbers WHERE call = :call", {"call": call})
        return rows[0]["number"] if rows else None

    def recording(self, recording: RecordingId) -> Row | None:
        rows = self._rows("SELECT * FROM recordings WHERE id = :recording", {"recording": recording})
        return rows[0] if rows else None

    def calls(self, limit: int = 100, *, since: float = 0.0, account: AccountNo | None = None) -> list[Row]:
        """The newest first; ``since`` in UTC seconds."""
        return self._rows(
            "SELECT * FROM calls WHERE coalesce(started_at, :since) >= :since AND (:account IS NULL OR account = :account) "
            "ORDER BY started_at DESC, id DESC LIMIT :limit",
            {"since": since, "account": account, "limit": limit},
        )

    def last_call(self) -> CallId | None:
        """The highest id; ids that do not begin with a digit are ignored."""
        rows = self._rows("SELECT max(id) AS id FROM calls WHERE id < ':'", {})
        return CallId(rows[0]["id"]) if rows[0]["id"] else None

    def contacts(self, limit: int = 100, *, since: float = 0.0, customer: CustomerId | None = None) -> list[Row]:
        """Customer contacts, the newest first."""
        return self._rows(
            "SELECT * FROM contacts WHERE coalesce(started_at, :since) >= :since "
            "AND (:customer IS NULL OR customer = :customer) ORDER BY started_at DESC, id DESC LIMIT :limit",
            {"since": since, "customer": customer, "limit": limit},
        )

    def order(self, key: OrderKey) -> OrderRecord | None:
        rows = self._rows("SELECT * FROM orders WHERE key = :key", {"key": key})
        return self._order(rows[0]) if rows else None

    def orders(
        self,
        limit: int = 100,
        *,
        since: float = 0.0,
        account: AccountNo | None = None,
        branch: BranchId | None = None,
        call: CallId | None = None,
        state: str | None = None,
    ) -> list[OrderRecord]:
        """The newest first, with their history."""
        rows = self._rows(
            "SELECT * FROM orders WHERE at >= :since AND (:account IS NULL OR account = :account) "
            "AND (:branch IS NULL OR branch = :branch) AND (:call IS NULL OR call = :call) "
            "AND (:state IS NULL OR state = :state) ORDER BY at DESC, rowid DESC LIMIT :limit",
            {"since": since, "account": account, "branch": branch, "call": call, "state": state, "limit": limit},
        )
        return [self._order(row) for row in rows]

    def _order(self, row: Row) -> OrderRecord:
        history = self._rows("SELECT * FROM order_history WHERE key = :key ORDER BY id", {"key": row["key"]})
        return order_record(row, history)

    def audit(self, limit: int = 100) -> list[Row]:
        """The newest first."""
        return self._rows("SELECT * FROM audit ORDER BY id DESC LIMIT :limit", {"limit": limit})

    def audit_broken(self) -> int | None:
        """The id of the first audit row that was changed, or follows a gap; ``None``: the chain is whole."""
        return first_broken(self._audit_rows())

    def _audit_rows(self) -> Iterator[tuple[Any, ...]]:
        """All rows, the oldest first. Read by pages: other queries may run in between, and millions of rows fill no memory."""
        last = -(2**63)
        while page := self._rows(_AUDIT_PAGE, {"last": last, "limit": AUDIT_PAGE}):
            yield from (tuple(row.values()) for row in page)
            last = page[-1]["id"]

    def talks(
        self, limit: int = 100, *, since: float = 0.0, agent: AgentId | None = None, call: CallId | None = None
    ) -> list[Row]:
        """Rows of ``talks``, the newest first; ``since`` in UTC seconds, of the ring."""
        return self._rows(
            "SELECT * FROM talks WHERE offered_at >= :since AND (:agent IS NULL OR agent = :agent) "
            "AND (:call IS NULL OR call = :call) ORDER BY offered_at DESC, id DESC LIMIT :limit",
            {"since": since, "agent": agent, "call": call, "limit": limit},
        )

    def callbacks_waiting(self) -> list[CallbackRecovered]:
        """Customers who wait to be called back, the longest waiting first; also those who were being dialled when the switch was killed."""
        rows = self._rows("SELECT * FROM callbacks WHERE state IN ('waiting', 'dialling') ORDER BY since, id", {})
        return [_callback(row) for row in rows]

    def callbacks_counted(self, since: float) -> CallbacksCounted:
        """For each number, how often its callers have asked to be called back; ``since``: UTC seconds, the beginning of the day."""
        rows = self._rows(
            "SELECT number, COUNT(*) AS times FROM callbacks WHERE since >= :since GROUP BY number", {"since": since}
        )
        return CallbacksCounted({row["number"]: row["times"] for row in rows})


def _callback(row: Row) -> CallbackRecovered:
    return CallbackRecovered(
        id=CallId(row["id"]),
        queue=QueueName(row["queue"]),
        number=row["number"],
        since=row["since"] or 0.0,
        priority=row["priority"] or 0,
        flow=row["flow"] or "",
        step=row["step"] or "",
        tries=row["tries"] or 0,
        card=CardId(row["card"]) if row["card"] else None,
    )
