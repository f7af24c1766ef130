"""Faxes sent and received, and the tries of each."""

from sqlite_utils import Database

from switch_server.adapters.store.migrations.m0006_report_days import on_changes

COUNTED = "created, agent, taken_by, group_name, direction, state, pages_done"
"""Columns that reports read."""

FAXES = {
    "id": str,
    "direction": str,
    "number": str,
    "customer": int,
    "account": str,
    "agent": str,
    "group_name": str,
    "document": str,
    "digest": str,
    "title": str,
    "pages": int,
    "pages_done": int,
    "state": str,
    "result": str,
    "t30": int,
    "dials": int,
    "tries": int,
    "same": int,
    "fastest": str,
    "priority": str,
    "created": float,
    "not_before": float,
    "ended": float,
    "call": str,
    "live": int,
    "remote": str,
    "bit_rate": int,
    "modem": str,
    "ecm": int,
    "t38": int,
    "resends": int,
    "seconds": float,
    "trunk": str,
    "dnis": str,
    "asked_by": str,
    "ended_by": str,
    "taken_by": str,
}
FAX_TRIES = {
    "id": str,
    "fax": str,
    "number": int,
    "call": str,
    "trunk": str,
    "began": float,
    "ended": float,
    "result": str,
    "t30": int,
    "first_page": int,
    "pages": int,
    "bit_rate": int,
    "modem": str,
    "ecm": int,
    "t38": int,
    "resends": int,
    "remote": str,
}


def apply(db: Database) -> None:
    faxes = db.table("faxes").create(FAXES, pk="id", strict=True)
    faxes.create_index(["state"])
    faxes.create_index(["created"])
    faxes.create_index(["customer"])
    faxes.create_index(["agent"])
    on_changes(db, "faxes", COUNTED, ("created",), _of_fax)
    tries = db.table("fax_tries").create(FAX_TRIES, pk="id", strict=True)
    tries.create_index(["fax"])


def _of_fax(row: str) -> str:
    """The day on which the fax is counted."""
    return f"start > {row}.created - 86400 AND start <= {row}.created"
