"""Tickets (工单): saved while the agent waits, until they are on disk."""

import sqlite3
from collections.abc import Callable
from typing import Any

from shared.desk import Ticket
from shared.ids import AgentId, CallId, CustomerId, TicketId
from switch_server.adapters.store.audit import add_audit
from switch_server.adapters.store.writer import Change, StoreWriter
from switch_server.ports.records import NoSuchRecord, NotWritten, RecordError, RecordFull, TicketDraft

MOST_TEXT = 16_000
"""The most characters of a ticket's notes together: a card full of such tickets still fits into one frame (``shared.link``: 4 MiB)."""
COLUMNS = ("id", "customer", "title", "state", "opened_at", "opened_by", "updated_at", "text", "call")


class Tickets:
    """``ports.records.TicketBook``: through the writer's queue, so in order with all other records."""

    def __init__(self, writer: StoreWriter, clock: Callable[[], float]) -> None:
        self._writer, self._clock = writer, clock

    def save_ticket(self, draft: TicketDraft, seconds: float = 3.0) -> Ticket:
        """Blocks until the ticket is on disk. Raises ``NoSuchRecord``, ``RecordFull``, or ``NotWritten`` after so many seconds.

        A ticket that was not written in time is withdrawn: it is not written later, when the disk works again.
        """
        saving = _TicketChange(draft, self._clock())
        self._writer.put(Change("a ticket", saving.run, len(draft.title) + len(draft.entry), durable=True))
        written = self._writer.flush(seconds)
        return saving.result(written=written)


class _TicketChange:
    """One ticket to be saved; ``run`` may be called again after a commit that failed."""

    def __init__(self, draft: TicketDraft, at: float) -> None:
        self._draft, self._at = draft, at
        self._taken_back = False
        self._result: Ticket | RecordError | None = None

    def run(self, db: sqlite3.Connection) -> None:
        if self._taken_back:
            return
        try:
            self._result = put_ticket(db, self._draft, self._at)
        except RecordError as refusal:
            self._result = refusal

    def result(self, *, written: bool) -> Ticket:
        self._taken_back = True
        if not written or self._result is None:
            raise NotWritten("the disk does not take it" if not written else "the store does not take it")
        if isinstance(self._result, RecordError):
            raise self._result
        return self._result


def ticket_of(row: dict[str, Any]) -> Ticket:
    return Ticket(
        id=TicketId(row["id"]),
        customer=CustomerId(row["customer"]),
        title=row["title"],
        state=row["state"],
        opened_at=row["opened_at"],
        opened_by=AgentId(row["opened_by"]),
        updated_at=row["updated_at"],
        text=row["text"],
        call=CallId(row["call"]) if row["call"] else None,
    )


def put_ticket(db: sqlite3.Connection, draft: TicketDraft, at: float) -> Ticket:
    """Inserts a ticket or adds to it, with an audit row; raises ``NoSuchRecord`` or ``RecordFull`` before anything is changed."""
    old = None if draft.ticket is None else _ticket(db, draft.ticket)
    if draft.ticket is not None and (old is None or old.customer != draft.customer):
        raise NoSuchRecord(f"no ticket {draft.ticket} of customer {draft.customer}")
    new = _opened(db, draft, at) if old is None else _changed(db, old, draft, at)
    action = "ticket_opened" if old is None else "ticket_changed"
    states = new.state if old is None or old.state == new.state else f"{old.state} -> {new.state}"
    add_audit(db, at, draft.agent, action, str(new.id), f"customer {new.customer}, {states}")
    return new


def _ticket(db: sqlite3.Connection, ticket: TicketId) -> Ticket | None:
    row = db.execute(f"SELECT {', '.join(COLUMNS)} FROM tickets WHERE id = ?", (ticket,)).fetchone()  # noqa: S608  our own names
    return ticket_of(dict(zip(COLUMNS, row, strict=True))) if row else None


def _opened(db: sqlite3.Connection, draft: TicketDraft, at: float) -> Ticket:
    if not db.execute("SELECT 1 FROM customers WHERE id = ?", (draft.customer,)).fetchone():
        raise NoSuchRecord(f"no customer {draft.customer}")
    row = (draft.customer, draft.title, draft.state, at, draft.agent, at, draft.entry, draft.call)
    number = db.execute(
        "INSERT INTO tickets (customer, title, state, opened_at, opened_by, updated_at, text, call) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    ).lastrowid
    assert number is not None
    return ticket_of(dict(zip(COLUMNS, (number, *row), strict=True)))


def _changed(db: sqlite3.Connection, old: Ticket, draft: TicketDraft, at: float) -> Ticket:
    text = "\n".join(part for part in (old.text, draft.entry) if part)
    if len(text) > MOST_TEXT:
        raise RecordFull(f"ticket {old.id} has no room for more notes: close it and open another")
    db.execute(
        "UPDATE tickets SET title = ?, state = ?, updated_at = ?, text = ? WHERE id = ?",
        (draft.title, draft.state, at, text, old.id),
    )
    return Ticket(old.id, old.customer, draft.title, draft.state, old.opened_at, old.opened_by, at, text, old.call)
