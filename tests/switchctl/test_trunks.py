"""Trunks and card lines by the command line: the tables, block and free, and number rules without a switch."""

import getpass
from pathlib import Path

import pytest

from shared.control_rows import Trouble, TroubleCode
from shared.ids import CallId, TrunkName, leg_of
from switch_server.adapters.store import Store
from switch_server.core import catalogue as events
from switch_server.ports.trunks import RegistrationView
from tests.switchctl.centre import Centre
from tests.switchctl.conftest import Ctl
from tests.switchctl.fake import CALL, NOW, FakeSwitch
from tests.switchctl.small import FAR
from tests.switchctl.test_staff import ask as ask_centre
from tests.switchctl.test_staff import audited, centre, rows

__all__ = ["ask_centre", "centre"]
ME = getpass.getuser()
CITY = TrunkName("city")
CONFIG = """\
trunks:
  - name: city
    far: ["192.0.2.1"]
    number_rules:
      caller_in: [{starts: "[2-8]", length: 8, add: "021"}, {starts: "110"}]
      called_out:
        - {starts: "021", cut: 3}
        - {starts: "0", length: [11, 12], cut: 1, add: "+86"}
"""


def test_the_tables(ask: Ctl) -> None:
    said = ask("trunks").out
    assert next(line.split() for line in said.splitlines() if line.startswith("city"))[:4] == [
        "city",
        "SIP",
        "both",
        "192.0.2.10:5060",
    ]
    for word in ("paused", "0:12", "Registrations", "+862155550100", "waiting", "403"):
        assert word in said
    assert "向运营商注册" in ask("trunks", "--lang", "zh").out
    assert ask("trunks", "--json").document["rows"][1]["state"] == "up"
    said = ask("lines", "show").out
    (first,) = [line.split() for line in said.splitlines() if line.startswith("box") and " in " in line]
    assert first == ["box", "1", "in", "yes", CALL, "13900001234", "3", "0", "0"]
    assert "faulty" in said
    assert ask("lines", "show", "box", "--json").document["rows"][1]["line"] == 2


def test_no_lines(ask: Ctl) -> None:
    assert (ask("lines", "show", "city").status, ask("lines", "show", "city").err) == (1, "nothing found\n")


def test_block_and_free(ask: Ctl, switch: FakeSwitch) -> None:
    assert ask("lines", "block", "box", "1").out == "box, line 1: blocked\n"
    assert ask("lines", "free", "box", "2").out == "box, line 2: free\n"
    assert switch.done == [("block_line", "box", 1, ME, True), ("block_line", "box", 2, ME, False)]
    said = ask("lines", "block", "box", "7")
    assert (said.status, said.err) == (1, "no such line of a box with cards: box 7\n")
    for wrong in ("0", "x", "10000", "-1"):
        assert ask("lines", "block", "box", wrong).status == 2


# --- through the service ---


def test_addresses_and_registrations(ask_centre: Ctl, centre: Centre) -> None:
    centre.lines.registered = {
        CITY: RegistrationView("registered", "192.0.2.1:5060", 50.0, "", 1, 0),
        TrunkName("gone"): RegistrationView("waiting", "192.0.2.2:5060", 0.0, "403", 1, 1),
    }
    (row,) = rows(ask_centre, "trunks")
    assert row == {
        "trunk": "city", "kind": "sip", "direction": "both", "address": "192.0.2.1:5060", "state": "up", "left_s": None, "weight": 3,
        "calls": 8, "failures": 1,
    }  # fmt: skip
    (ours,) = ask_centre("trunks", "--json").document["registrations"]
    assert (ours["trunk"], ours["user"], ours["state"], ours["left_s"]) == ("city", "", "registered", 50.0)


def test_a_call_is_shown_on_its_line_and_a_block_outlives_the_switch(
    ask_centre: Ctl, centre: Centre, tmp_path: Path
) -> None:
    call = CallId("2025082501302000007")
    centre.switch.patient = True
    centre.switch.tell(events.CallOffered(leg_of(call, 1), CITY, "13900001234", "95500", FAR, line=2))
    centre.lines.box.take(2, incoming=True)
    shown = rows(ask_centre, "lines", "show", "city")
    assert [(row["line"], row["state"], row["call"], row["number"]) for row in shown] == [
        (1, "idle", None, None), (2, "in", call, "13900001234"), (3, "idle", None, None),
    ]  # fmt: skip
    assert ask_centre("lines", "block", "city", "2").status == 0
    assert ask_centre("lines", "block", "city", "3").status == 0
    assert ask_centre("lines", "free", "city", "3").status == 0
    assert [row["blocked"] for row in rows(ask_centre, "lines", "show")] == [False, True, False]
    assert audited(ask_centre, centre)[:3] == [
        ("line_freed", "city 3"),
        ("line_blocked", "city 3"),
        ("line_blocked", "city 2"),
    ]
    assert ask_centre("lines", "free", "city", "4").err == "no such line of a box with cards: city 4\n"
    assert ask_centre("lines", "show", "town").err == "no such line of a box with cards: town\n"
    centre.settle()
    other = Store(centre.store._path, lambda _event: None, clock=lambda: NOW)
    assert other.line_blocks.blocked() == {"city": frozenset({2})}
    other.stop()
    assert ask_centre("calls", "show", call, "--json").document["call"]["line"] == 2


def test_troubles(centre: Centre) -> None:
    centre.lines.registered = {
        TrunkName("a"): RegistrationView("registered", "192.0.2.1:5060", 50.0, "no answer", 2, 1),
        TrunkName("b"): RegistrationView("waiting", "192.0.2.1:5060", 0.0, "403", 1, 1),
        TrunkName("c"): RegistrationView("registering", "192.0.2.1:5060", 0.0, "", 1, 0),
    }
    centre.lines.box.fault(3, 0.0)
    assert centre.operations.trunks.troubles() == (
        Trouble(TroubleCode.TRUNK_UNREGISTERED, "b", "403"),
        Trouble(TroubleCode.LINES_FAULTY, "city", "3"),
    )


# --- number rules, without a switch ---


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "huawu.yaml"
    file.write_text(CONFIG)
    return file


def steps(ctl: Ctl, *words: str) -> list[tuple[str, str, str | None]]:
    said = ctl("trunks", "number", "city", *words, "--json")
    assert said.status == 0, said.out
    return [(row["list"], row["rule"], row["became"]) for row in said.document["rows"]]


def test_rule_by_rule(ctl: Ctl, config: Path) -> None:
    assert steps(ctl, "075583001234", "--out") == [
        ("caller_out", "=", "075583001234"),
        ("called_out", 'starts "021", cut 3', None),
        ("called_out", 'starts "0", length 11, 12, cut 1, add "+86"', "+8675583001234"),
        ("called_out", "=", "+8675583001234"),
    ]
    found = steps(ctl, "+8613900012345", "--in")
    assert found[:3] == [
        ("caller_in", 'starts "[2-8]", length 8, add "021"', None),
        ("caller_in", 'starts "110"', None),
        ("caller_in", 'house: starts "+861[3-9]", length 14, cut 3', "13900012345"),
    ]
    assert {name for name, _, _ in steps(ctl, "1")} == {"caller_in", "called_in", "caller_out", "called_out"}
    found = steps(ctl, "55550100", "--in")
    assert [each for each in found if each[2] is not None][:2] == [
        ("caller_in", 'starts "[2-8]", length 8, add "021"', "02155550100"),
        ("caller_in", "=", "02155550100"),
    ]
    assert steps(ctl, "110", "--in")[1] == ("caller_in", 'starts "110"', "110")


def test_the_table_of_steps(ctl: Ctl, config: Path) -> None:
    said = ctl("trunks", "number", "city", "55550100", "--in", "--config", str(config)).out
    assert "02155550100" in said
    assert "caller in" in said
    assert "呼入主叫" in ctl("trunks", "number", "city", "55550100", "--lang", "zh").out


def test_a_wrong_trunk_or_file(ctl: Ctl, config: Path) -> None:
    said = ctl("trunks", "number", "town", "1")
    assert (said.status, said.err) == (1, "no trunk town; there are: city\n")
    config.write_text(CONFIG.replace("length: 8", "length: 80"))
    said = ctl("trunks", "number", "city", "1")
    assert said.status == 1
    assert "huawu.yaml:5: trunks[0].number_rules.caller_in[0].length: 1 to 64" in said.out
