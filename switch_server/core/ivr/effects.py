"""What a caller's walk asks the store and the branches."""

from shared.aci import Request
from shared.ids import AccountNo, BranchId, CallId
from shared.secret import Secret
from switch_server.core.words import Effect


class FindAccount(Effect, frozen=True):
    """For ``ports.StorePort``: which branch is asked for the PIN, and has the call a try? Answered by ``AccountFound``.

    ``number``: whom the customer calls from or was called at; empty where it is withheld.
    """

    call: CallId
    request: int
    account: AccountNo
    number: str = ""


class CountWrongPin(Effect, frozen=True):
    """For ``ports.StorePort``: the call's try was a wrong PIN; answered by ``WrongPinCounted``."""

    call: CallId
    request: int
    account: AccountNo
    number: str = ""


class GiveBackPinTry(Effect, frozen=True):
    """For ``ports.StorePort``: the call's try, if it has one, was no wrong PIN. Not answered."""

    call: CallId


class AskBranch(Effect, frozen=True):
    """For ``ports.BranchesPort``; answered by ``BranchAnswered`` always. ``pin`` is put into a ``LogIn`` when the frame is built."""

    call: CallId
    request: int
    branch: BranchId
    query: Request
    pin: Secret | None = None
