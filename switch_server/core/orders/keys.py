"""The one-use key of an order, made of its call and read-back."""

from shared.ids import CallId, OrderKey


def key_of(call: CallId, read_back: int) -> OrderKey:
    """Of a call's ``read_back``-th read-back: a doubled confirmation is the same order."""
    return OrderKey(f"{call}-{read_back}")


def call_of_key(key: OrderKey) -> CallId:
    return CallId(key.rpartition("-")[0])
