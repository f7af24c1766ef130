"""Faxes that are received: their rows, the group of agents that works on them, and the customer's contact."""

from msgspec.structs import replace

from shared.fax import FaxId, FaxResult, ReceivedState
from shared.ids import CallId
from switch_server.core.call import Call, LineSwitchboard
from switch_server.core.fax.effects import TellFaxChanged
from switch_server.core.fax.records import FaxRow
from switch_server.core.fax.session import FaxSession
from switch_server.core.talk import ContactRow
from switch_server.core.words import group_of, save_record


def received_id(call: CallId, number: int) -> FaxId:
    """The id of the call's fax number ``number``, from 1."""
    return FaxId(f"r{call}" if number == 1 else f"r{call}.{number}")


class Receiving:
    def __init__(self, switch: LineSwitchboard) -> None:
        self._switch = switch
        self._groups: dict[FaxId, str] = {}
        """The group of each fax that is being received."""

    def path(self, fax: FaxId) -> str:
        return f"{self._switch.config.fax.spool}/received/{fax}.tif"

    def begin(self, session: FaxSession, call: Call, path: str) -> None:
        dnis = call.caller.dnis if call.caller.incoming else ""
        group = self._groups[session.fax] = group_of(self._switch.config.fax, dnis)
        row = FaxRow(
            id=session.fax, direction="in", number=call.number, customer=call.customer, group_name=group, document=path, pages=0, pages_done=0,
            state=ReceivedState.RECEIVING, created=self._switch.now, call=call.id, live=not call.is_fax, trunk=session.trunk, dnis=dnis,
            ended=None,
        )  # fmt: skip
        self._save(session, row, ReceivedState.RECEIVING)

    def connected(self, session: FaxSession) -> None:
        if session.fax in self._groups:
            self._save(session, FaxRow(id=session.fax, **session.measured()), ReceivedState.RECEIVING)

    def page(self, session: FaxSession) -> None:
        if session.fax in self._groups:
            row = FaxRow(id=session.fax, pages=session.pages, pages_done=session.pages)
            self._save(session, row, ReceivedState.RECEIVING)

    def over(self, session: FaxSession, call: Call, result: FaxResult) -> None:
        if session.fax not in self._groups:
            return
        state = ReceivedState.NEW if session.pages else ReceivedState.FAILED
        now = self._switch.now
        row = FaxRow(
            id=session.fax, state=state, result=result, ended=now, pages=session.pages, pages_done=session.pages, customer=call.customer,
            seconds=session.seconds, **session.measured(),
        )  # fmt: skip
        self._save(session, row, state, result)
        contact = ContactRow(
            id=session.fax, channel="fax", direction="in", number=call.number, customer=call.customer, started_at=session.began,
            ended_at=now, ended_at_step=state.value,
        )  # fmt: skip
        self._switch.emit(save_record(contact if not call.is_fax else replace(contact, call=call.id)))
        del self._groups[session.fax]
        self._switch.count("faxes_received" if session.pages else "faxes_not_received")

    def _save(self, session: FaxSession, row: FaxRow, state: ReceivedState, result: str = "") -> None:
        self._switch.emit(save_record(row))
        pages, group = session.pages, self._groups[session.fax]
        self._switch.emit(TellFaxChanged(session.fax, state, pages, pages, group=group, received=True, result=result))
