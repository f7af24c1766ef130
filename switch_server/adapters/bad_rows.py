"""What SQLite's driver raises for a row that can never be stored, as opposed to a disk that is full or a file that is locked."""

import sqlite3

BAD_ROW: tuple[type[Exception], ...] = (
    sqlite3.IntegrityError,  # a NULL or a type that the STRICT table does not take
    sqlite3.ProgrammingError,  # a type that SQLite does not know, a named value that is missing
    sqlite3.InterfaceError,
    sqlite3.DataError,
    OverflowError,  # more than 64 bits
    UnicodeEncodeError,  # half a surrogate pair
)
