"""A clock that a test moves, the port that keeps what is sent, and messages."""

from itertools import count

from switch_server.adapters.sip import reader
from switch_server.adapters.sip.message import Request, Response
from switch_server.adapters.sip.timers import SipTimers
from switch_server.adapters.sip.transactions import Transactions

FAR = ("192.0.2.7", 5070)
_NUMBERS = count(1)


class Port:
    address = ("192.0.2.1", 5060)

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, tuple[str, int]]] = []

    def send(self, data: bytes, address: tuple[str, int]) -> None:
        self.sent.append((data, address))

    def take(self) -> list[str]:
        """The start lines of what was sent since the last time."""
        lines = [data.split(b"\r\n")[0].decode() for data, _ in self.sent]
        self.sent.clear()
        return lines


def counts(tm: Transactions) -> tuple[int, int, int]:
    """Client transactions, server transactions, final responses kept."""
    return len(tm._clients), len(tm._servers), len(tm.kept)


class World:
    """``requests``: those that a user of the transactions has got."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.timers = SipTimers(lambda: self.now)
        self.port = Port()
        self.requests: list[tuple[Request, object]] = []
        self.tm = Transactions(self.timers, lambda request, transaction: self.requests.append((request, transaction)))

    def comes(self, text: str) -> None:
        message = reader.read(text.encode(), FAR)
        assert isinstance(message, Request | Response), message
        self.tm.take(message, self.port)  # type: ignore[arg-type]

    def passes(self, seconds: float, step: float = 0.125) -> list[tuple[float, str]]:
        """Moves the clock; what was sent, with the seconds since the begin."""
        begun, seen = self.now, []
        while self.now - begun < seconds - step / 2:
            self.now += step
            self.timers.run(_no_fault)
            seen += [(self.now - begun, line) for line in self.port.take()]
        return seen


def _no_fault() -> None:
    raise  # noqa: PLE0704 — within the handling of the timer's exception


def request(method: str, cseq: int = 1, *, branch: str = "", to: str = "", call: str = "c1", more: str = "") -> str:
    branch = branch or f"z9hG4bK{next(_NUMBERS)}"
    of = "INVITE" if method == "CANCEL" else method
    return (
        f"{method} sip:95500@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5070;branch={branch}\r\nFrom: <sip:1@192.0.2.7>;tag=f\r\n"
        f"To: <sip:95500@192.0.2.1>{to}\r\nCall-ID: {call}\r\nCSeq: {cseq} {method if of == method else 'CANCEL'}\r\n{more}\r\n"
    )


def answer(sent: Request, code: int, *, tag: str = "", more: str = "") -> str:
    to = sent.value("to") + (f";tag={tag}" if tag else "")
    return (
        f"SIP/2.0 {code} X\r\nVia: {sent.value('via')}\r\nFrom: {sent.value('from')}\r\nTo: {to}\r\nCall-ID: {sent.call_id}\r\n"
        f"CSeq: {sent.value('cseq')}\r\n{more}\r\n"
    )
