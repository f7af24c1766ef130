"""Effects of faxes: for the store, and for who asked for a fax or watches it."""

from typing import Any

from shared.fax import FaxId, FaxVerdict
from shared.ids import AccountNo, CallId, CustomerId
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
    """For ``ports.fax_rows.FaxesPort``: the changed columns of a row of ``faxes``; the first time all of them. They are in the store a little later."""

    fax: FaxId
    row: dict[str, Any]


class MakeFaxDocument(Effect, frozen=True):
    """For ``ports.fax_rows.FaxesPort``: the pages of a statement. ``document``: of ``shared.desk_fax.StatementKind``. Answered by ``FaxDocumentMade``."""

    call: CallId
    document: str
    account: AccountNo
    customer: CustomerId | None
    number: str


FaxEffect = FaxAnswered | TellFaxChanged | MakeFaxDocument
