"""A caller's leg: from the INVITE to the ACK of our 200 (RFC 3261 §13.3, §15)."""

from shared.enums import Direction, EndCause
from shared.ids import LegId
from switch_server.adapters.sip.message import Request
from switch_server.adapters.sip.server import ServerTransaction
from switch_server.adapters.sip_lines import messages, reasons, sdp
from switch_server.adapters.sip_lines.causes import ELSEWHERE, code_of
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.in_dialog import DialogLeg
from switch_server.adapters.sip_lines.leg import LegHost, LineState
from switch_server.adapters.sip_lines.merged import Identity
from switch_server.adapters.sip_lines.own_offers import ALLOWED
from switch_server.adapters.sip_lines.reliable import RELIABLE, Provisional, read_rack
from switch_server.adapters.sip_lines.reliable_ringing import ReliableRinging
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
        self._bye_owed: EndCause | None = None
        self._answer_owed: Near | None = None
        self.answered = False
        """Our 200 has been sent."""
        self._settled = False
        """The first offer of the call has its answer, in a reliable provisional response or its PRACK."""
        self._reliable = self._reliable_ringing() if self._caller_takes_reliable() else None
        self._line = line
        self.identity: Identity = transaction.request.identity
        self.far = self._unknown() if offer is None else self.take_offer(offer)
        transaction.on_cancel = self.guard(self._cancelled)
        transaction.tag = dialog.tag

    @property
    def line(self) -> int | None:
        return self._line

    def _unknown(self) -> Far:
        """For a delayed offer: on hold at the caller's own address until the ACK brings the real address."""
        return Far(self.dialog.hop[0], DISCARD_PORT, self.trunk.laws[0], direction=Direction.INACTIVE)

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

    # --- ringing ---

    def _caller_takes_reliable(self) -> bool:
        invite = self._transaction.request
        asked = RELIABLE in invite.tokens("require") or RELIABLE in invite.tokens("supported")
        return asked and self.trunk.signalling.reliable != "never"

    def _reliable_ringing(self) -> ReliableRinging:
        timing, cseq = self.host.timing, self._transaction.request.cseq
        return ReliableRinging(cseq, self._transmit, self.after, timing.prack, timing.ack, self._no_prack)

    def _ring(self, near: Near | None) -> None:
        """Without an offer in the INVITE, the first reliable response has ours (RFC 3262 §5), so that a 180 alone can't be reliable."""
        if self._reliable is None:
            body = self._answer_body(near) if near is not None and self._offer is not None else None
            self._transmit(Provisional(180 if body is None else 183, body))
        elif near is not None and not self._settled:
            self.near = near
            self.offering = self._offer is None
            self._reliable.send(Provisional(183, self._answer_body(near)))
        elif self._offer is not None:
            self._reliable.send(Provisional(180))
        elif RELIABLE not in self._transaction.request.tokens("require"):
            self._transmit(Provisional(180))

    def _transmit(self, response: Provisional, rseq: int | None = None) -> None:
        headers = [self.contact(), ALLOWED]
        if rseq is not None:
            headers += [messages.header("Require", RELIABLE), messages.header("RSeq", str(rseq))]
        if response.body is not None and self._tells_early_media():
            headers.append(messages.header("P-Early-Media", "sendrecv"))
        self.reply(self._transaction, response.code, *headers, body=response.body)

    def _tells_early_media(self) -> bool:
        asked = "supported" in self._transaction.request.tokens("p-early-media")
        return asked and self.trunk.signalling.p_early_media

    def _no_prack(self) -> None:
        """RFC 3262 §3: the caller is refused."""
        self._reject(500, EndCause.FAR_LOST)

    def on_prack(self, transaction: ServerTransaction) -> None:
        ringing, rack = self._reliable, read_rack(transaction.request.value("rack"))
        response = None if ringing is None else ringing.acknowledged(rack)
        if ringing is None or response is None:
            super().on_prack(transaction)
            return
        if self.offering and self.state is LineState.OFFERED:
            self.reply(transaction, 200)
            self._answered_in_prack(transaction.request)
        else:
            self._settled = self._settled or response.body is not None
            self._take_prack(transaction)
        if self.state is LineState.OFFERED:
            self._go_on(ringing)

    def _answered_in_prack(self, prack: Request) -> None:
        """Our 183 had an offer."""
        self.offering = False
        far = self.far_in(prack)
        if far is None:
            self._reject(488, EndCause.REJECTED_MEDIA)
            return
        self._settled = True
        self.changed(far)

    def _take_prack(self, transaction: ServerTransaction) -> None:
        """A PRACK may have an offer, once the first one is answered (RFC 3262 §5)."""
        if messages.sdp_of(transaction.request) is None:
            self.reply(transaction, 200)
        elif not self.first_offer_answered:
            self.reply(transaction, 488)
        elif (offered := self.offered(transaction)) is not None:
            far, body = offered
            self.reply(transaction, 200, body=body)
            self.changed(far)

    def _go_on(self, ringing: ReliableRinging) -> None:
        if self._answer_owed is not None:
            self._answer_call(self._answer_owed)
        else:
            ringing.go_on()

    def _stop_ringing(self) -> None:
        if self._reliable is not None:
            self._reliable.stop()

    @property
    def first_offer_answered(self) -> bool:
        return self._settled or super().first_offer_answered

    # --- the final response ---

    def _answer_body(self, near: Near) -> str | None:
        if self._offer is None:
            return self.write_sdp(near, sdp.offer(near))
        return None if self.far is None else self.write_sdp(near, sdp.answer(near, self.far, self._offer))

    def _answer_call(self, near: Near) -> None:
        """200, with our SDP where no reliable response has had it; after the PRACK of a response with SDP (RFC 3262 §3)."""
        if self._reliable is not None and self._reliable.holds_answer:
            self._answer_owed = near
            return
        body = None if self._settled else self._answer_body(near)
        if body is None and not self._settled:
            self._reject(488, EndCause.REJECTED_MEDIA)
            return
        self.near = near
        timer = self.timer_asked(self._transaction.request)
        if not isinstance(timer, SessionTimer):  # checked when the INVITE came
            raise TypeError("session timer")
        self.state = LineState.ANSWERED
        self.answered = True
        self.offering = self._offer is None and not self._settled
        self._stop_ringing()
        self._transaction.on_ack = self.guard(self._acked)
        self._transaction.on_no_ack = self.guard(self._not_confirmed)
        self.wait(self.host.timing.ack, self._not_confirmed)
        headers = (self.contact(), ALLOWED, *self._agreed(timer, self._transaction.request))
        self.timer = timer
        self.reply(self._transaction, 200, *headers, body=body)

    def _reject(self, code: int, cause: EndCause) -> None:
        self._stop_ringing()
        extra = (messages.header("Retry-After", str(RETRY_AFTER_S)),) if code == 503 else ()
        self.reply(self._transaction, code, reasons.header_of(cause), *extra)
        self.end(cause, code)

    def hang_up(self, cause: EndCause) -> None:
        """BYE; before the ACK it is sent when the ACK comes (RFC 3261 §15); before the answer a final response is sent."""
        if self.state is LineState.OFFERED:
            self._reject(code_of(cause), cause)
        elif self.state is LineState.ANSWERED:
            self._bye_owed = cause
            self.end(cause)
        elif self.state is LineState.UP:
            self.bye(cause)
            self.end(cause)

    # --- messages of the caller ---

    def _acked(self, ack: Request) -> None:
        if self._bye_owed is not None:
            self._send_owed_bye(self._bye_owed)
        if self.state is not LineState.ANSWERED:
            return
        self.state = LineState.UP
        self.offering = False
        self.wait(None)
        asked = self._offer is None and not self._settled
        far = self.far_in(ack) if asked else None
        if asked and far is None:
            self.bye(EndCause.REJECTED_MEDIA)
            self.end(EndCause.REJECTED_MEDIA, 488)
            return
        self.rearm(self.timer)  # type: ignore[arg-type]
        self.host.emit(LegConfirmed(self.id))
        if far is not None:
            self.changed(far)

    def _not_confirmed(self) -> None:
        """No ACK came: the caller may still receive us, so a BYE is sent (RFC 3261 §13.3.1.4)."""
        if self._bye_owed is not None:
            self._send_owed_bye(self._bye_owed)
        elif self.state is LineState.ANSWERED:
            self.lost()

    def _send_owed_bye(self, cause: EndCause) -> None:
        self._bye_owed = None
        self.bye(cause)

    def _cancelled(self, cancel: Request | None) -> None:
        """CANCEL, or the INVITE's Expires has passed; the transaction has sent the 487."""
        if self.state is not LineState.OFFERED:
            return
        self._stop_ringing()
        reason = None if cancel is None else reasons.reason_in(cancel)
        elsewhere = reason is not None and reason.sip == ELSEWHERE
        cause = EndCause.NO_ANSWER if cancel is None else EndCause.CANCELLED
        self.end(EndCause.ANSWERED_ELSEWHERE if elsewhere else cause, 487, reason)

    def on_bye(self, transaction: ServerTransaction) -> None:
        if self.state is LineState.OFFERED:  # a BYE in an early dialog means the same as a CANCEL
            self.reply(transaction, 200)
            self.reply(self._transaction, 487)
            self._stop_ringing()
            self.end(EndCause.CANCELLED, 487, reasons.reason_in(transaction.request))
            return
        if self.state is LineState.ANSWERED:
            self._transaction.stop_repeating()  # nobody waits for the 200 any more
        super().on_bye(transaction)
