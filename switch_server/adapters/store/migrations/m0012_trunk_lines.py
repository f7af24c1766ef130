"""Which line of a box with cards and which address of a trunk a call was on, and the lines that an operator has blocked.

``tried``: the destinations of a call out that did not take it, as text.
"""

from sqlite_utils import Database

BLOCKED_LINES = {"trunk": str, "line": int, "at": float, "actor": str}


def apply(db: Database) -> None:
    db.execute("ALTER TABLE calls ADD COLUMN line INTEGER")
    db.execute("ALTER TABLE legs ADD COLUMN line INTEGER")
    db.execute("ALTER TABLE legs ADD COLUMN far_end TEXT")
    db.execute("ALTER TABLE legs ADD COLUMN tried TEXT")
    db.table("blocked_lines").create(BLOCKED_LINES, pk=("trunk", "line"), strict=True)
