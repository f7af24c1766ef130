"""A scripted switch over a real link: ``LinkServer`` in a thread of its own, and a desk with the real ``SwitchLink`` in the test's thread.

``Relay`` is a TCP relay between the two that can stall: connections stay up, nothing passes.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from agent_app.link import DeskKey, OwnAddress, RoutedAddress, SwitchLink
from agent_app.link.thread import MESSAGES
from agent_app.model.desk.view import DeskView, LinkState
from agent_app.model.sound.phone_messages import Devices, PhoneReady
from agent_app.presenters.desk import DeskPresenter
from shared import desk as wire
from shared.desk import DeskRefusal, DeskSnapshot, Done, LoggedIn, Refused, StateReport, applied
from shared.link import Answer, Channel, Identity, LinkServer, QuietHandler, Rules, keys
from shared.protocol import RejectCode, SnapshotRequest
from tests.agent_app.fakes import CHOICES, CONTACT, DESK, HEADSET, FakePhone, FakeSettings, seat

T = TypeVar("T")
DEADLINE = 30.0
CENTRE, DESK_KEY, STRANGER = keys.make(), keys.make(), keys.make()
CALM = Rules(heartbeat_s=1.0, silence_s=20.0, hello_s=20.0)
"""For a loaded machine."""
HASTY = Rules(heartbeat_s=0.1, silence_s=1.0, hello_s=1.0)


class PlayedSwitch(QuietHandler):
    """A switch with one desk and one agent. Commands get the answer in ``replies``, else ``Done``; with ``mute`` they get none."""

    def __init__(self, endpoint: str = "tcp://127.0.0.1:0", protocol: int = 1, rules: Rules = CALM) -> None:
        self.state = DeskSnapshot(at=time.time(), dispositions=CHOICES)
        self.seat = seat()
        self.sessions = {"session-1"}
        self.asked_for: list[Struct] = []
        self.heard: list[Struct] = []
        self.mute = False
        self.replies: dict[type, Callable[[Struct], Struct]] = {}
        self.channel: Channel | None = None
        self.opened_times = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="switch", daemon=True)
        self._thread.start()
        self._server = LinkServer(
            endpoint, messages=MESSAGES, identity=Identity("switch-server", "0.2", protocol), handler=self,
            keys=CENTRE, lookup={DESK_KEY.public: DESK}.get, rules=rules,
        )  # fmt: skip
        self.endpoint = self.wait(self._server.start())

    # --- from the test's thread ---

    def wait(self, work: Awaitable[T]) -> T:
        async def run() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(DEADLINE)

    def do(self, work: Callable[[], T]) -> T:
        async def run() -> T:
            return work()

        return self.wait(run())

    def tell(self, *reports: StateReport) -> None:
        def run() -> None:
            for report in reports:
                self.state = applied(self.state, report)
                if self.channel is not None:
                    self.channel.report(report)

        self.do(run)

    def hang_up(self) -> None:
        """Ends the session; the desk connects again."""
        channel = self.channel
        if channel is not None:
            self.do(lambda: channel.close(RejectCode.STOPPED))

    def stop(self) -> None:
        self.wait(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(DEADLINE)
        self._loop.close()

    # --- on the link's thread ---

    def opened(self, channel: Channel) -> None:
        self.channel = channel
        self.opened_times += 1

    def closed(self, channel: Channel, code: RejectCode, text: str) -> None:
        if self.channel is channel:
            self.channel = None

    def told(self, channel: Channel, message: Struct, seq: int) -> None:
        self.heard.append(message)

    def asked(self, channel: Channel, message: Struct, answer: Answer) -> None:
        self.asked_for.append(message)
        if self.mute:
            return
        if type(message) in self.replies:
            answer(self.replies[type(message)](message))
            return
        match message:
            case SnapshotRequest():
                answer(replace(self.state, at=time.time()))
            case wire.LogIn(password="correct horse"):
                self.state = replace(self.state, seat=self.seat)
                answer(LoggedIn("session-1", replace(self.state, at=time.time())))
            case wire.LogIn():
                answer(Refused(DeskRefusal.WRONG_PASSWORD))
            case wire.Resume(session) if session in self.sessions:
                answer(LoggedIn(session, replace(self.state, at=time.time())))
            case wire.Resume():
                answer(Refused(DeskRefusal.SESSION_OVER))
            case wire.LogOut():
                self.state = DeskSnapshot(at=time.time(), dispositions=CHOICES)
                channel.report(wire.SeatChanged(None))
                answer(Done())
            case _:
                answer(Done())


class Bench:
    """A desk in the test's thread; its work is done in ``until``."""

    def __init__(self, key: DeskKey, rules: Rules = CALM, route: OwnAddress | None = None) -> None:
        self.views: list[DeskView] = []
        self.heard: list[str] = []
        """``opened`` and the addresses, in the order in which they came."""
        self.opened_times = 0
        self.phone, self.settings = FakePhone(), FakeSettings()
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.link = SwitchLink(key, "0.1", self._work.put, self, route or RoutedAddress(key.endpoint), rules)
        self.desk = DeskPresenter(self.link, self.phone, self.settings, time.monotonic, time.time, self.views.append)
        self.desk.phone_event(PhoneReady(CONTACT, "1"))
        self.desk.phone_event(Devices((HEADSET,), "usb", "usb", "usb"))
        self.link.start()

    # --- the link's Listener, called through the queue on this thread ---

    def address(self, ip: str) -> None:
        self.heard.append(ip)

    def link_state(self, state: LinkState, text: str = "", retry_in: float | None = None) -> None:
        self.desk.link_state(state, text, retry_in)

    def opened(self) -> None:
        self.heard.append("opened")
        self.opened_times += 1
        self.desk.opened()

    def told(self, report: StateReport, seq: int) -> None:
        self.desk.told(report, seq)

    def gap(self) -> None:
        self.desk.gap()

    # --- for tests ---

    @property
    def view(self) -> DeskView:
        return self.desk.view

    @property
    def problem(self) -> str:
        return self.view.problem.code if self.view.problem is not None else ""

    def until(self, condition: Callable[[], bool], seconds: float = DEADLINE) -> None:
        """Runs the desk until the condition holds. Raises ``TimeoutError``."""
        end = time.monotonic() + seconds
        ticked = 0.0
        while not condition():
            with contextlib.suppress(queue.Empty):
                self._work.get(timeout=0.02)()
            now = time.monotonic()
            if now - ticked > 0.1:
                ticked = now
                self.desk.tick(now)
            if now > end:
                raise TimeoutError(f"still: {self.view.link} stale={self.view.stale} {self.view.problem}")

    def live(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def fresh(self) -> bool:
        return self.view.link is LinkState.UP and not self.view.stale

    def log_in(self) -> None:
        self.until(self.fresh)
        self.desk.log_in("8001", "correct horse")
        self.until(lambda: not self.view.needs_password)


@contextmanager
def a_switch(endpoint: str = "tcp://127.0.0.1:0", protocol: int = 1, rules: Rules = CALM) -> Iterator[PlayedSwitch]:
    switch = PlayedSwitch(endpoint, protocol, rules)
    try:
        yield switch
    finally:
        switch.stop()


class PlayedRoute:
    """``agent_app.link.OwnAddress`` set by a test: ``ip`` is the address once the switch's name is resolved, ``named`` counts the look-ups of the name."""

    def __init__(self, ip: str = "", *, known: bool = True) -> None:
        self.ip = ip
        self.named = 0
        self.name_server = asyncio.Event()
        self._known = known

    def address(self) -> str:
        return self.ip if self._known else ""

    async def resolve(self) -> None:
        self.named += 1
        if not self._known:
            await self.name_server.wait()
            self._known = True


@contextmanager
def a_desk(
    endpoint: str, rules: Rules = CALM, pair: keys.KeyPair = DESK_KEY, centre: bytes = CENTRE.public,
    route: OwnAddress | None = None,
) -> Iterator[Bench]:  # fmt: skip
    bench = Bench(DeskKey(DESK, endpoint, centre, pair), rules, route)
    try:
        yield bench
    finally:
        bench.link.stop()


class Relay:
    """A TCP relay on its own thread. ``stall``: arriving bytes wait; ``cut``: every connection is closed."""

    def __init__(self, endpoint: str) -> None:
        host, _, port = endpoint.removeprefix("tcp://").partition(":")
        self._to = host, int(port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._thread.start()
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._flows = asyncio.Event()
        self._flows.set()
        self._server = self._run(asyncio.start_server(self._join, "127.0.0.1", 0))
        self.endpoint = f"tcp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def stall(self) -> None:
        self._loop.call_soon_threadsafe(self._flows.clear)

    def flow(self) -> None:
        self._loop.call_soon_threadsafe(self._flows.set)

    def cut(self) -> None:
        self._loop.call_soon_threadsafe(self._close_all)

    def stop(self) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(DEADLINE)
        self._loop.close()

    def _run(self, work: Awaitable[T]) -> T:
        async def run() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(DEADLINE)

    def _close_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _end(self) -> None:
        self._server.close()
        self._close_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(*self._to)
        except OSError:
            writer.transport.abort()
            return
        self._writers += [writer, back]
        self._tasks += [asyncio.create_task(self._pass(reader, back)), asyncio.create_task(self._pass(there, writer))]

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


@contextmanager
def a_relay(endpoint: str) -> Iterator[Relay]:
    relay = Relay(endpoint)
    try:
        yield relay
    finally:
        relay.stop()
