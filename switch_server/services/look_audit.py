"""Audit rows (审计) for each look at customers, by agents and operators. Pure.

A row has ids, and of a typed text only its kind: the text may be a name, a number, or a PIN in the wrong field.
"""

from collections.abc import Sequence

from shared.ids import AccountNo, CustomerId
from switch_server.core.words import Audit

NAMED_MOST = 20
"""The most customers that a row names; the others are only counted."""


def searched(actor: str, text: str, found: Sequence[CustomerId]) -> Audit:
    """``subject``: the ids of the found customers."""
    named = " ".join(str(customer) for customer in found[:NAMED_MOST])
    more = " …" if len(found) > NAMED_MOST else ""
    return Audit(actor, "customers_searched", named + more, f"by {kind_of(text)}, {len(found)} found")


def shown(actor: str, customer: CustomerId, *, found: bool) -> Audit:
    """A look at the card, with contacts and tickets."""
    return Audit(actor, "customer_shown", str(customer), "" if found else "not found")


def account(actor: str, number: AccountNo, customer: CustomerId | None, *, found: bool) -> Audit:
    """A look at funds, holdings and orders at the branch. An account is named by its last two digits, as everywhere in the audit."""
    whose = "not found" if not found else "of nobody" if customer is None else f"customer {customer}"
    return Audit(actor, "account_shown", f"…{number[-2:]}", whose)


def kind_of(text: str) -> str:
    """The kind of a searched text: ``number`` or ``name``."""
    return "number" if any(letter.isdigit() for letter in text) else "name"
