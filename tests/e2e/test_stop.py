"""An orderly stop: calls may end within a time, no new calls are taken, and the time is limited."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.centre import DEADLINE, Centre
from tests.e2e.phone import Phone, log_of
from tests.lines.peer import Call, Peer

pytestmark = pytest.mark.slow


@pytest.fixture
def centre(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Centre]:
    limit = getattr(request, "param", 300)
    with Centre(
        tmp_path, branches=(), change=lambda content: content.setdefault("limits", {}).update(drain=limit)
    ) as made:
        yield made


def process(centre: Centre) -> subprocess.Popen[bytes]:
    assert centre.switch.popen is not None
    return centre.switch.popen


def refused(centre: Centre) -> None:
    with Peer(centre.sip) as peer:
        call = Call(peer)
        call.invite()
        assert peer.expect(503, "INVITE").get("Retry-After")
        call.ack(failed=True)


def test_a_running_call_goes_on_to_its_end(centre: Centre) -> None:
    with Phone(centre) as phone:
        phone.at("main_menu")
        process(centre).send_signal(signal.SIGTERM)
        centre.until(lambda: centre.ctl("status")["draining"])
        status = centre.ctl("status")
        assert status["calls"] == 1
        assert 290 < status["stops_at"] - status["at"] <= 300
        refused(centre)
        phone.keys("2")
        phone.at("quote_code")
        phone.hang_up()
    assert process(centre).wait(DEADLINE) == 0
    assert phone.ended()["cause"] == "caller_hung_up"
    assert "no new calls; still running: 1" in log_of(centre)


def test_the_second_signal_ends_it_at_once(centre: Centre) -> None:
    with Phone(centre) as phone:
        process(centre).send_signal(signal.SIGINT)
        centre.until(lambda: centre.ctl("status")["draining"])
        process(centre).send_signal(signal.SIGINT)
        phone.hung_up_on()
    assert process(centre).wait(DEADLINE) == 0
    assert phone.ended()["cause"] == "switch_stopped"


def test_the_operator_may_wait_or_not(centre: Centre) -> None:
    with Phone(centre) as phone:
        assert centre.ctl("drain")["type"] == "Done"
        assert centre.ctl("drain")["type"] == "Done", "asked again it is no more in a hurry"
        process(centre).send_signal(signal.SIGTERM)  # the service manager's signal, after the operator's drain
        phone.keys("2")
        phone.at("quote_code")
        assert centre.ctl("drain", "--now")["type"] == "Done"
        phone.hung_up_on()
    assert process(centre).wait(DEADLINE) == 0


@pytest.mark.parametrize("centre", [1], indirect=True)
def test_who_still_talks_at_the_limit_is_hung_up(centre: Centre) -> None:
    with Phone(centre) as phone:
        process(centre).send_signal(signal.SIGTERM)
        phone.hung_up_on()
    assert process(centre).wait(DEADLINE) == 0
    assert phone.ended()["cause"] == "switch_stopped"
    assert "calls that are hung up: 1" in log_of(centre)
