"""A telephone on a plain socket with an RTP peer, which reads its SIP messages in a thread of its own."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self

from tests.e2e.centre import DEADLINE
from tests.e2e.phone import sdp
from tests.lines.peer import Message, Peer
from tests.rtp_peer import RtpPeer


class ListeningPhone(ABC):
    """``_take`` gets each message, in the thread; what it changes wakes ``wait``."""

    def __init__(self, switch: tuple[str, int], port: int = 0) -> None:
        self.peer, self.rtp = Peer(switch, port=port), RtpPeer()
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._hear, daemon=True)

    @abstractmethod
    def _take(self, message: Message) -> None: ...

    def __enter__(self) -> Self:
        self.rtp.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.rtp.__exit__()

    def kill(self) -> None:
        """Stops without any message."""
        self._closed.set()
        self._thread.join(10)
        self.rtp.sending = False
        self.peer.close()

    def wait(self, condition: Callable[[], object], seconds: float = DEADLINE) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, seconds), f"the phone did not come to it: {self}"

    def _hear(self) -> None:
        while not self._closed.is_set():
            message = self.peer.receive(0.1)
            if message is not None:
                with self._changed:
                    self._take(message)
                    self._changed.notify_all()

    def agrees(self, request: Message) -> None:
        """200 with SDP to a re-INVITE."""
        self.peer.reply(request, 200, body=sdp(self.rtp.port))
