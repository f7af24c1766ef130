"""Joins the parts: key, settings, logs, link, phone, presenter; then the window or the robot."""

import contextlib
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agent_app import headless, logs
from agent_app.agent_files import AgentFiles
from agent_app.diagnostics import DiagnosticsPack, version
from agent_app.link import DeskKey, GivenAddress, OwnAddress, RoutedAddress, SwitchLink
from agent_app.logs import LogFiles
from agent_app.model.desk.problems import LocalProblem
from agent_app.model.desk.view import Action, DeskView, LinkState
from agent_app.model.sound.phone_messages import PhoneEvent, PhoneProblem, PhoneReady
from agent_app.options import Options
from agent_app.phone.client import PhoneProcess
from agent_app.presenters.desk import DeskPresenter
from agent_app.presenters.parts.ports import AgentFilesPort, NoAgentFiles
from agent_app.settings import SettingsFile
from shared.desk import Report
from shared.link.rights import own_folder

_log = logging.getLogger(__name__)
Post = Callable[[Callable[[], None]], None]
OnView = Callable[[DeskView], None]
NO_ADDRESS = "127.0.0.1"
"""The phone's address while no route to the switch is known. A link always has a route."""


class CannotStart(Exception):  # noqa: N818  # the name says what it is
    """The message says why, and what to do."""


class AppParts:
    """The parts that live as long as the app: key, route, settings, files; then link, phone and diagnostics, made with the presenter."""

    def __init__(self, options: Options, log_files: LogFiles) -> None:
        self._options = options
        self.key = DeskKey.load(options.key)
        self.route: OwnAddress = GivenAddress(options.ip) if options.ip else RoutedAddress(self.key.endpoint)
        self._logs = log_files
        self.settings = SettingsFile(options.folder)
        self._agent_files: AgentFilesPort = NoAgentFiles() if options.headless else AgentFiles(options.folder)
        if options.language is not None:
            self.settings.put("language", options.language)
        if options.agent:
            self.settings.put("agent", options.agent)
        if options.desk_phone is not None:
            self.settings.put("desk_phone", options.desk_phone)
        self._link: SwitchLink | None = None
        self._phone: PhoneProcess | None = None
        self._pack: DiagnosticsPack | None = None

    def make_desk(self, post: Post, on_view: OnView) -> DeskPresenter:
        """The presenter with its link and phone, which start at once. Their events are posted to the presenter's thread."""
        events = _DeskEvents()
        link = self._link = SwitchLink(self.key, version(), post, events, self.route)
        phone = self._phone = events.phone = PhoneProcess(
            lambda event: post(lambda: events.phone_event(event)),
            ip=self.route.address() or NO_ADDRESS,
            audio=self._options.audio,
            on=False,  # the desk says whether
            say=self._options.robot.say if self._options.headless else "",
        )
        views = _ViewLog(on_view)
        pack = self._pack = DiagnosticsPack(
            self.key.desk,
            self._logs.folder,
            self.settings.all,
            lambda: views.view.audio.devices,
            lambda: link.statistics,
            post,
        )
        desk = events.desk = DeskPresenter(
            link, phone, self.settings, time.monotonic, time.time, views, pack, self._agent_files
        )
        logs.catch_faults(lambda _where: post(lambda: desk.trouble(LocalProblem.PROGRAM_FAULT)))
        if self._logs.moved:
            desk.trouble(LocalProblem.LOGS_MOVED, str(self._logs.folder or ""))
        link.start()
        return desk

    def stop(self) -> None:
        for part in (self._link, self._phone, self._pack):
            if part is not None:
                part.stop()


class _DeskEvents:
    """Passes events of link and phone to the desk, which is made after both. No event comes earlier than the desk, since all come by ``post``."""

    desk: DeskPresenter
    phone: PhoneProcess

    def address(self, ip: str) -> None:
        self.phone.move(ip)

    def link_state(self, state: LinkState, text: str = "", retry_in: float | None = None) -> None:
        self.desk.link_state(state, text, retry_in)

    def opened(self) -> None:
        self.desk.opened()

    def told(self, report: Report, seq: int) -> None:
        self.desk.told(report, seq)

    def gap(self) -> None:
        self.desk.gap()

    def phone_event(self, event: PhoneEvent) -> None:
        if isinstance(event, PhoneProblem):
            _log.warning("phone: %s %s", event.code, event.text)
        if isinstance(event, PhoneReady):
            _log.info("phone: takes calls at %s", event.contact)
        self.desk.phone_event(event)


class _ViewLog:
    """Logs each view and passes it on."""

    def __init__(self, on_view: OnView) -> None:
        self.view = DeskView()
        self._on_view = on_view

    def __call__(self, view: DeskView) -> None:
        old, self.view = self.view, view
        logs.log_change(old, view)
        self._on_view(view)


@contextmanager
def _parts(options: Options, log_files: LogFiles) -> Iterator[AppParts]:
    parts = AppParts(options, log_files)
    try:
        yield parts
    finally:
        parts.stop()


def run(options: Options) -> int:
    """Returns the exit status. Raises ``CannotStart``, ``DeskKeyError``."""
    with contextlib.suppress(OSError):  # without a folder that can be written the app starts, but keeps no files
        own_folder(options.folder)
    files = logs.set_up(options.folder / "logs", options.log)
    logs.catch_crashes(files.folder)
    _log.info("agent-app %s begins", version())
    password = headless.read_password(sys.stdin) if options.password_stdin else ""
    with _parts(options, files) as parts:
        if options.headless:
            return headless.run(parts.make_desk, options.robot, options.agent, password, sys.stdin, sys.stdout)
        return _window(parts, options, password)


def _window(parts: AppParts, options: Options, password: str) -> int:
    if sys.platform == "linux" and not (os.environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}):
        raise CannotStart("there is no display for the window; --headless runs a robot without one")
    try:
        from agent_app.ui.frame.app import run as run_window
    except ImportError as error:
        raise CannotStart(
            f"the window can't be loaded ({error}); pip install 'huawu[agent]', or use --headless"
        ) from error

    def make(post: Post, on_view: OnView) -> DeskPresenter:
        first = _FirstLogIn(options.agent, password, post, on_view)
        first.desk = parts.make_desk(post, first)
        post(_say_that_it_is_up)
        return first.desk

    return run_window(make, parts.settings, options.qt)


class _FirstLogIn:
    """Passes views on, and logs in once with the password from standard input, as soon as the action is enabled."""

    desk: DeskPresenter

    def __init__(self, agent: str, password: str, post: Post, on_view: OnView) -> None:
        self._agent, self._password = agent, password
        self._post, self._on_view = post, on_view

    def __call__(self, view: DeskView) -> None:
        password = self._password
        if password and view.enabled[Action.LOG_IN].on:
            self._password = ""
            self._post(lambda: self.desk.log_in(self._agent, password))
        self._on_view(view)


def _say_that_it_is_up() -> None:
    """Writes ``window`` to standard output at the first turn of the window's loop, for the program that started the app."""
    if sys.stdout is not None:  # there is none under pythonw
        sys.stdout.write("window\n")
        sys.stdout.flush()
