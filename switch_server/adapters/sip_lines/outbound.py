"""An outgoing leg (RFC 3261 §13.2, §9.1)."""

from shared.enums import EndCause
from shared.ids import LegId
from switch_server.adapters.sip.client import ClientTransaction, InviteClient
from switch_server.adapters.sip.message import Header, Response
from switch_server.adapters.sip_lines import messages, sdp, session_timer
from switch_server.adapters.sip_lines.causes import cause_of
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.in_dialog import ALLOWED, SUPPORTED, DialogLeg
from switch_server.adapters.sip_lines.leg import LegHost, LineState
from switch_server.core.leg import LegAnswered, LegRinging
from switch_server.core.words import Far, Near, Trunk


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
        self._early: dict[str | None, Far] = {}
        """Early media by the tag of the callee (a forked INVITE has several)."""
        self._body = self.write_sdp(near, sdp.offer(near))

    def call(self) -> None:
        """Sends the INVITE."""
        self.wait(self.host.timing.call, self._no_answer)
        self._invite()

    def _invite(self) -> None:
        floor = max(self.floor, self.host.timing.min_se)
        headers = (
            ALLOWED,
            SUPPORTED,
            messages.header("Session-Expires", str(max(floor, self.trunk.session_expires))),
            messages.header("Min-SE", str(floor)),
            *self._headers,
        )
        self.resent(self.send("INVITE", self._body, headers, heard=self._heard))

    def resent(self, transaction: ClientTransaction) -> None:
        if isinstance(transaction, InviteClient):
            self._transaction = transaction

    def _no_answer(self) -> None:
        self._cancel()
        self.end(EndCause.NO_ANSWER, 408)

    def _cancel(self) -> None:
        """CANCEL now, or after the first response of the far end (RFC 3261 §9.1)."""
        if self._transaction is not None:
            self.host.tm.cancel(self._transaction)

    def hang_up(self, cause: EndCause) -> None:
        if self.state in (LineState.CALLING, LineState.RINGING):
            self._cancel()
            self.end(cause)
        elif self.state is LineState.UP:
            self.bye()
            self.end(cause)

    # --- responses of the far end ---

    def _heard(self, response: Response) -> None:
        code = response.code
        if self.state is LineState.ENDED:
            if 200 <= code < 300:  # the 200 crossed our CANCEL
                self.dialog.confirm(response)
                self.bye()
        elif code < 200:
            self._progress(response, code)
        elif code < 300:
            self._answered(response)
        elif code == 422 and self.floor_rises(response):
            self._invite()
        else:
            self.end(cause_of(code), code)

    def _progress(self, response: Response, code: int) -> None:
        self.wait(self.host.timing.ring, self._no_answer)
        if code == 100:
            return
        self.state = LineState.RINGING
        far = self.far_in(response)
        if far is not None:
            self._early[response.to_tag] = far
        self.host.emit(LegRinging(self.id, far))

    def _answered(self, response: Response) -> None:
        self.dialog.confirm(response)
        # an SDP answer in a 183 need not be repeated in the 200
        far = self.far_in(response) if messages.sdp_of(response) is not None else self._early_of(response)
        self.wait(None)
        if far is None:
            self.bye()
            self.end(EndCause.REJECTED_MEDIA, 488)
            return
        self.state = LineState.UP
        self.far = far
        said = response.value("session-expires")
        self._rearm(session_timer.as_uac(said, ours=self.trunk.session_expires))
        self.host.emit(LegAnswered(self.id, far))

    def _early_of(self, response: Response) -> Far | None:
        """The early media of the callee that answers; of the last one where a gateway changes the tag between its 183 and its 200."""
        tag = response.to_tag
        return self._early.get(tag) or next(reversed(self._early.values()), None)
