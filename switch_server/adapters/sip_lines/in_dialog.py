"""Requests within a dialog: re-INVITE, UPDATE, BYE, INFO, OPTIONS in; session refreshes out (RFC 3261 §14, 3264 §8, 3311, 4028, 6086)."""

import random
import re
from collections.abc import Callable
from typing import Final

from shared.enums import DigitMode, EndCause
from shared.secret import Secret
from switch_server.adapters.sip.message import Header, Message, Request, Response
from switch_server.adapters.sip.server import ServerTransaction
from switch_server.adapters.sip_lines import messages, reasons, sdp, session_timer
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.leg import LineState, SipLeg
from switch_server.adapters.sip_lines.session_timer import SessionTimer, TooSmall
from switch_server.core.leg import DigitPressed, LegChanged, LegRefreshed, LineEffect, RefreshLeg
from switch_server.core.words import Far

_RELAY: Final = re.compile(r"^[ \t]*Signal[ \t]*=[ \t]*([0-9A-D*#]{1,2})[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_KEYS: Final = {**{k: k for k in "0123456789*#ABCD"}, **dict(zip(map(str, range(10, 16)), "*#ABCD", strict=True))}
_KEY_TYPES: Final = ("application/dtmf-relay", "application/dtmf", "audio/telephone-event")
SUPPORTED: Final = messages.header("Supported", "timer, 100rel")
ALLOWED: Final = messages.header("Allow", messages.ALLOW)


class DialogLeg(SipLeg):
    """The behaviour inside a dialog, common to both directions."""

    _refreshing = False
    offering = False
    """Our 200 has an offer, and the ACK with the answer has not come yet."""
    floor = 0
    """The far end's Min-SE of a 422: taken over once, so that two stubborn ends don't retry without end."""

    def do(self, effect: LineEffect) -> None:
        if isinstance(effect, RefreshLeg) and self.state is LineState.UP:
            self.refresh()
        else:
            super().do(effect)

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

    def supported(self) -> Header:
        """Our extensions on this trunk."""
        reliable = self.trunk.signalling.reliable != "never"
        return SUPPORTED if reliable else messages.header("Supported", "timer")

    def reply(self, transaction: ServerTransaction, code: int, *headers: Header, body: str | None = None) -> None:
        transaction.tag = self.dialog.tag
        messages.respond(transaction, code, body=body, headers=headers)

    # --- offers of the far end ---

    def on_invite(self, transaction: ServerTransaction) -> None:
        """re-INVITE. While an offer of ours has no answer: 491 (RFC 3261 §14.2)."""
        if self.offer_is_open(transaction.request):
            self.reply(transaction, 491)
        elif self.state is LineState.OFFERED:
            self.reply(transaction, 500, messages.header("Retry-After", str(random.randint(0, 10))))  # noqa: S311  no secret
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
                self._rearm(timer)
        elif self.offer_is_open(request):
            self.reply(transaction, 491)
        elif not self.first_offer_answered:
            self.reply(transaction, 500, messages.header("Retry-After", "2"))
        else:
            self._answer(transaction)

    def offer_is_open(self, request: Request) -> bool:  # noqa: ARG002 — the early dialogs of a call out differ
        """Whether an offer of ours has no answer yet, in the dialog of this request."""
        return self.offering or self._refreshing

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
        far = self.take(description)
        if far is None or self.near is None:
            self.reply(transaction, 488)
            return None
        return far, self.write_sdp(self.near, sdp.answer(self.near, far, description))

    def took(self, request: Request, far: Far) -> None:  # noqa: ARG002 — as ``offer_is_open``
        """An offer of the far end has been answered."""
        self.changed(far)

    def _offer_again(self, transaction: ServerTransaction) -> None:
        """A re-INVITE without SDP: our 200 has the offer, the far end's ACK the answer."""
        timer = self._timer_for(transaction)
        if isinstance(timer, TooSmall) or self.near is None:
            return
        self.dialog.retarget(transaction.request)
        body = self.write_sdp(self.near, sdp.offer(self.near))
        self.offering = True
        transaction.on_ack = self.guard(self._answered_in_ack)
        self._accept(transaction, timer, body)

    def _accept(self, transaction: ServerTransaction, timer: SessionTimer, body: str) -> None:
        transaction.on_no_ack = self.guard(self.lost)
        self.reply(transaction, 200, self.contact(), ALLOWED, *self._agreed(timer, transaction.request), body=body)
        self._rearm(timer)

    def contact(self) -> Header:
        return messages.header("Contact", messages.contact(self.dialog.port.address))

    def _answered_in_ack(self, ack: Request) -> None:
        self.offering = False
        far = self.far_in(ack)
        if far is not None:
            self.changed(far)

    def far_in(self, message: Message) -> Far | None:
        """The chosen media of a message's SDP; ``None`` without usable SDP."""
        text = messages.sdp_of(message)
        try:
            return None if text is None else self.take(sdp.parse(text))
        except sdp.SdpError:
            self.host.counters["malformed_sdp"] += 1
            return None

    def changed(self, far: Far) -> None:
        if self.state is not LineState.ENDED and far != self.far:
            self.far = far
            self.host.emit(LegChanged(self.id, far))

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

    def _rearm(self, timer: SessionTimer | None) -> None:
        self.arm_session(timer, self.refresh)

    # --- our refresh ---

    def refresh(self) -> None:
        """Sends a re-INVITE with our last SDP. ``LegRefreshed`` follows, or the leg ends."""
        if self._refreshing or self.state is not LineState.UP:
            return
        if self.offering:
            self._refresh_later()
            return
        self._refreshing = True
        self.wait(self.host.timing.refresh, self.lost)
        self._send_refresh(self.timer.expires if self.timer else self.trunk.session_expires)

    def _send_refresh(self, expires: int) -> None:
        headers = (
            self.supported(),
            ALLOWED,
            messages.header("Session-Expires", f"{expires};refresher=uac"),
            messages.header("Min-SE", str(max(self.floor, self.host.timing.min_se))),
        )
        self.send("INVITE", self.last_sdp, headers, heard=self._refresh_heard)

    def _refresh_heard(self, response: Response) -> None:
        code = response.code
        if code < 200 or self.state is LineState.ENDED:
            return
        if code in (408, 481):
            self.lost(code)
        elif code == 491:
            self._refreshing = False
            self._refresh_later()
        elif code == 422 and self.floor_rises(response):
            self._send_refresh(self.floor)
        else:
            self._refreshed(response, code)

    def _refresh_later(self) -> None:
        """RFC 3261 §14.1: the owner of the Call-ID waits longer, so that one of the two ends gets through."""
        span = (2.1, 4.0) if not self.incoming else (0.0, 2.0)
        self.wait(random.uniform(*span) * self.host.timing.glare, self.refresh)  # noqa: S311  no secret

    def floor_rises(self, response: Response) -> bool:
        """A 422 with a higher Min-SE than the last one (RFC 4028 §7.3)."""
        asked = session_timer.read(response.value("min-se"))
        if asked is None or not self.floor < asked[0] <= 86_400:
            return False
        self.floor = asked[0]
        return True

    def _refreshed(self, response: Response, code: int) -> None:
        """Any final response shows that the far end is alive; only a 2xx changes anything (RFC 3261 §14.1)."""
        self._refreshing = False
        self.wait(None)
        ours = self.timer.expires if self.timer else self.trunk.session_expires
        said = response.value("session-expires") if code < 300 else None
        self._rearm(session_timer.as_uac(said, ours=ours))
        self.host.emit(LegRefreshed(self.id))
        if code < 300:
            self.dialog.retarget(response)
            if (far := self.far_in(response)) is not None:
                self.changed(far)

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
