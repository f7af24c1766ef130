"""Reliable provisional responses (RFC 3262), as two small machines without sockets or timers: of the callee, who sends them, and of the caller."""

import re
import secrets
from typing import Final

from msgspec import Struct

RELIABLE: Final = "100rel"
"""The option tag."""
_NUMBER: Final = re.compile(r"0{0,99}([0-9]{1,10})")


class Provisional(Struct, frozen=True):
    """A response to send: ``body`` is an SDP offer or answer."""

    code: int
    body: str | None = None


class RAck(Struct, frozen=True):
    rseq: int
    cseq: int
    method: str


def read_rseq(text: str | None) -> int | None:
    """RSeq (§7.1): 1 to 2**32 - 1; ``None`` if absent or malformed."""
    match = _NUMBER.fullmatch((text or "").strip())
    return int(match[1]) if match is not None and 0 < int(match[1]) < 2**32 else None


def read_rack(text: str | None) -> RAck | None:
    """RAck (§7.2): response number, CSeq number, method."""
    fields = (text or "").split()
    if len(fields) != 3 or read_rseq(fields[0]) is None or _NUMBER.fullmatch(fields[1]) is None:
        return None
    return RAck(int(fields[0]), int(fields[1]), fields[2])


class Sender:
    """The callee's side: one response is unacknowledged at most, later ones wait (§3).

    ```
    idle ──send──► unacknowledged ──PRACK──► idle, or the next one
    ```
    """

    def __init__(self) -> None:
        self.unacknowledged: Provisional | None = None
        self.rseq = secrets.randbelow(2**30)
        """Of the last response sent; the first is random, so that no other call's PRACK fits (§3)."""
        self._waiting: list[Provisional] = []

    def send(self, response: Provisional) -> bool:
        """Whether the response is to be sent now, with ``rseq``; otherwise after the PRACK of the one before."""
        if self.unacknowledged is not None:
            self._waiting.append(response)
            return False
        self.unacknowledged = response
        self.rseq += 1
        return True

    def acknowledged(self, rack: RAck, cseq: int) -> Provisional | None:
        """The response that a PRACK acknowledges; ``None``: it fits none (481). ``cseq``: of the INVITE."""
        if rack != RAck(self.rseq, cseq, "INVITE"):
            return None
        response, self.unacknowledged = self.unacknowledged, None
        return response

    def following(self) -> Provisional | None:
        """The next response to send, taken out."""
        return self._waiting.pop(0) if self._waiting and self.unacknowledged is None else None

    def stop(self) -> None:
        """A final response has been sent: nothing is repeated, but the PRACK may still come (§3)."""
        self._waiting.clear()


class Receiver:
    """The caller's side of one early dialog: responses are taken in order, each once (§4)."""

    def __init__(self) -> None:
        self._last: int | None = None

    def takes(self, rseq: int) -> bool:
        """Whether this response is the next one, which is acknowledged. Repeats and responses out of order are neither taken nor acknowledged."""
        if self._last is not None and rseq != self._last + 1:
            return False
        self._last = rseq
        return True
