"""A seat whose voice is a SIP desk phone: baresip registers with digest, the real app has the buttons, at the real switch."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest

from agent_app.model.desk.actions import Why
from agent_app.model.desk.view import Action, PhoneState
from shared import desk as wire
from shared.enums import CallKind, LockReason, SeatState
from tests.e2e.app import ScriptedApp, hears_something_else, hears_tone
from tests.e2e.callee import Callee
from tests.e2e.cast import ABSENT, PRESENT, tone_level
from tests.e2e.centre import DEADLINE, Centre, leads_out
from tests.e2e.desk import Desk, both_sides, hears, talks
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, QUEUE
from tests.e2e.test_desk_out import CUSTOMER
from tests.rtp_peer import EVENT_KEYS, level, purity, sine
from tests.sip_tools import Baresip

pytestmark = pytest.mark.slow
OTHER_HZ = 700
"""The tone of a colleague without a desk phone."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Centre]:
    """The trunk ``out`` leads to a customer's telephone."""

    def change(content: dict[str, Any]) -> None:
        content["queues"] = [{"name": "agents", "ring": 40, "wrap_up": 60}]
        content["limits"] = {"media_lost": 10}
        leads_out(content, port, "0*", "1*", lines=2)

    flows = {"agents": FLOWS["agents"]}
    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=flows, change=change) as made:
        made.ctl("agent", "change", made.demo.world.agents[0].agent, "--role", "manager")
        yield made


@pytest.fixture
def customer(centre: Centre, port: int) -> Iterator[Callee]:
    with Callee(centre, port) as it:
        yield it


class DeskPhone:
    """The phone of the demo's desk ``number``, added at the switch and removed afterwards. It sends 400 Hz."""

    def __init__(
        self, centre: Centre, folder: Path, number: int = 0, *, answer: bool = False, password: str = ""
    ) -> None:
        self.centre = centre
        self.desk = centre.demo.world.agents[number].desk
        self.name = f"front-{number}"
        made = centre.ctl("phone", "add", self.name, "--desk", self.desk, "--generate")
        self.baresip = Baresip(
            folder / f"phone-{number}", user=self.name, password=password or made["password"], audio="ausine,400", answer=answer,
            registrar=centre.sip, records=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        try:
            self.baresip.__enter__()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.baresip.__exit__()
        self._remove()

    def _remove(self) -> None:
        self.centre.ctl("phone", "remove", self.name)

    @property
    def row(self) -> dict[str, Any]:
        (row,) = [row for row in self.centre.ctl("phone", "list")["rows"] if row["phone"] == self.name]
        return dict(row)

    def registered(self) -> dict[str, Any]:
        self.centre.until(lambda: self.row["registered"])
        return self.row

    def rings(self) -> str:
        """Waits until it rings; returns the number on its display."""
        uri: str = self.baresip.wait("CALL_INCOMING", 40)["peeruri"]
        return uri.partition(":")[2].partition("@")[0]

    def lift(self) -> None:
        self.baresip.do("accept")
        self.baresip.wait("CALL_ESTABLISHED")

    def put_down(self) -> None:
        self.baresip.do("hangup")


@contextmanager
def a_seat(centre: Centre, folder: Path, **more: Any) -> Iterator[tuple[DeskPhone, ScriptedApp]]:
    """A registered phone, with the agent logged in and the seat open."""
    with DeskPhone(centre, folder, **more) as phone:
        phone.registered()
        with ScriptedApp(centre, folder, desk_phone=phone.name) as app:
            yield phone, app


def in_talk(phone: DeskPhone, app: ScriptedApp, caller: Phone) -> None:
    """Waits until the caller hears the agent's 400 Hz and the agent the caller's 1 kHz."""
    assert phone.rings() == caller.ani
    app.is_seat(SeatState.RINGING)
    assert app.view.enabled[Action.ANSWER].why == Why.ANSWER_ON_PHONE
    phone.lift()
    app.is_seat(SeatState.TALKING)
    app.until(lambda view: view.state.pop is not None)
    caller.rtp.say(sine(1000, 8000 * 60))
    hears_tone(caller, 400)


def stretches(heard: np.ndarray) -> str:
    """The sounds of each 100 ms: ``c`` the customer's tone, ``.`` silence, ``?`` another sound; each run of 0.3 s or more is one letter."""
    blocks = [heard[at : at + 800] for at in range(0, len(heard) - 800, 800)]
    each = "".join(
        "." if level(block) < -60 else "c" if purity(block, 1000) > 0.9 and level(block) > -30 else "?"
        for block in blocks
    )
    found = ""
    for at in range(len(each) - 2):
        if len(set(each[at : at + 3])) == 1 and not found.endswith(each[at]):
            found += each[at]
    return found


def test_the_talk_is_at_the_phone_and_the_buttons_in_the_app(centre: Centre, tmp_path: Path) -> None:
    with a_seat(centre, tmp_path) as (phone, app):
        row = phone.registered()
        assert (row["desk"], row["used_by"], row["program"]) == (phone.desk, app.agent, "baresip v1.0.0 (x86_64/linux)")
        assert row["address"] == f"127.0.0.1:{phone.baresip.port}"
        assert app.view.phone is PhoneState.READY
        with Phone(centre, QUEUE) as caller:
            in_talk(phone, app, caller)
            caller.rtp.listen(1.0)
            app.do("hold")
            app.is_seat(SeatState.HOLDING)
            hears_something_else(caller, 400)
            caller.rtp.listen(1.5)
            app.do("retrieve")
            app.is_seat(SeatState.TALKING)
            hears_tone(caller, 400)
            app.do("press", "12")
            caller.rtp.wait(lambda heard: _keys(heard) == "12")
            phone.baresip.do("sndcode", "7")
            caller.rtp.wait(lambda heard: _keys(heard) == "127")
            caller.rtp.listen(1.0)
            app.do("hang_up")
            phone.baresip.wait("CALL_CLOSED")
            caller.hung_up_on()
        app.wraps_up()
    (talk,) = talks(centre, caller.call)
    assert (talk["outcome"], talk["disposition"], talk["agent"]) == ("answered", "enquiry", app.agent)
    assert 1000 < talk["hold_ms"] < 20_000
    assert caller.ended()["cause"] == "agent_hung_up"
    both_sides(centre, caller.call)
    assert stretches(phone.baresip.heard()).strip(".") == "c.c", "silence while held, the customer before and after"


def _keys(heard: list[Any]) -> str:
    """The keys in RFC 4733 packets."""
    stamps = {packet.stamp: EVENT_KEYS[packet.payload[0]] for packet in heard if packet.type == 101}
    return "".join(stamps.values())


def test_the_agent_hangs_up_with_the_handset(centre: Centre, tmp_path: Path) -> None:
    with a_seat(centre, tmp_path) as (phone, app):
        with Phone(centre, QUEUE) as caller:
            in_talk(phone, app, caller)
            phone.put_down()
            caller.hung_up_on()
        app.is_seat(SeatState.WRAP_UP)
        assert app.seat.reason is None
        app.wraps_up()
    (talk,) = talks(centre, caller.call)
    assert (talk["outcome"], talk["agent"]) == ("answered", app.agent)
    assert caller.ended()["cause"] == "agent_hung_up"


def test_the_phones_own_hold_key_is_the_apps_button(centre: Centre, tmp_path: Path) -> None:
    with a_seat(centre, tmp_path) as (phone, app):
        with Phone(centre, QUEUE) as caller:
            in_talk(phone, app, caller)
            phone.baresip.do("hold")
            app.is_seat(SeatState.HOLDING)
            hears_something_else(caller, 400)
            phone.baresip.do("resume")
            app.is_seat(SeatState.TALKING)
            hears_tone(caller, 400)
            phone.put_down()
            caller.hung_up_on()
        app.wraps_up()


def test_the_caller_hangs_up(centre: Centre, tmp_path: Path) -> None:
    with a_seat(centre, tmp_path) as (phone, app):
        with Phone(centre, QUEUE) as caller:
            in_talk(phone, app, caller)
            caller.hang_up()
        phone.baresip.wait("CALL_CLOSED")
        app.wraps_up()


def test_refused_at_the_phone_the_next_agent_gets_it(centre: Centre, tmp_path: Path) -> None:
    with a_seat(centre, tmp_path) as (phone, app), Desk(centre, 1) as second, Phone(centre, QUEUE) as caller:
        phone.rings()
        second.done(wire.OpenSeat())
        phone.put_down()
        second.answer()
        assert second.call.call == caller.call
        app.is_seat(SeatState.LOCKED)
        assert app.seat.reason is LockReason.NO_ANSWER
        caller.hang_up()


@pytest.mark.parametrize("answers", [False, True], ids=["lifted", "auto"])
def test_what_the_app_dials_rings_the_phone_first(
    centre: Centre, tmp_path: Path, customer: Callee, answers: bool
) -> None:
    with a_seat(centre, tmp_path, answer=answers) as (phone, app):
        app.do("dial", CUSTOMER)
        app.is_seat(SeatState.DIALLING)
        app.until(lambda view: view.state.call is not None)
        assert (app.call.kind, app.call.auto) == (CallKind.OUT, True)
        if not answers:
            phone.rings()
            phone.lift()
        customer.takes_call()
        assert customer.dialled == CUSTOMER
        app.is_seat(SeatState.TALKING)
        customer.rtp.say(sine(1000, 8000 * 60))
        hears(customer.rtp, 400)
        customer.rtp.listen(1.0)
        phone.put_down()
        customer.hung_up_on()
        app.wraps_up()
    assert "c" in stretches(phone.baresip.heard())


def test_an_agent_who_does_not_lift_the_handset_may_dial_again(
    centre: Centre, tmp_path: Path, customer: Callee
) -> None:
    with a_seat(centre, tmp_path) as (phone, app):
        app.do("dial", CUSTOMER)
        phone.rings()
        app.until(lambda view: view.state.call is None, 30)
        app.is_seat(SeatState.OPEN)
        phone.baresip.wait("CALL_CLOSED")
        assert customer.peer.silent(0.2)


# --- several in a call ---


def both_heard(caller: Phone, *hertz: float) -> None:
    """Waits until the caller hears these tones at once, each at -30 dBFS or more."""
    end = time.monotonic() + DEADLINE
    while min(levels := [tone_level(caller.rtp.listen(1.0), each) for each in hertz]) < PRESENT:
        assert time.monotonic() < end, levels


def heard_at(phone: DeskPhone, *hertz: float) -> list[bool]:
    """The tones that were in the handset for half a second or more during its last call."""
    heard = phone.baresip.heard()
    blocks = heard[: len(heard) // 800 * 800].reshape(-1, 800)
    return [sum(tone_level(block, each) > PRESENT for block in blocks) >= 5 for each in hertz]


def test_a_colleague_is_asked_swapped_and_joined_from_the_phone(centre: Centre, tmp_path: Path) -> None:
    """The handset is put down in the conference, and the two others go on."""
    with a_seat(centre, tmp_path) as (phone, app), Phone(centre, QUEUE) as caller:
        in_talk(phone, app, caller)
        with ScriptedApp(centre, tmp_path, 1, say=f"tone:{OTHER_HZ}") as other:
            app.do("consult", "seat", other.agent)
            app.is_seat(SeatState.CONSULTING)
            other.until(lambda view: view.enabled[Action.ANSWER].on)
            other.do("answer")
            app.until(lambda view: view.enabled[Action.SWAP].on)
            hears_something_else(caller, 400)
            caller.rtp.listen(1.0)
            app.do("swap")
            hears_tone(caller, 400)
            app.do("join")
            app.is_seat(SeatState.CONFERENCE)
            both_heard(caller, 400, OTHER_HZ)
            phone.put_down()
            hears_tone(caller, OTHER_HZ)
            app.wraps_up()
            other.ends()
    assert heard_at(phone, 1000, OTHER_HZ) == [True, True]
    assert [talk["agent"] for talk in talks(centre, caller.call)] == [app.agent, other.agent]


def test_the_handset_goes_down_while_the_colleague_rings(centre: Centre, tmp_path: Path) -> None:
    """A blind transfer by the handset, as by the button: the colleague gets the customer."""
    with a_seat(centre, tmp_path) as (phone, app), Phone(centre, QUEUE) as caller:
        in_talk(phone, app, caller)
        with ScriptedApp(centre, tmp_path, 1, say=f"tone:{OTHER_HZ}") as other:
            app.do("consult", "seat", other.agent)
            other.until(lambda view: view.enabled[Action.ANSWER].on)
            phone.put_down()
            app.wraps_up()
            other.do("answer")
            hears_tone(caller, OTHER_HZ)
            other.ends()
    (first, _) = talks(centre, caller.call)
    assert first["transferred_to"] == f"seat:{other.agent}"


def test_a_supervisor_at_a_phone_listens_whispers_barges_and_takes_over(centre: Centre, tmp_path: Path) -> None:
    with a_seat(centre, tmp_path) as (phone, chief), ScriptedApp(centre, tmp_path, 1, say=f"tone:{OTHER_HZ}") as agent:
        chief.do("lock", "paperwork")
        chief.is_seat(SeatState.LOCKED)
        with Phone(centre, QUEUE) as caller:
            caller.rtp.say(sine(1000, 8000 * 60))
            agent.answers(caller.call)
            hears_tone(caller, OTHER_HZ)
            chief.do("monitor", agent.agent)
            phone.rings()
            phone.lift()
            chief.is_seat(SeatState.MONITORING)
            for mode in ("monitor", "whisper"):
                chief.do("listen", mode)
                chief.until(lambda view, mode=mode: view.state.call and view.state.call.listening == mode)
                assert tone_level(caller.rtp.listen(1.0), 400) < ABSENT
            chief.do("listen", "barge")
            both_heard(caller, 400, OTHER_HZ)
            chief.do("intercept")
            chief.is_seat(SeatState.TALKING)
            hears_tone(caller, 400)
            agent.wraps_up()
            phone.put_down()
            caller.hung_up_on()
        chief.until(lambda view: view.enabled[Action.FINISH_WRAP_UP].on and view.state.call is None)
        chief.do("finish_wrap_up", "enquiry")
        chief.is_seat(SeatState.LOCKED)
    assert heard_at(phone, 1000, OTHER_HZ) == [True, True]


# --- phones that are not there ---


def passed_over(centre: Centre, app: ScriptedApp) -> None:
    """Checks that the caller reaches the second agent, and that the first is locked, since their phone can't be reached."""
    with Desk(centre, 1) as second, Phone(centre, QUEUE) as caller:
        app.until(lambda view: view.state.seat is not None and view.state.seat.reason is LockReason.PHONE_LOST)
        second.done(wire.OpenSeat())
        second.answer()
        assert second.call.call == caller.call
        caller.hang_up()
    first, _ = talks(centre, caller.call)
    assert (first["agent"], first["outcome"]) == (app.agent, "phone_lost")


def test_a_wrong_password_never_registers(centre: Centre, tmp_path: Path) -> None:
    def refused() -> int:
        return int(centre.ctl("lines")["counters"].get("register_403", 0))

    before = refused()
    with DeskPhone(centre, tmp_path, password="geraten-geraten") as phone:
        centre.until(lambda: refused() > before)
        assert phone.row["registered"] is False
        with ScriptedApp(centre, tmp_path, desk_phone=phone.name) as app:
            passed_over(centre, app)


def test_a_phone_that_has_gone_in_order(centre: Centre, tmp_path: Path) -> None:
    with DeskPhone(centre, tmp_path) as phone:
        phone.registered()
        with ScriptedApp(centre, tmp_path, desk_phone=phone.name) as app:
            phone.baresip.__exit__()
            centre.until(lambda: not phone.row["registered"])
            passed_over(centre, app)
            phone.baresip.__enter__()  # the phone is plugged in again
            phone.registered()
            app.open()
            with Phone(centre, QUEUE) as caller:
                in_talk(phone, app, caller)
                phone.put_down()
                caller.hung_up_on()
            app.wraps_up()


def test_another_desks_phone_is_not_for_this_one(centre: Centre, tmp_path: Path) -> None:
    with (
        DeskPhone(centre, tmp_path, 1) as phone,
        ScriptedApp(centre, tmp_path, desk_phone=phone.name, begin=False) as app,
    ):
        app.until(lambda view: view.enabled[Action.LOG_IN].on)
        app.do("log_in", app.agent, app.place.agent.password)
        app.until(lambda view: view.problem is not None and view.problem.code == "no_such_phone")
        assert app.view.needs_password


def test_unplugged_in_a_talk_the_caller_is_not_left_alone(centre: Centre, tmp_path: Path) -> None:
    """No BYE and no RTP come: after ``media_lost`` the switch probes the phone, and ends its leg after 12 s without an answer."""
    with a_seat(centre, tmp_path) as (phone, app), Desk(centre, 1) as second, Phone(centre, QUEUE) as caller:
        in_talk(phone, app, caller)
        begun = time.monotonic()
        phone.baresip.kill()
        second.done(wire.OpenSeat())
        second.rings(60)
        print(f"given up after {time.monotonic() - begun:.1f} s")
        second.answer()
        assert second.call.call == caller.call
        app.until(lambda view: view.state.seat is not None and view.state.seat.reason is LockReason.PHONE_LOST)
        caller.hang_up()


def test_a_registration_outlives_the_switch(centre: Centre, tmp_path: Path) -> None:
    """(The last test, since it restarts the switch.)"""
    with a_seat(centre, tmp_path) as (phone, app):
        since = phone.row["since"]
        centre.switch.kill()
        app.lost_link()
        centre.start_switch()
        assert (phone.row["registered"], phone.row["since"]) == (True, since)
        app.found_link()
        app.open()
        with Phone(centre, QUEUE) as caller:
            in_talk(phone, app, caller)
            phone.put_down()
            caller.hung_up_on()
        app.wraps_up()
