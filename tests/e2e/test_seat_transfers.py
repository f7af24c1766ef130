"""The real ``agent-app`` at the real switch hands customers on: to a queue, outside (a baresip), to a menu and to the PIN; each comes back where it must."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent_app.model.desk.view import Action, PhoneState, Returned
from agent_app.model.phonebook.people import CallWay
from shared.desk import CameBack
from shared.enums import CallKind, PartyState, SeatState
from tests.e2e.app import Hands, hears_something_else, hears_tone
from tests.e2e.cast import PRESENT, tone_level
from tests.e2e.centre import Centre, leads_out
from tests.e2e.desk import both_sides, talks
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, MAIN, QUEUE
from tests.rtp_peer import frequency, level, purity, sine
from tests.sip_tools import Baresip

pytestmark = pytest.mark.slow
OUTSIDE, FUND = "013900001234", "fund"
CUSTOMER_HZ, AGENT_HZ, OTHER_HZ, OUTSIDE_HZ = 1000, 400, 700, 1650


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Baresip]:
    """Whom every outside number reaches."""
    folder = tmp_path_factory.mktemp("outside")
    with Baresip(folder, user=OUTSIDE, audio=f"ausine,{OUTSIDE_HZ}", records=True) as phone:
        yield phone


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, outside: Baresip) -> Iterator[Centre]:
    def change(content: dict[str, Any]) -> None:
        content["queues"] = [{"name": name, "ring": 30, "wrap_up": 60} for name in ("agents", FUND)]
        content["queues"][1]["skill"] = FUND
        leads_out(content, outside.port, "0*")

    flows = {"agents": FLOWS["agents"], "main": MAIN.read_text()}
    with Centre(tmp_path_factory.mktemp("centre"), branches=("GZ01",), flows=flows, change=change) as made:
        made.ctl("agent", "change", made.demo.world.agents[1].agent, "--skill", f"{FUND}=3")
        yield made


@contextmanager
def in_talk(centre: Centre, folder: Path) -> Iterator[tuple[Hands, Phone]]:
    """The first agent (400 Hz) talks to a customer (1 kHz)."""
    with Hands(centre, folder, 0) as app, Phone(centre, QUEUE) as phone:
        phone.rtp.say(sine(CUSTOMER_HZ, 8000 * 100))
        app.answers(phone.call)
        hears_tone(phone, AGENT_HZ)
        phone.rtp.listen(1.0)
        yield app, phone


def asks(app: Hands, kind: str, value: str = "") -> None:
    app.do("consult", kind, value)
    app.is_seat(SeatState.CONSULTING)
    app.until(lambda view: view.enabled[Action.RETURN].on)


def is_back(app: Hands, phone: Phone, why: CameBack, kind: str, value: str = "") -> None:
    """The customer talks to the agent again, and the window says why."""
    app.until(lambda view: view.returned == Returned(why, kind, value), 60)
    app.is_seat(SeatState.TALKING)
    hears_tone(phone, AGENT_HZ)


def hands_over(app: Hands) -> None:
    app.do("hang_up")
    app.wraps_up()


def lifts(outside: Baresip) -> None:
    outside.wait("CALL_INCOMING")
    outside.do("accept")
    outside.wait("CALL_ESTABLISHED")


def tones_of(outside: Baresip, *hertz: float) -> list[bool]:
    """Which of these it heard for half a second or more in its last call."""
    heard = outside.heard()
    blocks = [block for block in heard[: len(heard) // 400 * 400].reshape(-1, 400) if level(block) > -30]
    return [sum(purity(block, each) > 0.8 for block in blocks) >= 10 for each in hertz]


def test_to_a_queue_whose_next_agent_takes_over(centre: Centre, tmp_path: Path) -> None:
    with in_talk(centre, tmp_path) as (app, phone):
        asks(app, "queue", FUND)
        hears_something_else(phone, AGENT_HZ)
        app.do("return_")
        is_back(app, phone, CameBack.CANCELLED, "queue", FUND)
        asks(app, "queue", FUND)
        with Hands(centre, tmp_path, 1, say=f"tone:{OTHER_HZ}", begin=False) as other:
            other.log_in()
            other.until(lambda view: view.enabled[Action.OPEN_SEAT].on and view.phone is PhoneState.READY)
            other.do("open_seat")  # it rings at once
            other.until(lambda view: view.enabled[Action.ANSWER].on)
            assert other.call.call == phone.call
            other.do("answer")
            app.until(lambda view: view.enabled[Action.JOIN].on)
            hands_over(app)
            hears_tone(phone, OTHER_HZ)
            assert other.view.state.pop is not None
            assert other.view.state.pop.number == phone.ani
            other.ends()
    assert [talk["agent"] for talk in talks(centre, phone.call)] == [app.agent, other.agent]


def test_outside_swapped_and_handed_over(centre: Centre, tmp_path: Path, outside: Baresip) -> None:
    with in_talk(centre, tmp_path) as (app, phone):
        asks(app, "number", OUTSIDE)
        outside.wait("CALL_INCOMING")
        app.until(lambda view: view.state.call and view.state.call.parties[-1].state is PartyState.RINGING)
        outside.do("accept")
        app.until(lambda view: view.enabled[Action.SWAP].on)
        hears_something_else(phone, AGENT_HZ)
        app.do("swap")
        hears_tone(phone, AGENT_HZ)
        app.do("swap")
        hears_something_else(phone, AGENT_HZ)
        hands_over(app)
        hears_tone(phone, OUTSIDE_HZ)
        phone.rtp.listen(1.0)
        outside.do("hangup")
        phone.hung_up_on()
    phone.ended()
    (talk,) = talks(centre, phone.call)
    assert (talk["transferred_to"], talk["disposition"]) == (f"number:{OUTSIDE}", "enquiry")
    assert tones_of(outside, AGENT_HZ, CUSTOMER_HZ, OTHER_HZ) == [True, True, False]
    both_sides(centre, phone.call)


def test_outside_in_a_conference_and_sent_away(centre: Centre, tmp_path: Path, outside: Baresip) -> None:
    with in_talk(centre, tmp_path) as (app, phone):
        asks(app, "number", OUTSIDE)
        lifts(outside)
        app.until(lambda view: view.enabled[Action.JOIN].on)
        app.do("join")
        app.is_seat(SeatState.CONFERENCE)
        heard = phone.rtp.listen(1.5)[-8000:]
        both = [tone_level(heard, hertz) for hertz in (AGENT_HZ, OUTSIDE_HZ)]
        assert min(both) > PRESENT, both
        leg = next(party.leg for party in app.call.parties if party.kind == "outside")
        app.do("drop_party", leg)
        outside.wait("CALL_CLOSED")
        app.is_seat(SeatState.TALKING)
        hears_tone(phone, AGENT_HZ)
        app.ends()


def test_outside_refuses_and_the_customer_is_back(centre: Centre, tmp_path: Path, outside: Baresip) -> None:
    with in_talk(centre, tmp_path) as (app, phone):
        asks(app, "number", OUTSIDE)
        outside.wait("CALL_INCOMING")
        outside.do("hangup")
        outside.wait("CALL_CLOSED")
        app.until(lambda view: view.returned is not None)
        assert app.view.returned is not None
        assert app.view.returned.why in (CameBack.BUSY, CameBack.REFUSED), app.view.returned
        app.is_seat(SeatState.TALKING)
        hears_tone(phone, AGENT_HZ)
        asks(app, "number", OUTSIDE)
        lifts(outside)
        app.until(lambda view: view.enabled[Action.JOIN].on)
        outside.do("hangup")
        app.until(lambda view: view.returned is not None and view.returned.why is CameBack.HUNG_UP)
        hears_tone(phone, AGENT_HZ)
        app.ends()


def test_to_a_menu(centre: Centre, tmp_path: Path) -> None:
    with in_talk(centre, tmp_path) as (app, phone):
        asks(app, "menu", "main")
        app.do("return_")
        is_back(app, phone, CameBack.CANCELLED, "menu", "main")
        asks(app, "menu", "main")
        hands_over(app)
        phone.at("main_menu", after=1)
        hears_something_else(phone, AGENT_HZ)


def test_the_pin_is_passed_and_failed(centre: Centre, tmp_path: Path) -> None:
    """The window is told which account passed, and nothing of what was keyed. (After three wrong ones an account is locked: the right one is another.)"""
    person, right = (centre.customer("GZ01", skip=skip) for skip in (1, 2))
    with in_talk(centre, tmp_path) as (app, phone):
        asks(app, "pin")
        at = phone.at("account")
        phone.rtp.press(f"{person.account.account}#", 60)
        for _ in range(3):
            at = phone.at("pin", after=at)
            phone.rtp.press("00000000#", 60)
        is_back(app, phone, CameBack.PIN_FAILED, "pin")
        assert app.view.state.pop is not None
        assert not app.view.state.pop.verified
        asks(app, "pin")
        at = phone.at("account", after=at)
        phone.rtp.press(f"{right.account.account}#", 60)
        phone.at("pin", after=at)
        phone.rtp.press(f"{right.account.pin}#", 60)
        is_back(app, phone, CameBack.PIN_PASSED, "pin")
        app.until(lambda view: view.state.pop and view.state.pop.verified == right.account.account)
        assert str(right.account.pin) not in str(app.view)
        app.ends()


def test_dialled_out(centre: Centre, tmp_path: Path, outside: Baresip) -> None:
    """No customer calls: the agent does."""
    with Hands(centre, tmp_path, 0) as app:
        app.do("dial", f"tel:{OUTSIDE[:4]}-{OUTSIDE[4:]}")
        app.is_seat(SeatState.DIALLING)
        lifts(outside)
        app.is_seat(SeatState.TALKING)
        assert app.call.kind is CallKind.OUT
        call = app.call.call
        app.do("hold")
        app.is_seat(SeatState.HOLDING)
        app.do("retrieve")
        app.is_seat(SeatState.TALKING)
        app.until(lambda view: view.state.call and view.state.call.answered_at)
        time.sleep(1.5)  # of talk
        outside.do("hangup")
        outside.wait("CALL_CLOSED")
        app.wraps_up()
        assert [(past.way, past.number) for past in app.view.calls] == [(CallWay.OUT, OUTSIDE)]
    (talk,) = talks(centre, call)
    assert (talk["agent"], talk["outcome"]) == (app.agent, "answered")
    assert tones_of(outside, AGENT_HZ) == [True]
    assert frequency(centre.recording(call)[-8000:-4000, 0]) == pytest.approx(OUTSIDE_HZ, abs=10)
