"""Rows of faxes in the store: one for each fax sent or received, one for each try, and the contact of the customer. Times are UTC seconds."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from shared.ids import AccountNo, AgentId, CallId, CustomerId
from switch_server.core.words import Row


class SavedFax(Row, frozen=True, kw_only=True):
    """``pages``: of the document, or received. ``pages_done``: confirmed. ``live``: sent on the call that was asked in. ``seconds``: of the sessions."""

    TABLE: ClassVar[str] = "faxes"

    direction: str | UnsetType = UNSET
    number: str | UnsetType = UNSET
    customer: CustomerId | UnsetType | None = UNSET
    account: AccountNo | UnsetType | None = UNSET
    agent: AgentId | UnsetType | None = UNSET
    group_name: str | UnsetType = UNSET
    document: str | UnsetType = UNSET
    digest: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    pages: int | UnsetType = UNSET
    pages_done: int | UnsetType = UNSET
    state: str | UnsetType = UNSET
    result: str | UnsetType | None = UNSET
    t30: int | UnsetType | None = UNSET
    dials: int | UnsetType = UNSET
    tries: int | UnsetType = UNSET
    same: int | UnsetType = UNSET
    fastest: str | UnsetType = UNSET
    priority: str | UnsetType = UNSET
    created: float | UnsetType = UNSET
    not_before: float | UnsetType = UNSET
    ended: float | UnsetType | None = UNSET
    call: CallId | UnsetType | None = UNSET
    live: bool | UnsetType = UNSET
    remote: str | UnsetType = UNSET
    bit_rate: int | UnsetType = UNSET
    modem: str | UnsetType | None = UNSET
    ecm: bool | UnsetType = UNSET
    t38: bool | UnsetType = UNSET
    resends: int | UnsetType = UNSET
    seconds: float | UnsetType = UNSET
    trunk: str | UnsetType = UNSET
    dnis: str | UnsetType = UNSET
    asked_by: str | UnsetType = UNSET
    ended_by: str | UnsetType = UNSET
    taken_by: AgentId | UnsetType | None = UNSET


class SavedTry(Row, frozen=True, kw_only=True):
    """``id`` is ``<fax>/<try>``. ``first_page``: the number (from 0) of the page with which the try began; ``pages``: those that it confirmed."""

    TABLE: ClassVar[str] = "fax_tries"

    fax: str | UnsetType = UNSET
    number: int | UnsetType = UNSET
    call: CallId | UnsetType = UNSET
    trunk: str | UnsetType = UNSET
    began: float | UnsetType = UNSET
    ended: float | UnsetType = UNSET
    result: str | UnsetType = UNSET
    t30: int | UnsetType = UNSET
    first_page: int | UnsetType = UNSET
    pages: int | UnsetType = UNSET
    bit_rate: int | UnsetType = UNSET
    modem: str | UnsetType | None = UNSET
    ecm: bool | UnsetType = UNSET
    t38: bool | UnsetType = UNSET
    resends: int | UnsetType = UNSET
    remote: str | UnsetType = UNSET
