"""A client of the switch's control socket, for the demo's own questions."""

from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from shared.control import REPLIES, REQUESTS, SOCKET_NAME, Reply, Request
from shared.link import Channel, Identity, LinkClient, QuietHandler, RequestFailed

ANSWER_WAIT = 5.0
R = TypeVar("R", bound=Reply)


class ControlClient:
    """``ask``, between ``start`` and ``stop``, returns the switch's reply, or ``None`` where it does not answer as expected."""

    def __init__(self, state: Path) -> None:
        self._client = LinkClient(
            f"ipc://{state / SOCKET_NAME}",
            name="switch-server",
            messages=(*REQUESTS, *REPLIES),
            identity=Identity("demo", "1"),
            handler=_NoReports(),
        )

    async def start(self) -> None:
        await self._client.start()

    async def stop(self) -> None:
        await self._client.stop()

    async def ask(self, request: Request, expected: type[R]) -> R | None:
        try:
            channel = await self._client.opened(ANSWER_WAIT)
            reply = await channel.ask(request, ANSWER_WAIT)
        except (TimeoutError, RequestFailed):
            return None
        return reply if isinstance(reply, expected) else None


class _NoReports(QuietHandler):
    def told(self, channel: Channel, message: Struct, seq: int) -> None:
        """Never called: the control protocol has no reports."""
