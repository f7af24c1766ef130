"""A branch's report is one step of an order's history, even if it comes several times."""

from sqlite_utils import Database

from switch_server.adapters.order_rows import ADD_ORIGIN


def apply(db: Database) -> None:
    for statement in ADD_ORIGIN:
        db.execute(statement)
