"""Our reliable provisional responses to one INVITE, each repeated until its PRACK (RFC 3262 §3)."""

from collections.abc import Callable
from typing import Protocol

from switch_server.adapters.sip_lines.reliable import Provisional, RAck, Sender


class Cancellable(Protocol):
    def cancel(self) -> None: ...


After = Callable[[float, Callable[[], None]], Cancellable]


class ReliableRinging:
    """``transmit(response, rseq)`` sends; ``after(seconds, function)`` gives a timer with ``cancel``; ``first``: the wait before the first repeat
    (T1), doubled each time; after ``longest`` seconds without PRACK ``gave_up`` is called. ``cseq``: of the INVITE.
    """

    def __init__(
        self, cseq: int, transmit: Callable[[Provisional, int], None], after: After, first: float, longest: float,
        gave_up: Callable[[], None],
    ) -> None:  # fmt: skip
        self._sender = Sender()
        self._cseq = cseq
        self._transmit = transmit
        self._after = after
        self._first, self._longest = first, longest
        self._gave_up = gave_up
        self._waited = 0.0
        self._timer: Cancellable | None = None

    def send(self, response: Provisional) -> None:
        """Sends now, or after the PRACKs of the responses before."""
        if self._sender.send(response):
            self._waited = 0.0
            self._repeat(response, self._first)

    @property
    def holds_answer(self) -> bool:
        """A response with SDP has no PRACK yet: a 2xx must wait for it."""
        response = self._sender.unacknowledged
        return response is not None and response.body is not None

    def acknowledged(self, rack: RAck | None) -> Provisional | None:
        """The response that a PRACK acknowledges; ``None``: none."""
        response = None if rack is None else self._sender.acknowledged(rack, self._cseq)
        if response is not None:
            self._cancel()
        return response

    def go_on(self) -> None:
        """Sends the response that waited for the PRACK, if there is one."""
        if (response := self._sender.following()) is not None:
            self.send(response)

    def stop(self) -> None:
        """The INVITE has its final response."""
        self._cancel()
        self._sender.stop()

    def _repeat(self, response: Provisional, wait: float) -> None:
        if self._waited >= self._longest:
            self._gave_up()
            return
        self._transmit(response, self._sender.rseq)
        self._waited += wait
        self._timer = self._after(wait, lambda: self._repeat(response, wait * 2))

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
