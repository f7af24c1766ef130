"""One T.30 session of a call, and the rows that are made of it."""

from typing import Any

from msgspec.structs import replace

from shared.fax import FaxId, FaxResult, FaxState
from shared.ids import CallId, TrunkName
from switch_server.core.fax.facts import FaxConnected, FaxEnded, FaxJob
from switch_server.core.fax.records import SavedFax, SavedTry
from switch_server.core.talk import ContactRow
from switch_server.core.words import save_record


class FaxSession:
    """``first_page``: confirmed pages before it. ``began``: UTC seconds."""

    def __init__(self, fax: FaxId, call: CallId, number: str, trunk: TrunkName, first_page: int, began: float) -> None:
        self.fax = fax
        self.call = call
        self.number = number
        self.trunk = trunk
        self.first_page = first_page
        self.began = began
        self.pages = 0
        self.connected: FaxConnected | None = None
        self.ended: FaxEnded | None = None
        self.seconds = 0.0

    @property
    def t30(self) -> int | None:
        return self.ended.t30 if self.ended is not None else None

    def measured(self) -> dict[str, Any]:
        """The columns that ``SavedFax`` and ``SavedTry`` share."""
        if (ended := self.ended) is not None:
            return {
                "t30": ended.t30, "remote": ended.remote, "bit_rate": ended.bit_rate, "modem": ended.modem, "ecm": ended.ecm,
                "t38": ended.t38, "resends": ended.resends,
            }  # fmt: skip
        if (known := self.connected) is not None:
            return {"remote": known.remote, "bit_rate": known.bit_rate, "ecm": known.ecm, "t38": known.t38}
        return {}

    def begun_row(self, number: int) -> SavedTry:
        return SavedTry(
            id=_try(self, number), fax=self.fax, number=number, call=self.call, trunk=self.trunk, began=self.began,
            first_page=self.first_page,
        )  # fmt: skip


def ended_try(session: FaxSession, number: int, result: FaxResult, now: float) -> SavedTry:
    return SavedTry(id=_try(session, number), ended=now, result=result, pages=session.pages, **session.measured())


def _try(session: FaxSession, number: int) -> str:
    return f"{session.fax}/{number}"


def kept_row(job: FaxJob, *, live: bool) -> dict[str, Any]:
    """The whole row of a fax that is asked for."""
    row = SavedFax(
        id=job.fax, direction="out", number=job.number, customer=job.customer, account=job.account, agent=job.agent, group_name=job.group,
        document=job.document, digest=job.digest, title=job.title, pages=job.pages, pages_done=job.pages_done, state=FaxState.WAITING,
        dials=job.dials, tries=job.tries, same=job.same, fastest=job.fastest, priority=job.priority, created=job.created, not_before=job.not_before,
        call=job.call, live=live, asked_by=job.by, ended=None, result=None,
    )  # fmt: skip
    return save_record(row).row


def contact_row(job: FaxJob, state: FaxState, now: float) -> ContactRow:
    """The contact of a fax that has been sent or has failed; without the call, whose talks have a contact of their own."""
    row = ContactRow(
        id=job.fax, channel="fax", direction="out", number=job.number, customer=job.customer, started_at=job.created, ended_at=now,
        summary=job.title, ended_at_step=state.value,
    )  # fmt: skip
    return row if job.agent is None else replace(row, agent=job.agent)
