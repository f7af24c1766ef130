"""Real ``agent-app`` processes for tests, operated by the test (``ScriptedApp``) or by a robot (``Robot``), and shared checks of their audio.

with ScriptedApp(centre, tmp_path) as app:  # logged in, seat open
    app.answers()
    app.do("hold")
    app.until(lambda view: view.state.call.state is SeatState.HOLDING)
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np
from msgspec import Struct

from agent_app.model.desk.view import Action, DeskView, LinkState, PhoneState
from shared.desk import DeskCall, Seat
from shared.enums import SeatState
from switch_server.card.prompts import read_wave
from switch_server.services.demo_data import DemoAgent
from tests.agent_app.played import Relay, a_relay
from tests.e2e.centre import DEADLINE, ROOT, Centre, _command_line, _parent
from tests.e2e.phone import Phone
from tests.rtp_peer import frequency, level, purity

PROMPTS = ROOT / "resources" / "prompts" / "zh_CN"


class DeskPc(Struct, frozen=True):
    """A desk's PC: its folder, its key file, and its agent."""

    folder: Path
    key: Path
    agent: DemoAgent

    @classmethod
    def make(cls, centre: Centre, folder: Path, number: int = 0, **changed: str) -> "DeskPc":
        """Makes the folder and the key file; ``changed``: other values in the key file (``endpoint``, ``server_key`` …)."""
        agent = centre.demo.world.agents[number]
        content = json.loads((centre.demo.desk(agent.desk) / "desk.key").read_bytes()) | changed
        folder.mkdir(parents=True, exist_ok=True)
        key = folder / "desk.json"
        key.touch(mode=0o600)
        key.write_text(json.dumps(content))
        return cls(folder, key, agent)

    @property
    def options(self) -> tuple[str, ...]:
        return "--key", str(self.key), "--folder", str(self.folder), "--agent", self.agent.agent


class Program:
    """A child process; ``lines`` has its output, the file ``folder/errors`` its standard error."""

    def __init__(self, place: DeskPc, *command: str, env: Mapping[str, str] | None = None) -> None:
        self.place = place
        self.errors = place.folder / "errors"
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._command = command
        self._env = {**(env or os.environ), "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}

    def __enter__(self) -> Self:
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self._command], cwd=ROOT, env=self._env, text=True, bufsize=1,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        process = self.process
        for pid in self._stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join(10)
        assert process.stdout is not None
        process.stdout.close()

    _stopped: tuple[int, ...] = ()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.take(line)
        self.ended()

    def ended(self) -> None:
        """Waits for the end of its output."""
        self.lines.put("")

    def take(self, line: str) -> None:
        self.lines.put(line.strip())

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    @property
    def phone_pid(self) -> int:
        """The process id of its phone process; waits until there is one."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            for entry in Path("/proc").iterdir():
                if (
                    entry.name.isdigit()
                    and _parent(entry) == self.process.pid
                    and "agent_app.phone" in _command_line(entry)
                ):
                    return int(entry.name)
            time.sleep(0.05)
        raise AssertionError("there is no phone")

    def kill(self, *, window: bool = True, phone: bool = True) -> None:
        """``kill -9``."""
        pids = ([self.phone_pid] if phone else []) + ([self.process.pid] if window else [])
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    @contextmanager
    def asleep(self, *, window: bool = True) -> Iterator[None]:
        """Stops the processes for a while, as on a sleeping PC; or only the phone process, as if no SIP and RTP came through."""
        self._stopped = (self.phone_pid, *([self.process.pid] if window else []))
        for pid in reversed(self._stopped):
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in self._stopped:
                os.kill(pid, signal.SIGCONT)
            self._stopped = ()


class ScriptedApp(Program):
    """The app of the demo's agent ``number``, without a window. ``say``: a tone (``tone:400``) instead of a microphone, or a sound device with the
    ``env`` of a headset. ``desk_phone``: the name of the desk phone with the seat's voice. ``route``: as in ``tests.e2e.scripted_app``.
    """

    program = "tests.e2e.scripted_app"

    def __init__(
        self, centre: Centre, folder: Path, number: int = 0, *, say: str = "tone:400", audio: bool = False,
        env: Mapping[str, str] | None = None, clock_off: float = 0.0, begin: bool = True, desk_phone: str = "",
        route: str = "", **changed: str,
    ) -> None:  # fmt: skip
        place = DeskPc.make(centre, folder / f"desk-{number}", number, **changed)
        clock = ("--clock-off", str(clock_off)) if clock_off else ()
        way = ("--route", route) if route else ()
        sound = () if audio else ("--no-audio",)
        voice = ("--desk-phone", desk_phone) if desk_phone else ()
        super().__init__(
            place,
            self.program,
            *clock,
            *way,
            *place.options,
            "--password-stdin",
            "--headless",
            "--robot",
            f"say={say}",
            *sound,
            *voice,
            env=env,
        )
        self.agent = place.agent.agent
        self._begin = begin
        self._view: DeskView | None = None
        self._over = False
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        super().__enter__()
        if self._begin:
            try:
                self.log_in()
                self.open()
            except BaseException:
                self.__exit__()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        """Logs the agent out, so that the seat is free for the next test."""
        if self.process.poll() is None and self._begin:
            with contextlib.suppress(AssertionError, OSError):
                self.until(lambda view: view.state.call is None, 5)
                self.until(lambda view: view.needs_password or view.enabled[Action.LOG_OUT].on, 5)
                self.do("log_out")
                self.until(lambda view: view.needs_password, 5)
        super().__exit__()

    def take(self, line: str) -> None:
        with self._changed:
            self._view = msgspec.json.decode(line, type=DeskView)
            self._changed.notify_all()

    def ended(self) -> None:
        with self._changed:
            self._over = True
            self._changed.notify_all()

    @property
    def view(self) -> DeskView:
        assert self._view is not None
        return self._view

    @property
    def seat(self) -> Seat:
        assert self.view.state.seat is not None
        return self.view.state.seat

    @property
    def call(self) -> DeskCall:
        assert self.view.state.call is not None
        return self.view.state.call

    def until(self, condition: Callable[[DeskView], object], seconds: float = DEADLINE) -> None:
        with self._changed:
            true = self._changed.wait_for(
                lambda: self._over or (self._view is not None and condition(self._view)), seconds
            )
        assert true, f"{self.agent} shows: {self._view}\n{self.errors.read_text()[-2000:]}"
        assert not self._over, f"the app ended: {self.errors.read_text()[-2000:]}"

    def is_seat(self, state: SeatState, seconds: float = DEADLINE) -> None:
        """Waits for this state of the seat, and of its call, which is reported just after."""
        self.until(
            lambda view: (
                not view.stale and view.state.seat is not None and view.state.seat.state is state
                and (view.state.call is None or view.state.call.state is state)
            ), seconds,
        )  # fmt: skip

    def do(self, name: str, *arguments: Any) -> None:
        """Calls a method of ``DeskPresenter``."""
        self.say(json.dumps([name, *arguments]))

    def log_in(self, *, take_over: bool = False) -> None:
        self.until(lambda view: view.enabled[Action.LOG_IN].on)
        self.do("log_in", self.agent, self.place.agent.password, take_over)
        self.until(lambda view: not view.needs_password)

    def open(self) -> None:
        self.until(lambda view: view.enabled[Action.OPEN_SEAT].on and view.phone is PhoneState.READY)
        self.do("open_seat")
        self.is_seat(SeatState.OPEN)

    def answers(self, call: str = "", seconds: float = DEADLINE) -> DeskCall:
        """Waits until the (given) call rings, answers it, and waits for the pop."""
        self.until(
            lambda view: (
                view.state.call is not None and call in ("", view.state.call.call) and view.enabled[Action.ANSWER].on
            ),
            seconds,
        )
        self.do("answer")
        self.is_seat(SeatState.TALKING)
        self.until(lambda view: view.state.call is not None and view.state.call.answered_at and view.state.pop)
        return self.call

    def ends(self) -> None:
        """Hangs up and writes the disposition."""
        self.do("hang_up")
        self.wraps_up()

    def wraps_up(self) -> None:
        self.until(lambda view: view.enabled[Action.FINISH_WRAP_UP].on and view.state.call is None)
        self.do("set_note", "问了基金")
        self.do("finish_wrap_up", "enquiry")
        self.is_seat(SeatState.OPEN)

    def lost_link(self) -> None:
        self.until(lambda view: view.link is not LinkState.UP)

    def found_link(self) -> None:
        self.until(lambda view: view.link is LinkState.UP and not view.stale)


class Robot(Program):
    """``agent-app --headless``, the delivered program."""

    def __init__(self, centre: Centre, folder: Path, number: int = 0, *, plan: str) -> None:
        place = DeskPc.make(centre, folder / f"desk-{number}", number)
        super().__init__(
            place, "agent_app", *place.options, "--password-stdin", "--headless", "--no-audio", "--robot", plan
        )

    def __enter__(self) -> Self:
        super().__enter__()
        self.say(self.place.agent.password)
        return self

    def line(self) -> str:
        try:
            return self.lines.get(timeout=DEADLINE)
        except queue.Empty:
            raise AssertionError(f"the robot says nothing\n{self.errors.read_text()[-2000:]}") from None


@contextmanager
def far_away(centre: Centre) -> Iterator[Relay]:
    """A proxy between a desk and the switch that can be cut, for the link only; its ``endpoint`` goes into a key file."""
    with a_relay(f"tcp://127.0.0.1:{centre.ports.desks}") as relay:
        yield relay


# --- sound ---


def hears_tone(phone: Phone, hertz: float, seconds: float = DEADLINE) -> None:
    """Waits until the caller hears this tone."""
    begun = len(phone.rtp.heard)

    def there(heard: list[Any]) -> bool:
        new = heard[begun:][-25:]
        return (
            len(new) == 25
            and level(phone.rtp.samples(new)) > -25
            and abs(frequency(phone.rtp.samples(new)) - hertz) < 10
        )

    phone.rtp.wait(there, seconds)


def hears_something_else(phone: Phone, hertz: float, seconds: float = DEADLINE) -> float:
    """Waits for half a second of sound that is neither this tone nor silence (an apology, music); returns the seconds until then."""
    begun = time.monotonic()
    end = begun + seconds
    while True:
        heard = phone.rtp.listen(0.5)
        if level(heard) > -45 and all(purity(block, hertz) < 0.9 for block in heard.reshape(-1, 160)):
            return time.monotonic() - begun
        assert time.monotonic() < end, f"still {hertz} Hz or nothing: {level(heard):.0f} dB"


def said_at(heard: np.ndarray, prompt: str) -> float | None:
    """The position (seconds) of the first second of this prompt in ``heard`` (8 kHz); ``None``: not found."""
    words = read_wave(PROMPTS / f"{prompt}.wav")
    begin = int(np.argmax(np.abs(words.astype(np.int32)) > 1000))
    wanted = words[begin : begin + 8000].astype(np.float64)
    sound = heard.astype(np.float64)
    size = 1 << (len(sound) + len(wanted)).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(wanted, size)), size)[
        : len(sound) - len(wanted)
    ]
    energy = np.cumsum(np.concatenate([[0.0], sound**2]))
    local = np.sqrt(np.maximum(energy[len(wanted) :] - energy[: -len(wanted)], 1.0))[: len(product)]
    match = product / (local * np.linalg.norm(wanted))
    best = int(np.argmax(match))
    return best / 8000 if match[best] > 0.8 else None
