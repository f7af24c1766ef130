"""From datagrams to legs: dispatch, admission of incoming calls, placing of outgoing ones. Runs on the SIP thread."""

import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from shared.desk import desk_phone
from shared.enums import EndCause
from shared.ids import CallId, LegId, PhoneName, TrunkName, call_of, leg_of
from switch_server.adapters.sip import server
from switch_server.adapters.sip.grammar import MalformedFieldError
from switch_server.adapters.sip.message import Address, Request
from switch_server.adapters.sip.server import ServerTransaction
from switch_server.adapters.sip.thread import Handling
from switch_server.adapters.sip.timers import SipTimers, Timer
from switch_server.adapters.sip.transactions import Transactions
from switch_server.adapters.sip.transport import SipSocket
from switch_server.adapters.sip_lines import extensions, messages, sdp, session_timer
from switch_server.adapters.sip_lines.desk_leg import DeskLeg, address_of
from switch_server.adapters.sip_lines.dialog import SipDialog
from switch_server.adapters.sip_lines.entrance import Entrance, Key
from switch_server.adapters.sip_lines.gate import Gate
from switch_server.adapters.sip_lines.in_dialog import DialogLeg
from switch_server.adapters.sip_lines.inbound import InboundLeg
from switch_server.adapters.sip_lines.leg import SipLeg, Timing
from switch_server.adapters.sip_lines.merged import BegunCalls
from switch_server.adapters.sip_lines.number_fields import called_of, caller_of, line_of, traced_caller_of
from switch_server.adapters.sip_lines.overload import Overload
from switch_server.adapters.sip_lines.own_offers import ALLOWED, SUPPORTED
from switch_server.adapters.sip_lines.trunk_leg import CarrierCall, TrunkLeg, carrier_number
from switch_server.adapters.sip_lines.trunk_table import TrunkTable, addresses, takes_number
from switch_server.core.call import CallOffered
from switch_server.core.leg import HangUp, LegEnded, LineEffect, PlaceCall, RingDesk
from switch_server.core.words import Event, Trunk
from switch_server.ports.phones import DeskPhoneBook

log = logging.getLogger(__name__)

LOGGED: Final = 20
"""So many faults are logged, however many datagrams bring them about; all are counted."""


class Exchange:
    """All legs and dialogs (``leg.LegHost``). ``emit`` posts events; ``leg_ended`` is called for each leg that has ended, before its event is posted."""

    def __init__(
        self, ports: SipSocket, timers: SipTimers, table: TrunkTable, timing: Timing, counters: Counter[str],
        new_call_id: Callable[[], CallId], emit: Callable[[Event], None],
        leg_began: Callable[[LegId], None], leg_ended: Callable[[LegId], None], desk_token: Callable[[LegId], str],
        phones: DeskPhoneBook | None = None, clock: Callable[[], float] = time.time,
        trace: Callable[[CallId, str], object] = lambda _call, _number: None,
    ) -> None:  # fmt: skip
        self.timing = timing
        self.counters = counters
        self.timers = timers
        self.tm = Transactions(timers, self.on_request)
        self.legs: dict[LegId, SipLeg] = {}
        self._post = emit
        self._leg_began, self._leg_ended = leg_began, leg_ended
        self._new_call_id = new_call_id
        self._trace = trace
        self._desk_token = desk_token
        self._ports = ports
        self._table = table
        self._gate = Gate(table, counters, phones)
        self._phones = phones
        self._proven: Trunk | None = None
        self._begun = BegunCalls()
        self.overload = Overload()
        self._entrance = Entrance(ports, table, self._gate, self.overload, counters, clock)
        self._clock = clock
        self._dialogs: dict[tuple[str, str], DialogLeg] = {}
        self._paused: dict[LegId, Timer] = {}
        """Calls out that wait for their turn."""
        self.service_route: Callable[[TrunkName], tuple[str, ...]] = lambda _trunk: ()
        """Of a trunk's registration (RFC 3608)."""

    # --- leg.LegHost ---

    def emit(self, event: Event) -> None:
        self._post(event)

    def forget(self, leg: SipLeg) -> None:
        self.legs.pop(leg.id, None)
        self._dialogs.pop(leg.dialog.key, None)
        self._gate.recent.over(leg.dialog.key[0])
        if leg.counted:
            self._table.give_back(leg.trunk, incoming=leg.incoming)
            self._table.give_line_back(leg.trunk, leg.line, incoming=leg.incoming)
        if isinstance(leg, InboundLeg):
            self._begun.over(leg.identity, time.monotonic(), answered=leg.answered)
            self.overload.gone(leg.id)
        self._leg_ended(leg.id)

    def _enter(self, leg: DialogLeg) -> None:
        self.legs[leg.id] = leg
        self._dialogs[leg.dialog.key] = leg
        self._gate.recent.begun(leg.dialog.key[0])
        if leg.counted:
            self._table.take(leg.trunk, incoming=leg.incoming)
        self._leg_began(leg.id)

    # --- datagrams ---

    def look(self, datagram: bytes, source: Address) -> Handling | None:
        """Settles a datagram at once, or returns its handling. Neither raises anything."""
        self.counters["datagrams"] += 1
        with self._guarded(source):
            look = self._entrance.look(datagram, source)
            return None if look.settled else partial(self._handle_safely, datagram, source, look.admitted)
        return None

    def _handle_safely(self, datagram: bytes, source: Address, admitted: Key | None) -> None:
        with self._guarded(source):
            self._handle(datagram, source, decided=admitted is not None)
        if admitted is not None:
            self._entrance.handled(admitted)

    @contextlib.contextmanager
    def _guarded(self, source: Address) -> Iterator[None]:
        """A fault costs one datagram."""
        try:
            yield
        except Exception:
            self.counters["faults"] += 1
            if self.counters["faults"] <= LOGGED:
                log.exception("sip: a datagram from %s:%d failed", *source)  # without its text, which may have a PIN

    def _handle(self, datagram: bytes, source: Address, *, decided: bool) -> None:
        """``decided``: the call that it begins is admitted."""
        verdict = self._gate.judge(datagram, source, self._clock())
        if verdict is None:
            return
        port = self._ports.port_for(source[0])
        if isinstance(verdict, bytes):
            port.send(verdict, source)
            return
        self._proven = verdict.trunk  # of the request being read: ``take`` returns after it has been admitted
        try:
            request = verdict.message
            if not decided and isinstance(request, Request) and self._is_too_much(request, verdict.trunk):
                self._entrance.refuse(request)
            else:
                self.tm.take(verdict.message, port)
        except MalformedFieldError:
            self.counters["unparsed"] += 1
            if isinstance(verdict.message, Request) and verdict.message.method != "ACK":
                answer = self._gate.refuse(verdict.message, 400, "Bad Request", self._clock())
                if answer is not None:
                    port.send(answer, source)

    def _is_too_much(self, request: Request, proven: Trunk | None) -> bool:
        """An INVITE that begins a call may be too much; all else, and repeats of what was taken, is for the transactions."""
        if request.method != "INVITE" or request.to_tag is not None or self.tm.knows(request):
            return False
        sharer, waited = _sharer(request, proven), self._ports.waited()
        return not self.overload.admits(sharer, server.key_of(request, "INVITE"), time.monotonic(), waited)

    # --- requests ---

    def on_request(self, request: Request, transaction: ServerTransaction) -> None:
        """A new request in its transaction, which handles ACK and CANCEL."""
        try:
            messages.read_fields(request)
        except MalformedFieldError:
            self.counters["malformed"] += 1
            messages.respond(transaction, 400)
            return
        try:
            self._route(request, transaction)
        except Exception:
            self.counters["faults"] += 1
            log.exception("sip: a request failed")
            messages.respond(transaction, 500)

    def _route(self, request: Request, transaction: ServerTransaction) -> None:
        method, tag = request.method, request.to_tag
        if method in ("INVITE", "UPDATE"):
            messages.drop_optional_body(request)
        unknown = request.tokens("require") - messages.OPTION_TAGS
        if method not in messages.KNOWN:
            messages.respond(transaction, 501, headers=(ALLOWED,))
        elif tag is not None:
            self._in_dialog(request, transaction, tag, unknown)
        elif method == "INVITE" and self._begun.has(request.identity, time.monotonic()):
            self.counters["merged"] += 1
            messages.respond(transaction, 482)
        elif unknown:
            extensions.refuse_unknown(transaction, unknown)
        elif method == "INVITE":
            self._admit(request, transaction)
        elif method == "OPTIONS":
            headers = (ALLOWED, SUPPORTED, messages.header("Accept", "application/sdp"))
            messages.respond(transaction, 200, headers=headers)
        elif method in ("BYE", "INFO", "UPDATE", "PRACK"):
            messages.respond(transaction, 481)
        else:
            messages.respond(transaction, 405, headers=(ALLOWED,))

    def _in_dialog(self, request: Request, transaction: ServerTransaction, tag: str, unknown: frozenset[str]) -> None:
        leg = self._dialogs.get((request.call_id, tag))
        dialog = None if leg is None else leg.dialog_of(request)
        if leg is None or dialog is None:
            self.counters["no_dialog"] += 1
            messages.respond(transaction, 481)
        elif unknown:
            extensions.refuse_unknown(transaction, unknown)
        elif not dialog.in_order(request):
            messages.respond(transaction, 500)
        else:
            leg.guard(leg.request)(transaction)

    # --- calls in ---

    def _admit(self, request: Request, transaction: ServerTransaction) -> None:
        called, fields = request.called, request.elements
        trunk = self._proven or self._table.of_source(
            request.source, called.user or "", lambda each: called_of(fields, called, each)
        )
        dnis = called_of(fields, called, trunk) if trunk is not None else ""
        refusal = self._refusal(request, trunk, dnis)
        if trunk is None or refusal is not None:
            code = refusal or 403
            self.counters[f"refused_{code}"] += 1
            messages.respond(transaction, code, headers=(("Retry-After", "1"),) if code == 503 else ())
            return
        if extensions.refuse_unreliable(request, transaction, trunk):
            return
        try:
            text = messages.sdp_of(request)
            offer = None if text is None else sdp.parse(text)
        except sdp.SdpError:
            self.counters["malformed_sdp"] += 1
            messages.respond(transaction, 400, reason="Bad SDP")
            return
        if request.body and offer is None:
            accept = messages.header("Accept", "application/sdp")
            messages.respond(transaction, 415, headers=(accept,))
            return
        self._offer(request, transaction, trunk, dnis, offer)

    def _refusal(self, request: Request, trunk: Trunk | None, dnis: str) -> int | None:
        if trunk is None or trunk.direction == "out":
            return 403
        if not self._table.within_rate(trunk, self.timers.clock()):
            self.counters["calls_in_over_rate"] += 1
            return 503
        if not messages.accepts_sdp(request):
            return 406
        if (request.value("max-forwards") or "70").strip("0") == "":
            return 483
        if not takes_number(trunk, dnis):
            return 404
        return None if self._table.free(trunk) and not self._is_blocked(request, trunk) else 486

    def _is_blocked(self, request: Request, trunk: Trunk) -> bool:
        line, card = line_of(request.elements, request.called, trunk), self._table.cards.get(trunk.name)
        if line is None or card is None or not card.is_blocked(line):
            return False
        self.counters["calls_on_blocked_lines"] += 1
        return True

    def _offer(
        self,
        request: Request,
        transaction: ServerTransaction,
        trunk: Trunk,
        dnis: str,
        offer: sdp.SessionDescription | None,
    ) -> None:
        dialog = SipDialog.of_invite(request, self._ports.port_for(request.source[0]))
        line = line_of(request.elements, request.called, trunk)
        leg = InboundLeg(leg_of(self._new_call_id(), 1), trunk, dialog, self, transaction, offer, line)
        if leg.id in self.legs:
            raise RuntimeError(f"{leg.id} is the name of another leg")  # the caller is answered 500
        timer = leg.timer_asked(request)
        if isinstance(timer, session_timer.TooSmall):
            floor = messages.header("Min-SE", str(timer.min_se))
            messages.respond(transaction, 422, headers=(floor,))
            return
        self._enter(leg)
        self._table.take_line(trunk, line, incoming=True)
        self._begun.begun(leg.identity)
        self.overload.begins(leg.id, _sharer(request, self._proven), time.monotonic())
        self.counters["calls_in"] += 1
        log.debug("leg %s: offered on %s", leg.id, trunk.name)
        if number := traced_caller_of(request.elements, trunk):
            self._trace(call_of(leg.id), number)
        leg.guard(self.emit)(CallOffered(leg.id, trunk.name, caller_of(request.elements, trunk), dnis, leg.far, line))

    # --- calls out, and effects ---

    def do(self, effect: LineEffect) -> None:
        if isinstance(effect, PlaceCall):
            self._place(effect)
        elif isinstance(effect, RingDesk):
            self._ring_desk(effect)
        elif (leg := self.legs.get(effect.leg)) is not None:
            self.overload.answered(leg.id, time.monotonic())
            leg.guard(leg.do)(effect)
        elif isinstance(effect, HangUp) and effect.leg in self._paused:
            self._hang_up_paused(effect.leg, effect.cause)

    def _place(self, effect: PlaceCall) -> None:
        """Places the call now, or when its turn comes (``calls_per_second``)."""
        if effect.leg in self.legs or effect.leg in self._paused:
            self.counters["effects_out_of_state"] += 1
            return
        trunk = self._table.trunks.get(effect.trunk)
        pause = 0.0 if trunk is None else self._table.pause_before(trunk, self.timers.clock())
        if pause is None:
            self.counters["calls_out_over_rate"] += 1
            self._not_placed(effect, (EndCause.REJECTED_BUSY, 503))
        elif pause > 0:
            self.counters["calls_out_paused"] += 1
            self._paused[effect.leg] = self.timers.after(pause, partial(self._place_now, effect))
        else:
            self._place_now(effect)

    def _place_now(self, effect: PlaceCall) -> None:
        self._paused.pop(effect.leg, None)
        trunk = self._table.trunks.get(effect.trunk)
        number = None if trunk is None else carrier_number(trunk, effect.dnis)
        failure = self._why_not_placed(trunk, number, effect)
        route = self._table.route(trunk, self.timers.clock()) if trunk is not None and failure is None else None
        if trunk is None or number is None or route is None:
            self._not_placed(effect, failure or (EndCause.FAR_REFUSED, 503))
            return
        call = CarrierCall(
            trunk, effect, number, self.service_route(trunk.name), self._table.registered.get(trunk.name)
        )
        leg = TrunkLeg(effect.leg, call, route, self, self._table, self._ports.port_for)
        self._enter(leg)
        self.counters["calls_out"] += 1
        leg.guard(leg.call)()

    def _not_placed(self, effect: PlaceCall, failure: tuple[EndCause, int]) -> None:
        self._leg_ended(effect.leg)
        self.emit(LegEnded(effect.leg, *failure))

    def _hang_up_paused(self, leg: LegId, cause: EndCause) -> None:
        """A call out whose turn has not come."""
        self._paused.pop(leg).cancel()
        self._leg_ended(leg)
        self.emit(LegEnded(leg, cause))

    def _ring_desk(self, effect: RingDesk) -> None:
        if effect.leg in self.legs:
            self.counters["effects_out_of_state"] += 1
            return
        leg = self._desk_leg(effect)
        if leg is None:
            self._leg_ended(effect.leg)
            self.emit(LegEnded(effect.leg, EndCause.FAR_LOST, 404))
            return
        self._enter(leg)
        self.counters["desks_rung"] += 1
        leg.guard(leg.call)()

    def _desk_leg(self, effect: RingDesk) -> DeskLeg | None:
        """``None``: the address can't be a phone's, or the desk phone has not registered."""
        name = desk_phone(effect.contact)
        if name is None:
            far = address_of(effect.contact)
            if far is not None and (self._table.is_far_end(far) or far == self._ports.port_for(far[0]).address):
                self.counters["desks_of_others"] += 1  # a trunk's far end, or the switch itself
                return None
            return far and DeskLeg.to(far, effect, self._desk_token(effect.leg), self, self._ports)
        binding = self._phones.binding(PhoneName(name), self._clock()) if self._phones is not None else None
        return DeskLeg.to_phone(binding, effect, self, self._ports) if binding is not None else None

    def _why_not_placed(
        self, trunk: Trunk | None, number: str | None, effect: PlaceCall
    ) -> tuple[EndCause, int] | None:
        if trunk is None or trunk.direction == "in" or not addresses(trunk):
            return EndCause.FAR_REFUSED, 403
        if number is None or not takes_number(trunk, effect.dnis):
            return EndCause.REJECTED_NUMBER, 404
        return None if self._table.free(trunk) else (EndCause.REJECTED_BUSY, 486)

    def hang_up_all(self, cause: EndCause) -> None:
        for paused in tuple(self._paused):
            self._hang_up_paused(paused, cause)
        for leg in tuple(self.legs.values()):
            if isinstance(leg, DialogLeg):
                leg.guard(leg.hang_up)(cause)


def _sharer(invite: Request, proven: Trunk | None) -> str:
    """Who is to have a fair share: a trunk by its user, or else an address."""
    return proven.name if proven is not None else invite.source[0]
