"""Questions of a caller's walk to the store and the branches."""

from shared.aci import Request
from shared.ids import AccountNo, BranchId, CallId
from shared.secret import Secret
from switch_server.core.words import Effect


class FindAccount(Effect, frozen=True):
    """For ``ports.StorePort``: finds the account's branch, and takes one of the PIN tries of the account and the number. Answered by ``AccountFound``.

    ``number``: the customer's telephone number; empty where it is withheld.
    """

    call: CallId
    request: int
    account: AccountNo
    number: str = ""


class CountWrongPin(Effect, frozen=True):
    """For ``ports.StorePort``: counts the call's PIN try as wrong; answered by ``WrongPinCounted``."""

    call: CallId
    request: int
    account: AccountNo
    number: str = ""


class GiveBackPinTry(Effect, frozen=True):
    """For ``ports.StorePort``: gives back the call's PIN try, if it has one: it was no wrong PIN. Not answered."""

    call: CallId


class AskBranch(Effect, frozen=True):
    """For ``ports.BranchesPort``: a question to a branch; always answered by ``BranchAnswered``. ``pin`` is put into a ``LogIn`` when the frame is built."""

    call: CallId
    request: int
    branch: BranchId
    query: Request
    pin: Secret | None = None
