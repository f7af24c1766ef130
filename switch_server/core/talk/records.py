"""Rows of talks (by the desk's leg) and of contacts (by the call) in the store."""

from typing import ClassVar

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from shared.enums import CallKind, EndCause
from shared.ids import AgentId, CallId, CustomerId, QueueName
from switch_server.core.room import Outcome, Talk
from switch_server.core.words import Row, SaveRecord, save_record


class TalkRow(Row, frozen=True, kw_only=True):
    TABLE: ClassVar[str] = "talks"

    call: CallId | UnsetType = UNSET
    agent: AgentId | UnsetType = UNSET
    queue: QueueName | UnsetType | None = UNSET
    kind: CallKind | UnsetType = UNSET
    number: str | UnsetType = UNSET
    customer: CustomerId | UnsetType | None = UNSET
    offered_at: float | UnsetType = UNSET
    waited_ms: int | UnsetType = UNSET
    answered_at: float | UnsetType | None = UNSET
    ended_at: float | UnsetType | None = UNSET
    hold_ms: int | UnsetType = UNSET
    outcome: Outcome | UnsetType | None = UNSET
    transferred_to: str | UnsetType = UNSET
    disposition: str | UnsetType | None = UNSET
    note: str | UnsetType = UNSET
    pop_ms: float | UnsetType = UNSET


class ContactRow(Row, frozen=True, kw_only=True):
    """The contact of a call (``id`` is the call's): its disposition and summary, and the last agent who had the customer."""

    TABLE: ClassVar[str] = "contacts"

    channel: str | UnsetType = UNSET
    direction: str | UnsetType = UNSET
    number: str | UnsetType = UNSET
    customer: CustomerId | UnsetType | None = UNSET
    call: CallId | UnsetType = UNSET
    started_at: float | UnsetType = UNSET
    ended_at: float | UnsetType = UNSET
    ended_at_step: str | UnsetType = UNSET
    cause: EndCause | UnsetType | None = UNSET
    agent: AgentId | UnsetType = UNSET
    queue: QueueName | UnsetType | None = UNSET
    disposition: str | UnsetType | None = UNSET
    summary: str | UnsetType | None = UNSET


def offered(talk: Talk, customer: CustomerId | None) -> SaveRecord:
    return save_record(
        TalkRow(
            id=talk.id, call=talk.call, agent=talk.agent, queue=talk.queue, kind=talk.kind, number=talk.number,
            customer=customer, offered_at=talk.offered_at, waited_ms=round(talk.waited * 1000),
        )
    )  # fmt: skip


def answered(talk: Talk, customer: CustomerId | None) -> SaveRecord:
    return save_record(TalkRow(id=talk.id, answered_at=talk.answered_at, customer=customer))


def ended(talk: Talk, customer: CustomerId | None) -> SaveRecord:
    return save_record(
        TalkRow(
            id=talk.id, ended_at=talk.ended_at, hold_ms=round(talk.held_s * 1000), outcome=talk.outcome, customer=customer,
            kind=talk.kind, transferred_to=talk.transferred_to or UNSET,
        )
    )  # fmt: skip


def wrapped_up(talk: Talk, *, call_is_over: bool) -> list[SaveRecord]:
    """Disposition and note of an agent. The contact gets those of the last agent; the contact of a running call is written at its end."""
    agreed = talk.disposition or None
    rows = [save_record(TalkRow(id=talk.id, disposition=agreed, note=talk.note))]
    if call_is_over and not talk.followed:
        rows.append(save_record(ContactRow(id=talk.call, disposition=agreed, summary=talk.note)))
    return rows


def pop_seen(talk: Talk, after_ms: float) -> SaveRecord:
    return save_record(TalkRow(id=talk.id, pop_ms=after_ms))


def with_talk(row: ContactRow, talk: Talk | None) -> ContactRow:
    """The contact's row with agent, queue, disposition and note of the last agent who had the customer."""
    if talk is None:
        return row
    agreed, summary = talk.disposition or None, talk.note or None
    return replace(row, agent=talk.agent, queue=talk.queue, disposition=agreed, summary=summary)
