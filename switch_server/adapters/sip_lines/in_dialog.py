"""Requests within a dialog: re-INVITE, UPDATE, BYE, INFO, OPTIONS in (RFC 3261 §14, 3264 §8, 3311, 4028, 6086)."""

import random
import re
from collections.abc import Callable
from typing import Final

from shared.enums import DigitMode, EndCause
from shared.secret import Secret
from switch_server.adapters.sip.message import Header, Request
from switch_server.adapters.sip.server import ServerTransaction
from switch_server.adapters.sip_lines import messages, reasons, sdp, session_timer
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.leg import LineState
from switch_server.adapters.sip_lines.own_offers import ALLOWED, OfferingLeg
from switch_server.adapters.sip_lines.session_timer import SessionTimer, TooSmall
from switch_server.core.leg import DigitPressed
from switch_server.core.words import Far

_RELAY: Final = re.compile(r"^[ \t]*Signal[ \t]*=[ \t]*([0-9A-D*#]{1,2})[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_KEYS: Final = {**{k: k for k in "0123456789*#ABCD"}, **dict(zip(map(str, range(10, 16)), "*#ABCD", strict=True))}
_KEY_TYPES: Final = ("application/dtmf-relay", "application/dtmf", "audio/telephone-event")


class DialogLeg(OfferingLeg):
    """The behaviour inside a dialog, common to both directions."""

    def request(self, transaction: ServerTransaction) -> None:
        """A request of the far end with a higher CSeq than the last."""
        method = transaction.method
        answer = _ANSWERS.get(method)
        if answer is not None:
            answer(self, transaction)
        elif method == "REFER":
            self.reply(transaction, 603)
        else:
            self.reply(transaction, 405 if method in messages.KNOWN else 501, ALLOWED)

    def dialog_of(self, request: Request) -> SipDialog | None:
        """The dialog of a request with our tag; ``None``: it is none of ours (481)."""
        return self.dialog if self.dialog.far_tag_matches(request) else None

    def reply(self, transaction: ServerTransaction, code: int, *headers: Header, body: str | None = None) -> None:
        transaction.tag = self.dialog.tag
        messages.respond(transaction, code, body=body, headers=headers)

    # --- offers of the far end ---

    def on_invite(self, transaction: ServerTransaction) -> None:
        """re-INVITE. While an offer of ours has no answer: 491 (RFC 3261 §14.2)."""
        if self.offer_is_open(transaction.request):
            self.reply(transaction, 491)
        elif self.state is LineState.OFFERED:
            self.reply(transaction, 500, messages.header("Retry-After", str(random.randint(0, 10))))  # noqa: S311
        elif not transaction.request.body:
            self._offer_again(transaction)
        else:
            self._answer(transaction)

    def on_update(self, transaction: ServerTransaction) -> None:
        """UPDATE (RFC 3311): with an offer like a re-INVITE, without one like a refresh; also in an early dialog, once its first offer is answered."""
        request = transaction.request
        if not request.body:
            timer = self._timer_for(transaction)
            if not isinstance(timer, TooSmall):
                self.retarget(request)
                self.reply(transaction, 200, *self._agreed(timer, request))
                self.rearm(timer)
        elif self.offer_is_open(request):
            self.reply(transaction, 491)
        elif not self.first_offer_answered:
            self.reply(transaction, 500, messages.header("Retry-After", "2"))
        else:
            self._answer(transaction)

    def offer_is_open(self, request: Request) -> bool:  # noqa: ARG002 — the early dialogs of a call out differ
        """Whether an offer of ours has no answer yet, in the dialog of this request."""
        return self.offering or self.running is not None

    @property
    def first_offer_answered(self) -> bool:
        return self.state is not LineState.OFFERED

    def retarget(self, request: Request) -> None:
        dialog = self.dialog_of(request)
        if dialog is not None:
            dialog.retarget(request)

    def _answer(self, transaction: ServerTransaction) -> None:
        offered = self.offered(transaction)
        timer = None if offered is None else self._timer_for(transaction)
        if offered is None or timer is None or isinstance(timer, TooSmall):
            return
        far, body = offered
        self.retarget(transaction.request)
        self._accept(transaction, timer, body)
        self.took(transaction.request, far)

    def offered(self, transaction: ServerTransaction) -> tuple[Far, str] | None:
        """The far end's media and our answer, for the offer of a request; ``None``: the request has been refused."""
        text = messages.sdp_of(transaction.request)
        if text is None:
            self.reply(transaction, 415, messages.header("Accept", "application/sdp"))
            return None
        try:
            description = sdp.parse(text)
        except sdp.SdpError:
            self.host.counters["malformed_sdp"] += 1
            self.reply(transaction, 400)
            return None
        far = self.take_offer(description)
        if far is None or self.near is None:
            self.reply(transaction, 488)
            return None
        return far, self.write_sdp(self.near, sdp.answer(self.near, far, description))

    def took(self, request: Request, far: Far) -> None:  # noqa: ARG002 — as ``offer_is_open``
        """An offer of the far end has been answered."""
        self.changed(far)

    def _offer_again(self, transaction: ServerTransaction) -> None:
        """A re-INVITE without SDP: our 200 has the offer, the far end's ACK the answer. During T.38 that is what runs: a refresh may have this form."""
        timer = self._timer_for(transaction)
        if isinstance(timer, TooSmall) or self.near is None:
            return
        self.dialog.retarget(transaction.request)
        last = self.last_sdp
        body = last if last is not None and sdp.is_fax(last) else self.write_sdp(self.near, sdp.offer(self.near))
        self.offering = True
        self._accept(transaction, timer, body)

    def _accept(self, transaction: ServerTransaction, timer: SessionTimer, body: str) -> None:
        if transaction.method == "INVITE":
            self.expect_ack(transaction)
        self.reply(transaction, 200, self.contact(), ALLOWED, *self._agreed(timer, transaction.request), body=body)
        self.rearm(timer)

    def contact(self) -> Header:
        return messages.header("Contact", messages.contact(self.dialog.port.address))

    # --- session timer ---

    def _timer_for(self, transaction: ServerTransaction) -> SessionTimer | TooSmall:
        timer = self.timer_asked(transaction.request)
        if isinstance(timer, TooSmall):
            self.reply(transaction, 422, messages.header("Min-SE", str(timer.min_se)))
        return timer

    def timer_asked(self, request: Request) -> SessionTimer | TooSmall:
        """RFC 4028 §9, as the callee of this request."""
        return session_timer.as_uas(
            request.value("session-expires"),
            request.value("min-se"),
            supported="timer" in request.tokens("supported") | request.tokens("require"),
            ours=self.trunk.session_expires,
            floor=self.host.timing.min_se,
        )

    def _agreed(self, timer: SessionTimer, request: Request) -> tuple[Header, ...]:
        headers = [self.supported(), messages.header("Session-Expires", timer.header(as_uas=True))]
        if "timer" in request.tokens("supported") and not timer.we_refresh:
            headers.append(messages.header("Require", "timer"))
        return tuple(headers)

    # --- BYE, INFO, OPTIONS ---

    def on_prack(self, transaction: ServerTransaction) -> None:
        """PRACK: fits no reliable response of ours (RFC 3262 §3)."""
        self.reply(transaction, 481)

    def on_bye(self, transaction: ServerTransaction) -> None:
        self.reply(transaction, 200)
        reason = reasons.reason_in(transaction.request)
        self.end(EndCause.CALLER_HUNG_UP if self.incoming else EndCause.FAR_HUNG_UP, reason=reason)

    def on_info(self, transaction: ServerTransaction) -> None:
        """Keys by INFO. The digit goes straight into a ``Secret``; the body is never logged."""
        kind = messages.content_type(transaction.request)
        if kind == "":
            self.reply(transaction, 200)
            return
        if kind not in _KEY_TYPES:
            self.reply(transaction, 415, messages.header("Accept", ", ".join(_KEY_TYPES)))
            return
        key = _key(messages.text_of(transaction.request))
        self.reply(transaction, 400 if key is None else 200)
        if key is not None:
            self.host.emit(DigitPressed(self.id, Secret(key), DigitMode.INFO))

    def on_options(self, transaction: ServerTransaction) -> None:
        self.reply(transaction, 200, ALLOWED, self.supported(), messages.header("Accept", "application/sdp"))


def _key(body: str) -> str | None:
    """The key of a body, by its form and not by its type, since senders mix them: ``Signal=5`` in a line, or the key or its event number alone."""
    match = _RELAY.search(body)
    return _KEYS.get((match[1] if match is not None else body.strip()).upper())


_ANSWERS: Final[dict[str, Callable[[DialogLeg, ServerTransaction], None]]] = {
    "INVITE": DialogLeg.on_invite,
    "UPDATE": DialogLeg.on_update,
    "PRACK": lambda leg, transaction: leg.on_prack(transaction),
    "BYE": lambda leg, transaction: leg.on_bye(transaction),
    "INFO": DialogLeg.on_info,
    "OPTIONS": DialogLeg.on_options,
}
