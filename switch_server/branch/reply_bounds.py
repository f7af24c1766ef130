"""Replies of the trading system, fitted to the link: names are cut to their bound, and only journalled keys remain as keys. Pure."""

from collections.abc import Container

from msgspec import convert, to_builtins
from msgspec.structs import replace

from shared import aci
from shared.bounds import NAME_MAX


def fit_to_bounds(reply: aci.Reply, known: Container[str] = ()) -> aci.Reply:
    """``known``: the remarks (备注) in ``Orders`` that are journalled keys; other remarks become ``None``.

    Raises ``msgspec.ValidationError`` if the reply still exceeds a bound: the centre could not decode the frame.
    """
    match reply:
        case aci.LoggedIn() | aci.Quote():
            reply = replace(reply, name=reply.name[:NAME_MAX])
        case aci.Holdings(rows):
            reply = aci.Holdings(tuple(replace(row, name=row.name[:NAME_MAX]) for row in rows))
        case aci.Orders(rows):
            reply = aci.Orders(tuple(_order_row(row, known) for row in rows))
    return convert(to_builtins(reply), type(reply))


def _order_row(row: aci.OrderRow, known: Container[str]) -> aci.OrderRow:
    return replace(row, name=row.name[:NAME_MAX], key=row.key if row.key in known else None)
