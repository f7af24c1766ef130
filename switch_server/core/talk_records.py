"""What the store keeps of talks (table ``talks``, by the desk's leg) and of what was agreed in them. Times UTC seconds, durations ms."""

from typing import TYPE_CHECKING, Any

from switch_server.core.effects import SaveRecord

if TYPE_CHECKING:
    from switch_server.core.call import Call
    from switch_server.core.talk import Talk


def offered(call: "Call", talk: "Talk") -> None:
    _save(
        call, talk, call=call.id, agent=talk.agent, queue=talk.queue, kind=talk.kind, number=talk.number,
        customer=call.customer, offered_at=talk.offered_at, waited_ms=round(talk.waited * 1000),
    )  # fmt: skip


def answered(call: "Call", talk: "Talk") -> None:
    _save(call, talk, answered_at=talk.answered_at, customer=call.customer)


def ended(call: "Call", talk: "Talk") -> None:
    more = {"transferred_to": talk.transferred_to} if talk.transferred_to else {}
    _save(
        call, talk, ended_at=talk.ended_at, hold_ms=round(talk.held_s * 1000), outcome=talk.outcome,
        customer=call.customer, kind=talk.kind, **more,
    )  # fmt: skip


def wrapped_up(talk: "Talk", *, call_is_over: bool) -> list[SaveRecord]:
    """What the agent wrote. The contact has the last agent's word; of a call that still runs it is written at the end."""
    rows = [SaveRecord("talks", {"id": talk.id, "disposition": talk.disposition or None, "note": talk.note})]
    if call_is_over and not talk.followed:
        rows.append(
            SaveRecord("contacts", {"id": talk.call, "disposition": talk.disposition or None, "summary": talk.note})
        )
    return rows


def pop_seen(talk: "Talk", after_ms: float) -> SaveRecord:
    return SaveRecord("talks", {"id": talk.id, "pop_ms": after_ms})


def contact_columns(talk: "Talk | None") -> dict[str, Any]:
    """Of the contact's row: the last agent who talked."""
    if talk is None:
        return {}
    return {
        "agent": talk.agent,
        "queue": talk.queue,
        "disposition": talk.disposition or None,
        "summary": talk.note or None,
    }


def call_columns(talk: "Talk | None") -> dict[str, Any]:
    return {} if talk is None else {"agent": talk.agent, "queue": talk.queue}


def _save(call: "Call", talk: "Talk", /, **row: Any) -> None:
    call.emit(SaveRecord("talks", {"id": talk.id} | row))
