"""Branches' keys are in the configuration; the table, which only tests wrote, is removed."""

from sqlite_utils import Database


def apply(db: Database) -> None:
    db.table("branch_keys").drop()
