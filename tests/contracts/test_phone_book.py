"""``ports.phones.DeskPhoneBook``: the same tests for the fake and for the store's phone book."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.ids import DeskId, PhoneName
from switch_server.adapters.store import Store
from switch_server.ports.phones import Binding, DeskPhoneBook, PhoneRecord, ha1
from tests.fakes.phones import FakePhones
from tests.store.samples import NOON, Clock, Posted

FRONT, BACK = PhoneName("front-1"), PhoneName("back-2")
PHONE = PhoneRecord(FRONT, DeskId("desk-07"), ha1(FRONT, "open sesame"))
OTHER = PhoneRecord(BACK, None, ha1(BACK, "open sesame"))
BINDING = Binding(
    FRONT, "sip:front-1@10.0.0.9:5062", "sip:front-1@192.0.2.9:40000", "192.0.2.9", 40000, "Snom", NOON, NOON + 300
)


@pytest.fixture(params=["fake", "sqlite"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DeskPhoneBook]:
    if request.param == "fake":
        yield FakePhones()
        return
    store = Store(tmp_path / "huawu.db", Posted(), clock=Clock())
    store.start()
    yield store.desk_phones
    assert store.stop() == 0
    assert store.counts.refused == 0


def test_phones_are_put_and_removed(book: DeskPhoneBook) -> None:
    assert (book.phone(FRONT), book.phones()) == (None, ())
    book.put_phone(PHONE, "operator")
    book.put_phone(OTHER, "operator")
    assert book.phones() == (OTHER, PHONE), "by name"
    moved = replace(PHONE, desk=None)
    book.put_phone(moved, "operator")
    assert book.phone(FRONT) == moved
    assert book.remove_phone(FRONT, "operator")
    assert not book.remove_phone(FRONT, "operator")
    assert book.phones() == (OTHER,)


@pytest.mark.parametrize(
    "wrong", [replace(PHONE, phone=PhoneName("a b")), replace(PHONE, desk=DeskId("前台")), replace(PHONE, ha1="geheim")]
)
def test_errors_are_raised_and_change_nothing(book: DeskPhoneBook, wrong: PhoneRecord) -> None:
    with pytest.raises(ValueError):
        book.put_phone(wrong, "operator")
    assert book.phones() == ()


def test_a_binding_lives_until_it_expires(book: DeskPhoneBook) -> None:
    book.put_phone(PHONE, "operator")
    book.put_binding(BINDING)
    assert book.binding(FRONT, NOON + 299) == BINDING
    assert book.bindings(NOON + 299) == (BINDING,)
    assert (book.binding(FRONT, NOON + 300), book.bindings(NOON + 300)) == (None, ())
    newer = replace(BINDING, port=40001, until=NOON + 600)
    book.put_binding(newer)
    assert book.bindings(NOON) == (newer,)
    book.drop_binding(FRONT)
    book.drop_binding(FRONT)
    assert book.binding(FRONT, NOON) is None


def test_a_binding_ends_with_a_new_password_and_with_the_phone(book: DeskPhoneBook) -> None:
    book.put_phone(PHONE, "operator")
    book.put_binding(BINDING)
    book.put_phone(replace(PHONE, desk=DeskId("desk-08")), "operator")
    assert book.binding(FRONT, NOON) == BINDING
    book.put_phone(replace(PHONE, ha1=ha1(FRONT, "other words")), "operator")
    assert book.binding(FRONT, NOON) is None
    book.put_binding(BINDING)
    book.remove_phone(FRONT, "operator")
    assert book.binding(FRONT, NOON) is None
    book.put_binding(BINDING)  # the phone registers while it is being removed
    assert book.bindings(NOON) == ()
    book.put_phone(PHONE, "operator")
    assert book.binding(FRONT, NOON) is None


def test_a_hash_is_not_shown() -> None:
    assert PHONE.ha1 not in f"{PHONE} {PHONE!r}"
