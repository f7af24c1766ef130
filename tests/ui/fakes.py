"""Fakes around the window's presenter: a switch that a test answers for, a phone that records its commands, settings in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field

from agent_app.model.desk.view import DeskView
from agent_app.model.sound.phone_messages import PhoneCommand
from agent_app.presenters.desk import DeskPresenter
from agent_app.presenters.parts.ports import Failed, OnReply
from shared.desk import Reply, Request, Told
from shared.desk_fax import AskFaxes
from shared.floor import FloorSnapshot, Rows, WatchFloor
from tests.agent_app.fakes import FakeAgentFiles, FakeDiagnostics


@dataclass
class FakeSwitch:
    """Requests stay open until the test replies; ``WatchFloor`` and ``AskFaxes`` requests are in lists of their own."""

    asked: list[Request] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    open: list[tuple[Request | None, OnReply]] = field(default_factory=list)
    watching: list[tuple[WatchFloor, OnReply]] = field(default_factory=list)
    boxes: list[tuple[AskFaxes, OnReply]] = field(default_factory=list)

    def ask(self, request: Request, timeout: float, on_reply: OnReply) -> None:
        if isinstance(request, WatchFloor):
            self.watching.append((request, on_reply))
            return
        if isinstance(request, AskFaxes):
            self.boxes.append((request, on_reply))
            return
        self.asked.append(request)
        self.open.append((request, on_reply))

    def tell(self, told: Told) -> None:
        self.told.append(told)

    def resync(self, on_reply: OnReply) -> None:
        self.open.append((None, on_reply))

    def reply(self, reply: Reply | Failed) -> None:
        """Replies to the oldest open request."""
        self.open.pop(0)[1](reply)

    def show_floor(self, rows: Rows, at: float = 0.0) -> None:
        """Replies to the last ``WatchFloor`` request."""
        request, on_reply = self.watching[-1]
        self.watching.clear()
        on_reply(FloorSnapshot(request.what, at, 1, rows))


@dataclass
class FakePhone:
    done: list[PhoneCommand] = field(default_factory=list)
    on: bool = False

    def run(self, *, on: bool) -> None:
        self.on = on

    def do(self, command: PhoneCommand) -> None:
        self.done.append(command)


@dataclass
class FakeSettings:
    values: dict[str, str] = field(default_factory=dict)

    def get(self, key: str, default: str = "") -> str:
        return self.values.get(key, default)

    def put(self, key: str, value: str) -> None:
        self.values[key] = value


@dataclass
class World:
    """A presenter with fakes of all its ports. ``now`` moves the monotonic clock and the wall clock together."""

    on_change: Callable[[DeskView], None] = lambda _view: None
    now: float = 1000.0
    wall: float = 0.0
    switch: FakeSwitch = field(default_factory=FakeSwitch)
    phone: FakePhone = field(default_factory=FakePhone)
    settings: FakeSettings = field(default_factory=FakeSettings)
    agent_files: FakeAgentFiles = field(default_factory=FakeAgentFiles)
    diagnostics: FakeDiagnostics = field(default_factory=FakeDiagnostics)

    def __post_init__(self) -> None:
        self.desk = DeskPresenter(
            self.switch, self.phone, self.settings, lambda: self.now, lambda: self.wall + self.now - 1000.0,
            lambda view: self.on_change(view), self.diagnostics, self.agent_files,  # noqa: PLW0108  it may be set later
        )  # fmt: skip
