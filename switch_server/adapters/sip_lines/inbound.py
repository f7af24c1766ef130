"""A caller's leg: from the INVITE to the ACK of our 200 (RFC 3261 §13.3, §15)."""

from shared.enums import Direction, EndCause
from shared.ids import LegId
from switch_server.adapters.sip.message import Request
from switch_server.adapters.sip.server import ServerTransaction
from switch_server.adapters.sip_lines import messages, sdp
from switch_server.adapters.sip_lines.causes import code_of
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.in_dialog import ALLOWED, DialogLeg
from switch_server.adapters.sip_lines.leg import LegHost, LineState
from switch_server.adapters.sip_lines.merged import Identity
from switch_server.adapters.sip_lines.session_timer import SessionTimer
from switch_server.core.leg import Answer, LegConfirmed, LineEffect, Reject, Ring
from switch_server.core.words import Far, Near, Trunk

RETRY_AFTER_S = 5
DISCARD_PORT = 9


class InboundLeg(DialogLeg):
    """``offer``: the caller's SDP; ``None`` if the INVITE has none and waits for ours (a delayed offer)."""

    incoming = True

    def __init__(
        self, leg: LegId, trunk: Trunk, dialog: SipDialog, host: LegHost, transaction: ServerTransaction,
        offer: sdp.SessionDescription | None, line: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(leg, trunk, dialog, host, LineState.OFFERED)
        self._transaction = transaction
        self._offer = offer
        self._line = line
        self._bye_owed = False
        self.identity: Identity = transaction.request.identity
        self.far = self._unknown() if offer is None else self.take(offer)
        transaction.on_cancel = self.guard(self._cancelled)
        transaction.tag = dialog.tag

    @property
    def line(self) -> int | None:
        return self._line

    def _unknown(self) -> Far:
        """For a delayed offer: on hold at the caller's own address until the ACK brings the real address."""
        return Far(self.dialog.hop[0], DISCARD_PORT, self.trunk.laws[0], direction=Direction.INACTIVE)

    def trying(self) -> None:
        messages.respond(self._transaction, 100)

    # --- effects ---

    def do(self, effect: LineEffect) -> None:
        if self.state is LineState.OFFERED and isinstance(effect, Ring):
            self._ring(effect.near)
        elif self.state is LineState.OFFERED and isinstance(effect, Answer):
            self._answer_call(effect.near)
        elif self.state is LineState.OFFERED and isinstance(effect, Reject):
            self._reject(effect.sip_code, effect.cause)
        else:
            super().do(effect)

    def _ring(self, near: Near | None) -> None:
        body = self._answer_body(near) if near is not None and self._offer is not None else None
        code = 180 if body is None else 183
        self.reply(self._transaction, code, self.contact(), ALLOWED, body=body)

    def _answer_body(self, near: Near) -> str | None:
        if self._offer is None:
            return self.write_sdp(near, sdp.offer(near))
        return None if self.far is None else self.write_sdp(near, sdp.answer(near, self.far, self._offer))

    def _answer_call(self, near: Near) -> None:
        body = self._answer_body(near)
        if body is None:
            self._reject(488, EndCause.REJECTED_MEDIA)
            return
        self.near = near
        timer = self.timer_asked(self._transaction.request)
        if not isinstance(timer, SessionTimer):  # checked when the INVITE came
            raise TypeError("session timer")
        self.state = LineState.ANSWERED
        self.offering = self._offer is None
        self._transaction.on_ack = self.guard(self._acked)
        self._transaction.on_no_ack = self.guard(self._not_confirmed)
        self.wait(self.host.timing.ack, self._not_confirmed)
        headers = (self.contact(), ALLOWED, *self._agreed(timer, self._transaction.request))
        self.timer = timer
        self.reply(self._transaction, 200, *headers, body=body)

    def _reject(self, code: int, cause: EndCause) -> None:
        extra = (messages.header("Retry-After", str(RETRY_AFTER_S)),) if code == 503 else ()
        self.reply(self._transaction, code, *extra)
        self.end(cause, code)

    def hang_up(self, cause: EndCause) -> None:
        """BYE; before the ACK it is sent when the ACK comes (RFC 3261 §15); before the answer a final response is sent."""
        if self.state is LineState.OFFERED:
            self._reject(code_of(cause), cause)
        elif self.state is LineState.ANSWERED:
            self._bye_owed = True
            self.end(cause)
        elif self.state is LineState.UP:
            self.bye()
            self.end(cause)

    # --- messages of the caller ---

    def _acked(self, ack: Request) -> None:
        if self._bye_owed:
            self._bye_owed = False
            self.bye()
        if self.state is not LineState.ANSWERED:
            return
        self.state = LineState.UP
        self.offering = False
        self.wait(None)
        far = None if self._offer is not None else self.far_in(ack)
        if self._offer is None and far is None:
            self.bye()
            self.end(EndCause.REJECTED_MEDIA, 488)
            return
        self._rearm(self.timer)  # type: ignore[arg-type]
        self.host.emit(LegConfirmed(self.id))
        if far is not None:
            self.changed(far)

    def _not_confirmed(self) -> None:
        """No ACK came: the caller may still receive us, so a BYE is sent (RFC 3261 §13.3.1.4)."""
        if self._bye_owed:
            self._bye_owed = False
            self.bye()
        elif self.state is LineState.ANSWERED:
            self.lost()

    def _cancelled(self, by_far_end: bool) -> None:
        """CANCEL, or the INVITE's Expires has passed; the transaction has sent the 487."""
        if self.state is LineState.OFFERED:
            self.end(EndCause.CANCELLED if by_far_end else EndCause.NO_ANSWER, 487)

    def on_bye(self, transaction: ServerTransaction) -> None:
        if self.state is LineState.OFFERED:  # a BYE in an early dialog means the same as a CANCEL
            self.reply(transaction, 200)
            self.reply(self._transaction, 487)
            self.end(EndCause.CANCELLED, 487)
            return
        if self.state is LineState.ANSWERED:
            self._transaction.stop_repeating()  # nobody waits for the 200 any more
        super().on_bye(transaction)
