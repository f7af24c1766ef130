"""What the network says before the answer, through the whole switch: announcements for agent and caller, our ringback, PRACK, redirection, reasons."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared import desk as wire
from tests.e2e.callee import TAG, Callee
from tests.e2e.centre import Centre
from tests.e2e.desk import Desk, hears
from tests.e2e.phone import Phone, media_of, sdp
from tests.rtp_peer import sine

pytestmark = pytest.mark.slow
NUMBER, CUSTOMER, RINGBACK, ANNOUNCEMENT = "7001", "013900001234", 450, 1000
FLOW = """
flow: bridge
numbers: ["7001"]
start: dial
steps:
  dial: {kind: dial, trunk: ims, number: "10086", ring: 60, on_failed: failed, on_ended: ended}
  failed: {kind: hangup, say: [all_lines_busy]}
  ended: {kind: hangup}
"""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Centre]:
    def change(content: dict[str, Any]) -> None:
        content["trunks"][0]["direction"] = "in"
        content["trunks"].append({
            "name": "ims", "far": [f"127.0.0.1:{port}"], "direction": "out", "options_interval": 0,
            "signalling": {"p_early_media": True, "redirects": "follow"},
        })  # fmt: skip

    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows={"bridge": FLOW}, change=change) as made:
        yield made


class Network(Callee):
    """The carrier's side of a call out, with an announcement to play."""

    def progress(self, code: int, *extra: str, tag: str = TAG, media: bool = False, rseq: int = 0) -> None:
        more = (*extra, "Require: 100rel", f"RSeq: {rseq}") if rseq else extra
        self.peer.reply(self.invite, code, body=sdp(self.rtp.port) if media else "", tag=tag, extra=more)
        if rseq:
            self.peer.reply(self.peer.expect("PRACK"), 200)

    def announces(self) -> None:
        self.rtp.call(*media_of(self.invite))
        self.rtp.say(sine(ANNOUNCEMENT, 8000 * 60))


@pytest.fixture
def network(centre: Centre, port: int) -> Iterator[Network]:
    with Network(centre, port) as it:
        yield it


def leg_out(centre: Centre, call: str) -> dict[str, Any]:
    """The row of the call's leg over the trunk ``ims``, when it has been written."""

    def found() -> list[dict[str, Any]]:
        return [row for row in centre.rows("legs") if row["call"] == call and row["trunk"] == "ims"]

    centre.until(found)
    return found()[0]


def test_an_agent_hears_the_announcement_of_a_number_that_does_not_exist(centre: Centre, network: Network) -> None:
    with Desk(centre) as desk:
        desk.done(wire.Dial(CUSTOMER))
        desk.until(lambda: desk.state.call is not None)
        call = desk.call.call
        desk.phone.wait(lambda: desk.phone.invite)
        desk.phone.answer()
        assert "100rel" in network.called().get("Supported")
        network.progress(181)
        hears(desk.phone.rtp, RINGBACK)
        network.announces()
        network.progress(183, "P-Early-Media: sendonly", media=True, rseq=77)
        hears(desk.phone.rtp, ANNOUNCEMENT)
        network.refuses(404, 'Reason: Q.850;cause=1;text="Unallocated (unassigned) number"')
        desk.until(lambda: desk.state.call is None)
        desk.phone.wait(lambda: desk.phone.hung_up_on)
    row = leg_out(centre, call)
    assert (row["sip_code"], row["q850"], row["progress"], row["dnis"]) == (404, 1, "181 183", CUSTOMER)
    (shown,) = [leg for leg in centre.ctl("calls", "show", call)["legs"] if leg["trunk"] == "ims"]
    assert (shown["q850"], shown["reason_text"]) == (1, "Unallocated (unassigned) number")


def test_a_caller_hears_what_the_network_permits(centre: Centre, network: Network) -> None:
    with Phone(centre, NUMBER) as phone:
        assert network.called().get("P-Early-Media") == "supported"
        network.announces()
        network.progress(183, "P-Early-Media: inactive", media=True)
        hears(phone.rtp, RINGBACK)
        network.progress(183, "P-Early-Media: sendrecv")
        hears(phone.rtp, ANNOUNCEMENT)
        network.progress(199)
        hears(phone.rtp, RINGBACK)
        network.progress(183, "P-Early-Media: sendrecv", tag="b", media=True)
        hears(phone.rtp, ANNOUNCEMENT)
        dialog = network.answers("b")
        dialog.request("BYE", "", "Reason: Q.850;cause=16")
        network.peer.expect(200, "BYE")
        phone.hung_up_on()
        phone.ended()
    row = leg_out(centre, phone.call)
    assert (row["cause"], row["q850"], row["progress"]) == ("far_hung_up", 16, "183 199")


def test_a_redirected_call_is_heard_and_both_numbers_are_kept(centre: Centre, network: Network) -> None:
    with Phone(centre, NUMBER) as phone:
        invite = network.called()
        network.peer.contact = "Contact: <sip:02087654321@ims.example;user=phone>"
        network.refuses(302)
        network.peer.contact = f"Contact: <sip:{network.peer.address[0]}:{network.peer.address[1]}>"
        assert network.called().start.startswith("INVITE sip:02087654321@127.0.0.1")
        assert network.invite.get("Call-ID") == invite.get("Call-ID")
        network.announces()
        network.answers()
        hears(phone.rtp, ANNOUNCEMENT)
        phone.hang_up()
        assert network.hung_up_on().get("Reason").startswith("Q.850;cause=16;")
        phone.ended()
    row = leg_out(centre, phone.call)
    assert (row["dnis"], row["redirected_to"]) == ("10086", "02087654321")
