"""Effects of faxes: for the store, and for who asked for a fax or watches it."""

from typing import Any

from shared.fax import FaxId, FaxVerdict
from shared.ids import AgentId
from switch_server.core.words import Effect


class KeepFax(Effect, frozen=True):
    """For ``ports.StorePort``: a row of ``faxes``, on disk before ``FaxKept`` is posted; ``FaxKeepFailed`` where the store does not take it."""

    fax: FaxId
    row: dict[str, Any]


class FaxAnswered(Effect, frozen=True):
    """For ``ports.fax_rows.FaxesPort``: the answer to ``FaxAsked`` and ``FaxRetryAsked``. ``earlier``: the fax of ``FaxVerdict.DUPLICATE``."""

    fax: FaxId
    verdict: FaxVerdict
    earlier: FaxId | None = None


class TellFaxChanged(Effect, frozen=True):
    """For ``ports.fax_rows.FaxesPort``: the fax's row has changed: state, pages, result. Its new values follow in the store.

    ``state``: of ``FaxState`` or ``ReceivedState``. ``agent``: who asked for it; ``group``: who works on a received one.
    """

    fax: FaxId
    state: str
    pages: int
    pages_done: int
    agent: AgentId | None = None
    group: str = ""
    received: bool = False
    result: str = ""


FaxEffect = FaxAnswered | TellFaxChanged
