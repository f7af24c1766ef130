"""An outgoing leg (RFC 3261 §13.2, §9.1): reliable provisional responses (RFC 3262), early media (RFC 3960, RFC 5009), 199 (RFC 6228)."""

from typing import Final

from shared.enums import EndCause
from shared.ids import LegId
from switch_server.adapters.sip.client import ClientTransaction, InviteClient
from switch_server.adapters.sip.grammar import MalformedFieldError
from switch_server.adapters.sip.message import Header, Request, Response
from switch_server.adapters.sip_lines import early_media, messages, reasons, sdp, session_timer
from switch_server.adapters.sip_lines.causes import cause_of
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.early_dialogs import EarlyDialog, EarlyDialogs
from switch_server.adapters.sip_lines.in_dialog import DialogLeg
from switch_server.adapters.sip_lines.leg import LegHost, LineState
from switch_server.adapters.sip_lines.own_offers import ALLOWED
from switch_server.adapters.sip_lines.reliable import RELIABLE, read_rseq
from switch_server.core.leg import LegAnswered, LegRinging
from switch_server.core.words import Far, Near, Trunk

EARLY: Final = (LineState.CALLING, LineState.RINGING)
TERMINATED: Final = 199


class OutboundLeg(DialogLeg):
    """``headers``: additional headers of the INVITE."""

    incoming = False

    def __init__(
        self, leg: LegId, trunk: Trunk, dialog: SipDialog, host: LegHost, near: Near, headers: tuple[Header, ...] = ()
    ) -> None:
        super().__init__(leg, trunk, dialog, host, LineState.CALLING)
        self.near = near
        self._headers = headers
        self._transaction: InviteClient | None = None
        self._early = EarlyDialogs()
        self._body = self.write_sdp(near, sdp.offer(near))

    def call(self) -> None:
        """Sends the INVITE."""
        self.wait(self.host.timing.call, self._no_answer)
        self._invite()

    def _invite(self) -> None:
        floor = max(self.floor, self.host.timing.min_se)
        headers = (
            ALLOWED,
            *self._extensions(),
            messages.header("Session-Expires", str(max(floor, self.trunk.session_expires))),
            messages.header("Min-SE", str(floor)),
            *self._headers,
        )
        self.resent(self.send("INVITE", self._body, headers, heard=self._heard))

    def _extensions(self) -> list[Header]:
        rules = self.trunk.signalling
        tags = ["timer", str(TERMINATED)] if rules.reliable == "never" else ["timer", RELIABLE, str(TERMINATED)]
        headers = [messages.header("Supported", ", ".join(tags))]
        if rules.reliable == "required":
            headers.append(messages.header("Require", RELIABLE))
        if rules.p_early_media:
            headers.append(messages.header("P-Early-Media", "supported"))
        return headers

    def resent(self, transaction: ClientTransaction) -> None:
        if isinstance(transaction, InviteClient):
            self._transaction = transaction

    def _no_answer(self) -> None:
        self._cancel(EndCause.NO_ANSWER)
        self.end(EndCause.NO_ANSWER, 408)

    def _cancel(self, cause: EndCause) -> None:
        """CANCEL now, or after the first response of the far end (RFC 3261 §9.1)."""
        if self._transaction is not None:
            self.host.tm.cancel(self._transaction, (reasons.header_of(cause),))

    def hang_up(self, cause: EndCause) -> None:
        if self.state in EARLY:
            self._cancel(cause)
            self.end(cause)
        elif self.state is LineState.UP:
            self.bye(cause)
            self.end(cause)

    # --- responses of the far end ---

    def _heard(self, response: Response) -> None:
        code = response.code
        if self.state is LineState.ENDED:
            if 200 <= code < 300:  # the 200 crossed our CANCEL
                self._confirm(response)
                self.bye(EndCause.CANCELLED)
        elif code < 200:
            self._progress(response, code)
        elif code < 300:
            self._answered(response)
        elif code == 422 and self.floor_rises(response):
            self._early.all_ended()
            self._invite()
        elif code >= 400 or not self.redirected(response):
            reason = reasons.reason_in(response)
            self.end(cause_of(code, reason.q850 if reason else None), code, reason)

    def _progress(self, response: Response, code: int) -> None:
        self.wait(self.host.timing.ring, self._no_answer)
        if code == 100:
            return
        tag = response.to_tag
        early = self._early.begun(tag, lambda: self._early_dialog(response))
        reliable = RELIABLE in response.tokens("require") and self.trunk.signalling.reliable != "never"
        if early is None or (reliable and not self._acknowledge(response, early)):
            self.host.counters["responses_out_of_order"] += 1
            return
        self.state = LineState.RINGING
        if code == TERMINATED:
            self._early.ended(tag)
        else:
            self._take_media(response, early, tag, reliable=reliable)
        self.host.emit(LegRinging(self.id, self._early.heard, code))

    def _early_dialog(self, response: Response) -> SipDialog | None:
        """``None``: its fields can't be followed."""
        if self._transaction is None:
            return None
        try:
            return self.dialog.answered_by(self._transaction.request, response)
        except MalformedFieldError:
            self.host.counters["malformed"] += 1
            return None

    def _acknowledge(self, response: Response, early: EarlyDialog) -> bool:
        """PRACK (RFC 3262 §4); ``False``: a repeat, or out of order."""
        rseq = read_rseq(response.value("rseq"))
        if rseq is None or not early.received.takes(rseq):
            return False
        rack = messages.header("RAck", f"{rseq} {response.cseq} INVITE")
        self.send("PRACK", headers=(rack,), heard=lambda _: None, dialog=early.dialog)
        return True

    def _take_media(self, response: Response, early: EarlyDialog, tag: str | None, *, reliable: bool) -> None:
        text = messages.sdp_of(response)
        if text is not None and not early.updated and (far := self.far_in(response)) is not None:
            early.far = far
            early.answered = early.answered or reliable
            self._early.media_came(tag)
        if self.trunk.signalling.p_early_media:
            allowed = early_media.permission(response.values("p-early-media"), 0)
            early.allowed = early.allowed if allowed is None else allowed

    def _confirm(self, response: Response) -> EarlyDialog | None:
        """The dialog of a 200 goes on where its early dialog was: our requests' numbers rise, the callee's have been seen."""
        early = self._early.answering(response.to_tag)
        if early is not None:
            self.dialog.cseq = max(self.dialog.cseq, early.dialog.cseq)
            self.dialog.far_cseq = early.dialog.far_cseq
        self.dialog.confirm(response)
        return early

    def _answered(self, response: Response) -> None:
        early = self._confirm(response)
        # an SDP answer in a 183 need not be repeated in the 200
        said = messages.sdp_of(response) is not None and not (early is not None and early.updated)
        far = self.far_in(response) if said else early.far if early is not None else None
        self.wait(None)
        if far is None:
            self.bye(EndCause.REJECTED_MEDIA)
            self.end(EndCause.REJECTED_MEDIA, 488)
            return
        self.state = LineState.UP
        self.far = far
        timer = response.value("session-expires")
        self.rearm(session_timer.as_uac(timer, ours=self.trunk.session_expires))
        self.host.emit(LegAnswered(self.id, far))

    def redirected(self, response: Response) -> bool:  # noqa: ARG002 — calls over trunks differ
        """Follows a 3xx; ``False``: it is refused."""
        return False

    # --- requests of a callee in its early dialog ---

    def dialog_of(self, request: Request) -> SipDialog | None:
        """A request may come before the provisional response of its dialog, which is not repeated if lost."""
        if self.state not in EARLY:
            return super().dialog_of(request)
        early = self._early_of(request)
        return early.dialog if early is not None else self.dialog

    def _early_of(self, request: Request) -> EarlyDialog | None:
        return self._early.of(request.from_tag) if self.state in EARLY else None

    def offer_is_open(self, request: Request) -> bool:
        early = self._early_of(request)
        open_ = self.state in EARLY and (early is None or not early.answered)
        return open_ or super().offer_is_open(request)

    def took(self, request: Request, far: Far) -> None:
        early = self._early_of(request)
        if early is None:
            super().took(request, far)
            return
        early.far, early.updated = far, True
        self._early.media_came(request.from_tag)
        self.host.emit(LegRinging(self.id, self._early.heard, 183))
