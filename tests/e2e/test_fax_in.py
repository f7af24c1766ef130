"""Faxes that come in, and callers who ask for one by keypad: at the whole switch, with far machines on SIP calls. All run beside each other."""

import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shared.desk_fax import AskFaxes, AskFaxPage, FaxBox, FaxChanged, FaxList, PagePart
from shared.fax import FaxId, FaxState
from switch_server.services.demo_data import GROUP, DemoCustomer
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk
from tests.e2e.fax import OUR_NUMBER, OVER, answered_call, arrived, beside_each_other, ended, fax_lines, fax_page
from tests.e2e.phone import reaches
from tests.fax_card import pages
from tests.fax_machine.telephone import SipMachine
from tests.sip_tools import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
FAX_NUMBER, MENU = "7300", "7310"
KEYED, BARRED = "02108887777", "02100000009"
PORTS = {KEYED: free_port()}
FLOWS = {
    "received": """
flow: received
numbers: ["7300"]
start: receive
steps:
  receive: {kind: fax_receive, on_failed: ended}
  ended: {kind: hangup}
""",
    "back": """
flow: back
numbers: ["7310"]
start: account
says: {invalid: ["pause:60"], no_input: ["pause:60"]}
steps:
  account: {kind: input, say: ["pause:60"], into: account, max: 12, first_digit: 30, next: pin, on_fail: ended}
  pin: {kind: input, say: ["pause:60"], into: pin, secret: true, min: 6, max: 8, next: log_in, on_fail: ended}
  log_in:
    kind: service
    service: log_in
    "on": {ok: menu, wrong_pin: ended, too_many: ended, locked: ended, unknown: ended, refused: ended}
  menu: {kind: menu, say: ["pause:60"], first_digit: 30, keys: {1: here, 2: number}, on_fail: ended}
  here: {kind: fax_send, document: holdings, next: sent, on_failed: not_sent}
  number: {kind: input, say: ["pause:60"], into: fax_number, max: 12, next: confirm, on_fail: ended}
  confirm: {kind: menu, say: [{digits: fax_number}], first_digit: 30, keys: {1: there, 2: number}, on_fail: ended}
  there: {kind: fax_send, document: funds, to: "{fax_number}", next: sent, on_failed: not_sent}
  sent: {kind: menu, say: ["pause:60000"], first_digit: 60, keys: {1: menu}, on_fail: ended}
  not_sent: {kind: menu, say: ["pause:60000"], first_digit: 60, keys: {1: menu, 2: number}, on_fail: ended}
  ended: {kind: hangup}
""",
}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    def change(content: dict[str, Any]) -> None:
        fax_lines(content, PORTS, numbers={FAX_NUMBER: GROUP}, keyed=[KEYED])

    with Centre(tmp_path_factory.mktemp("centre"), flows=FLOWS, change=change) as made:
        yield made


@pytest.fixture(scope="module")
def came(centre: Centre, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], dict[str, Any]]]:
    cases = {
        case.__name__: partial(case, centre, tmp_path_factory.mktemp("case"), centre.customer(skip=skip))
        for skip, case in enumerate((received, heard_in_the_menu, on_this_call, to_a_number))
    }
    with beside_each_other(cases) as result:
        yield result


def dials(centre: Centre, customer: DemoCustomer, number: str, *options: str) -> SipMachine:
    return SipMachine("--user", customer.phone, "--dial", f"sip:{number}@127.0.0.1:{centre.ports.sip}", *options)


def fax_of(centre: Centre, customer: DemoCustomer, direction: str) -> str:
    """The id of the customer's only fax."""

    def found() -> list[str]:
        rows = centre.rows("faxes")
        return [each["id"] for each in rows if (each["customer"], each["direction"]) == (customer.id, direction)]

    centre.until(found)
    (fax,) = found()
    return fax


def received(centre: Centre, folder: Path, customer: DemoCustomer) -> dict[str, Any]:
    """By the fax number, at a desk of the group."""
    source = fax_page(folder, 2)
    with Desk(centre) as desk, dials(centre, customer, FAX_NUMBER, "--send", str(source)) as machine:
        told = machine.wait("fax")
        fax = fax_of(centre, customer, "in")
        desk.until(lambda: [each for each in changes(desk, fax) if each.fax.state is FaxState.SENT], OVER)
        box = desk.run(desk.client.do(AskFaxes(FaxBox.INBOX)))
        shown = page(desk, fax, 1), page(desk, fax, 0, thumbnail=True)
        reports = changes(desk, fax)
    return {"fax": ended(centre, fax), "told": told, "source": source, "box": box, "shown": shown, "reports": reports}


def heard_in_the_menu(centre: Centre, folder: Path, customer: DemoCustomer) -> dict[str, Any]:
    """A machine calls a number with a menu: CNG is heard."""
    source = fax_page(folder, 1)
    with dials(centre, customer, MENU, "--send", str(source)) as machine:
        told = machine.wait("fax")
    return {"fax": ended(centre, fax_of(centre, customer, "in")), "told": told, "source": source}


def logs_in(centre: Centre, machine: SipMachine, customer: DemoCustomer) -> str:
    """Keys from the begin to the menu; returns the call's id."""
    call = answered_call(centre, customer.phone)
    machine.do(f"keys {customer.account.account}#")
    reaches(centre, call, "pin")
    machine.do(f"keys {customer.account.pin}#")
    reaches(centre, call, "menu")
    return call


def on_this_call(centre: Centre, folder: Path, customer: DemoCustomer) -> dict[str, Any]:
    """The caller keys 1, then presses start; afterwards the menu goes on, and takes a key."""
    taken = folder / "taken.tif"
    with dials(centre, customer, MENU, "--by-hand", "--receive", str(taken)) as machine:
        call = logs_in(centre, machine, customer)
        machine.do("keys 1")
        fax = fax_of(centre, customer, "out")
        centre.until(lambda: [each for each in centre.rows("fax_tries") if each["fax"] == fax])
        machine.do("start")
        reaches(centre, call, "sent", OVER)
        machine.do("lift")
        machine.wait("voice")
        machine.do("keys 1")
        reaches(centre, call, "menu")
        machine.do("hangup")
    return {"fax": ended(centre, fax), "taken": taken}


def to_a_number(centre: Centre, folder: Path, customer: DemoCustomer) -> dict[str, Any]:
    """A number that the rules refuse, then one that they allow, which is read back and confirmed."""
    taken = folder / "taken.tif"
    with (
        SipMachine("--receive", str(taken), port=PORTS[KEYED]) as far,
        dials(centre, customer, MENU, "--by-hand") as machine,
    ):
        call = logs_in(centre, machine, customer)
        machine.do("keys 2")
        reaches(centre, call, "number")
        machine.do(f"keys {BARRED}#")
        reaches(centre, call, "confirm")
        machine.do("keys 1")
        reaches(centre, call, "not_sent")
        assert not [each for each in centre.rows("faxes") if each["number"] == BARRED]
        machine.do("keys 2")
        machine.do(f"keys {KEYED}#")
        machine.do("keys 1")
        reaches(centre, call, "sent")
        machine.do("hangup")
        told = far.wait("fax")
    return {"fax": ended(centre, fax_of(centre, customer, "out")), "told": told, "taken": taken}


def changes(desk: Desk, fax: str) -> list[FaxChanged]:
    return [each for each in desk.client.reports if isinstance(each, FaxChanged) and each.fax.fax == fax]


def page(desk: Desk, fax: str, number: int, *, thumbnail: bool = False) -> bytes:
    """A page as the desk shows it."""
    content = b""
    while True:
        part = desk.run(desk.client.do(AskFaxPage(FaxId(fax), number, len(content), thumbnail)))
        assert isinstance(part, PagePart), part
        content += part.data
        if len(content) == part.size:
            return content


def test_a_fax_comes_to_the_group_s_inbox(centre: Centre, came: Callable[[str], dict[str, Any]]) -> None:
    it = came("received")
    fax, stored = it["fax"], Path(it["fax"]["document"])
    assert it["told"]["code"] == 0
    assert arrived(it["source"], stored)
    assert (fax["state"], fax["result"], fax["pages"], fax["dnis"], fax["group_name"]) == (
        "new",
        "ok",
        2,
        FAX_NUMBER,
        GROUP,
    )
    assert stored.stat().st_mode & 0o077 == 0
    centre.until(lambda: stored.with_suffix(".pdf").exists() and stored.with_suffix(".png").exists())
    assert stored.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    assert isinstance(it["box"], FaxList)
    (row,) = [each for each in it["box"].rows if each.fax == fax["id"]]
    assert (row.customer, row.pages, row.group) == (fax["customer"], 2, GROUP)
    assert [each.new for each in it["reports"]].count(True) == 1
    whole, thumbnail = (np.asarray(Image.open(io.BytesIO(png)).convert("L")) for png in it["shown"])
    second = np.repeat(pages.load(stored)[1], 2, axis=0)
    assert ((whole < 128) == second).all()
    assert thumbnail.shape[1] <= 160
    (contact,) = [each for each in centre.rows("contacts") if each["id"] == fax["id"]]
    assert (contact["channel"], contact["direction"], contact["customer"]) == ("fax", "in", fax["customer"])


def test_a_fax_machine_is_heard_in_the_menu(came: Callable[[str], dict[str, Any]]) -> None:
    it = came("heard_in_the_menu")
    assert (it["told"]["code"], it["fax"]["state"], it["fax"]["result"]) == (0, "new", "ok")
    assert arrived(it["source"], Path(it["fax"]["document"]))


def test_a_statement_on_this_call(came: Callable[[str], dict[str, Any]]) -> None:
    it = came("on_this_call")
    assert (it["fax"]["state"], it["fax"]["live"]) == ("sent", 1)
    assert arrived(Path(it["fax"]["document"]), it["taken"])


def test_a_statement_to_a_number_that_is_keyed(came: Callable[[str], dict[str, Any]]) -> None:
    it = came("to_a_number")
    assert (it["told"]["code"], it["told"]["remote"]) == (0, OUR_NUMBER)
    assert (it["fax"]["state"], it["fax"]["number"], it["fax"]["asked_by"]) == ("sent", KEYED, "caller")
    assert arrived(Path(it["fax"]["document"]), it["taken"])
