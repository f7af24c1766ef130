"""A call out over a trunk: its numbers in the carrier's form, and its way from one address or card line to the next (RFC 3263 §4.3, RFC 3261 §21.5.4).

Each destination is tried once, in one dialog: Call-ID and From stay, CSeq rises. A destination is left for a 503 before any ringing, and for silence. What
a destination that was left still sends can't take the call back: a late 2xx is acknowledged and hung up.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from shared.enums import EndCause
from shared.ids import LegId
from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.client import ClientState, InviteClient
from switch_server.adapters.sip.message import Address, Header, Request, Response
from switch_server.adapters.sip.transport import Port
from switch_server.adapters.sip_lines import redirects
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.leg import LegHost, LineState
from switch_server.adapters.sip_lines.number_fields import NUMBER, headers_out
from switch_server.adapters.sip_lines.outbound import OutboundLeg
from switch_server.adapters.sip_lines.redirects import RedirectTarget
from switch_server.adapters.sip_lines.routes import CallRoute, Destination
from switch_server.adapters.sip_lines.trunk_table import addresses, takes_number
from switch_server.core.leg import LegRedirected, LegRouted, PlaceCall
from switch_server.core.words import LONGEST_NUMBER, Trunk, changed


class RouteHost(Protocol):
    """What a call out tells of the destinations that it tries; implemented by ``trunk_table.TrunkTable``."""

    def destination_taken(self, trunk: Trunk, destination: Destination) -> None: ...
    def destination_left(self, trunk: Trunk, destination: Destination) -> None: ...
    def destination_refused(
        self, trunk: Trunk, destination: Destination, retry_after: float | None, now: float
    ) -> None: ...
    def destination_silent(self, destination: Destination, now: float) -> None: ...
    def destination_works(self, trunk: Trunk, destination: Destination) -> None: ...


class CarrierCall(Struct, frozen=True):
    """What does not change from destination to destination. ``number``: as the carrier wants it. ``service_route``: RFC 3608, at the registrar ``registered``."""

    trunk: Trunk
    effect: PlaceCall
    number: str
    service_route: tuple[str, ...] = ()
    registered: Address | None = None

    @property
    def domain(self) -> str:
        ours = self.trunk.registration
        return self.trunk.number_headers.domain or (ours.domain if ours is not None else "")

    def target(self, destination: Destination) -> str:
        """The Request-URI."""
        card, user = self.trunk.card, grammar.escaped_user(self.number)
        named = card.named_in if card is not None and destination.line is not None else ""
        if card is not None and named == "user":
            user = grammar.escaped_user(f"{self.number}{card.name}{destination.line}")
        end = f";{card.name}={destination.line}" if card is not None and named == "parameter" else ""
        return f"sip:{user}@{self.domain or f'{destination.address[0]}:{destination.address[1]}'}{end}"

    def headers(self, destination: Destination) -> tuple[Header, ...]:
        card = self.trunk.card
        if card is None or destination.line is None or card.named_in != "header":
            return ()
        return ((card.name, str(destination.line)),)


def carrier_number(trunk: Trunk, dnis: str) -> str | None:
    """The dialled number as the carrier wants it; ``None``: it is no number."""
    if len(dnis) > LONGEST_NUMBER:
        return None
    number = changed(trunk.number_rules.called_out, dnis, incoming=False)
    return number if NUMBER.fullmatch(number) else None


def retry_after_of(response: Response) -> float | None:
    """RFC 3261 §20.33; ``None``: without the header, or malformed."""
    digits = (response.value("retry-after") or "").split("(")[0].partition(";")[0].strip()
    return float(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None


class TrunkLeg(OutboundLeg):
    """``port_for``: the local address towards a far one."""

    def __init__(
        self, leg: LegId, call: CarrierCall, route: CallRoute, host: LegHost, destinations: RouteHost, port_for: Callable[[str], Port]
    ) -> None:  # fmt: skip
        self._call, self._route, self._destinations, self._port_for = call, route, destinations, port_for
        destination = route.destination
        port = port_for(destination.address[0])
        dialog = SipDialog.outgoing(call.target(destination), "", port, destination.address)
        effect = call.effect
        ours, more = headers_out(
            call.trunk, effect.ani, port.address, call.domain, effect.forwarded, withheld=effect.withheld
        )
        dialog.ours = f"{ours};tag={dialog.tag}"
        super().__init__(leg, call.trunk, dialog, host, call.effect.near)
        self._dialled = [call.effect.dnis]
        """The numbers of this call, in the house's form: more than one after a redirection."""
        self._same_headers = more
        self._first_cseq = 0
        self._left: list[InviteClient] = []

    @property
    def line(self) -> int | None:
        return self._route.destination.line

    # --- from destination to destination ---

    def call(self) -> None:
        self._destinations.destination_taken(self.trunk, self._route.destination)
        self._dial("")

    def _dial(self, left: str) -> None:
        """Sends the INVITE to the present destination. ``left``: the destination before, and why it was left."""
        destination = self._route.destination
        self._aim(destination)
        self.host.emit(LegRouted(self.id, f"{destination.address[0]}:{destination.address[1]}", destination.line, left))
        last, timing = self._route.is_last, self.host.timing
        self.wait(timing.call if last else min(self.trunk.fail_over.after, timing.call), self._no_answer)
        self._first_cseq = self.dialog.cseq + 1
        self._headers = (*self._same_headers, *self._call.headers(destination))
        self._invite()

    def _aim(self, destination: Destination) -> None:
        call, dialog = self._call, self.dialog
        dialog.port, dialog.hop, dialog.target = (
            self._port_for(destination.address[0]),
            destination.address,
            call.target(destination),
        )
        uri = grammar.read_uri(dialog.target)
        if len(self._dialled) == 1:  # To stays after a redirection (RFC 3261 §8.1.3.4)
            dialog.theirs = f"<sip:{grammar.escaped_user(uri.user or '')}@{uri.host}>"
        dialog.routes = list(call.service_route) if destination.address == call.registered else []
        if (ours := self.trunk.registration) is not None:
            address = dialog.port.address
            dialog.contact = f"<sip:{ours.contact_user or ours.user}@{address[0]}:{address[1]}>"

    def _goes_on(self, why: str, *, silent: bool) -> bool:
        """Leaves the present destination for the next one; ``False``: there is none."""
        before = self._route.destination
        if not (self._route.silent() if silent else self._route.refused()):
            return False
        self.host.counters["calls_gone_on"] += 1
        self._destinations.destination_left(self.trunk, before)
        self._destinations.destination_taken(self.trunk, self._route.destination)
        if self._transaction is not None:
            self._left = [*self._left[-8:], self._transaction]
        self._cancel(EndCause.CANCELLED)
        self._dial(f"{before} {why}")
        return True

    # --- redirections (RFC 3261 §8.1.3.4) ---

    def redirected(self, response: Response) -> bool:
        if self.trunk.signalling.redirects != "follow":
            return False
        contacts = response.elements("contact")
        target = redirects.next_target(contacts, self._dialled, addresses(self.trunk), self._may_dial)
        if target is None:
            self.host.counters["redirections_refused"] += 1
            return False
        self._dialled.append(self._house_form(target.number))
        self._early.all_ended()
        self.state = LineState.CALLING
        self.host.emit(LegRedirected(self.id, target.number))
        self._follow(target)
        return True

    def _may_dial(self, number: str) -> bool:
        """Whether the trunk takes a number that the far end has written, and this call has not dialled it in any form."""
        ours = self._house_form(number)
        return ours not in self._dialled and takes_number(self.trunk, ours)

    def _house_form(self, number: str) -> str:
        return changed(self.trunk.number_rules.called_in, number, incoming=True)

    def _follow(self, target: RedirectTarget) -> None:
        """The number as the carrier wrote it, at its address alone if it names one, on the same line."""
        before = self._route.destination
        self._destinations.destination_left(self.trunk, before)
        self._call = replace(self._call, number=target.number)
        self._route = CallRoute((target.address or before.address,), None if before.line is None else (before.line,))
        self._destinations.destination_taken(self.trunk, self._route.destination)
        self._dial(f"{before} redirected")

    # --- silence ---

    def _no_answer(self) -> None:
        """``fail_over.after`` without any response, or no answer."""
        unheard = self._transaction is None or self._transaction.state is ClientState.CALLING
        if self.state is LineState.CALLING and unheard:
            self._destinations.destination_silent(self._route.destination, self.host.timers.clock())
            if self._goes_on("silent", silent=True):
                return
        super()._no_answer()

    # --- responses ---

    def _heard(self, response: Response) -> None:
        if response.cseq < self._first_cseq:
            self._late(response)
        elif response.code == 503 and self.state is LineState.CALLING and self._refused(response):
            pass
        else:
            if 101 <= response.code < 300:
                self._destinations.destination_works(self.trunk, self._route.destination)
            super()._heard(response)

    def _refused(self, response: Response) -> bool:
        now = self.host.timers.clock()
        self._destinations.destination_refused(self.trunk, self._route.destination, retry_after_of(response), now)
        return self._goes_on("503", silent=False)

    def _late(self, response: Response) -> None:
        invite = next((each.request for each in self._left if each.request.cseq == response.cseq), None)
        if 200 <= response.code < 300 and invite is not None:
            self.host.counters["late_answers"] += 1
            self.bye(EndCause.CANCELLED, self.dialog.answered_by(invite, response))

    def _proof(self, method: str, request: Request, response: Response) -> Header | None:
        """A challenge of a destination that was left is not answered."""
        if method == "INVITE" and request.cseq < self._first_cseq:
            return None
        return super()._proof(method, request, response)
