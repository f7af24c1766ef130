"""The services that a ``service`` step can run (业务), as a table: needs, results and outcomes of each. ``core.ivr.service_runner`` runs them."""

from msgspec import Struct

REFUSED = "refused"


class Service(Struct, frozen=True):
    """``needs``: variables that must have a value before; ``gives``: variables that have one after ``ok`` or ``accepted``.

    ``takes``: variables that are removed afterwards. ``logged_in``: the caller must have logged in.
    """

    outcomes: frozenset[str]
    needs: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    logged_in: bool = True
    places: bool = False
    """Places or cancels an order, with the one-use key of a read-back."""


def _service(outcomes: str, needs: str = "", gives: str = "", takes: str = "", **more: bool) -> Service:
    words = [frozenset(each.split()) for each in (outcomes, needs, gives, takes)]
    return Service(words[0], words[1], words[2], words[3], **more)


SERVICES: dict[str, Service] = {
    "log_in": _service("ok wrong_pin too_many locked unknown refused", "account pin", "login", "pin", logged_in=False),
    "funds": _service("ok refused", gives="funds"),
    "holdings": _service("ok refused", gives="holdings"),
    "orders": _service("ok refused", gives="orders"),
    "quote": _service("ok refused", "code", "quote market last", logged_in=False),
    "max_quantity": _service("ok refused", "code side price", "max_quantity"),
    "find_order": _service("ok unknown refused", "contract", "order"),
    "place_order": _service("accepted refused in_doubt", "market side code price quantity", "contract", places=True),
    "cancel_order": _service("accepted refused in_doubt", "contract", places=True),
}
"""Every service that asks a branch can end with ``refused``, which sets the variable ``refusal`` (a ``shared.enums.Refusal``)."""
