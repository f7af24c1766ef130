"""The desk phones' part of ``services.staff``: which phones may register, and the rows that the operator sees."""

from collections.abc import Callable

from shared.control import Done, RefusedCode
from shared.control_agents import AddPhone, Phones
from shared.control_rows import PhoneRow
from shared.ids import DeskId, PhoneName
from switch_server.ports.desks import AgentBook
from switch_server.ports.operations import DeskLinksPort, OperationRefused
from switch_server.ports.phones import SHORTEST, Binding, DeskPhoneBook, PhoneRecord, ha1, password_fault


class PhoneStaff:
    """On the loop. The phone book writes the audit. ``clock``: UTC seconds."""

    def __init__(
        self, phones: DeskPhoneBook, book: AgentBook, links: DeskLinksPort, clock: Callable[[], float]
    ) -> None:
        self._phones, self._book, self._links, self._clock = phones, book, links, clock

    def rows(self) -> Phones:
        now = self._clock()
        bound = {binding.phone: binding for binding in self._phones.bindings(now)}
        used = {state.desk_phone: state.agent for state in self._links.states() if state.agent}
        phones = self._phones.phones()
        return Phones(now, tuple(_row(each, bound.get(each.phone), used.get(each.phone)) for each in phones))

    def add(self, add: AddPhone, actor: str) -> Done:
        phone, desk = PhoneName(add.phone), DeskId(add.desk) if add.desk is not None else None
        if self._phones.phone(phone) is not None:
            raise OperationRefused(RefusedCode.PHONE_EXISTS, phone)
        if desk is not None and desk not in self._book.desk_keys():
            raise OperationRefused(RefusedCode.NO_SUCH_DESK, desk)
        return self._put(phone, desk, add.password, actor)

    def set_password(self, phone: PhoneName, password: str, actor: str) -> Done:
        return self._put(phone, self._known(phone).desk, password, actor)

    def remove(self, phone: PhoneName, actor: str) -> Done:
        self._known(phone)
        self._phones.remove_phone(phone, actor)
        return Done(phone)

    def _known(self, phone: PhoneName) -> PhoneRecord:
        record = self._phones.phone(phone)
        if record is None:
            raise OperationRefused(RefusedCode.NO_SUCH_PHONE, phone)
        return record

    def _put(self, phone: PhoneName, desk: DeskId | None, password: str, actor: str) -> Done:
        if len(password) < SHORTEST:
            raise OperationRefused(RefusedCode.WEAK_PASSWORD, str(SHORTEST))
        if fault := password_fault(password):
            raise OperationRefused(RefusedCode.BAD_VALUE, fault)
        self._phones.put_phone(PhoneRecord(phone, desk, ha1(phone, password)), actor)
        return Done(phone)


def _row(record: PhoneRecord, binding: Binding | None, used_by: str | None) -> PhoneRow:
    if binding is None:
        return PhoneRow(record.phone, record.desk, registered=False, used_by=used_by)
    return PhoneRow(
        record.phone,
        record.desk,
        registered=True,
        address=f"{binding.ip}:{binding.port}",
        since=binding.since,
        until=binding.until,
        program=binding.agent or None,
        used_by=used_by,
    )
