"""Wrong PINs by calling number and day; ``number`` in the form of ``core.words.phone_numbers.phone_key``, empty: withheld."""

from sqlite_utils import Database

WRONG_PINS_FROM = {"number": str, "day": str, "failures": int}


def apply(db: Database) -> None:
    db.table("wrong_pins_from").create(WRONG_PINS_FROM, pk=("number", "day"), strict=True)
