"""Answers to what a caller's walk asked the store and the branches."""

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

    ``locked``: the account is. ``number_locked``: no PIN is tried from this calling number any more today. ``busy``: the tries that are
    left today are being made by other calls. Otherwise the call has one of them.
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
    """Answer to ``CountWrongPin``: wrong PINs of this account today over the phone, and whether it, or the calling number, is locked."""

    call: CallId
    request: int
    failures_today: int
    locked: bool
    number_locked: bool = False


class BranchAnswered(Event, frozen=True):
    """Answer to ``AskBranch``; a branch that is down or slow is a ``Refused`` with that code."""

    call: CallId
    request: int
    reply: Reply
