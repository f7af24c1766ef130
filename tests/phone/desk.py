"""A window and a switch for the phone's tests: ``Window`` starts the phone and waits for its events, ``caller`` calls the phone with real SIP and RTP."""

import contextlib
import queue
import re
import time
from collections.abc import Iterator
from typing import Any, NamedTuple, Self, TypeVar

from agent_app.model.sound.phone_messages import (
    AnswerCall,
    CallUp,
    Expect,
    PhoneCommand,
    PhoneEvent,
    PhoneReady,
    Ringing,
)
from agent_app.phone.client import PhoneProcess
from shared.desk import TOKEN_HEADER
from shared.ids import LegId
from tests.lines.peer import Call, Message, Peer
from tests.rtp_peer import RtpPeer

SomeEvent = TypeVar("SomeEvent", bound=PhoneEvent)
PATIENCE_S = 20.0
LEG = LegId("c1/2")
TOKEN = "5ec7e7"


class Window:
    """The owner of the phone process. Keyword arguments are those of ``PhoneProcess``."""

    def __init__(self, **more: Any) -> None:
        self.events: queue.Queue[PhoneEvent] = queue.Queue()
        self.seen: list[PhoneEvent] = []
        self._more = more

    def __enter__(self) -> Self:
        self.start()
        self.ready = self.wait(PhoneReady)
        return self

    def start(self) -> None:
        self.phone = PhoneProcess(self.events.put, **self._more)

    def __exit__(self, *_: object) -> None:
        self.phone.stop()

    @property
    def address(self) -> tuple[str, int]:
        ip, _, port = self.ready.contact.partition(":")
        return ip, int(port)

    def do(self, *commands: PhoneCommand) -> None:
        for command in commands:
            self.phone.do(command)

    def wait(self, kind: type[SomeEvent], seconds: float = PATIENCE_S, **fields: object) -> SomeEvent:
        """Waits for the next event of this type with these values; all events are kept in ``seen``."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                event = self.events.get(timeout=left)
            except queue.Empty:
                break
            self.seen.append(event)
            if isinstance(event, kind) and all(getattr(event, name) == value for name, value in fields.items()):
                return event
        raise AssertionError(f"no {kind.__name__} {fields} in {seconds} s; {self.seen[-12:]}")


def sdp(port: int) -> str:
    return (
        f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8 101\r\n"
        "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )


def header(token: str) -> tuple[str, ...]:
    return (f"{TOKEN_HEADER}: {token}",) if token else ()


class Caller(NamedTuple):
    """The far end of one call: the SIP dialog and its sound."""

    peer: Peer
    call: Call
    rtp: RtpPeer

    def invite(self, token: str) -> None:
        self.call.invite(sdp(self.rtp.port), *header(token))

    def refused(self) -> int:
        """Waits for the final answer to the INVITE, acknowledges it and returns its status."""
        while True:
            answer = self.peer.receive(PATIENCE_S)
            assert answer is not None, "no answer"
            if answer.status is not None and answer.status >= 200 and answer.method == "INVITE":
                self.call.learn(answer)
                self.call.ack(failed=answer.status >= 300)
                return answer.status

    def talks(self) -> Message:
        """Waits for the 200, acknowledges it and sends sound to the address in its SDP."""
        answer = self.call.learn(self.peer.expect(200, "INVITE", PATIENCE_S))
        self.call.ack()
        host = re.search(r"^c=IN IP4 (\S+)", answer.body, re.MULTILINE)
        port = re.search(r"^m=audio (\d+)", answer.body, re.MULTILINE)
        assert host is not None
        assert port is not None
        self.rtp.call(host[1], int(port[1]))
        return answer

    def bye_heard(self) -> None:
        """Waits for the phone's BYE and answers it."""
        self.peer.reply(self.peer.expect("BYE", seconds=PATIENCE_S), 200)


@contextlib.contextmanager
def caller(window: Window) -> Iterator[Caller]:
    with Peer(window.address) as peer, RtpPeer() as rtp:
        yield Caller(peer, Call(peer), rtp)


@contextlib.contextmanager
def talk(window: Window, leg: LegId = LEG, token: str = TOKEN) -> Iterator[Caller]:
    """A call that was announced, rang and was answered."""
    window.do(Expect(leg, token))
    with caller(window) as far:
        far.invite(token)
        window.wait(Ringing, leg=leg)
        window.do(AnswerCall(leg))
        far.talks()
        window.wait(CallUp, leg=leg)
        yield far
