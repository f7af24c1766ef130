"""The one-use key of an order, made from the call id and the number of the read-back."""

from shared.ids import CallId, OrderKey


def key_of(call: CallId, read_back: int) -> OrderKey:
    """The key for read-back number ``read_back`` of the call: a repeated confirmation has the same key, so it is the same order."""
    return OrderKey(f"{call}-{read_back}")


def call_of_key(key: OrderKey) -> CallId:
    return CallId(key.rpartition("-")[0])
