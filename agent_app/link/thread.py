"""The presenter's ``SwitchPort``: a thread with an asyncio loop and ``shared.link.LinkClient``; replies and reports are posted in their order.

``post`` puts a callable on the presenter's thread; the methods of ``LinkEvents`` are called there only. ``ask``, ``tell`` and ``resync``
may be called from any thread and return at once.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct

from agent_app.link.keyfile import DeskKey
from agent_app.link.own_address import OwnAddress
from agent_app.model.desk.view import LinkState
from agent_app.presenters.parts.ports import Failed, OnReply
from shared import desk_fax, desk_reports, floor
from shared.desk import REPLIES, REPORTS, REQUESTS, TOLD, Reply, Report, Request, Told
from shared.link import Channel, Failure, Identity, LinkClient, QuietHandler, Rules
from shared.protocol import RejectCode, SnapshotRequest

_log = logging.getLogger(__name__)
MESSAGES = (*REQUESTS, *REPLIES, *REPORTS, *TOLD, *floor.MESSAGES, *desk_reports.MESSAGES, *desk_fax.MESSAGES)
SNAPSHOT_S = 5.0
TICK_S = 0.25
"""Between two checks of the time-outs, which are seconds; ten checks a second would be half of an idle desk's CPU time."""
WATCH_S = 1.0
"""Between two readings of the pause until the next try, for the countdown."""
SURE_OF_KEY = 2
"""Refusals in a row after which the key counts as wrong: a switch that goes down in a handshake looks the same as one refusal."""
REFUSED_S = 15.0
"""After so long without another refusal the switch counts as away, not as refusing (tries are at most 5 s apart)."""
DISPLACED_PAUSE_S = 30.0
"""Two apps with one key would end each other's session for ever; the app whose session was ended waits so long."""
FAULT = "fault"
FAULT_PAUSE_S = 5.0
"""Between the end of a link by an exception in this program and the next link."""
Post = Callable[[Callable[[], None]], None]


class LinkEvents(Protocol):
    """The events of the link, for the presenter (``presenters.desk.DeskPresenter``) and the phone (``address``)."""

    def address(self, ip: str) -> None:
        """The address of this PC on the way to the switch is found or has changed. Comes before ``opened``."""
        ...

    def link_state(self, state: LinkState, text: str = "", retry_in: float | None = None) -> None: ...
    def opened(self) -> None: ...
    def told(self, report: Report, seq: int) -> None: ...
    def gap(self) -> None: ...


class LinkStatistics(Struct):
    """Counts since the start, for the diagnostics. Written by the link's thread only."""

    opened: int = 0
    closed: int = 0
    refused: int = 0
    gaps: int = 0
    reports: int = 0
    requests: int = 0
    failures: int = 0
    faults: int = 0
    last_end: str = ""
    switch: str = ""
    round_trip_ms: float | None = None


class SwitchLink(QuietHandler):
    """See the module. ``start`` once, ``stop`` once."""

    def __init__(
        self,
        key: DeskKey,
        version: str,
        post: Post,
        listener: LinkEvents,
        route: OwnAddress,
        rules: Rules | None = None,
    ) -> None:
        self.key = key
        self._version = version
        self._route = route
        self._address = ""
        self._resolved_for = -1
        """``statistics.opened`` when the switch's name was resolved last."""
        self.statistics = LinkStatistics()
        self._post = post
        self._listener = listener
        self._loop = asyncio.SelectorEventLoop()  # Windows' own default can't watch a ZeroMQ socket
        self._rules = rules
        self._client = self._new_client()
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)
        self._state: tuple[LinkState, str] = (LinkState.CONNECTING, "")
        self._shown: tuple[LinkState, str, int | None] | None = None
        self._displaced = asyncio.Event()
        self._ending = asyncio.Event()
        self._broken = asyncio.Event()
        self._fault: Exception | None = None
        self._refusals = 0
        self._refused_at = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Closes the session with the switch; open requests are answered ``link_lost``."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(timeout)

    # --- ports.SwitchPort ---

    def ask(self, request: Request, timeout: float, on_reply: OnReply) -> None:
        self._do(lambda: self._ask(request, timeout, on_reply), on_reply)

    def resync(self, on_reply: OnReply) -> None:
        self._do(lambda: self._ask(SnapshotRequest(), SNAPSHOT_S, on_reply), on_reply)

    def tell(self, told: Told) -> None:
        self._do(lambda: self._tell(told), None)

    # --- shared.link.Handler, on the link's thread ---

    def opened(self, channel: Channel) -> None:
        self.statistics.opened += 1
        self._refusals = 0
        self.statistics.switch = channel.program
        _log.info("link: open with %s", channel.program)
        self._check_route()
        self._now(LinkState.UP)
        self._post(self._listener.opened)

    def told(self, channel: Channel, message: Struct, seq: int) -> None:  # noqa: ARG002
        self.statistics.reports += 1
        if isinstance(message, Report):
            self._post(lambda: self._listener.told(message, seq))
        else:
            self._post(
                self._listener.gap
            )  # a newer switch's message of no known type: its number is missing in the count

    def gap(self, channel: Channel, expected: int, got: int) -> None:  # noqa: ARG002
        self.statistics.gaps += 1
        _log.warning("link: reports %d to %d are missing", expected, got - 1)
        if got > expected:
            self._post(self._listener.gap)

    def closed(self, channel: Channel, code: RejectCode, text: str) -> None:
        self.statistics.closed += 1
        self.statistics.requests += channel.requests
        self.statistics.failures += channel.failures
        self.statistics.last_end = code.value
        if self._ending.is_set():
            return  # ended by ``stop``
        _log.warning("link: ended (%s) %s", code.value, text)
        self._now(LinkState.LOST, code.value)
        if code is RejectCode.DISPLACED:
            self._displaced.set()

    # --- inside ---

    def _new_client(self) -> LinkClient:
        return LinkClient(
            self.key.endpoint,
            name="switch",
            messages=MESSAGES,
            identity=Identity("agent-app", self._version),
            handler=self,
            keys=self.key.pair,
            server_key=self.key.server_key,
            rules=self._rules,
            on_refused=self._refused,
            tick_s=TICK_S,
        )

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(self._on_loop_exception)
        try:
            self._loop.run_until_complete(self._restart_link())
        finally:
            self._loop.close()

    async def _restart_link(self) -> None:
        """Begins another link after an exception in this program has ended one; the exception is logged, and the link's state tells the window."""
        while not self._ending.is_set():
            try:
                await self._live()
            except Exception:  # noqa: BLE001  # a bug in this program
                _log.exception("link: a fault, it begins anew")
                await self._give_up_client()
                self._now(LinkState.LOST, FAULT)
                self._show(LinkState.LOST, FAULT, FAULT_PAUSE_S)
                await _first(self._ending, seconds=FAULT_PAUSE_S)
                self._client = self._new_client()

    async def _give_up_client(self) -> None:
        self.statistics.faults += 1
        self._fault = None
        self._broken.clear()
        try:
            await self._client.stop()
        except Exception:  # noqa: BLE001  # the client has failed before
            _log.exception("link: the failed one could not be ended")

    def _on_loop_exception(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """The loop's exception handler. A callback raised, so the link's state is uncertain, and the link is ended."""
        loop.default_exception_handler(context)
        fault = context.get("exception")
        if isinstance(fault, Exception):
            self._fault = fault
            self._broken.set()

    async def _live(self) -> None:
        await self._client.start()
        following = asyncio.ensure_future(self._follow_route())
        try:
            while not self._ending.is_set():
                self._watch()
                if self._fault is not None:
                    raise self._fault
                if following.done():
                    following.result()
                if self._displaced.is_set():
                    await self._pause()
                await _first(self._ending, self._displaced, self._broken, seconds=WATCH_S)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        await self._client.stop()

    async def _follow_route(self) -> None:
        """Resolves the switch's name once a session, and asks for the route to the switch once a second."""
        while True:
            if not self._route.address() or self._resolved_for != self.statistics.opened:
                self._resolved_for = self.statistics.opened
                await self._route.resolve()
            self._check_route()
            await asyncio.sleep(WATCH_S)

    def _check_route(self) -> None:
        ip = self._route.address()
        if ip and ip != self._address:
            _log.info("link: this PC's address is %s, was %s", ip, self._address or "not known")
            self._address = ip
            self._post(lambda: self._listener.address(ip))

    async def _pause(self) -> None:
        """Another app has this desk's key: pauses for ``DISPLACED_PAUSE_S``."""
        self._displaced.clear()
        await self._client.stop()
        self._show(LinkState.LOST, RejectCode.DISPLACED.value, DISPLACED_PAUSE_S)
        await _first(self._ending, seconds=DISPLACED_PAUSE_S)
        await self._client.start()

    def _watch(self) -> None:
        channel = self._client.channel
        if channel is not None:
            self.statistics.round_trip_ms = channel.session.round_trip_ms
        wrong = self._state[0] in {LinkState.WRONG_KEY, LinkState.WRONG_VERSION}
        if wrong and self._loop.time() > self._refused_at + REFUSED_S:
            self._state = (LinkState.LOST if self.statistics.opened else LinkState.CONNECTING, "")
        if self._state[0] is not LinkState.UP:
            self._show(*self._state, self._client.retry_in)

    def _now(self, state: LinkState, text: str = "") -> None:
        self._state = (state, text)
        self._show(state, text, None)

    def _show(self, state: LinkState, text: str, retry_in: float | None) -> None:
        """Posts the state if it differs from the last one, with the countdown in whole seconds."""
        shown = (state, text, None if retry_in is None else round(retry_in))
        if shown != self._shown:
            self._shown = shown
            self._post(lambda: self._listener.link_state(state, text, retry_in))

    def _refused(self, code: RejectCode, text: str) -> None:
        self.statistics.refused += 1
        self.statistics.last_end = code.value
        _log.warning("link: the switch would not have us (%s) %s", code.value, text)
        self._refused_at = self._loop.time()
        if code is RejectCode.UNKNOWN_KEY:
            self._refusals += 1
            if self._refusals >= SURE_OF_KEY:
                self._now(LinkState.WRONG_KEY)
        elif code is RejectCode.PROTOCOL:
            self._now(LinkState.WRONG_VERSION, text)

    def _do(self, work: Callable[[], None], on_reply: OnReply | None) -> None:
        try:
            self._loop.call_soon_threadsafe(work)
        except RuntimeError:  # stopped: the loop is closed
            if on_reply is not None:
                self._reply(on_reply, Failure.NEVER_LEFT)

    def _ask(self, request: Request | SnapshotRequest, timeout: float, on_reply: OnReply) -> None:
        channel = self._client.channel
        if channel is None:
            self._reply(on_reply, Failure.NEVER_LEFT)
        else:
            channel.request(request, timeout, lambda result: self._reply(on_reply, result))

    def _reply(self, on_reply: OnReply, result: Struct | Failure) -> None:
        reply = (
            result if isinstance(result, Reply) else Failed(str(result) if isinstance(result, Failure) else "bad_reply")
        )
        self._post(lambda: on_reply(reply))

    def _tell(self, told: Told) -> None:
        channel = self._client.channel
        if channel is not None:
            channel.report(told)


async def _first(*events: asyncio.Event, seconds: float) -> None:
    """Waits until one of the events is set, for at most ``seconds``."""
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
