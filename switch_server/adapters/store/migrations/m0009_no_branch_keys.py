"""Branches' keys stand in the configuration; the table that only tests wrote is gone."""

from sqlite_utils import Database


def apply(db: Database) -> None:
    db.table("branch_keys").drop()
