"""The link to the switch: one session over its control socket."""

import socket as sockets
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec
from msgspec import Struct

from shared.control import REPLIES, REQUESTS, Reply, Request, RequestRefused
from shared.link import Channel, Failure, Identity, LinkClient, QuietHandler, RequestFailed
from shared.protocol import RejectCode
from switch_server.switchctl.errors import CommandRefused, SwitchctlError, Unreachable

R = TypeVar("R", bound=Reply)
VERSION = "1"
OPEN_WAIT = 10.0
"""Seconds to wait until the switch opens the session; where no program listens, ``check_socket`` fails at once."""
ANSWER_WAIT = 30.0
"""Seconds to wait for a reply; a reload reads and checks every file."""


class Link:
    """``async with Link(socket) as link: status = await link.ask(AskStatus(), Status)``. Raises ``Unreachable``."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self._handler = _RejectionRecorder()
        self._client = LinkClient(
            f"ipc://{socket.absolute()}",
            name="switch-server",
            messages=(*REQUESTS, *REPLIES),
            identity=Identity("switchctl", VERSION),
            handler=self._handler,
        )

    async def __aenter__(self) -> Self:
        check_socket(self.socket)
        await self._client.start()
        try:
            await self._open()
        except BaseException:
            await self._client.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.stop()

    async def ask(self, request: Request, expected: type[R], seconds: float = ANSWER_WAIT) -> R:
        """The switch's reply, within ``seconds``; raises ``CommandRefused`` where the switch refuses, ``Unreachable`` where no reply comes."""
        _check(request)
        channel = await self._open()
        try:
            reply = await channel.ask(request, seconds)
        except RequestFailed as failed:
            raise self._failed(failed.failure) from None
        if isinstance(reply, RequestRefused):
            raise CommandRefused(f"refused_{reply.code.value}", text=reply.text)
        if not isinstance(reply, expected):
            raise CommandRefused("too_old")
        return reply

    async def _open(self) -> Channel:
        try:
            return await self._client.opened(OPEN_WAIT)
        except TimeoutError:
            why = "why_refused" if self._handler.rejected else "why_no_answer"
            raise Unreachable(why, socket=self.socket, **self._handler.rejected) from None

    def _failed(self, failure: Failure) -> SwitchctlError:
        if failure in {Failure.UNSUPPORTED, Failure.REJECTED, Failure.BAD_REPLY}:
            return CommandRefused("too_old")
        return Unreachable("why_no_answer" if failure is Failure.TIMED_OUT else "why_lost", socket=self.socket)


def _check(request: Request) -> None:
    """Raises ``CommandRefused`` where a field of the request exceeds the bounds that the switch checks."""
    try:
        msgspec.msgpack.decode(msgspec.msgpack.encode(request), type=type(request))
    except msgspec.ValidationError as error:
        raise CommandRefused("refused_bad_value", text=str(error)) from None


class _RejectionRecorder(QuietHandler):
    """Keeps the code and the text with which the switch rejected the session."""

    def __init__(self) -> None:
        self.rejected: dict[str, str] = {}

    def closed(self, channel: Channel, code: RejectCode, text: str) -> None:  # noqa: ARG002  the handler's signature
        self.rejected = {"code": code.value, "text": text}

    def told(self, channel: Channel, message: Struct, seq: int) -> None:
        """Never called: the control protocol has no reports."""


def check_socket(path: Path) -> None:
    """Raises ``Unreachable`` at once in the cases in which the link would only time out."""
    try:
        if not path.exists():
            raise Unreachable("why_no_socket", socket=path)
        if not path.is_socket():
            raise Unreachable("why_not_socket", socket=path)
    except PermissionError:
        raise Unreachable("why_no_right", socket=path) from None
    _probe(path)


def _probe(path: Path) -> None:
    """Tries a plain connection, since ZeroMQ retries for ever where no program listens."""
    with sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM) as probe:
        probe.settimeout(OPEN_WAIT)
        try:
            probe.connect(str(path))
        except PermissionError:
            raise Unreachable("why_no_right", socket=path) from None
        except OSError:
            raise Unreachable("why_no_answer", socket=path) from None
