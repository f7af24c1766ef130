"""Answers of the store and the branches to the questions of a caller's walk."""

from shared.aci import Reply
from shared.ids import (
    AccountNo,
    BranchId,
    CallId,
    CustomerId,
)
from switch_server.core.words import Event


class AccountFound(Event, frozen=True):
    """Answer to ``FindAccount``; ``branch=None``: no such account at any branch.

    ``locked``: the account is locked. ``number_locked``: this calling number has no PIN tries left today. ``busy``: other calls are using the
    tries that are left today. Otherwise the call has one try.
    """

    call: CallId
    request: int
    account: AccountNo
    branch: BranchId | None
    customer: CustomerId | None = None
    locked: bool = False
    number_locked: bool = False
    busy: bool = False


class WrongPinCounted(Event, frozen=True):
    """Answer to ``CountWrongPin``: the number of wrong PINs of this account today by telephone, and whether the account, or the calling number,
    is locked now.
    """

    call: CallId
    request: int
    failures_today: int
    locked: bool
    number_locked: bool = False


class BranchAnswered(Event, frozen=True):
    """Answer to ``AskBranch``; for a branch that is down or slow, ``reply`` is a ``Refused`` with that code."""

    call: CallId
    request: int
    reply: Reply
