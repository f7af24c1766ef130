"""Faxes that the operator sends, at the whole switch, to far machines and to what else answers a number: all at once, each at a number of its own."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.e2e.callee import Callee
from tests.e2e.centre import Centre
from tests.e2e.fax import (
    FINE_HEADER,
    arrived_in_tries,
    beside_each_other,
    bodies,
    ended,
    fax_lines,
    fax_page,
    machines,
    row,
    send,
    tries,
)
from tests.fax_card import pages
from tests.fax_machine.telephone import SipMachine
from tests.rtp_peer import sine
from tests.sip_tools import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
PORTS = {f"02100000{number}": free_port() for number in range(10)}
PAGES, BUSY, SILENT, VOICE, LEAVES, HOLDS, DROPS, REFUSES, *_ = PORTS
MACHINE = "+86 21 5555"
FREE_WITHIN = 5.0
"""Seconds from the last page to a free line."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Centre(
        tmp_path_factory.mktemp("centre"), branches=(), change=lambda content: fax_lines(content, PORTS)
    ) as made:
        yield made


@pytest.fixture(scope="module")
def sent(centre: Centre, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], dict[str, Any]]]:
    """All faxes run beside each other; ``sent(number)`` waits for what has come of one."""
    cases = {number: partial(case, centre, tmp_path_factory.mktemp("case")) for number, case in CASES.items()}
    with beside_each_other(cases) as result:
        yield result


def three_pages(centre: Centre, folder: Path) -> dict[str, Any]:
    source = fax_page(folder, 3)
    fax = send(centre, source, PAGES)
    return {"taken": machines(centre, fax, PORTS[PAGES], folder), "fax": ended(centre, fax), "source": source}


def busy_at_first(centre: Centre, folder: Path) -> dict[str, Any]:
    with Callee(centre, PORTS[BUSY]) as callee:
        fax = send(centre, fax_page(folder, 1), BUSY)
        callee.called()
        callee.refuses(486)
    return {"taken": machines(centre, fax, PORTS[BUSY], folder), "fax": ended(centre, fax)}


def not_answered(centre: Centre, folder: Path) -> dict[str, Any]:
    with Callee(centre, PORTS[SILENT]) as callee:
        fax = send(centre, fax_page(folder, 1), SILENT)
        callee.rings()
        callee.cancelled()
        centre.until(lambda: row(centre, fax)["tries"])
        assert centre.ctl("fax", "cancel", fax)
    return {"fax": row(centre, fax)}


def a_voice(centre: Centre, folder: Path) -> dict[str, Any]:
    with Callee(centre, PORTS[VOICE]) as callee:
        fax = send(centre, fax_page(folder, 1), VOICE)
        callee.takes_call()
        callee.rtp.say(sine(400, 8000 * 60))
        began = time.monotonic()
        callee.hung_up_on()
        held = time.monotonic() - began
        centre.until(lambda: row(centre, fax)["tries"])
        assert centre.ctl("fax", "cancel", fax)
    return {"fax": row(centre, fax), "held": held}


def leaves_in_training(centre: Centre, folder: Path) -> dict[str, Any]:
    fax = send(centre, fax_page(folder, 1), LEAVES)
    return {"taken": machines(centre, fax, PORTS[LEAVES], folder, first=("--hang-up", "8")), "fax": ended(centre, fax)}


def holds_the_line(centre: Centre, folder: Path) -> dict[str, Any]:
    fax = send(centre, fax_page(folder, 1), HOLDS)
    while True:
        with SipMachine("--receive", str(folder / "taken.tif"), "--linger", "60", port=PORTS[HOLDS]) as machine:
            code, began = machine.wait("fax")["code"], time.monotonic()
            machine.wait("DISCONNECTED")
        if code == 0:
            return {"held": time.monotonic() - began, "fax": ended(centre, fax)}


def drops_after_each_page(centre: Centre, folder: Path) -> dict[str, Any]:
    fax = send(centre, fax_page(folder, 3), DROPS)
    return {"taken": machines(centre, fax, PORTS[DROPS], folder, "--pages", "1"), "fax": ended(centre, fax)}


CASES = {
    PAGES: three_pages, BUSY: busy_at_first, SILENT: not_answered, VOICE: a_voice, LEAVES: leaves_in_training, HOLDS: holds_the_line,
    DROPS: drops_after_each_page,
}  # fmt: skip


def test_three_pages_pixel_for_pixel(centre: Centre, sent: Callable[[str], dict[str, Any]]) -> None:
    came = sent(PAGES)
    fax, taken = came["fax"], came["taken"]
    assert arrived_in_tries(centre, fax["id"], taken)
    document = Path(fax["document"])
    for page, body in zip(pages.load(came["source"]), bodies(document), strict=True):
        fine = np.repeat(page, 2, axis=0)
        assert (body[: len(fine)] == fine).all()
        assert not body[len(fine) :].any()
    assert all(page[:FINE_HEADER].any() for page in pages.load(document)), "the header line"
    assert (fax["state"], fax["result"], fax["pages"], fax["pages_done"]) == ("sent", "ok", 3, 3)
    assert (fax["modem"], fax["ecm"], fax["t38"], fax["remote"]) == ("v17", 1, 0, MACHINE)
    assert fax["seconds"] > 20
    *_, tried = tries(centre, fax["id"])
    assert (tried["result"], tried["first_page"] + tried["pages"]) == ("ok", 3)
    (contact,) = [each for each in centre.rows("contacts") if each["id"] == fax["id"]]
    assert (contact["channel"], contact["direction"], contact["number"]) == ("fax", "out", PAGES)
    shown = centre.ctl("fax", "show", fax["id"])
    assert (shown["fax"]["state"], len(shown["tries"])) == ("sent", fax["tries"])
    assert fax["id"] in [each["fax"] for each in centre.ctl("fax", "list")["rows"]]


def results(centre: Centre, fax: dict[str, Any]) -> tuple[str, str]:
    """Of the first and of the last try."""
    first, *_, last = tries(centre, fax["id"])
    return first["result"], last["result"]


def test_a_busy_number_is_called_again(centre: Centre, sent: Callable[[str], dict[str, Any]]) -> None:
    came = sent(BUSY)
    assert came["fax"]["state"] == "sent"
    assert results(centre, came["fax"]) == ("busy", "ok")
    assert arrived_in_tries(centre, came["fax"]["id"], came["taken"])


def test_a_number_that_nobody_answers(centre: Centre, sent: Callable[[str], dict[str, Any]]) -> None:
    fax = sent(SILENT)["fax"]
    assert tries(centre, fax["id"])[0]["result"] == "no_answer"
    assert fax["state"] == "cancelled"


def test_a_number_that_a_voice_answers(centre: Centre, sent: Callable[[str], dict[str, Any]]) -> None:
    came = sent(VOICE)
    (tried, *_) = tries(centre, came["fax"]["id"])
    assert tried["result"] == "no_fax"
    assert 30 < came["held"] < 40
    assert came["fax"]["state"] == "cancelled"


def test_a_far_end_that_hangs_up_in_training(centre: Centre, sent: Callable[[str], dict[str, Any]]) -> None:
    came = sent(LEAVES)
    assert results(centre, came["fax"]) == ("dropped", "ok")
    assert arrived_in_tries(centre, came["fax"]["id"], came["taken"])


def test_a_far_end_that_holds_the_line_after_the_last_page(sent: Callable[[str], dict[str, Any]]) -> None:
    came = sent(HOLDS)
    assert came["fax"]["state"] == "sent"
    assert came["held"] < FREE_WITHIN


def test_a_fax_goes_on_after_the_last_confirmed_page(centre: Centre, sent: Callable[[str], dict[str, Any]]) -> None:
    """The far machine takes one page in each call."""
    came = sent(DROPS)
    made, done = tries(centre, came["fax"]["id"]), 0
    for tried in made:
        assert tried["first_page"] == done
        done += tried["pages"]
    assert [tried["pages"] for tried in made if tried["pages"]] == [1, 1, 1]
    assert (came["fax"]["state"], came["fax"]["pages_done"]) == ("sent", 3)
    assert arrived_in_tries(centre, came["fax"]["id"], came["taken"])


def test_a_number_that_the_rules_do_not_allow(centre: Centre, tmp_path: Path) -> None:
    refused = centre.ctl("fax", "send", str(fax_page(tmp_path, 1)), "--to", "99999")
    assert refused["status"], refused
    assert not [each for each in centre.rows("faxes") if each["number"] == "99999"]
