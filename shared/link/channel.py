"""A session with its callbacks: the programs' interface to a link, the same on both sides."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from shared.link.errors import Failure, RequestFailed
from shared.link.session import (
    Answered,
    Gap,
    ReportReceived,
    RequestReceived,
    Session,
    SessionClosed,
    SessionEvent,
    SessionOpened,
    SessionState,
)
from shared.protocol import RejectCode, Rejected

_log = logging.getLogger(__name__)

OnReply = Callable[[Struct | Failure], None]
Answer = Callable[[Struct], None]


class Handler(Protocol):
    """The callbacks that a program gives to a link. Called on the loop; they must return at once.

    An exception is logged and costs only that message: a request is then answered ``Rejected(fault)``.
    """

    def opened(self, channel: "Channel") -> None:
        """The session is open; requests and reports may be sent."""

    def asked(self, channel: "Channel", message: Struct, answer: Answer) -> None:
        """A request of the peer. ``answer`` must be called once, now or later; after the end of the session it has no effect."""

    def told(self, channel: "Channel", message: Struct, seq: int) -> None:
        """A report of the peer."""

    def gap(self, channel: "Channel", expected: int, got: int) -> None:
        """The reports ``expected`` … ``got - 1`` were lost: the program should ask for them, or for a snapshot."""

    def closed(self, channel: "Channel", code: RejectCode, text: str) -> None:
        """The session is over (only after ``opened``). Open requests were answered ``LINK_LOST`` before."""


class Channel:
    """One open session with one peer. ``name`` is the user id that belongs to the peer's key, never a name that the peer claims."""

    def __init__(self, name: str, session: Session, send: Callable[[bytes], bool], handler: Handler) -> None:
        self.name = name
        self.key = b""
        """The peer's public key, Z85, if the link has keys."""
        self.address = ""
        self.program = ""
        self.session = session
        self.requests = 0
        self.failures = 0
        self._send = send
        self._handler = handler
        self._waiting: dict[int, OnReply] = {}
        self.refused: RejectCode | None = None
        """Why the session ended before it was open."""
        self.refused_text = ""
        self._was_open = False
        self._now = asyncio.get_running_loop().time

    @property
    def is_open(self) -> bool:
        return self.session.state is SessionState.OPEN

    @property
    def is_closed(self) -> bool:
        return self.session.state is SessionState.CLOSED

    def request(self, message: Struct, timeout: float, on_reply: OnReply) -> None:
        """Sends a request; ``on_reply`` is called exactly once, with the reply or a ``Failure`` (``NEVER_LEFT``: at once)."""
        if not self.is_open:
            on_reply(Failure.NEVER_LEFT)
            return
        self.requests += 1
        frame_id = self.session.request(message, self._now(), timeout)
        self._waiting[frame_id] = on_reply
        if not self._flush() and frame_id in self._waiting:
            self.session.withdraw(frame_id)
            del self._waiting[frame_id]
            self.failures += 1
            on_reply(Failure.NEVER_LEFT)

    async def ask(self, message: Struct, timeout: float = 5.0) -> Struct:  # noqa: ASYNC109  # the wire's own time-out
        """``request`` as a coroutine. Raises ``RequestFailed``."""
        future: asyncio.Future[Struct | Failure] = asyncio.get_running_loop().create_future()
        self.request(message, timeout, lambda result: None if future.done() else future.set_result(result))
        result = await future
        if isinstance(result, Failure):
            raise RequestFailed(result)
        return result

    def report(self, message: Struct) -> bool:
        """Sends a report. ``False``: the frame was not sent; the peer will see a gap or a new session."""
        if not self.is_open:
            return False
        self.session.report(message, self._now())
        return self._flush()

    def close(self, code: RejectCode = RejectCode.STOPPED, text: str = "") -> None:
        self._dispatch(self.session.close(code, self._now(), text))
        self._flush()

    # --- called by ``LinkClient`` and ``LinkServer`` ---

    def feed(self, data: bytes) -> None:
        events = self.session.receive(data, self._now())
        self._flush()
        self._dispatch(events)

    def tick(self) -> None:
        events = self.session.tick(self._now())
        self._flush()
        self._dispatch(events)

    def probe(self) -> None:
        """Ends the session if the socket does not know the peer any more."""
        if not self.is_closed:
            self.session.beat(self._now())
            if not self._flush():
                self.close(RejectCode.LOST)

    def flush(self) -> None:
        self._flush()

    def _flush(self) -> bool:
        went = True
        for data in self.session.take_out():
            went = self._send(data) and went
        return went

    def _dispatch(self, events: list[SessionEvent]) -> None:
        for event in events:
            try:
                self._handle(event)
            except Exception:  # noqa: BLE001  # our own bug: it costs this message, not the link
                _log.exception("handler of %s raised at %s", self.name, type(event).__name__)
                if isinstance(event, RequestReceived):
                    self._reply(event.frame_id, Rejected(RejectCode.FAULT))

    def _handle(self, event: SessionEvent) -> None:
        match event:
            case RequestReceived(frame_id, message):
                self._handler.asked(self, message, lambda reply: self._reply(frame_id, reply))
            case Answered(frame_id, result):
                self.failures += isinstance(result, Failure)
                self._waiting.pop(frame_id)(result)
            case ReportReceived(seq, message):
                self._handler.told(self, message, seq)
            case Gap(expected, got):
                self._handler.gap(self, expected, got)
            case SessionOpened(program, version):
                self.program = f"{program} {version}"
                self._was_open = True
                self._handler.opened(self)
            case SessionClosed(code, text):
                _log.info("link %s: closed (%s) %s", self.name, code, text)
                if self._was_open:
                    self._handler.closed(self, code, text)
                else:
                    self.refused, self.refused_text = code, text

    def _reply(self, frame_id: int, message: Struct) -> None:
        if self.is_open:
            self.session.reply(frame_id, message, self._now())
            self._flush()


class QuietHandler:
    """A handler that does nothing: a base class for handlers that need only a few of the callbacks."""

    def opened(self, channel: Channel) -> None:
        pass

    def asked(self, channel: Channel, message: Struct, answer: Answer) -> None:  # noqa: ARG002
        answer(Rejected(RejectCode.FAULT, "nobody answers this here"))

    def told(self, channel: Channel, message: Struct, seq: int) -> None:
        pass

    def gap(self, channel: Channel, expected: int, got: int) -> None:
        pass

    def closed(self, channel: Channel, code: RejectCode, text: str) -> None:
        pass
