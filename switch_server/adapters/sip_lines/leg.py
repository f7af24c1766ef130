"""The SIP side of a leg: the part common to inbound and outbound legs.

```
in:   OFFERED ──200──► ANSWERED ──ACK──► UP ──BYE──► ENDED
out:  CALLING ──18x──► RINGING ──200──► UP
```
Each state but ENDED has a deadline, so that a leg ends even if the far end falls silent; ``end`` posts ``LegEnded`` exactly once.
"""

import logging
import random
import secrets
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import ParamSpec, Protocol

from msgspec import Struct
from msgspec.structs import replace

from shared.enums import EndCause
from shared.ids import LegId
from switch_server.adapters.sip.client import CREDENTIALS, ClientTransaction
from switch_server.adapters.sip.message import Header, Request, Response
from switch_server.adapters.sip.server import ServerTransaction
from switch_server.adapters.sip.timers import SipTimers, Timer
from switch_server.adapters.sip.transactions import Transactions
from switch_server.adapters.sip_lines import digest, messages, reasons, sdp
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.session_timer import SessionTimer
from switch_server.core.leg import HangUp, LegEnded, LineEffect, Reason
from switch_server.core.words import Event, Far, Near, Trunk

log = logging.getLogger(__name__)

ResponseHandler = Callable[[Response], None]
P = ParamSpec("P")


class Timing(Struct, frozen=True):
    """Waits in seconds. The defaults are those of RFC 3261 and RFC 4028; tests shorten them."""

    ack: float = 32.0
    """From our 200 to the ACK (64·T1)."""
    refresh: float = 12.0
    """For any response to a session refresh, which is repeated five times meanwhile."""
    ring: float = 180.0
    """For the answer to our INVITE after the first response of the far end."""
    call: float = 12.0
    """For the far end's first response."""
    desk: float = 3.0
    """For the first response of a desk's phone; the caller waits meanwhile."""
    options: float = 8.0
    min_se: int = 90
    stop: float = 2.0
    """For the responses to our BYEs when the switch stops."""
    glare: float = 1.0
    """The factor for the waits of RFC 3261 §14.1 after 491."""
    prack: float = 0.5
    """From a reliable provisional response to its first repeat (T1); without PRACK the caller is refused after ``ack``."""


class LineState(StrEnum):
    OFFERED = "offered"
    ANSWERED = "answered"
    CALLING = "calling"
    RINGING = "ringing"
    UP = "up"
    ENDED = "ended"


class LegHost(Protocol):
    """The protocol that the exchange implements for its legs."""

    tm: Transactions
    timers: SipTimers
    timing: Timing
    counters: Counter[str]

    def emit(self, event: Event) -> None: ...
    def forget(self, leg: "SipLeg") -> None: ...


class SipLeg:
    """One dialog. All methods run on the SIP thread."""

    incoming = True
    counted = True
    """The leg takes a line of its trunk."""

    @property
    def line(self) -> int | None:
        """The line of a box with cards."""
        return None

    def __init__(self, leg: LegId, trunk: Trunk, dialog: SipDialog, host: LegHost, state: LineState) -> None:
        self.id = leg
        self.trunk = trunk
        self.dialog = dialog
        self.host = host
        self.state = state
        self.near: Near | None = None
        self.far: Far | None = None
        self.origin = sdp.Origin(secrets.randbits(31))
        self.last_sdp: str | None = None
        """The SDP that we sent last; a refresh repeats it."""
        self._both_offered = False
        """The far end's last offer had sound and T.38."""
        self.timer: SessionTimer | None = None
        self._deadline: Timer | None = None
        self._session: Timer | None = None

    # --- effects of the core ---

    def do(self, effect: LineEffect) -> None:
        """Carries out an effect; an effect without meaning in this state is counted."""
        if isinstance(effect, HangUp):
            self.hang_up(effect.cause)
        else:
            self.host.counters["effects_out_of_state"] += 1

    def hang_up(self, cause: EndCause) -> None:
        raise NotImplementedError

    # --- requests of the far end in the dialog; see ``in_dialog`` ---

    def request(self, transaction: ServerTransaction) -> None:
        raise NotImplementedError

    # --- ends ---

    def end(self, cause: EndCause, code: int = 0, reason: Reason | None = None) -> None:
        """Ends the leg: later messages have no effect."""
        if self.state is LineState.ENDED:
            return
        log.debug("leg %s: %s -> %s %s -> ended", self.id, self.state, cause, code)
        self.state = LineState.ENDED
        self.wait(None)
        self._cancel_session()
        self.host.forget(self)
        self.host.emit(LegEnded(self.id, cause, code, reason))

    def bye(self, cause: EndCause, dialog: SipDialog | None = None) -> None:
        self.send("BYE", headers=(reasons.header_of(cause),), heard=lambda _: None, dialog=dialog)

    def lost(self, code: int = 408) -> None:
        """The far end does not respond any more, or has never confirmed."""
        if self.state is not LineState.ENDED:
            self.bye(EndCause.FAR_LOST)
            self.end(EndCause.FAR_LOST, code)

    # --- time ---

    def wait(self, seconds: float | None, then: Callable[[], None] | None = None) -> None:
        """Sets the state's deadline, in place of the last one."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.after(seconds, then or self.lost)

    def after(self, seconds: float, then: Callable[[], None]) -> Timer:
        return self.host.timers.after(seconds, self.guard(then))

    def arm_session(self, timer: SessionTimer | None, refresh: Callable[[], None]) -> None:
        """Starts a new session interval (RFC 4028 §10)."""
        self._cancel_session()
        self.timer = timer
        if timer is not None and self.state is LineState.UP:
            # spread by up to 10 % downwards, so that calls of one burst are not refreshed in one burst
            wait = timer.wait_s * (1 - random.random() / 10 if timer.we_refresh else 1)  # noqa: S311  no secret
            self._session = self.host.timers.after(wait, self.guard(refresh if timer.we_refresh else self.lost))

    def _cancel_session(self) -> None:
        if self._session is not None:
            self._session.cancel()
            self._session = None

    # --- requests of ours ---

    def send(
        self,
        method: str,
        body: str | None = None,
        headers: tuple[Header, ...] = (),
        *,
        heard: ResponseHandler,
        tries: int = 0,
        dialog: SipDialog | None = None,
    ) -> ClientTransaction:
        """Sends a request in the leg's dialog, or in another; ``heard`` gets each response, except that a challenge is answered first (RFC 3261 §22.2)."""
        dialog = dialog or self.dialog
        request = dialog.request(method, body, headers)

        def on_response(response: Response) -> None:
            proof = self._proof(method, request, response) if tries < 2 else None
            if proof is None:
                heard(response)
            else:
                kept = tuple(h for h in headers if h[0].lower() not in CREDENTIALS)
                self.resent(self.send(method, body, (*kept, proof), heard=heard, tries=tries + 1, dialog=dialog))

        if method != "INVITE":
            return self.host.tm.send(request, self.guard(on_response), dialog.port)
        begins = request.to_tag is None
        return self.host.tm.invite(
            request,
            self.guard(on_response),
            dialog.port,
            lambda response: self.dialog.answered_by(request, response).ack(request),
            self.guard(lambda response: self._forked(request, response)) if begins else None,
        )

    def _forked(self, invite: Request, response: Response) -> None:
        """A 2xx of another callee of a forked INVITE, or after the leg has given up: that party is hung up (RFC 3261 §13.2.2.4)."""
        self.host.counters["forked_answers"] += 1
        self.bye(EndCause.ANSWERED_ELSEWHERE, self.dialog.answered_by(invite, response))

    def resent(self, transaction: ClientTransaction) -> None:
        """The request was sent again, in a new transaction."""

    def _proof(self, method: str, request: Request, response: Response) -> Header | None:
        asks = digest.PROOFS.get(response.code)
        if asks is None or not self.trunk.username:
            return None
        challenges = filter(None, map(digest.read_challenge, response.values(asks[0])))
        challenge = next(challenges, None)
        if challenge is None or (request.has(asks[1].lower()) and not challenge.stale):
            return None
        uri = request.uri
        value = digest.authorization(
            challenge, self.trunk.username, self.trunk.password, method, uri, secrets.token_hex(8)
        )
        return messages.header(asks[1], value)

    # --- SDP ---

    def take_offer(self, description: sdp.SessionDescription) -> Far | None:
        """Chooses from an offer of the far end. Of one that has both, T.38 is chosen where the far end brings it in; where its last offer had both,
        too, it is a refresh, and what runs goes on.
        """
        image = self.near is not None and self.may_fax(self.near) and description.fax() is not None
        both, before = image and description.audio() is not None, self._both_offered
        self._both_offered = description.audio() is not None and description.fax() is not None
        if both and before:
            image = self.far is not None and self.far.t38 is not None
        return self._take(description, t38=image)

    def take_answer(self, description: sdp.SessionDescription) -> Far | None:
        """Chooses from an answer to our last SDP: T.38 only where we offered it, sound also then."""
        asked = self.last_sdp is not None and sdp.is_fax(self.last_sdp)
        return self._take(description, t38=asked and description.fax() is not None)

    def may_fax(self, near: Near) -> bool:
        """Whether T.38 may be spoken at our port."""
        return near.t38 and self.trunk.fax != "audio"

    def _take(self, description: sdp.SessionDescription, *, t38: bool) -> Far | None:
        """Chooses from the far end's SDP. A held address keeps the last known one: nothing must ever be sent to 0.0.0.0. For a phone that may be
        behind NAT the source address of its signalling is used; the card learns the real port from the phone's packets.
        """
        laws = self.trunk.laws if self.far is None else (self.far.law, *self.trunk.laws)
        laws = tuple(law for law in laws if law in self.trunk.laws)
        far = sdp.choose_fax(description, laws[0]) if t38 else sdp.choose(description, laws, self.trunk.digits)
        if far is not None and far.ip == sdp.HELD:
            known = (self.far.ip, self.far.port) if self.far else (self.dialog.hop[0], far.port)
            far = replace(far, ip=known[0], port=known[1])
        elif far is not None and self.dialog.symmetric:
            far = replace(far, ip=self.dialog.hop[0])
        if far is not None and self.trunk.media == "symmetric":
            far = replace(far, sources=(self.dialog.hop[0], *self.trunk.media_from))
        return far

    def write_sdp(self, near: Near, body: str) -> str:
        """Our SDP with its origin line."""
        self.last_sdp = self.origin.write(near, body)
        return self.last_sdp

    # --- faults ---

    def guard(self, function: Callable[P, None]) -> Callable[P, None]:
        """Wraps a handler: an exception is our bug, is logged and counted, and costs only this leg, which is hung up as its state requires."""
        return partial(self._guarded, function)

    def _guarded(self, function: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except Exception:
            self.host.counters["faults"] += 1
            log.exception("leg %s: a handler failed", self.id)
            self._give_up()

    def _give_up(self) -> None:
        try:
            self.hang_up(EndCause.FAULT)
        except Exception:
            log.exception("leg %s: and could not be hung up", self.id)
        self.end(EndCause.FAULT)
