"""Who looked at whom: rows of audit (审计) for each look at customers, by agents and operators. Pure.

A row has ids, and of what was typed only its kind: it may be a name, a number, or a PIN in the wrong field.
"""

from collections.abc import Sequence

from shared.ids import AccountNo, CustomerId
from switch_server.core.words import Audit

NAMED_MOST = 20
"""Customers that one row names; of the rest there is the number."""


def searched(actor: str, text: str, found: Sequence[CustomerId]) -> Audit:
    """``subject``: the customers that were found, by id."""
    named = " ".join(str(customer) for customer in found[:NAMED_MOST])
    more = " …" if len(found) > NAMED_MOST else ""
    return Audit(actor, "customers_searched", named + more, f"by {kind_of(text)}, {len(found)} found")


def shown(actor: str, customer: CustomerId, *, found: bool) -> Audit:
    """The card, with contacts and tickets."""
    return Audit(actor, "customer_shown", str(customer), "" if found else "not found")


def account(actor: str, number: AccountNo, customer: CustomerId | None, *, found: bool) -> Audit:
    """Funds, holdings and orders at the branch. An account is told by its last two digits, as everywhere in the audit."""
    whose = "not found" if not found else "of nobody" if customer is None else f"customer {customer}"
    return Audit(actor, "account_shown", f"…{number[-2:]}", whose)


def kind_of(text: str) -> str:
    """Of what was searched for: ``number`` or ``name``."""
    return "number" if any(letter.isdigit() for letter in text) else "name"
