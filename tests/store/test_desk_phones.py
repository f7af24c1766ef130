"""Desk phones and their bindings in the store: kept over a restart, every change in the audit."""

from pathlib import Path

from msgspec.structs import replace

from shared.ids import DeskId, PhoneName
from switch_server.adapters.store import Store
from switch_server.ports.phones import Binding, PhoneRecord, ha1
from tests.store.samples import NOON, Clock
from tests.store.test_agents import audits, opened

NAME = PhoneName("front-1")
PHONE = PhoneRecord(NAME, DeskId("desk-07"), ha1(NAME, "open sesame"))
BINDING = Binding(
    NAME, "sip:front-1@10.0.0.9", "sip:front-1@192.0.2.9:5060", "192.0.2.9", 5060, "Snom", NOON, NOON + 300
)


def test_phones_and_living_bindings_survive_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    store = opened(tmp_path, clock)
    store.desk_phones.put_phone(PHONE, "operator")
    store.desk_phones.put_phone(replace(PHONE, phone=PhoneName("old"), desk=None), "operator")
    store.desk_phones.put_binding(BINDING)
    store.desk_phones.put_binding(replace(BINDING, phone=PhoneName("old"), until=NOON + 60))
    store.stop()

    clock.now += 100
    store = opened(tmp_path, clock)
    assert [each.phone for each in store.desk_phones.phones()] == [NAME, "old"]
    assert store.desk_phones.phone(NAME) == PHONE
    assert store.desk_phones.bindings(clock.now) == (BINDING,)
    store.desk_phones.drop_binding(NAME)
    store.stop()

    store = opened(tmp_path, clock)
    assert store.desk_phones.bindings(clock.now) == ()
    store.stop()


def test_each_change_is_audited_and_no_secret_is_in_it(tmp_path: Path) -> None:
    store: Store = opened(tmp_path, Clock())
    book = store.desk_phones
    book.put_phone(PHONE, "chief")
    book.put_phone(replace(PHONE, desk=None, ha1=ha1(NAME, "other words")), "chief")
    book.audit_blocked(NAME, "192.0.2.66", 300.0)
    book.audit_blocked(PhoneName("open sesame"), "192.0.2.66", 300.0)
    book.remove_phone(NAME, "chief")
    rows = audits(store)
    store.stop()
    assert rows == [
        ("chief", "phone_added", NAME, "desk=desk-07"),
        ("chief", "phone_changed", NAME, "desk=, password changed"),
        ("phone at 192.0.2.66", "phone_refused", NAME, "wrong passwords, refused for 300 s"),
        ("phone at 192.0.2.66", "phone_refused", "unknown phone", "wrong passwords, refused for 300 s"),
        ("chief", "phone_removed", NAME, ""),
    ]
    assert PHONE.ha1 not in str(rows)
