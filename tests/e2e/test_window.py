"""The real window on a screen (Xvfb), at the real switch: each button of the seat by its shortcut and by mouse, in real calls."""

import json
import queue
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest

from agent_app.model.desk.view import Action
from agent_app.ui.frame.panels import PANELS
from shared.enums import CallKind, ListenMode, LockReason, PartyState, SeatState
from tests.e2e.app import ScriptedApp, hears_something_else, hears_tone
from tests.e2e.callee import Callee
from tests.e2e.cast import ABSENT, PRESENT, tone_level
from tests.e2e.centre import DEADLINE, Centre, leads_out
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, QUEUE
from tests.rtp_peer import EVENT_KEYS, level, sine
from tests.ui.xserver import x_server

pytestmark = pytest.mark.slow
OUTSIDE = "013900001234"
KEYS = {command.id: command.keys for command in PANELS.commands}
AGENT_HZ, OTHER_HZ = 400, 700
HANDS = pytest.mark.parametrize("hand", ["key", "mouse"])


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Centre]:
    """A centre whose first agent may monitor others."""

    def change(content: dict[str, Any]) -> None:
        content["queues"] = [{"name": "agents", "ring": 40, "wrap_up": 60}]
        leads_out(content, port, "0*")

    flows = {"agents": FLOWS["agents"]}
    with Centre(tmp_path_factory.mktemp("centre"), branches=(), flows=flows, change=change) as made:
        made.ctl("agent", "change", made.demo.world.agents[0].agent, "--role", "manager")
        yield made


@pytest.fixture(scope="module")
def screen() -> Iterator[dict[str, str]]:
    with x_server() as environment:
        yield environment


class Window(ScriptedApp):
    """The first agent's window, in English, operated by events of the X server."""

    program = "tests.e2e.window"

    def __init__(self, centre: Centre, folder: Path, screen: dict[str, str], hand: str) -> None:
        super().__init__(centre, folder, env=screen, begin=False)
        self.screen, self.hand, self.shots = screen, hand, folder
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self.front()
            self.do("set_language", "en")
            self.log_in()
            self.until(lambda view: view.enabled[Action.OPEN_SEAT].on and view.phone == "ready")
            self.press("seat")
            self.is_seat(SeatState.OPEN)
        except BaseException:
            self.__exit__()
            raise
        return self

    def take(self, line: str) -> None:
        if line.startswith(('{"spot"', '{"picture"')):
            (answer,) = json.loads(line).values()
            self._answers.put(answer)
        else:
            super().take(line)

    def x(self, *command: str) -> None:
        subprocess.run(["xdotool", *command], env=self.screen, check=True, timeout=20)

    def spot(self, name: str) -> list[str]:
        """The position of a command's button; waits until the button is shown and enabled."""
        for _ in range(100):
            spot = self.asked("spot", name)
            if spot is not None:
                return [str(each) for each in spot]
            time.sleep(0.05)
        raise AssertionError(f"there is no {name}, or it is off: {self.view.enabled}")

    def asked(self, *question: str) -> Any:
        self.do(*question)
        return self._answers.get(timeout=DEADLINE)

    def click(self, name: str) -> None:
        self.x("mousemove", *self.spot(name), "click", "1")

    def press(self, name: str) -> None:
        """Gives a command by its shortcut or by mouse."""
        if self.hand == "key":
            self.keys(KEYS[name])
        else:
            self.click(name)

    def keys(self, *sequences: str) -> None:
        """Presses keys as printed on the buttons. (xdotool takes a capital letter for Shift and the key.)"""
        for each in sequences:
            *held, key = each.split("+")
            named = {"Esc": "Escape"}.get(key, key.lower() if len(key) == 1 else key)
            self.x("key", "+".join([*(each.lower() for each in held), named]))

    def asks(self, name: str, whom: str) -> None:
        """Opens the dialog for a number or a name, types it, and presses Enter or 确认."""
        self.press(name)
        self.spot("dialling.line")
        self.x("type", "--delay", "20", whom)
        self.looks(f"{name}-asks")
        if self.hand == "key":
            self.keys("Return")
        else:
            self.click("dialling.call")
        self.front()

    def front(self) -> None:
        """Activates the window, as a window manager does when a window opens or another one closes."""
        self.spot("front")

    def looks(self, name: str) -> None:
        """Saves a screenshot for a person."""
        assert self.asked("picture", str(self.shots / f"{name}.png"))


@contextmanager
def a_desk(centre: Centre, folder: Path, screen: dict[str, str], hand: str) -> Iterator[tuple[Window, ScriptedApp]]:
    """The window (400 Hz) with an open seat, and a colleague (700 Hz) with a locked one."""
    with (
        Window(centre, folder, screen, hand) as window,
        ScriptedApp(centre, folder, 1, say=f"tone:{OTHER_HZ}") as other,
    ):
        other.do("lock", "paperwork")
        other.is_seat(SeatState.LOCKED)
        yield window, other


def in_talk(window: Window, phone: Phone) -> None:
    window.until(lambda view: view.enabled[Action.ANSWER].on)
    window.looks("ringing")
    window.press("answer")
    window.is_seat(SeatState.TALKING)
    phone.rtp.say(sine(1000, 8000 * 100))
    hears_tone(phone, AGENT_HZ)


def wraps_up(window: Window) -> None:
    """Wraps up by keyboard: the list of dispositions, then done."""
    window.is_seat(SeatState.WRAP_UP)
    window.looks("wrap-up")
    window.keys(KEYS["disposition"], "Down", "Return")
    window.press("finish")
    window.is_seat(SeatState.OPEN)


def quiet(phone: Phone) -> None:
    """Waits until the phone hears silence."""
    end = time.monotonic() + DEADLINE
    while (loud := level(phone.rtp.listen(0.5))) > -55:
        assert time.monotonic() < end, loud


@HANDS
def test_a_customer_is_held_muted_shared_and_left_to_a_colleague(
    centre: Centre, tmp_path: Path, screen: dict[str, str], hand: str
) -> None:
    with a_desk(centre, tmp_path, screen, hand) as (window, other), Phone(centre, QUEUE) as phone:
        in_talk(window, phone)
        window.looks("talking")
        window.press("hold")
        window.is_seat(SeatState.HOLDING)
        hears_something_else(phone, AGENT_HZ)
        window.looks("holding")
        window.press("hold")
        window.is_seat(SeatState.TALKING)
        window.press("mute")
        quiet(phone)
        window.press("mute")
        hears_tone(phone, AGENT_HZ)
        window.asks("transfer", other.agent)
        window.is_seat(SeatState.CONSULTING)
        other.until(lambda view: view.enabled[Action.ANSWER].on)
        window.looks("consulting")
        window.press("return")
        window.is_seat(SeatState.TALKING)
        hears_tone(phone, AGENT_HZ)
        window.looks("back")
        window.asks("transfer", other.agent)
        other.until(lambda view: view.enabled[Action.ANSWER].on)
        other.do("answer")
        window.until(lambda view: view.enabled[Action.SWAP].on)
        window.press("swap")
        hears_tone(phone, AGENT_HZ)
        window.until(lambda view: view.state.call and view.state.call.parties[-1].state is PartyState.WAITING)
        window.looks("swapped")
        window.press("join")
        window.is_seat(SeatState.CONFERENCE)
        window.looks("conference")
        assert min(tone_level(phone.rtp.listen(1.5)[-8000:], hertz) for hertz in (AGENT_HZ, OTHER_HZ)) > PRESENT
        window.press("hang_up")
        hears_tone(phone, OTHER_HZ)
        wraps_up(window)
        other.do("hang_up")
        phone.hung_up_on()
        other.until(lambda view: view.enabled[Action.FINISH_WRAP_UP].on and view.state.call is None)
        other.do("finish_wrap_up", "enquiry")


@HANDS
def test_calls_go_out_and_to_a_colleague(
    centre: Centre, tmp_path: Path, screen: dict[str, str], hand: str, port: int
) -> None:
    with a_desk(centre, tmp_path, screen, hand) as (window, other), Callee(centre, port) as outside:
        window.asks("dial", OUTSIDE)
        window.is_seat(SeatState.DIALLING)
        window.looks("dialling")
        outside.takes_call()
        window.is_seat(SeatState.TALKING)
        window.spot("digits.on")
        window.press("keypad")
        window.spot("digits")
        for digit in "12#":
            window.x("key", {"#": "numbersign"}.get(digit, digit))
        window.looks("keypad")
        outside.rtp.wait(lambda heard: keyed(heard) == "12#")
        window.keys("Esc")
        window.press("hang_up")
        outside.hung_up_on()
        wraps_up(window)
        window.asks("call_seat", other.agent)
        other.until(lambda view: view.enabled[Action.ANSWER].on)
        assert other.call.kind is CallKind.INTERNAL
        other.do("answer")
        window.is_seat(SeatState.TALKING)
        window.looks("internal")
        window.press("hang_up")
        other.until(lambda view: view.state.call is None)
        window.is_seat(SeatState.OPEN)
        window.press("seat")
        if hand == "key":
            window.keys("Down", "Return")
            window.is_seat(SeatState.LOCKED)
            assert window.seat.reason is LockReason.LUNCH
        else:
            window.keys("Esc")


def keyed(heard: list[Any]) -> str:
    """The keys in RFC 4733 packets."""
    stamps = {packet.stamp: EVENT_KEYS[packet.payload[0]] for packet in heard if packet.type == 101}
    return "".join(stamps.values())


@HANDS
def test_a_supervisor_goes_into_a_call_and_takes_it(
    centre: Centre, tmp_path: Path, screen: dict[str, str], hand: str
) -> None:
    with a_desk(centre, tmp_path, screen, hand) as (window, other):
        window.do("lock", "paperwork")
        window.is_seat(SeatState.LOCKED)
        other.do("open_seat")
        with Phone(centre, QUEUE) as phone:
            phone.rtp.say(sine(1000, 8000 * 100))
            other.answers(phone.call)
            hears_tone(phone, OTHER_HZ)
            window.asks("monitor", other.agent)
            window.is_seat(SeatState.MONITORING)
            window.looks("monitoring")
            for name, mode in (("whisper", ListenMode.WHISPER), ("monitor", ListenMode.MONITOR)):
                window.press(name)
                window.until(lambda view, mode=mode: view.state.call and view.state.call.listening is mode)
                assert tone_level(phone.rtp.listen(1.0), AGENT_HZ) < ABSENT
                window.looks(name)
            window.press("barge")
            window.until(lambda view: view.state.call and view.state.call.listening is ListenMode.BARGE)
            hears_something_else(phone, OTHER_HZ)
            window.press("intercept")
            window.is_seat(SeatState.TALKING)
            hears_tone(phone, AGENT_HZ)
            other.wraps_up()
            window.keys(KEYS["supervise"])
            time.sleep(1.5)
            window.looks("board")
            window.do("hang_up")
            phone.hung_up_on()
        window.until(lambda view: view.enabled[Action.FINISH_WRAP_UP].on and view.state.call is None)
        window.do("finish_wrap_up", "enquiry")
        window.is_seat(SeatState.LOCKED)
