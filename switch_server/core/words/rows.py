"""Rows that the core writes to the store: one struct for each table, so that only existing columns can be written."""

from typing import Any, ClassVar

from msgspec import UNSET, Struct, structs

from switch_server.core.words.effects import SaveRecord


class Row(Struct, frozen=True, kw_only=True):
    """A row of ``TABLE``, or a part of it: the store keeps its value of an ``UNSET`` column. ``id`` is the primary key.

    Times are UTC seconds, durations ms.
    """

    TABLE: ClassVar[str] = ""

    id: str


def save_record(row: Row) -> SaveRecord:
    values: dict[str, Any] = {name: value for name, value in structs.asdict(row).items() if value is not UNSET}
    return SaveRecord(row.TABLE, values)
