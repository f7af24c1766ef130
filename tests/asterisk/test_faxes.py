"""Faxes between the whole switch and a real Asterisk (``res_fax_spandsp``), both ways, by T.38 and as sound: a trunk for each rule of ``fax:``."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk.box import Box, Door, fax_door
from tests.e2e.centre import Centre
from tests.e2e.fax import arrived, beside_each_other, ended, fax_lines, fax_page, send

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
DIGITS = {"t38": "7", "auto": "8", "audio": "9"}
"""The door of each rule."""
RECEIVES, SENDS, SENDS_AND_OFFERS = "650", "651", "652"
FLOW = """
flow: received
numbers: ["7300"]
start: receive
steps:
  receive: {kind: fax_receive, on_failed: ended}
  ended: {kind: hangup}
"""
OUT, IN = ("out t38", "out auto", "out audio"), ("in t38", "in auto", "in audio")


@pytest.fixture(scope="module")
def came(asterisk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], dict[str, Any]]]:
    """What has come of each fax: its row, the pages that were sent, and those that arrived."""
    doors = tuple(fax_door(rule, digit) for rule, digit in DIGITS.items())
    folder = tmp_path_factory.mktemp("centre")
    source = fax_page(folder, 2)

    def change(content: dict[str, Any]) -> None:
        fax_lines(content, {})
        content["trunks"] += [trunk(door) for door in doors]

    centre = Centre(folder / "centre", branches=(), flows={"received": FLOW}, change=change)
    with Box(asterisk, centre.sip, doors) as box, centre:
        (box.folder / "state" / "to-send.tif").write_bytes(source.read_bytes())
        cases = {name: partial(to_asterisk, centre, box, source, name.split()[1]) for name in OUT}
        cases |= {name: partial(from_asterisk, centre, box, source, name.split()[1]) for name in IN}
        with beside_each_other(cases) as result:
            yield result


def trunk(door: Door) -> dict[str, Any]:
    numbers = [f"{door.digit}650", "7300"]
    return {"name": door.name, "far": [f"127.0.0.1:{door.port}"], "lines": 4, "numbers": numbers, "fax": door.name}


def to_asterisk(centre: Centre, box: Box, source: Path, rule: str) -> dict[str, Any]:
    digit = DIGITS[rule]
    row = ended(centre, send(centre, source, f"{digit}{RECEIVES}"))
    return {"fax": row, "sent": Path(row["document"]), "arrived": box.folder / "state" / f"received-{digit}.tif"}


def from_asterisk(centre: Centre, box: Box, source: Path, rule: str) -> dict[str, Any]:
    """Where the rule is ``auto``, Asterisk offers T.38."""
    what = SENDS_AND_OFFERS if rule == "auto" else SENDS
    box.console(f"channel originate PJSIP/7300@door{DIGITS[rule]} extension {what}@fax")

    def found() -> list[str]:
        rows = centre.rows("faxes")
        return [each["id"] for each in rows if (each["direction"], each["trunk"]) == ("in", rule)]

    centre.until(found)
    row = ended(centre, found()[0])
    return {"fax": row, "sent": source, "arrived": Path(row["document"])}


@pytest.mark.parametrize("name", OUT)
def test_a_fax_to_asterisk(came: Callable[[str], dict[str, Any]], name: str) -> None:
    it = came(name)
    assert (it["fax"]["state"], it["fax"]["result"], it["fax"]["tries"]) == ("sent", "ok", 1)
    assert bool(it["fax"]["t38"]) is (name != "out audio")
    assert arrived(it["sent"], it["arrived"])


@pytest.mark.parametrize("name", IN)
def test_a_fax_from_asterisk(came: Callable[[str], dict[str, Any]], name: str) -> None:
    it = came(name)
    assert (it["fax"]["state"], it["fax"]["result"], it["fax"]["pages"]) == ("new", "ok", 2)
    assert bool(it["fax"]["t38"]) is (name != "in audio")
    assert arrived(it["sent"], it["arrived"])
