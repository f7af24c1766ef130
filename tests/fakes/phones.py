"""``ports.phones.DeskPhoneBook`` in memory. ``out``: the blocked phones, each with the blocked address."""

from shared.ids import DeskId, PhoneName
from switch_server.ports.phones import Binding, PhoneRecord, ha1, phone_fault


def phone(name: str = "front-1", password: str = "open sesame", desk: str | None = None) -> PhoneRecord:
    return PhoneRecord(PhoneName(name), DeskId(desk) if desk else None, ha1(PhoneName(name), password))


class FakePhones:
    def __init__(self, *phones: PhoneRecord) -> None:
        self._phones = {each.phone: each for each in phones}
        self._bindings: dict[PhoneName, Binding] = {}
        self.out: list[tuple[PhoneName, str]] = []

    def phone(self, phone: PhoneName) -> PhoneRecord | None:
        return self._phones.get(phone)

    def phones(self) -> tuple[PhoneRecord, ...]:
        return tuple(each for _, each in sorted(self._phones.items()))

    def put_phone(self, record: PhoneRecord, actor: str) -> None:
        if fault := phone_fault(record):
            raise ValueError(fault)
        old, self._phones[record.phone] = self._phones.get(record.phone), record
        if old is not None and old.ha1 != record.ha1:
            self.drop_binding(record.phone)

    def remove_phone(self, phone: PhoneName, actor: str) -> bool:
        self.drop_binding(phone)
        return self._phones.pop(phone, None) is not None

    def binding(self, phone: PhoneName, now: float) -> Binding | None:
        found = self._bindings.get(phone)
        return found if found is not None and found.until > now else None

    def bindings(self, now: float) -> tuple[Binding, ...]:
        return tuple(each for _, each in sorted(self._bindings.items()) if each.until > now)

    def put_binding(self, binding: Binding) -> None:
        if binding.phone in self._phones:
            self._bindings[binding.phone] = binding

    def drop_binding(self, phone: PhoneName) -> None:
        self._bindings.pop(phone, None)

    def audit_blocked(self, phone: PhoneName, ip: str, seconds: float) -> None:
        self.out.append((phone, ip))
