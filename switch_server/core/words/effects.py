"""The base class of all effects (what the adapters must do), and the effects that every room uses. A room's own are in its ``effects``.

The engine passes each effect to its adapter, in the order given.
"""

from typing import Any

from msgspec import Struct


class Effect(Struct, frozen=True, tag=True, tag_field="type"):
    """Base class of all effects."""


class SaveRecord(Effect, frozen=True):
    """For ``ports.StorePort``: a row of ``table`` (calls, legs, recordings, contacts, talks, callbacks, queue_visits,
    seat_states) to insert or update by its primary key.

    Times are UTC seconds. The store refuses columns that the table does not have.
    """

    table: str
    row: dict[str, Any]


class Audit(Effect, frozen=True):
    """For ``ports.StorePort``: a row of the audit table: who did what."""

    actor: str
    action: str
    subject: str
    detail: str = ""


class Transition(Effect, frozen=True):
    """A line of the log, ``old -> event -> new``. ``machine``: leg, call, ivr, order or seat; ``subject``: its id.

    ``new`` is ``ignored`` where the state has no transition for the event.
    """

    machine: str
    subject: str
    old: str
    event: str
    new: str
