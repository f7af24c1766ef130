"""The numbers of callers who withhold theirs: kept for tracing, in no other table."""

from sqlite_utils import Database

TRACED_NUMBERS = {"call": str, "number": str, "at": float}


def apply(db: Database) -> None:
    db.table("traced_numbers").create(TRACED_NUMBERS, pk="call", strict=True)
