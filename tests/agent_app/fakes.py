"""Fakes of the presenter's ports (a switch that a test answers for, a phone that records its commands), and a desk on a virtual clock."""

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from agent_app.model.desk.actions import UP
from agent_app.model.desk.view import DeskView
from agent_app.model.phonebook.people import AgentPhonebook
from agent_app.model.sound.phone_messages import Devices, PhoneCommand, PhoneReady, SoundDevice
from agent_app.presenters.desk import DeskPresenter
from agent_app.presenters.parts.ports import Failed, OnPacked, OnReply, OnStep
from shared.desk import (
    CallChanged,
    Choice,
    CustomerCard,
    DeskCall,
    DeskSnapshot,
    LoggedIn,
    Pop,
    PopChanged,
    Reply,
    Report,
    Request,
    Seat,
    SeatChanged,
    Told,
)
from shared.desk_fax import AskFaxes
from shared.enums import CallKind, HangingUp, Language, LockReason, Role, SeatState
from shared.ids import AgentId, CallId, CustomerId, DeskId, LegId
from shared.protocol import SnapshotRequest

AGENT, DESK = AgentId("8001"), DeskId("desk-1")
PASSWORD = "correct horse"
CONTACT = "127.0.0.1:5070"
CHOICES = (Choice("enquiry", {Language.EN: "Enquiry"}), Choice("complaint", {Language.EN: "Complaint"}))
HEADSET = SoundDevice("usb", "USB headset", 1, 2, default_in=True, default_out=True)
SEAT = Seat(AGENT, "Agent", Role.AGENT, DESK, SeatState.LOCKED, 0.0, LockReason.LOGGED_IN)


def seat(state: SeatState = SeatState.OPEN, **fields: object) -> Seat:
    return replace(SEAT, state=state, reason=None, **fields)


MEANS = {
    SeatState.RINGING: HangingUp.REFUSE,
    SeatState.DIALLING: HangingUp.GIVE_UP,
    SeatState.CONSULTING: HangingUp.HAND_OVER,
    SeatState.CONFERENCE: HangingUp.LEAVE,
    SeatState.MONITORING: HangingUp.STOP_LISTENING,
}
"""What hanging up mostly means in a state; in the others it ends the talk."""


def call(name: str = "c1", state: SeatState = SeatState.RINGING, **fields: object) -> DeskCall:
    made = DeskCall(
        CallId(name), LegId(f"{name}/2"), f"token-{name}", auto=False, kind=CallKind.IN, state=state,
        hanging_up=MEANS.get(state, HangingUp.END), number="13800001111", dnis="95500", queue=None, waited=3.0, rang_at=0.0,
        answered_at=5.0 if state in UP else None,
    )  # fmt: skip
    return replace(made, **fields)


def card(number: int = 1, **fields: object) -> CustomerCard:
    return replace(CustomerCard(CustomerId(number), f"Customer {number}", ("13800001111",)), **fields)


def pop(name: str = "c1", customer: CustomerCard | None = None, **fields: object) -> Pop:
    return replace(Pop(CallId(name), "13800001111", "", None, customer=customer, pending=False), **fields)


class FakeSwitch:
    """``ports.SwitchPort``. Requests wait in ``asked`` until ``answer`` or their time-out (``tick``). With ``up=False`` they end as ``never_left``."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.up = True
        self.asked: list[tuple[Request | SnapshotRequest, float, OnReply]] = []
        self.log: list[Request | SnapshotRequest] = []
        self.heard: list[Told] = []
        self.boxes: list[tuple[AskFaxes, OnReply]] = []
        """Requests for the lists of faxes, which the app itself sends after each log-in."""
        self._clock = clock
        self._later: list[Callable[[], None]] = []

    def ask(self, request: Request, timeout: float, on_reply: OnReply) -> None:
        self._ask(request, timeout, on_reply)

    def resync(self, on_reply: OnReply) -> None:
        self._ask(SnapshotRequest(), 5.0, on_reply)

    def tell(self, told: Told) -> None:
        if self.up:
            self.heard.append(told)

    def answer(self, reply: Reply | Failed, kind: type = object) -> None:
        """Replies to the oldest open request of this kind."""
        index = next(i for i, (request, _, _) in enumerate(self.asked) if isinstance(request, kind))
        self.asked.pop(index)[2](reply)

    def open(self, kind: type) -> list[Request | SnapshotRequest]:
        return [request for request, _, _ in self.asked if isinstance(request, kind)]

    def cut(self) -> None:
        """The link breaks: open requests end as ``link_lost``."""
        self.up = False
        asked, self.asked = self.asked, []
        for _, _, on_reply in asked:
            on_reply(Failed("link_lost"))

    def tick(self) -> None:
        later, self._later = self._later, []
        for work in later:
            work()
        late = [each for each in self.asked if each[1] <= self._clock()]
        self.asked = [each for each in self.asked if each[1] > self._clock()]
        for _, _, on_reply in late:
            on_reply(Failed("timed_out"))

    def show_faxes(self, *replies: Reply | Failed) -> None:
        """Replies to the oldest open requests for the lists of faxes."""
        for reply in replies:
            self.boxes.pop(0)[1](reply)

    def _ask(self, request: Request | SnapshotRequest, timeout: float, on_reply: OnReply) -> None:
        if isinstance(request, AskFaxes):
            self.boxes.append((request, on_reply))
            return
        self.log.append(request)
        if self.up:
            self.asked.append((request, self._clock() + timeout, on_reply))
        else:
            self._later.append(lambda: on_reply(Failed("never_left")))


class FakePhone:
    def __init__(self) -> None:
        self.done: list[PhoneCommand] = []
        self.on = False

    def run(self, *, on: bool) -> None:
        self.on = on

    def do(self, command: PhoneCommand) -> None:
        self.done.append(command)

    def of(self, kind: type) -> list[PhoneCommand]:
        return [command for command in self.done if isinstance(command, kind)]


class FakeSettings(dict[str, str]):
    def put(self, key: str, value: str) -> None:
        self[key] = value

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        return dict.get(self, key, default)


class FakeDiagnostics:
    """``ports.DiagnosticsPort``; a test calls ``step`` and ``end`` in place of the packing."""

    def __init__(self) -> None:
        self.packs: list[Path] = []
        self.cancelled = 0
        self.step: OnStep = lambda _have, _size: None
        self.end: OnPacked = lambda _result: None

    def pack(self, into: Path, on_step: OnStep, on_end: OnPacked) -> None:
        self.packs.append(into)
        self.step, self.end = on_step, on_end

    def cancel(self) -> None:
        self.cancelled += 1


class FakeAgentFiles(dict[AgentId, AgentPhonebook]):
    def __init__(self) -> None:
        super().__init__()
        self.notes: dict[AgentId, dict[CallId, str]] = {}

    def read(self, agent: AgentId) -> AgentPhonebook:
        return self.get(agent, AgentPhonebook())

    def write(self, agent: AgentId, kept: AgentPhonebook) -> None:
        self[agent] = kept

    def read_notes(self, agent: AgentId) -> dict[CallId, str]:
        return dict(self.notes.get(agent, {}))

    def write_notes(self, agent: AgentId, notes: dict[CallId, str]) -> None:
        self.notes[agent] = dict(notes)


class World:
    """A desk at a fake switch. ``pass_time`` ticks as the window does."""

    def __init__(self, **settings: str) -> None:
        self.now, self.utc_off = 1000.0, 1_700_000_000.0
        self.switch = FakeSwitch(lambda: self.now)
        self.phone = FakePhone()
        self.settings = FakeSettings(settings)
        self.diagnostics = FakeDiagnostics()
        self.agent_files = FakeAgentFiles()
        self.views: list[DeskView] = []
        self.seq = 0
        self.desk = DeskPresenter(
            self.switch, self.phone, self.settings, lambda: self.now, self.wall, self.views.append, self.diagnostics,
            self.agent_files,
        )  # fmt: skip

    def wall(self) -> float:
        return self.now + self.utc_off

    @property
    def view(self) -> DeskView:
        return self.desk.view

    @property
    def problem(self) -> str:
        return self.view.problem.code if self.view.problem is not None else ""

    def tick(self) -> None:
        self.switch.tick()
        self.desk.tick(self.now)

    def pass_time(self, seconds: float, step: float = 0.2) -> None:
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now = min(self.now + step, end)
            self.tick()

    def report(self, *reports: Report) -> None:
        for each in reports:
            self.seq += 1
            self.desk.told(each, self.seq)

    def snapshot(self, **fields: object) -> DeskSnapshot:
        return DeskSnapshot(at=self.wall(), dispositions=CHOICES, **fields)  # type: ignore[arg-type]

    def connect(self) -> None:
        """Link and phone are up; no agent is logged in."""
        self.desk.phone_event(PhoneReady(CONTACT, "1"))
        self.desk.phone_event(Devices((HEADSET,), "usb", "usb", "usb"))
        self.open_link()
        self.switch.answer(self.snapshot())

    def open_link(self) -> None:
        self.switch.up, self.seq = True, 0
        self.desk.opened()

    def log_in(self, **state: object) -> None:
        self.connect()
        self.desk.log_in(AGENT, PASSWORD)
        self.switch.answer(LoggedIn("session-1", self.snapshot(**({"seat": SEAT} | state))))

    def ring(self, name: str = "c1", customer: CustomerCard | None = None) -> None:
        self.report(PopChanged(pop(name, customer)), CallChanged(call(name)), SeatChanged(seat(SeatState.RINGING)))

    def talk(self, name: str = "c1") -> None:
        self.report(CallChanged(call(name, SeatState.TALKING)), SeatChanged(seat(SeatState.TALKING)))

    def wrap_up(self, name: str = "c1") -> None:
        self.report(
            CallChanged(None),
            SeatChanged(seat(SeatState.WRAP_UP, wrap_up_call=CallId(name), wrap_up_until=self.wall() + 30)),
        )


def at_work(**state: object) -> World:
    """A desk with an agent logged in and the seat open."""
    world = World()
    world.log_in(**({"seat": seat()} | state))
    return world


__all__ = ["Report", "World", "at_work"]
