"""Desk phones by the command line: through the real socket into the real store, and their tables."""

import json

import pytest

from shared.control_agents import AddPhone, SetPhonePassword
from shared.ids import AgentId, DeskId, PhoneName
from switch_server.ports.operations import DeskState
from switch_server.ports.phones import Binding, ha1
from switch_server.switchctl.passwords import made
from tests.switchctl.centre import Centre
from tests.switchctl.conftest import Ctl
from tests.switchctl.fake import NOW
from tests.switchctl.test_staff import KEY, ask, audited, centre, rows

__all__ = ["ask", "centre"]
FRONT, SECRET = PhoneName("front-1"), "correct-horse"
BINDING = Binding(
    FRONT, "sip:front-1@10.0.0.9", "sip:front-1@192.0.2.9:5062", "192.0.2.9", 5062, "Yealink T46", NOW - 100, NOW + 200
)


@pytest.fixture
def phone(ask: Ctl, centre: Centre) -> None:
    """The desk phone front-1 of desk-07, registered and in use."""
    centre.store.agents.put_desk_key(DeskId("desk-07"), KEY, "test")
    assert (
        ask(f"password={SECRET}", "phone", "add", "front-1", "--desk", "desk-07").out
        == "desk phone front-1 may register\n"
    )
    centre.store.desk_phones.put_binding(BINDING)
    centre.links.up = (DeskState(DeskId("desk-07"), agent=AgentId("1001"), desk_phone=FRONT),)


def test_add_keeps_the_hash_alone(ask: Ctl, centre: Centre, phone: None) -> None:
    record = centre.store.desk_phones.phone(FRONT)
    assert record is not None
    assert (record.desk, record.ha1) == ("desk-07", ha1(FRONT, SECRET))
    assert audited(ask, centre)[0] == ("phone_added", "front-1")
    assert SECRET not in str(centre.store.read.audit())


def test_list(ask: Ctl, phone: None) -> None:
    ask("phone", "add", "any-1", "--generate")
    free, front = rows(ask, "phone", "list")
    assert front == {
        "phone": "front-1", "desk": "desk-07", "registered": True, "address": "192.0.2.9:5062", "since": NOW - 100, "until": NOW + 200,
        "program": "Yealink T46", "used_by": "1001",
    }  # fmt: skip
    assert (free["phone"], free["desk"], free["registered"], free["address"]) == ("any-1", None, False, None)
    said = ask("phone", "list").out
    (line,) = [line.split() for line in said.splitlines() if line.startswith("front-1")]
    assert line[:5] == ["front-1", "up", "desk-07", "1001", "192.0.2.9:5062"]
    assert "桌面话机" in ask("phone", "list", "--lang", "zh").out


def test_a_new_password_wants_a_new_registration(ask: Ctl, centre: Centre, phone: None) -> None:
    document = ask("phone", "password", "front-1", "--generate", "--json").document
    record = centre.store.desk_phones.phone(FRONT)
    assert record is not None
    assert (record.desk, record.ha1) == ("desk-07", ha1(FRONT, document["password"]))
    assert rows(ask, "phone", "list")[0]["registered"] is False
    assert audited(ask, centre)[0] == ("phone_changed", "front-1")


def test_remove(ask: Ctl, centre: Centre, phone: None) -> None:
    assert ask("phone", "remove", "front-1").out == "desk phone front-1: removed\n"
    assert centre.store.desk_phones.phones() == ()
    assert centre.store.desk_phones.bindings(NOW) == ()
    assert audited(ask, centre)[0] == ("phone_removed", "front-1")
    for words in (("remove", "front-1"), ("password", "front-1", "--generate")):
        said = ask("phone", *words)
        assert (said.status, said.err) == (1, "no such desk phone: front-1\n")


@pytest.mark.parametrize(
    ("words", "err"),
    [
        (("password=correct-horse", "phone", "add", "front-1"), "there is a desk phone front-1 already; phone password sets its password\n"),
        (("password=correct-horse", "phone", "add", "b", "--desk", "desk-99"), "no such desk: desk-99\n"),
        (("password=short", "phone", "add", "b"), "a password has 8 characters or more\n"),
        (("password=has a blank", "phone", "add", "b"), "a value that can't be: a phone's password has at most 64"),
        (("password=密码密码密码密码密码", "phone", "add", "b"), "a value that can't be: a phone's password has at most 64"),
    ],
)  # fmt: skip
def test_what_is_refused(ask: Ctl, centre: Centre, phone: None, words: tuple[str, ...], err: str) -> None:
    said = ask(*words)
    assert said.status == 1
    assert said.err.startswith(err)
    assert [each.phone for each in centre.store.desk_phones.phones()] == [FRONT]


def test_a_generated_password_is_shown_once_and_good(ask: Ctl, centre: Centre) -> None:
    said = ask("phone", "add", "front-2", "--generate")
    first, second = said.out.splitlines()
    assert first == "desk phone front-2 may register"
    shown = second.removeprefix("password: ").removesuffix(" (shown this once)")
    record = centre.store.desk_phones.phone(PhoneName("front-2"))
    assert record is not None
    assert record.ha1 == ha1(PhoneName("front-2"), shown)
    assert len(shown) == len(made())
    assert shown not in json.dumps(rows(ask, "phone", "list"))


def test_a_password_is_not_shown_of_a_request() -> None:
    for request in (AddPhone("a", SECRET), SetPhonePassword("a", SECRET)):
        assert SECRET not in f"{request} {request!r}"
