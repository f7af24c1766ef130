"""A desk without a window: a real link, the snapshot that a window would show, and all received reports."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from shared import desk as wire
from shared import desk_fax, desk_reports, floor
from shared.desk import DeskSnapshot, LoggedIn, Reply, Request
from shared.link import Channel, Failure, Identity, KeyPair, LinkClient, QuietHandler, RequestFailed, Rules
from shared.protocol import PROTOCOL, RejectCode, SnapshotRequest

R = TypeVar("R", bound=Reply)
DEADLINE = 20.0
MESSAGES = (
    *wire.REPLIES,
    *wire.REPORTS,
    *floor.REPLIES,
    *floor.REPORTS,
    *desk_reports.REPLIES,
    *desk_fax.REPLIES,
    *desk_fax.REPORTS,
)
NOTHING = DeskSnapshot(0.0)


class DeskClient(QuietHandler):
    """``state`` follows the switch by ``shared.desk.applied``; a gap fetches a snapshot; a new session resumes the log-in, and has no state
    until it is resumed.

    ``before`` is called with each report before it is applied.
    """

    def __init__(
        self, endpoint: str, keys: KeyPair, server_key: bytes, *, contact: str = "127.0.0.1:5062", rules: Rules | None = None,
        protocol: int = PROTOCOL, version: str = "0.1.0",
    ) -> None:  # fmt: skip
        self.contact = contact
        self.state = NOTHING
        self.reports: list[wire.Report] = []
        self.ended: list[tuple[RejectCode, str]] = []
        self.session = ""
        self.sessions = 0
        self.gaps = 0
        self.agent = ""
        self.before: Callable[[wire.Report], None] = lambda _report: None
        self._changed = asyncio.Event()
        self.link = LinkClient(
            endpoint, name="switch", messages=MESSAGES, identity=Identity("agent-app", version, protocol), handler=self,
            keys=keys, server_key=server_key, rules=rules,
        )  # fmt: skip

    async def start(self) -> "DeskClient":
        await self.link.start()
        return self

    async def stop(self) -> None:
        await self.link.stop()

    # --- the agent's actions ---

    async def ask(self, request: Struct, timeout: float = DEADLINE) -> Struct:  # noqa: ASYNC109
        channel = await self.link.opened(DEADLINE)
        return await channel.ask(request, timeout)

    async def log_in(self, agent: str, password: str = "open sesame", *, take_over: bool = False) -> Struct:
        reply = await self.ask(wire.LogIn(agent, password, self.contact, take_over))
        self._logged_in(reply)
        return reply

    async def resume(self, session: str = "") -> Struct:
        reply = await self.ask(wire.Resume(session or self.session, self.contact))
        self._logged_in(reply)
        return reply

    async def do(self, request: Request) -> Struct:
        return await self.ask(request)

    def tell(self, told: wire.Told) -> None:
        assert self.link.channel is not None
        self.link.channel.report(told)

    async def snapshot(self) -> DeskSnapshot:
        """Requests a snapshot from the switch, which becomes ``state``."""
        reply = await self.ask(SnapshotRequest())
        assert isinstance(reply, DeskSnapshot)
        self._show(reply)
        return reply

    async def until(self, condition: Callable[[], object], seconds: float = DEADLINE) -> None:
        """Waits until messages over the link fulfil the condition."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def cut(self) -> None:
        """Breaks the link for a moment."""
        self.link._again()

    # --- shared.link.Handler ---

    def opened(self, channel: Channel) -> None:
        self.sessions += 1
        if self.session:
            self.state = NOTHING
            channel.request(wire.Resume(self.session, self.contact), DEADLINE, self._answered)
        self._changed.set()

    def told(self, channel: Channel, message: Any, seq: int) -> None:
        self.before(message)
        self.reports.append(message)
        if isinstance(message, wire.LoggedOut):
            self.session = ""
        if isinstance(message, wire.StateReport):
            self._show(wire.applied(self.state, message))
        self._changed.set()

    def gap(self, channel: Channel, expected: int, got: int) -> None:
        self.gaps += 1
        channel.request(SnapshotRequest(), DEADLINE, self._answered)

    def closed(self, channel: Channel, code: RejectCode, text: str) -> None:
        self.ended.append((code, text))
        self._changed.set()

    def _answered(self, result: Struct | Failure) -> None:
        if isinstance(result, DeskSnapshot):
            self._show(result)
        else:
            self._logged_in(result)

    def _logged_in(self, reply: Struct | Failure) -> None:
        if isinstance(reply, LoggedIn):
            self.session = reply.session
            self._show(reply.snapshot)
        elif isinstance(reply, wire.Refused) and reply.code is wire.DeskRefusal.SESSION_OVER:
            self.session = ""
        self._changed.set()

    def _show(self, state: DeskSnapshot) -> None:
        self.state = state
        self._changed.set()


__all__ = ["DEADLINE", "NOTHING", "DeskClient", "RequestFailed"]
