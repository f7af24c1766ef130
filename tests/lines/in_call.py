"""A caller's call that is up, for tests of what comes within it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from shared.ids import LegId
from switch_server.core.call import CallOffered
from switch_server.core.leg import Answer, LegChanged, LegConfirmed, LineEffect
from switch_server.core.words import Near, Trunk
from tests.lines.peer import SDP, Call, Message, Peer
from tests.lines.switch import LOCAL, NEAR, Switch

LEG = LegId("c1/1")


class InCall(NamedTuple):
    """``answer``: the switch's 200 to the caller's INVITE."""

    switch: Switch
    peer: Peer
    call: Call
    answer: Message

    def changes(self) -> list[LegChanged]:
        return [event for event in self.switch.seen if isinstance(event, LegChanged)]

    def offers(self, body: str) -> Message:
        """A re-INVITE of the caller that is accepted and acknowledged; the switch's 200."""
        self.call.again(body)
        answer = self.peer.expect(200, "INVITE")
        self.call.ack()
        return answer

    def is_refused(self, body: str, code: int = 488) -> None:
        self.call.again(body)
        self.peer.expect(code, "INVITE")
        self.call.ack(failed=True)


@contextmanager
def in_call(near: Near = NEAR, trunk: Trunk = LOCAL, body: str = SDP) -> Iterator[InCall]:
    def answered(event: CallOffered) -> list[LineEffect]:
        return [Answer(event.leg, near)]

    with Switch(answered, trunk) as switch, Peer(switch.address) as peer:
        call = Call(peer)
        answer = call.up(body)
        switch.wait(LegConfirmed)
        yield InCall(switch, peer, call, answer)


def version(message: Message) -> int:
    """Of our ``o=`` line."""
    return int(message.body.split("o=huawu ")[1].split()[1])


def media(message: Message) -> list[str]:
    """The ``m=`` lines."""
    return [line for line in message.body.split("\r\n") if line.startswith("m=")]
