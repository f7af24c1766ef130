"""Faxes that are received: their rows, the group of agents that works on them, and the customer's contact."""

from msgspec.structs import replace

from shared.fax import FaxId, FaxResult, ReceivedState
from shared.ids import CallId
from switch_server.core.call import Call, LineSwitchboard
from switch_server.core.fax.effects import TellFaxChanged
from switch_server.core.fax.records import SavedFax
from switch_server.core.fax.session import FaxSession
from switch_server.core.talk import ContactRow
from switch_server.core.words import group_of, save_record


def received_id(call: CallId, number: int) -> FaxId:
    """The id of the call's fax number ``number``, from 1."""
    return FaxId(f"r{call}" if number == 1 else f"r{call}.{number}")


class Receiving:
    def __init__(self, switch: LineSwitchboard) -> None:
        self._switch = switch
        self._running: set[FaxId] = set()

    def path(self, fax: FaxId) -> str:
        return f"{self._switch.config.fax_spool}/received/{fax}.tif"

    def begin(self, session: FaxSession, call: Call, path: str) -> None:
        dnis = call.caller.dnis if call.caller.incoming else ""
        group = group_of(self._switch.config.fax, dnis)
        self._running.add(session.fax)
        row = SavedFax(
            id=session.fax, direction="in", number=call.number, customer=call.customer, group_name=group, document=path, pages=0, pages_done=0,
            state=ReceivedState.RECEIVING, created=self._switch.now, call=call.id, live=not call.is_fax, trunk=session.trunk, dnis=dnis,
            ended=None,
        )  # fmt: skip
        self._save(row)

    def connected(self, session: FaxSession) -> None:
        if session.fax in self._running:
            self._save(SavedFax(id=session.fax, **session.measured()))

    def page(self, session: FaxSession) -> None:
        if session.fax in self._running:
            row = SavedFax(id=session.fax, pages=session.pages, pages_done=session.pages)
            self._save(row)

    def over(self, session: FaxSession, call: Call, result: FaxResult) -> None:
        if session.fax not in self._running:
            return
        state = ReceivedState.NEW if session.pages else ReceivedState.FAILED
        now = self._switch.now
        row = SavedFax(
            id=session.fax, state=state, result=result, ended=now, pages=session.pages, pages_done=session.pages, customer=call.customer,
            seconds=session.seconds, **session.measured(),
        )  # fmt: skip
        self._save(row)
        contact = ContactRow(
            id=session.fax, channel="fax", direction="in", number=call.number, customer=call.customer, started_at=session.began,
            ended_at=now, ended_at_step=state.value,
        )  # fmt: skip
        self._switch.emit(save_record(contact if not call.is_fax else replace(contact, call=call.id)))
        self._running.discard(session.fax)
        self._switch.count("faxes_received" if session.pages else "faxes_not_received")

    def _save(self, row: SavedFax) -> None:
        saved = save_record(row)
        self._switch.emit(saved)
        self._switch.emit(TellFaxChanged(FaxId(row.id), saved.row))
