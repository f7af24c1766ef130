"""A telephone behind Asterisk: it answers by itself what a telephone answers by itself, and keeps all that it was sent.

with Party(box, "8001") as party:
party.dials("1*7100")             # or: party.rings(); party.answers()
party.rtp.say(sine(400, 8000))
party.holds(); party.retrieves(); party.refers("8002"); party.hangs_up()
"""

from urllib.parse import quote

from tests.asterisk.box import Box
from tests.e2e.centre import DEADLINE
from tests.e2e.listening_phone import ListeningPhone
from tests.e2e.phone import media_of, sdp
from tests.lines.peer import Call, Message


class Party(ListeningPhone):
    """``dialog`` is its call, ``call_id`` and tags included, while there is one."""

    def __init__(self, box: Box, number: str) -> None:
        super().__init__(box.address, box.ports[number])
        self.number = number
        self.seen: list[Message] = []
        self.invite: Message | None = None
        """The call that rings."""
        self.dialog: Call | None = None
        self.body = ""
        self.over = 0
        """How many of its calls the other side has ended."""
        self._address = box.address

    def __exit__(self, *_: object) -> None:
        if self.dialog is not None:
            self.hangs_up()
        super().__exit__()

    def __str__(self) -> str:
        return f"{self.number} saw only {[message.start for message in self.seen]}"

    def answer_to(self, method: str, after: int, *, final: bool = True) -> Message:
        """Waits for the (final) response to its request of this method, among messages from number ``after`` on."""

        def found() -> list[Message]:
            return [
                each for each in self.seen[after:]
                if each.status and each.method == method and (each.status >= 200 or not final)
            ]  # fmt: skip

        self.wait(found)
        return found()[0]

    # --- its own acts ---

    def calls(self, number: str, *headers: str) -> None:
        """Sends an INVITE; ``dialog`` is there with the answer's tag after ``taken``."""
        self.body = sdp(self.rtp.port)
        self.dialog = Call(self.peer, number, self.number)
        self.dialog.ours = f"<sip:{self.number}@127.0.0.1>;tag={self.dialog.local_tag}"
        self._before = len(self.seen)
        self.dialog.invite(self.body, *headers)

    def taken(self) -> Message:
        """Waits for the 200 to its call, and acknowledges it; fails with another final response."""
        answer = self.answer_to("INVITE", self._before)
        assert answer.status == 200, answer.start
        assert self.dialog is not None
        self.dialog.learn(answer)
        self.dialog.ack()
        self.rtp.call(*media_of(answer))
        return answer

    def refused(self) -> int:
        """Waits for a failure of its call; returns the status code."""
        answer = self.answer_to("INVITE", self._before)
        assert self.dialog is not None
        assert answer.status is not None
        assert answer.status >= 300, answer.start
        self.dialog.remote_tag = answer.tag("To")
        self.dialog.ack(failed=True)
        self.dialog = None
        return answer.status

    def dials(self, number: str) -> None:
        self.calls(number)
        self.taken()

    def rings(self) -> Message:
        """Waits for a call, and sends 180."""
        self.wait(lambda: self.invite is not None)
        assert self.invite is not None
        self.peer.reply(self.invite, 180, tag="party")
        return self.invite

    def answers(self) -> None:
        invite = self.rings()
        self.body = sdp(self.rtp.port)
        before = len(self.seen)
        self.peer.reply(invite, 200, body=self.body, tag="party")
        self.dialog = Call.of(self.peer, invite, "party")
        self.rtp.call(*media_of(invite))
        self.wait(lambda: any(each.start.startswith("ACK") for each in self.seen[before:]))
        self.invite = None

    def refuses(self, code: int) -> None:
        self.peer.reply(self.rings(), code, tag="party")
        self.invite = None

    def holds(self) -> None:
        self._offers("sendonly")

    def retrieves(self) -> None:
        self._offers("sendrecv")

    def _offers(self, direction: str) -> None:
        assert self.dialog is not None
        self.body = sdp(self.rtp.port, direction=direction)
        before = len(self.seen)
        self.dialog.again(self.body)
        answer = self.answer_to("INVITE", before)
        assert answer.status == 200, answer.start
        self.dialog.ack()
        self.rtp.call(*media_of(answer))

    def refers(self, number: str, replaces: Call | None = None) -> None:
        """Transfers the other side of its call: blind, or to the other party of ``replaces`` (RFC 3515, 3891)."""
        assert self.dialog is not None
        ip, port = self._address
        target = f"sip:{number}@{ip}:{port}"
        if replaces is not None:
            target += "?Replaces=" + quote(
                f"{replaces.call_id};to-tag={replaces.remote_tag};from-tag={replaces.local_tag}", safe=""
            )
        before = len(self.seen)
        self.dialog.request("REFER", "", f"Refer-To: <{target}>", f"Referred-By: <sip:{self.number}@{ip}>")
        answer = self.answer_to("REFER", before)
        assert answer.status == 202, answer.start

    def hangs_up(self) -> None:
        assert self.dialog is not None
        before = len(self.seen)
        self.dialog.request("BYE")
        self.dialog, self.rtp.far = None, None
        self.answer_to("BYE", before)

    def hung_up_on(self, seconds: float = DEADLINE) -> None:
        self.wait(lambda: self.over, seconds)

    # --- what it does by itself ---

    def _take(self, message: Message) -> None:
        if message.status is None:
            self._request(message, message.start.split()[0])
        self.seen.append(message)

    def _request(self, request: Message, method: str) -> None:
        again = ";tag=" in request.get("To")
        if method == "INVITE" and again:
            self.agrees(request)
            self.rtp.call(*media_of(request))
        elif method == "INVITE":
            self.invite = request
        elif method == "CANCEL":
            self.peer.reply(request, 200, tag="party")
            if self.invite is not None:
                self.peer.reply(self.invite, 487, tag="party")
            self.invite = None
            self.over += 1
        elif method == "BYE":
            self.peer.reply(request, 200)
            self._over()
        elif method != "ACK":
            self.peer.reply(request, 200)
            if method == "NOTIFY" and request.body.startswith("SIP/2.0 200"):
                self._lets_go()

    def _lets_go(self) -> None:
        """Its transfer has come about (RFC 5589 §6.1)."""
        if self.dialog is not None:
            self.dialog.request("BYE")
            self._over()

    def _over(self) -> None:
        """Its call has ended: it sends no sound."""
        self.dialog, self.rtp.far = None, None
        self.over += 1
