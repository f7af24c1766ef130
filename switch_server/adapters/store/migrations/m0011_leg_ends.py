"""How a leg rang and ended, by the network: the codes of its provisional responses, the reason (RFC 3326), and the number to which it was redirected.

The table has had ``sip_code`` since migration 1.
"""

from sqlite_utils import Database

COLUMNS = {
    "q850": int,
    "reason_sip": int,
    "reason_text": str,
    "progress": str,
    "redirected_to": str,
}


def apply(db: Database) -> None:
    for name, kind in COLUMNS.items():
        db.table("legs").add_column(name, kind)
