"""Minimal SIP telephones on one asyncio loop: desks' phones that answer, and callers. They have no sound, since the switch is measured."""

import asyncio
import secrets
import time
from collections.abc import Callable

from tests.lines.peer import SDP, Message, parse

Address = tuple[str, int]
TOKEN = "X-Huawu-Token"


class SipSocket(asyncio.DatagramProtocol):
    """One UDP port; ``heard`` is called with each message and the monotonic time of its arrival."""

    def __init__(self, heard: Callable[[Message, float], None]) -> None:
        self._heard = heard
        self.address: Address = ("127.0.0.1", 0)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.address = self._transport.get_extra_info("sockname")

    def close(self) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        at = time.monotonic()
        message = parse(data)
        message.source = addr
        self._heard(message, at)

    def send(self, lines: list[str], body: str, to: Address) -> None:
        kind = ["Content-Type: application/sdp"] if body else []
        self._transport.sendto("\r\n".join([*lines, *kind, f"Content-Length: {len(body)}", "", body]).encode(), to)

    def reply(self, request: Message, status: str, body: str = "") -> None:
        to = request.get("To")
        lines = [
            f"SIP/2.0 {status}",
            *(f"{name}: {value}" for name, value in request.headers if name in ("Via", "Record-Route")),
        ]
        lines += [f"From: {request.get('From')}", f"To: {to if ';tag=' in to else to + ';tag=desk'}"]
        lines += [f"{name}: {request.get(name)}" for name in ("Call-ID", "CSeq")]
        self.send([*lines, f"Contact: <sip:{self.address[0]}:{self.address[1]}>"], body, request.source)


class DeskPhone:
    """Rings at once and answers ``answer_after`` seconds later. ``rang``: the monotonic time of the first INVITE, by token."""

    def __init__(self, answer_after: float) -> None:
        self._answer_after = answer_after
        self._socket = SipSocket(self._heard)
        self.rang: dict[str, float] = {}
        self.on_ring: Callable[[str], None] = lambda _token: None
        self._answered: dict[str, Message] = {}

    async def open(self) -> None:
        await self._socket.open()

    def close(self) -> None:
        self._socket.close()

    @property
    def contact(self) -> str:
        ip, port = self._socket.address
        return f"{ip}:{port}"

    def _heard(self, message: Message, at: float) -> None:
        match message.start.split()[0]:
            case "INVITE":
                self._invited(message, at)
            case "CANCEL" | "BYE" | "OPTIONS" | "UPDATE":
                self._socket.reply(message, "200 OK")
                if message.start.startswith("CANCEL"):
                    self._cancelled(message)

    def _invited(self, message: Message, at: float) -> None:
        call_id, token = message.get("Call-ID"), message.get(TOKEN)
        if call_id in self._answered:  # a retransmission
            return
        self.rang.setdefault(token, at)
        self._answered[call_id] = message
        self._socket.reply(message, "180 Ringing")
        asyncio.get_running_loop().call_later(self._answer_after, self._answer, call_id)
        self.on_ring(token)

    def _answer(self, call_id: str) -> None:
        if (invite := self._answered.get(call_id)) is not None:
            self._socket.reply(invite, "200 OK", SDP)

    def _cancelled(self, cancel: Message) -> None:
        if (invite := self._answered.pop(cancel.get("Call-ID"), None)) is not None:
            self._socket.reply(invite, "487 Request Terminated")


class Callers:
    """Places calls from one port; each lasts until the switch hangs up."""

    def __init__(self, switch: Address) -> None:
        self._switch = switch
        self._socket = SipSocket(self._heard)
        self.answered: set[str] = set()
        self.over: set[str] = set()
        self.refused: dict[str, str] = {}
        self._invites: dict[str, list[str]] = {}

    async def open(self) -> None:
        await self._socket.open()

    def close(self) -> None:
        self._socket.close()

    def call(self, ani: str) -> str:
        """Sends an INVITE; returns its Call-ID."""
        ip, port = self._socket.address
        call_id = secrets.token_hex(8)
        uri = f"sip:95500@{self._switch[0]}:{self._switch[1]}"
        self._invites[call_id] = head = [
            f"Via: SIP/2.0/UDP {ip}:{port};branch=z9hG4bK{call_id}", "Max-Forwards: 70",
            f"From: <sip:{ani}@{ip}:{port}>;tag={call_id}", f"To: <{uri}>", f"Call-ID: {call_id}",
        ]  # fmt: skip
        contact = f"Contact: <sip:{ani}@{ip}:{port}>"
        self._socket.send([f"INVITE {uri} SIP/2.0", *head, "CSeq: 1 INVITE", contact], SDP, self._switch)
        return call_id

    def _heard(self, message: Message, at: float) -> None:
        call_id = message.get("Call-ID")
        if message.status is None:
            self._socket.reply(message, "200 OK")
            if message.start.startswith("BYE"):
                self.over.add(call_id)
        elif message.status >= 200 and message.method == "INVITE":
            self._acknowledge(message, call_id)
            if message.status < 300:
                self.answered.add(call_id)
            else:
                self.refused[call_id] = message.start
                self.over.add(call_id)

    def _acknowledge(self, message: Message, call_id: str) -> None:
        via, *rest = self._invites[call_id]
        ok = (message.status or 0) < 300
        uri = message.get("Contact").strip("<>") if ok else message.get("To").partition(">")[0].strip("<")
        via = f"{via}ack" if ok else via
        lines = [via, *(line for line in rest if not line.startswith("To:")), f"To: {message.get('To')}"]
        self._socket.send([f"ACK {uri} SIP/2.0", *lines, "CSeq: 1 ACK"], "", message.source)
