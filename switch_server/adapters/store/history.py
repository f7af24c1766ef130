"""A customer's contacts and the agents' talks in them, joined into one list. Pure."""

from collections.abc import Collection, Sequence
from typing import Any

from shared.ids import AgentId, CallId
from switch_server.ports.records import PastContact

Row = dict[str, Any]


def joined(contacts: Sequence[Row], talks: Sequence[Row], recorded: Collection[str]) -> list[PastContact]:
    """Rows of ``contacts`` and answered ``talks``, in any order; ``recorded``: calls with a recording. The newest first.

    A talk belongs to its call's contact. A call without a contact (an outgoing one, or one that still goes on) gets a contact made of its talks.
    """
    by_call: dict[str, list[Row]] = {}
    for talk in sorted(talks, key=_offered):
        by_call.setdefault(talk["call"] or talk["id"], []).append(talk)
    found = [_contact(row, by_call.pop(row["call"], []), recorded) for row in contacts]
    found += [_made_of(talks_of, recorded) for talks_of in by_call.values()]
    return sorted(found, key=lambda contact: (contact.at, contact.id), reverse=True)


def _offered(talk: Row) -> tuple[float, str]:
    return talk["offered_at"] or 0.0, talk["id"]


def _contact(row: Row, talks: list[Row], recorded: Collection[str]) -> PastContact:
    agents = _agents(talks) or ((AgentId(row["agent"]),) if row["agent"] else ())
    return PastContact(
        id=row["id"],
        channel=row["channel"] or "",
        direction=row["direction"] or "",
        at=row["started_at"] or 0.0,
        number=row["number"] or "",
        agents=agents,
        seconds=_seconds(row["started_at"], row["ended_at"]),
        disposition=row["disposition"] or _disposition(talks),
        summary=_notes(talks) or row["summary"] or "",
        call=CallId(row["call"]) if row["call"] else None,
        recorded=row["call"] in recorded,
    )


def _made_of(talks: list[Row], recorded: Collection[str]) -> PastContact:
    first, last = talks[0], talks[-1]
    call = first["call"]
    return PastContact(
        id=call or first["id"],
        channel="phone",
        direction="in" if (first["kind"] or "in") == "in" else "out",
        at=first["offered_at"] or first["answered_at"],
        number=first["number"] or "",
        agents=_agents(talks),
        seconds=_seconds(first["answered_at"], last["ended_at"]),
        disposition=_disposition(talks),
        summary=_notes(talks),
        call=CallId(call) if call else None,
        recorded=call in recorded,
    )


def _seconds(begin: float | None, end: float | None) -> float:
    return max(0.0, end - begin) if begin is not None and end is not None else 0.0


def _agents(talks: list[Row]) -> tuple[AgentId, ...]:
    """In the order of the agents' last talks."""
    last_first = dict.fromkeys(AgentId(talk["agent"]) for talk in reversed(talks) if talk["agent"])
    return tuple(reversed(last_first))


def _disposition(talks: list[Row]) -> str:
    return next((str(talk["disposition"]) for talk in reversed(talks) if talk["disposition"]), "")


def _notes(talks: list[Row]) -> str:
    return "\n".join(talk["note"] for talk in talks if talk["note"])
