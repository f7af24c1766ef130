"""Real lines before a core that sets up twenty calls a second, with five times as many offered by SIPp."""

import queue
import threading
from collections.abc import Iterator

import pytest
from msgspec import structs

from switch_server.core.call import CallOffered
from switch_server.core.leg import Answer, LineEffect, Ring
from tests.bench._offered import Offered, offer
from tests.lines.peer import Call, Peer
from tests.lines.switch import LOCAL, NEAR, Switch

pytestmark = pytest.mark.slow
FAR = structs.replace(LOCAL, far=("127.0.0.0/8",))
ANSWERED_A_SECOND = 20
OFFERED_A_SECOND, SECONDS = 100, 4


class SlowSwitch(Switch):
    """Its core answers one call after the other."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[CallOffered] = queue.SimpleQueue()
        self._over = threading.Event()
        super().__init__(self._later, FAR)
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _later(self, event: CallOffered) -> list[LineEffect]:
        self._waiting.put(event)
        return []

    def _answer(self) -> None:
        while not self._over.wait(1 / ANSWERED_A_SECOND):
            if not self._waiting.empty():
                leg = self._waiting.get().leg
                self.lines.do(Ring(leg))
                self.lines.do(Answer(leg, NEAR))

    def end(self) -> None:
        self._over.set()
        self._thread.join()


@pytest.fixture
def slow() -> Iterator[SlowSwitch]:
    with SlowSwitch() as switch:
        yield switch
        switch.end()


def test_who_is_too_much_is_refused_and_all_others_are_served(slow: SlowSwitch) -> None:
    with Peer(slow.lines.address) as peer:
        call = Call(peer)
        call.up()  # a call that runs
        told: list[Offered] = []
        flood = threading.Thread(target=lambda: told.append(offer(slow.lines.address, OFFERED_A_SECOND, SECONDS)))
        flood.start()
        for _ in range(5):  # its messages are answered meanwhile
            call.request("OPTIONS")
            peer.expect(200, "OPTIONS")
        flood.join()
        assert slow.lines.refused_lately() >= told[0].refused
        call.request("BYE")
        peer.expect(200, "BYE")
    (met,) = told
    assert met.failed == 0, "each is answered and hangs up, or is refused with Retry-After"
    assert met.refused > met.calls / 4
    assert met.answered > SECONDS * ANSWERED_A_SECOND / 2
    assert slow.lines.counters()["refused_overload"] >= met.refused


def test_another_address_is_not_kept_out(slow: SlowSwitch) -> None:
    flooded = threading.Event()
    flood = threading.Thread(target=offer, args=(slow.lines.address, OFFERED_A_SECOND, SECONDS))
    flood.start()
    while not flooded.wait(0.02) and not slow.lines.counters().get("refused_overload"):
        assert flood.is_alive(), "nobody was refused"
    with Peer(slow.lines.address, "127.0.0.9") as peer:
        for _ in range(3):
            call = Call(peer)
            call.up()
            call.request("BYE")
            peer.expect(200, "BYE")
    flood.join()
