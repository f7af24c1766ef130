"""Orders and their history as copied from the order journal, for searching; the journal is the authority."""

from sqlite_utils import Database

ORDERS = {
    "key": str,
    "at": float,
    "call": str,
    "account": str,
    "branch": str,
    "kind": str,  # place | cancel
    "market": str,
    "code": str,
    "side": str,
    "price": int,  # 1/1000 yuan
    "quantity": int,
    "cancels": str,  # the contract number of the order to cancel
    "channel": str,
    "agent": str,
    "recording": str,
    "read_back_ms": int,
    "yes_ms": int,
    "state": str,
    "contract": str,
    "refusal": str,
    "filled": int,
    "cancelled": int,
    "branch_status": str,
    "updated_at": float,
}
HISTORY = {
    "id": int,
    "key": str,
    "at": float,
    "state": str,
    "event": str,
    "contract": str,
    "refusal": str,
    "filled": int,
    "cancelled": int,
    "branch_status": str,
}


def apply(db: Database) -> None:
    db.table("orders").create(ORDERS, pk="key", strict=True)
    db.table("order_history").create(HISTORY, pk="id", strict=True)
    for columns in (["at"], ["account", "at"], ["call"], ["branch", "at"]):
        db.table("orders").create_index(columns)
    db.table("order_history").create_index(["key"])
