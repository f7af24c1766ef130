"""Offers of ours in a call: session refreshes, and new media of a leg (RFC 3261 §14.1, RFC 3264 §8, RFC 4028).

One at a time: a new one waits while ours has no final response, while the far end's re-INVITE has no ACK, and after 491. A leg has at most one
new media and one refresh that wait.
"""

import random
from typing import Final

from switch_server.adapters.sip.message import Header, Message, Request, Response
from switch_server.adapters.sip.server import ServerTransaction
from switch_server.adapters.sip_lines import messages, sdp, session_timer
from switch_server.adapters.sip_lines.leg import LineState, SipLeg
from switch_server.adapters.sip_lines.session_timer import SessionTimer
from switch_server.core.leg import (
    LegChanged,
    LegRefreshed,
    LegReoffered,
    LegReofferRefused,
    LineEffect,
    RefreshLeg,
    Reoffer,
)
from switch_server.core.words import Far

SUPPORTED: Final = messages.header("Supported", "timer, 100rel")
ALLOWED: Final = messages.header("Allow", messages.ALLOW)
MOST_GLARES: Final = 5
"""491s to one new media; after the next one it counts as refused."""
NOT_ACCEPTABLE: Final = 488


class OwnOffer:
    """An offer of ours without its final response. ``reoffer``: ``None`` for a refresh; ``before``: the SDP that counts till then."""

    def __init__(self, text: str | None, before: str | None, reoffer: Reoffer | None) -> None:
        self.text = text
        self.before = before
        self.reoffer = reoffer


class OfferingLeg(SipLeg):
    """The part of a dialog in which we ask."""

    offering = False
    """Our 200 has an offer, and the ACK with the answer has not come yet."""
    unconfirmed = False
    """Our 200 to a re-INVITE has no ACK yet."""
    running: OwnOffer | None = None
    floor = 0
    """The far end's Min-SE of a 422: taken over once, so that two stubborn ends don't retry without end."""
    _reoffer: Reoffer | None = None
    _refresh_due = False
    _resting = False
    _glares = 0

    def do(self, effect: LineEffect) -> None:
        if isinstance(effect, RefreshLeg) and self.state is LineState.UP:
            self.refresh()
        elif isinstance(effect, Reoffer) and self.state is LineState.UP:
            self._offer_media(effect)
        else:
            super().do(effect)

    def refresh(self) -> None:
        """Sends a re-INVITE with our last SDP. ``LegRefreshed`` follows, or the leg ends."""
        if self.running is None or self.running.reoffer is not None:
            self._refresh_due = True
            self.next_offer()

    def _offer_media(self, effect: Reoffer) -> None:
        if effect.t38 and not self.may_fax(effect.near):
            self.host.emit(LegReofferRefused(self.id, NOT_ACCEPTABLE))
            return
        self._reoffer, self._glares = effect, 0
        self.next_offer()

    # --- one after another ---

    def next_offer(self) -> None:
        """Sends the offer that waits, if it is its turn."""
        busy = self.running is not None or self._resting or self.offering or self.unconfirmed
        if busy or self.state is not LineState.UP:
            return
        if (reoffer := self._reoffer) is not None:
            self._reoffer, before = None, self.last_sdp
            body = sdp.offer_again(reoffer.near, before or "", t38=reoffer.t38)
            self._begin(OwnOffer(self.origin.write(reoffer.near, body), before, reoffer))
        elif self._refresh_due:
            self._refresh_due = False
            self._begin(OwnOffer(self.last_sdp, self.last_sdp, None))

    def _begin(self, offer: OwnOffer) -> None:
        self.running = offer
        self.wait(self.host.timing.refresh, self.lost)
        self._send_offer(offer, self._interval())

    def _interval(self) -> int:
        return self.timer.expires if self.timer else self.trunk.session_expires

    def _send_offer(self, offer: OwnOffer, expires: int) -> None:
        headers = (
            self.supported(),
            ALLOWED,
            messages.header("Session-Expires", f"{expires};refresher=uac"),
            messages.header("Min-SE", str(max(self.floor, self.host.timing.min_se))),
        )
        self.send("INVITE", offer.text, headers, heard=self._offer_heard)

    def _offer_heard(self, response: Response) -> None:
        code, offer = response.code, self.running
        if code < 200 or self.state is LineState.ENDED or offer is None:
            return
        if code in (408, 481):
            self.lost(code)
        elif code == 491 and self._glares < MOST_GLARES:
            self._rest(offer)
        elif code == 422 and self.floor_rises(response):
            self._send_offer(offer, self.floor)
        else:
            self._settled_by(response, offer)

    def _rest(self, offer: OwnOffer) -> None:
        """RFC 3261 §14.1: the owner of the Call-ID waits longer, so that one of the two ends gets through. The far end's offer comes meanwhile."""
        self.running, self._resting = None, True
        if offer.reoffer is None:
            self._refresh_due = True
        else:
            self._taken_back(offer)
            self._glares += 1
            self._reoffer = self._reoffer or offer.reoffer
        span = (2.1, 4.0) if not self.incoming else (0.0, 2.0)
        self.wait(random.uniform(*span) * self.host.timing.glare, self._rested)  # noqa: S311

    def _rested(self) -> None:
        self._resting = False
        self.next_offer()

    def floor_rises(self, response: Response) -> bool:
        """A 422 with a higher Min-SE than the last one (RFC 4028 §7.3)."""
        asked = session_timer.read(response.value("min-se"))
        if asked is None or not self.floor < asked[0] <= 86_400:
            return False
        self.floor = asked[0]
        return True

    # --- final responses ---

    def _settled_by(self, response: Response, offer: OwnOffer) -> None:
        """Any final response shows that the far end is alive; only a 2xx changes anything (RFC 3261 §14.1)."""
        taken = response.code < 300
        self.running, self._glares = None, 0
        self.wait(None)
        self.rearm(session_timer.as_uac(response.value("session-expires") if taken else None, ours=self._interval()))
        if taken:
            self.dialog.retarget(response)
        if offer.reoffer is None:
            self._refreshed(response)
        elif taken:
            self._media_answered(response, offer, offer.reoffer)
        else:
            self._taken_back(offer)
            self.host.emit(LegReofferRefused(self.id, response.code))
        self.next_offer()

    def _refreshed(self, response: Response) -> None:
        self.host.emit(LegRefreshed(self.id))
        if response.code < 300 and (far := self.far_in(response)) is not None:
            self.answered_with(far)

    def _media_answered(self, response: Response, offer: OwnOffer, reoffer: Reoffer) -> None:
        """A 2xx without media that we can use leaves the far end without any: the old media is offered again, as a refresh."""
        before, self.last_sdp = self.last_sdp, offer.text
        far = self.far_in(response)
        if far is None:
            body = (before or "").split("\r\n", 2)[-1]
            self.last_sdp = self.origin.write(self.near or reoffer.near, body)
            self._refresh_due = True
            self.host.emit(LegReofferRefused(self.id, NOT_ACCEPTABLE))
            return
        self.near, self.far = reoffer.near, far
        self._in_step(far)
        self.host.emit(LegReoffered(self.id, far))

    def _taken_back(self, offer: OwnOffer) -> None:
        if offer.before is not None:
            self.origin.take_back(offer.before)

    # --- answers to our offers ---

    def far_in(self, message: Message) -> Far | None:
        """The chosen media of an answer to our last SDP; ``None`` without usable SDP."""
        text = messages.sdp_of(message)
        try:
            return None if text is None else self.take_answer(sdp.parse(text))
        except sdp.SdpError:
            self.host.counters["malformed_sdp"] += 1
            return None

    def answered_with(self, far: Far) -> None:
        """An answer to an offer that was no change of ours."""
        self._in_step(far)
        self.changed(far)

    def _in_step(self, far: Far) -> None:
        """A far end that answers T.38 with sound is offered sound by the next refresh."""
        if far.t38 is None and self.near is not None and self.last_sdp is not None and sdp.is_fax(self.last_sdp):
            self.write_sdp(self.near, sdp.offer_again(self.near, self.last_sdp, t38=False))

    def changed(self, far: Far) -> None:
        if self.state is not LineState.ENDED and far != self.far:
            self.far = far
            self.host.emit(LegChanged(self.id, far))

    # --- what each request of ours and each answer has ---

    def supported(self) -> Header:
        """Our extensions on this trunk."""
        reliable = self.trunk.signalling.reliable != "never"
        return SUPPORTED if reliable else messages.header("Supported", "timer")

    def rearm(self, timer: SessionTimer) -> None:
        self.arm_session(timer, self.refresh)

    def expect_ack(self, transaction: ServerTransaction) -> None:
        """Of our 200 to a re-INVITE; ours waits for it (RFC 3261 §14.1)."""
        self.unconfirmed = True
        transaction.on_ack = self.guard(self._confirmed)
        transaction.on_no_ack = self.guard(self.lost)

    def _confirmed(self, ack: Request) -> None:
        self.unconfirmed = False
        if self.offering:
            self.offering = False
            if (far := self.far_in(ack)) is not None:
                self.answered_with(far)
        self.next_offer()
