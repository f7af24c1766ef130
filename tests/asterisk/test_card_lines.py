"""The dial plan of ``docs/carriers.md`` for a box with cards, on a real Asterisk: telephones stand in for its DAHDI channels (no hardware here).

Line n is the telephone 800n.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.asterisk.box import TONE_DBM0, Box, Door
from tests.asterisk.conftest import PARTIES
from tests.asterisk.ears import hears
from tests.asterisk.party import Party
from tests.asterisk.rig import AGENTS, QUEUE
from tests.e2e.centre import ROOT, Centre
from tests.e2e.desk import Desk, wrap_up
from tests.e2e.phone import Phone
from tests.rtp_peer import sine

pytestmark = pytest.mark.slow
OUT = """
flow: out
numbers: ["10086"]
start: dial
steps:
  dial: {kind: dial, trunk: box, number: "10086", ring: 30, on_failed: failed, on_ended: ended}
  failed: {kind: say, say: ["pause:60000"], next: ended}
  ended: {kind: hangup}
"""
STAND_INS = {
    "${CHANNEL(dahdi_channel)}": "${CALLERID(num):-1}",
    "DAHDI/${LINE}/${EXTEN}": "PJSIP/800${LINE}",
    "DAHDI/${LINE}": "PJSIP/800${LINE}",
    "@huawu": "@door1",
}
"""What needs cards in the page's dial plan, and the name of the switch there; and what stands in for it."""
TELEPHONES = """
[from-party](+)
exten => _7XXX,1,Goto(from-dahdi,${EXTEN},1)
exten => s,1,Goto(from-dahdi,s,1)
"""


def dialplan() -> str:
    """The page's ``extensions.conf``."""
    page = (ROOT / "docs" / "carriers.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```ini\n(\[from-dahdi\].*?)```", page, re.DOTALL)
    for real, stand_in in STAND_INS.items():
        assert real in text, f"the page has no {real}"
        text = text.replace(real, stand_in)
    return str(text)


@pytest.fixture(scope="module")
def both(asterisk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Centre, Box]]:
    door = Door("box", "1", {"context": "from-huawu"})

    def change(content: dict[str, Any]) -> None:
        content["trunks"][0]["direction"] = "in"
        content["trunks"].append({
            "name": "box", "kind": "card", "far": [f"127.0.0.1:{door.port}"], "card": {"lines": ["9", "1-2"]},
        })  # fmt: skip
        content["queues"] = [{"name": "agents", "ring": 40, "wrap_up": 60}]

    flows = {"agents": AGENTS.replace(f'"{QUEUE}"', f'"{QUEUE}", "95500"'), "out": OUT}
    centre = Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=flows, change=change)
    with Box(asterisk, centre.sip, (door,), PARTIES, dialplan() + TELEPHONES) as box, centre:
        yield centre, box


def lines(centre: Centre) -> dict[int, str]:
    return {row["line"]: row["state"] for row in centre.ctl("lines", "show", "box")["rows"]}


@pytest.mark.parametrize(("dialled", "dnis"), [(QUEUE, QUEUE), ("s", "95500")], ids=["digital", "analogue"])
def test_a_call_in_names_its_line(centre: Centre, other: Party, dialled: str, dnis: str) -> None:
    """A digital line has the dialled number; an analogue one gets the centre's."""
    with Desk(centre) as desk:
        desk.open()
        other.calls(dialled)
        desk.answer()
        other.taken()
        other.rtp.say(sine(1000, 8000 * 30, TONE_DBM0))
        hears(desk.phone.rtp, 1000)
        assert lines(centre) == {9: "idle", 1: "idle", 2: "in"}
        assert desk.call.dnis == dnis
        call = desk.call.call
        other.hangs_up()
        wrap_up(desk, call)
    centre.until(lambda: set(lines(centre).values()) == {"idle"})


def test_a_call_out_is_told_its_line(centre: Centre, party: Party, other: Party) -> None:
    """Line 9 can't be used (there is no telephone 8009): 503, so the call goes on on line 1. The next call goes to line 2."""
    with Phone(centre, "10086") as phone:
        party.answers()
        assert lines(centre) == {9: "faulty", 1: "out", 2: "idle"}
        with Phone(centre, "10086") as next_one:
            other.answers()
            assert lines(centre) == {9: "faulty", 1: "out", 2: "out"}
            next_one.hang_up()
            other.hung_up_on()
        phone.hang_up()
        party.hung_up_on()
    centre.ctl("lines", "free", "box", "9")
    centre.until(lambda: set(lines(centre).values()) == {"idle"})
