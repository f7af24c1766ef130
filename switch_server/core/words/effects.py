"""The root of all orders that the core gives to the world, and those that every room gives. Each room has its own, in its ``effects``.

Every adapter takes the group that is its own; the shell carries effects out in the order given.
"""

from typing import Any

from msgspec import Struct


class Effect(Struct, frozen=True, tag=True, tag_field="type"):
    """Root of all effects."""


class SaveRecord(Effect, frozen=True):
    """For ``ports.StorePort``: a row of ``table`` (calls, legs, recordings, contacts, talks, callbacks, queue_visits,
    seat_states) to insert or update by its primary key.

    Times are UTC seconds. The store knows the tables' columns and refuses others.
    """

    table: str
    row: dict[str, Any]


class Audit(Effect, frozen=True):
    """For ``ports.StorePort``: who did what, for the audit table."""

    actor: str
    action: str
    subject: str
    detail: str = ""


class Transition(Effect, frozen=True):
    """Logged once, ``old -> event -> new``. ``machine``: leg, call, ivr, order, seat; ``subject`` its id. ``new="illegal"``/``"ignored"`` are counted."""

    machine: str
    subject: str
    old: str
    event: str
    new: str
