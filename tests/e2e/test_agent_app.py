"""The real ``agent-app`` at the real switch: killed, cut off, asleep, with a wrong clock; and a robot's calls.

The app is ``tests.e2e.scripted_app`` (link, phone process and presenter as delivered, operated by the test) or the delivered program itself.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_app.model.desk.view import Action, LinkState, PhoneState
from shared import desk as wire
from shared.enums import LockReason, SeatState
from shared.link import keys
from shared.protocol import PROTOCOL
from tests.agent_app.played import CENTRE, DESK_KEY, a_switch
from tests.e2e.app import ScriptedApp, far_away, hears_something_else, hears_tone, said_at
from tests.e2e.centre import DEADLINE, Centre
from tests.e2e.desk import Desk, both_sides, talks
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, MAIN, QUEUE, queues
from tests.rtp_peer import sine

pytestmark = pytest.mark.slow
GRACE_S = 4.0
"""``limits.desk_grace``."""
SILENCE_S = 7.0
"""After so long without a message the link is lost (``shared.link.Rules``)."""
SOON_S = 15.0
"""A long time-out, for a loaded machine."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    flows = FLOWS | {"main": MAIN.read_text()}
    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=flows, change=queues) as made:
        yield made


def in_talk(app: ScriptedApp, phone: Phone) -> str:
    """Makes a call in which the caller hears the agent; returns its id."""
    phone.rtp.say(sine(1000, 8000 * 100))
    call = app.answers(phone.call)
    assert app.view.state.pop is not None
    assert app.view.state.pop.number == phone.ani
    hears_tone(phone, 400)
    return call.call


def next_agent_has_it(centre: Centre, phone: Phone, lost: str) -> None:
    """Checks that the second agent gets call and pop, that the caller has heard the apology, and that the record names the lost agent."""
    phone.rtp.listen(1.5)  # an earlier answer would cut the apology off
    with Desk(centre, 1) as second:
        second.done(wire.OpenSeat())  # the phone rings at once
        second.answer()
        assert second.call.call == phone.call
        second.until(lambda: second.state.pop is not None)
        assert second.state.pop.number == phone.ani
        phone.hang_up()
    phone.ended()
    one, two = talks(centre, phone.call)
    assert (one["agent"], one["outcome"], two["agent"]) == (lost, "lost", second.agent)
    heard = centre.recording(phone.call)[:, 1]
    assert said_at(heard, "agent_lost") is not None, "no excuse"


# --- killed ---


@pytest.mark.parametrize(
    ("window", "phone_too", "within"),
    [
        pytest.param(True, True, GRACE_S, id="app and phone"),
        pytest.param(True, False, 0.0, id="window only"),
        pytest.param(False, True, 1.0, id="phone only"),
    ],
)
def test_killed_in_a_talk(centre: Centre, tmp_path: Path, window: bool, phone_too: bool, within: float) -> None:
    """The caller hears music and an apology, and the next agent gets call and pop. ``within``: the time that the switch may take."""
    with ScriptedApp(centre, tmp_path) as app, Phone(centre, QUEUE) as phone:
        in_talk(app, phone)
        app.kill(window=window, phone=phone_too)
        took = hears_something_else(phone, 400)
        print(f"something else was heard after {took:.1f} s")
        assert took < within + SOON_S
        next_agent_has_it(centre, phone, app.agent)
        if not window:
            app.until(lambda view: view.state.call is None)


# --- the network ---


@pytest.mark.parametrize("voice_too", [False, True], ids=["link", "link and voice"])
def test_the_network_is_gone_for_five_seconds(centre: Centre, tmp_path: Path, voice_too: bool) -> None:
    """The talk goes on, and nothing is lost. For the voice, the phone's process is stopped, so that it sends neither SIP nor RTP."""
    with far_away(centre) as network, ScriptedApp(centre, tmp_path, endpoint=network.endpoint) as app:
        with Phone(centre, QUEUE) as phone:
            call = in_talk(app, phone)
            phone.rtp.listen(1.0)
            network.stall()
            back = time.monotonic() + 5.0
            if voice_too:
                with app.asleep(window=False):
                    phone.rtp.listen(5.0)
            else:
                phone.rtp.listen(2.5)
                hears_tone(phone, 400)
                app.do("hold")  # the command is on its way
                phone.rtp.listen(max(back - time.monotonic(), 0.0))
            network.flow()
            if not voice_too:
                app.is_seat(SeatState.HOLDING)
                app.do("retrieve")
            app.is_seat(SeatState.TALKING)
            hears_tone(phone, 400)
            assert app.call.call == call
            app.do("hang_up")
            phone.hung_up_on()
        app.wraps_up()
        centre.until(lambda: talks(centre, phone.call)[0]["disposition"] == "enquiry")
        assert [talk["outcome"] for talk in talks(centre, phone.call)] == ["answered"]
        both_sides(centre, phone.call)


def test_calls_follow_the_address_of_the_pc(centre: Centre, tmp_path: Path) -> None:
    """The app starts before the network is up, and the PC's address changes later: each call rings at the present address."""
    with ScriptedApp(centre, tmp_path, route="none", begin=False) as app:
        app.until(lambda view: view.phone is PhoneState.READY)
        app.do("route", "127.0.0.3")
        app.log_in()
        app.open()
        for address in ("127.0.0.3", "127.0.0.4"):
            app.do("route", address)
            phone_is_at(app, address)
            with Phone(centre, QUEUE) as phone:
                in_talk(app, phone)
                app.do("hang_up")
                phone.hung_up_on()
            app.wraps_up()
        app.do("log_out")
        app.until(lambda view: view.needs_password)


def phone_is_at(app: ScriptedApp, address: str) -> None:
    """Waits until the phone has this address, and the switch has been told."""
    end = time.monotonic() + DEADLINE
    log = app.place.folder / "logs" / "agent-app.log"
    while f"takes calls at {address}:" not in log.read_text():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
    app.until(lambda view: view.enabled[Action.LOCK_SEAT].on)


def test_the_network_is_gone_for_long(centre: Centre, tmp_path: Path) -> None:
    """A loss longer than the link's time-out and the grace (11 s stand for the 5 minutes of a broken router, as no other limit is longer): the
    caller goes to the next agent; the desk, when it is back, is told so and needs no password.
    """
    with far_away(centre) as network, ScriptedApp(centre, tmp_path, endpoint=network.endpoint) as app:
        with Phone(centre, QUEUE) as phone:
            in_talk(app, phone)
            app.do("set_note", "写了一半")
            app.until(lambda view: view.note == "写了一半")
            network.stall()
            took = hears_something_else(phone, 400)
            assert GRACE_S < took < SILENCE_S + GRACE_S + SOON_S
            app.lost_link()
            assert app.view.stale
            next_agent_has_it(centre, phone, app.agent)
        network.cut()
        network.flow()
        app.found_link()
        assert not app.view.needs_password
        assert app.view.state.call is None
        assert app.view.note == "写了一半"
        app.do("dismiss_problem")


def test_the_switch_is_restarted_in_a_talk(centre: Centre, tmp_path: Path) -> None:
    """The app resumes by its session, without a password; neither app nor phone has a call, and the seat is locked as after a log-in."""
    with ScriptedApp(centre, tmp_path) as app:
        phone = Phone(centre, QUEUE)
        with phone:
            in_talk(app, phone)
            centre.switch.kill()
            phone.over = True
        app.lost_link()
        centre.start_switch()
        app.found_link()
        assert not app.view.needs_password
        assert (app.view.state.call, app.seat.reason) == (None, LockReason.LOGGED_IN)
        app.open()
        with Phone(centre, QUEUE) as again:  # a phone with the old call could not take another
            in_talk(app, again)
            app.do("hang_up")
            again.hung_up_on()
        app.wraps_up()
        assert talks(centre, phone.call)[0]["ended_at"] is not None


# --- the PC ---


def test_the_pc_sleeps_in_a_talk(centre: Centre, tmp_path: Path) -> None:
    """After 12 s another agent has the talk; the desk that wakes up shows no call, its phone has none, and it takes the next call."""
    with ScriptedApp(centre, tmp_path) as app:
        with Phone(centre, QUEUE) as phone:
            in_talk(app, phone)
            with app.asleep():
                slept = time.monotonic()
                hears_something_else(phone, 400)
                next_agent_has_it(centre, phone, app.agent)
                time.sleep(max(0.1, 12.0 - (time.monotonic() - slept)))
        app.until(lambda view: view.link is LinkState.UP and not view.stale and view.state.call is None)
        assert not app.view.needs_password
        app.do("open_seat")
        app.is_seat(SeatState.OPEN)
        with Phone(centre, QUEUE) as again:
            in_talk(app, again)
            app.do("hang_up")
            again.hung_up_on()
        app.wraps_up()


@pytest.mark.parametrize("off", [86_400.0, -86_400.0], ids=["tomorrow", "yesterday"])
def test_the_clock_of_the_pc_is_a_day_off(centre: Centre, tmp_path: Path, off: float) -> None:
    """The app's ``time.time`` is a day off; the app works, and has the difference from the switch's clock."""
    with ScriptedApp(centre, tmp_path, clock_off=off) as app:
        assert app.view.clock_off == pytest.approx(-off, abs=5)
        with Phone(centre, QUEUE) as phone:
            in_talk(app, phone)
            assert app.call.rang_at == pytest.approx(time.time(), abs=60)
            app.do("hang_up")
            phone.hung_up_on()
        app.wraps_up()
    (talk,) = talks(centre, phone.call)
    assert talk["ended_at"] == pytest.approx(time.time(), abs=60)


# --- refused log-ins and keys ---


def test_a_second_log_in_of_the_same_agent(centre: Centre, tmp_path: Path) -> None:
    """The second log-in is refused until it asks to take over; then the first is told the reason of its end."""
    with ScriptedApp(centre, tmp_path) as first:
        file = json.loads((centre.demo.desk(centre.demo.world.agents[2].desk) / "desk.key").read_bytes())
        with ScriptedApp(centre, tmp_path / "second", begin=False, **file) as second:
            second.until(lambda view: view.enabled[Action.LOG_IN].on)
            second.do("log_in", first.agent, first.place.agent.password)
            second.until(lambda view: view.problem is not None)
            assert second.view.problem is not None
            assert second.view.problem.code == "already_logged_in"
            assert first.seat.state is SeatState.OPEN
            second.log_in(take_over=True)
            first.until(lambda view: view.needs_password)
            assert first.view.problem is not None
            assert first.view.problem.code == "displaced"
            assert first.view.state.pop is None
            second.do("log_out")
            second.until(lambda view: view.needs_password)


def test_a_wrong_key(centre: Centre, tmp_path: Path) -> None:
    """The key is of another switch, or unknown to this one: the app shows that, and the log-in form stays disabled."""
    pair = keys.make()
    with ScriptedApp(
        centre, tmp_path, begin=False, public_key=pair.public.decode(), secret_key=pair.secret.decode()
    ) as app:
        app.until(lambda view: view.link is LinkState.WRONG_KEY)
        assert app.view.needs_password


def test_a_switch_of_another_version(centre: Centre, tmp_path: Path) -> None:
    """The app shows which of the two is older. (The other switch is simulated, by a real link with a later protocol.)"""
    names = {
        "server_key": CENTRE.public.decode(),
        "public_key": DESK_KEY.public.decode(),
        "secret_key": DESK_KEY.secret.decode(),
    }
    with (
        a_switch(protocol=PROTOCOL + 1) as switch,
        ScriptedApp(centre, tmp_path, begin=False, endpoint=switch.endpoint, **names) as app,
    ):
        app.until(lambda view: view.link is LinkState.WRONG_VERSION)
        assert "older" in app.view.link_text
