"""A telephone that the switch calls over a trunk: its signalling as a test orders, its media by an RTP peer.

with Callee(centre, port) as callee:      # ``port``: of the trunk's far end
    callee.rings()
    dialog = callee.answers()
"""

from typing import Self

from tests.e2e.centre import Centre
from tests.e2e.phone import media_of, sdp
from tests.lines.peer import Call, Message, Peer
from tests.rtp_peer import RtpPeer

TAG = "callee"
SECONDS = 40.0


class Callee:
    """``invite``: of the last call."""

    def __init__(self, centre: Centre, port: int) -> None:
        self.peer, self.rtp = Peer(centre.sip, port=port), RtpPeer()
        self.invite: Message

    def __enter__(self) -> Self:
        self.rtp.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.rtp.__exit__()
        self.peer.close()

    def called(self) -> Message:
        """Waits for an INVITE, and returns it."""
        self.invite = self.peer.expect("INVITE", seconds=SECONDS)
        return self.invite

    def rings(self) -> Message:
        """Waits for an INVITE, sends 180, and returns the INVITE."""
        self.peer.reply(self.called(), 180, tag=TAG)
        return self.invite

    @property
    def dialled(self) -> str:
        """The number in the Request-URI."""
        return self.invite.start.partition(":")[2].partition("@")[0]

    def answers(self, tag: str = TAG, *, events: bool = True) -> Call:
        """Sends 200, and waits for the ACK."""
        self.peer.reply(self.invite, 200, body=sdp(self.rtp.port, events=events), tag=tag)
        self.peer.expect("ACK")
        self.rtp.call(*media_of(self.invite))
        return Call.of(self.peer, self.invite, tag)

    def takes_call(self, *, events: bool = True) -> Call:
        """Rings and answers."""
        self.rings()
        return self.answers(events=events)

    def refuses(self, code: int, *extra: str) -> None:
        """Sends this final response, and waits for the ACK."""
        self.peer.reply(self.invite, code, tag=TAG, extra=extra)
        self.peer.expect("ACK")

    def cancelled(self) -> None:
        """Waits for the CANCEL, and ends the ringing."""
        self.peer.reply(self.peer.expect("CANCEL"), 200, tag=TAG)
        self.refuses(487)

    def hung_up_on(self) -> Message:
        """Waits for the BYE, and returns it."""
        bye = self.peer.expect("BYE", seconds=SECONDS)
        self.peer.reply(bye, 200)
        return bye
