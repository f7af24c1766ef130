"""The meaning of "is up": from that line on calls are answered; before it they are refused with a proper SIP response."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.centre import ROOT, Centre
from tests.lines.peer import NOBODY, Call, Peer

pytestmark = pytest.mark.slow
NOWHERE = "192.0.2.1"
"""An address that no machine has (RFC 5737), so that a card can't open its ports there."""


def test_a_call_at_that_moment_is_answered(tmp_path: Path) -> None:
    with Peer(NOBODY) as peer:
        centre = Centre(tmp_path, branches=(), cards=2)
        peer.switch = centre.sip
        try:
            centre.switch.start("switch-server ")
            call = Call(peer)
            call.up()
            call.request("BYE")
            peer.expect(200, "BYE")
            assert [m.start for m in peer.kept if m.status and m.status >= 300] == []
            assert centre.ctl("status")["cards_up"] == 2, "all of them, so that there is room for all"
        finally:
            centre.switch.stop()


def test_a_switch_without_a_card_is_not_up(tmp_path: Path) -> None:
    """The switch alarms the operator, refuses calls with Retry-After, and still stops in order."""
    centre = Centre(tmp_path, branches=(), cards=2, change=lambda content: content["media"].update(ip=NOWHERE))
    with Peer(centre.sip) as peer, centre.switch.log.open("ab") as log:
        switch = subprocess.Popen(centre.switch.arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=log)
        try:
            centre.until(lambda: any(row["restarts"] > 1 for row in centre.ctl("cards")["rows"]))
            call = Call(peer)
            call.invite()
            refused = peer.expect(503, "INVITE")
            call.ack(failed=True)
            assert refused.get("Retry-After") == "5"
            status = centre.ctl("status")
            assert (status["cards_up"], status["cards"], status["channels"]) == (0, 2, 0)
            assert {each["subject"] for each in status["troubles"] if each["code"] == "card_down"} == {
                "card-1",
                "card-2",
            }
        finally:
            switch.send_signal(signal.SIGTERM)
            said, _ = switch.communicate(timeout=40)
        assert (said, switch.returncode) == (b"", 0)
