"""A switch with a carrier that wants REGISTER, a box with card lines and a trunk of two addresses: what switchctl shows, what the records have."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.centre import Centre
from tests.lines.peer import NOBODY, SDP, Call, Message, Peer
from tests.lines.test_carrier_registration import ASK, proof

pytestmark = pytest.mark.slow
FLOW = """
flow: out
numbers: ["7300"]
start: out
steps:
  out: {kind: dial, trunk: out, number: "13900012345", on_failed: gone, on_ended: gone}
  gone: {kind: hangup}
"""


class World:
    """The centre and its raw far ends."""

    def __init__(self, folder: Path) -> None:
        self.registrar, self.box, self.first, self.second = (Peer(NOBODY) for _ in range(4))
        self.asked = 0
        self.ends = (self.registrar, self.box, self.first, self.second)
        self.centre = Centre(folder, branches=(), flows={"out": FLOW}, change=self._configure)
        for end in self.ends:
            end.switch = self.centre.sip

    def text(self, *ends: Peer) -> list[str]:
        return [f"127.0.0.1:{end.address[1]}" for end in ends]

    def _configure(self, content: dict[str, Any]) -> None:
        common = {"options_interval": 0, "laws": ["pcma"]}
        content["trunks"] = [
            {
                "name": "ims", **common, "username": "line1", "password": "first secret",
                "registration": {"registrars": self.text(self.registrar), "user": "+862155550100", "domain": "ims.example.com"},
            },
            {"name": "box", **common, "far": self.text(self.box), "direction": "in", "kind": "card", "card": {"lines": ["1-4"]}},
            {
                "name": "out", **common, "far": self.text(self.first, self.second), "direction": "out",
                "number_rules": {"called_out": [{"starts": "1[3-9]", "length": 11, "add": "+86"}]},
                "number_headers": {"forwarded": "diversion"},
            },
        ]  # fmt: skip

    def password(self, text: str) -> None:
        """A reload with another password, upon which the switch registers at once; requests from before are passed over."""
        while (message := self.registrar.receive(0.2)) is not None:
            self.asked = max(self.asked, int(message.get("CSeq").split()[0]))
        content = yaml.safe_load(self.centre.demo.config.read_text())
        content["trunks"][0]["password"] = text
        self.centre.demo.config.write_text(yaml.safe_dump(content))
        assert self.centre.ctl("reload")["problems"] == []

    def register(self) -> Message:
        """The next request that is no repeat of one seen before."""
        while True:
            request = self.registrar.expect("REGISTER")
            if (number := int(request.get("CSeq").split()[0])) > self.asked:
                self.asked = number
                return request

    def grant(self, request: Message) -> None:
        self.registrar.contact = f"Contact: {request.get('Contact')}"
        self.registrar.reply(request, 200, tag="r")

    def registers(self) -> bool:
        """Grants what comes; the switch may have given up its first requests, and ask again."""
        while (request := self.registrar.receive(0.2)) is not None:
            self.asked = int(request.get("CSeq").split()[0])  # of a new run, which counts from 1
            self.grant(request)
        return self.registration()["state"] == "registered"

    def registration(self) -> dict[str, Any]:
        return dict(self.centre.ctl("trunks")["registrations"][0])

    def lines(self) -> list[dict[str, Any]]:
        return list(self.centre.ctl("lines", "show", "box")["rows"])

    def troubles(self) -> list[str]:
        return [each["code"] for each in self.centre.ctl("status")["troubles"]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("carrier"))
    with made.centre:
        yield made
    assert made.register().get("Expires") == "0"  # the stop takes the registration back
    for end in made.ends:
        end.close()


def test_registration_alarm_and_a_new_password_by_reload(world: World) -> None:
    world.password("wrong secret")
    for nonce in ("n1", "n2"):
        request = world.register()
        world.registrar.reply(request, 401, tag="r", extra=(ASK.format(nonce, "MD5", ""),))
    world.centre.until(lambda: world.registration()["error"] == "401 user name or password refused")
    assert "trunk_unregistered" in world.troubles()
    world.password("second secret")
    request = world.register()
    world.registrar.reply(request, 401, tag="r", extra=(ASK.format("n3", "SHA-256", ""),))
    request = world.register()
    assert proof(request)["algorithm"] == "SHA-256"
    world.grant(request)
    world.centre.until(lambda: world.registration()["state"] == "registered")
    assert "trunk_unregistered" not in world.troubles()
    assert world.centre.ctl("counters")["groups"]["lines"]["registers_failed"] >= 1
    assert "secret" not in world.centre.switch.log.read_text()


def test_a_caller_on_a_card_line_is_passed_on_by_the_second_address(world: World) -> None:
    call = Call(world.box, number="7300", caller="+8613800138000")
    call.up(SDP, "X-Line: DAHDI/2-1")
    invite = world.first.expect("INVITE")
    world.first.reply(invite, 503, tag="x")
    again = world.second.expect("INVITE")
    assert again.start.startswith("INVITE sip:+8613900012345@")
    assert again.get("From").startswith("<sip:13800138000@")
    assert again.get("Diversion").startswith("<sip:7300@")
    world.second.reply(again, 200, body=SDP, tag="callee")
    world.centre.until(lambda: world.lines()[1]["state"] == "in")
    shown = world.lines()[1]
    assert shown["number"] == "13800138000"
    far = {
        row["address"]: (row["calls"], row["failures"])
        for row in world.centre.ctl("trunks")["rows"]
        if row["trunk"] == "out"
    }
    assert far == dict(zip(world.text(world.first, world.second), [(1, 1), (1, 0)], strict=True))
    call.request("BYE")
    world.second.reply(world.second.expect("BYE"), 200)
    world.centre.until(lambda: world.lines()[1]["state"] == "idle")
    name = shown["call"]
    world.centre.until(lambda: world.centre.ctl("calls", "show", name)["call"]["state"] == "ended")
    detail = world.centre.ctl("calls", "show", name)
    assert (detail["call"]["line"], detail["call"]["ani"], detail["call"]["dnis"]) == (2, "13800138000", "7300")
    first, second = world.text(world.first, world.second)
    assert [(leg["line"], leg["far_end"], leg["tried"]) for leg in detail["legs"]] == [
        (2, None, None), (None, second, f"{first} 503"),
    ]  # fmt: skip


def test_a_blocked_line_stays_blocked_over_a_restart(world: World) -> None:
    world.centre.ctl("lines", "block", "box", "3")
    world.centre.until(lambda: world.lines()[2]["state"] == "blocked")
    Call(world.box, number="7300").invite(SDP, "X-Line: 3")
    world.box.expect(486)
    world.centre.until(lambda: len(world.centre.rows("blocked_lines")) == 1)
    world.centre.switch.kill()
    world.centre.start_switch()
    assert world.lines()[2]["state"] == "blocked"
    world.centre.ctl("lines", "free", "box", "3")
    world.centre.until(lambda: world.lines()[2]["state"] == "idle")
    world.centre.until(world.registers)
