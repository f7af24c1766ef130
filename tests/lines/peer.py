"""A SIP endpoint on a plain socket that sends exactly the messages that a test composes, valid or not."""

import itertools
import re
import secrets
import socket
import time
from dataclasses import dataclass, field
from typing import Self

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
    "a=ptime:20\r\na=sendrecv\r\n"
)
PATIENCE_S = 30.0
NOBODY = ("127.0.0.1", 9)
"""The switch of a peer that does not know it yet: the port of the discard service."""


@dataclass
class Message:
    start: str
    headers: list[tuple[str, str]]
    body: str
    source: tuple[str, int] = ("", 0)

    @property
    def status(self) -> int | None:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else None

    @property
    def method(self) -> str:
        return self.get("CSeq").split()[1]

    def get(self, name: str) -> str:
        return next((v for n, v in self.headers if n.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def tag(self, name: str) -> str:
        found = re.search(r";tag=([^;]+)", self.get(name))
        return found[1] if found else ""


def parse(data: bytes) -> Message:
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    return Message(start, [(n, v.strip()) for n, _, v in (line.partition(":") for line in lines)], body)


class Peer:
    """A far end on a free port of 127.0.0.1 (or another loopback address), or on ``port``."""

    def __init__(self, switch: tuple[str, int], ip: str = "127.0.0.1", port: int = 0) -> None:
        self.switch = switch
        self.skt = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.skt.bind((ip, port))
        self.address = self.skt.getsockname()
        self.kept: list[Message] = []
        self.contact = f"Contact: <sip:{self.address[0]}:{self.address[1]}>"
        """The Contact of its responses."""

    def close(self) -> None:
        self.skt.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def raw(self, data: bytes | str) -> None:
        self.skt.sendto(data if isinstance(data, bytes) else data.encode(), self.switch)

    def receive(self, seconds: float = PATIENCE_S) -> Message | None:
        self.skt.settimeout(max(seconds, 0.001))
        try:
            data, source = self.skt.recvfrom(65535)
        except TimeoutError:
            return None
        message = parse(data)
        message.source = source
        return message

    def expect(self, wanted: int | str, method: str | None = None, seconds: float = PATIENCE_S) -> Message:
        """Returns the next response with this status, or request with this method; other messages are kept in ``kept``."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            message = self.receive(left)
            if message is None:
                break
            if message.status == wanted and (method is None or message.method == method):
                return message
            if message.status is None and message.start.split()[0] == wanted:
                return message
            self.kept.append(message)
        raise AssertionError(f"no {wanted} in {seconds} s; got {[m.start for m in self.kept]}")

    def silent(self, seconds: float = 0.5) -> bool:
        return self.receive(seconds) is None

    def reply(
        self, request: Message, code: int, reason: str = "X", body: str = "", tag: str = "", extra: tuple[str, ...] = ()
    ) -> None:
        to = request.get("To")
        if tag and ";tag=" not in to:
            to += f";tag={tag}"
        lines = [f"SIP/2.0 {code} {reason}", *(f"Via: {v}" for v in request.all("Via"))]
        lines += [f"Record-Route: {v}" for v in request.all("Record-Route")]
        lines += [
            f"From: {request.get('From')}",
            f"To: {to}",
            f"Call-ID: {request.get('Call-ID')}",
            f"CSeq: {request.get('CSeq')}",
        ]
        lines += [self.contact, *extra]
        lines += ["Content-Type: application/sdp"] if body else []
        self.skt.sendto("\r\n".join([*lines, f"Content-Length: {len(body)}", "", body]).encode(), request.source)


@dataclass
class Call:
    """One dialog from the peer's side, as caller (``invite``) or as callee (``of``)."""

    peer: Peer
    number: str = "95500"
    caller: str = "13800138000"
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    local_tag: str = field(default_factory=lambda: secrets.token_hex(4))
    remote_tag: str = ""
    target: str = ""
    cseq: itertools.count = field(default_factory=lambda: itertools.count(1))  # type: ignore[type-arg]
    invite_branch: str = ""
    invite_cseq: int = 0
    ours: str = ""
    theirs: str = ""

    @classmethod
    def of(cls, peer: Peer, invite: Message, tag: str = "callee") -> "Call":
        call = cls(peer, call_id=invite.get("Call-ID"), local_tag=tag, remote_tag=invite.tag("From"))
        call.target = invite.get("Contact").strip("<>")
        call.ours, call.theirs = invite.get("To") + f";tag={tag}", invite.get("From")
        return call

    def request(
        self, method: str, body: str = "", *extra: str, kind: str = "application/sdp", cseq: int | None = None, branch: str = "",
        without: tuple[str, ...] = (), uri: str = "",
    ) -> tuple[int, str]:  # fmt: skip
        ip, port = self.peer.address
        host = f"{self.peer.switch[0]}:{self.peer.switch[1]}"
        number = next(self.cseq) if cseq is None else cseq
        branch = branch or "z9hG4bK" + secrets.token_hex(8)
        to = self.theirs or f"<sip:{self.number}@{host}>" + (f";tag={self.remote_tag}" if self.remote_tag else "")
        lines = [
            f"{method} {uri or self.target or f'sip:{self.number}@{host}'} SIP/2.0",
            f"Via: SIP/2.0/UDP {ip}:{port};rport;branch={branch}",
            "Max-Forwards: 70",
            f"From: {self.ours or f'<sip:{self.caller}@{ip}>;tag={self.local_tag}'}",
            f"To: {to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{ip}:{port}>",
        ]
        lines = [line for line in lines if line.partition(":")[0] not in without]
        lines += extra
        lines += [f"Content-Type: {kind}"] if body else []
        self.peer.raw("\r\n".join([*lines, f"Content-Length: {len(body.encode())}", "", body]))
        return number, branch

    def invite(self, body: str = SDP, *extra: str, **more: object) -> None:
        self.invite_cseq, self.invite_branch = self.request("INVITE", body, *extra, **more)  # type: ignore[arg-type]

    def learn(self, answer: Message) -> Message:
        self.remote_tag = answer.tag("To")
        self.target = answer.get("Contact").strip("<>")
        return answer

    def ack(self, body: str = "", *, failed: bool = False, cseq: int | None = None) -> None:
        self.request("ACK", body, cseq=cseq or self.invite_cseq, branch=self.invite_branch if failed else "")

    def cancel(self) -> None:
        self.request("CANCEL", cseq=self.invite_cseq, branch=self.invite_branch)

    def up(self, body: str = SDP, *extra: str) -> Message:
        """Sends INVITE, waits for 200, and sends ACK."""
        self.invite(body, *extra)
        answer = self.learn(self.peer.expect(200, "INVITE"))
        self.ack()
        return answer

    def again(self, body: str = SDP, *extra: str) -> None:
        """Sends a re-INVITE."""
        self.invite(body, *extra)
