"""Sends and receives for our registrations at carriers (``registration``): one machine a trunk, on the SIP thread."""

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

from shared.ids import TrunkName
from switch_server.adapters.sip import client, grammar
from switch_server.adapters.sip.message import USER_AGENT, Fields, Request, Response
from switch_server.adapters.sip.timers import SipTimers, Timer
from switch_server.adapters.sip.transactions import Transactions
from switch_server.adapters.sip.transport import Port, SipSocket
from switch_server.adapters.sip_lines.digest import PROOFS
from switch_server.adapters.sip_lines.registration import RegisterReply, RegisterRequest, Registration
from switch_server.adapters.sip_lines.trunk_leg import retry_after_of
from switch_server.adapters.sip_lines.trunk_table import TrunkTable, address_of
from switch_server.core.words import Trunk
from switch_server.ports.trunks import RegistrationView

log = logging.getLogger(__name__)
MOST_ROUTES = 8
"""The most Service-Route values of a registrar."""


class CarrierRegistrations:
    """``patience_s``: seconds for a registrar's final response. ``changed`` is called when a registration has begun, failed or ended."""

    def __init__(
        self, tm: Transactions, timers: SipTimers, ports: SipSocket, table: TrunkTable, counters: Counter[str],
        patience_s: float, changed: Callable[[], None],
    ) -> None:  # fmt: skip
        self._tm, self._timers, self._ports = tm, timers, ports
        self._table, self._counters, self._patience_s, self._changed = table, counters, patience_s, changed
        self._ours: dict[TrunkName, Registration] = {}
        self._trunks: dict[TrunkName, Trunk] = {}
        self._waits: dict[Registration, Timer] = {}

    def load(self) -> None:
        """Takes the table's trunks: begins, ends and changes registrations. What is as before goes on."""
        for name in list(self._ours):
            trunk, before = self._table.trunks.get(name), self._trunks[name]
            if trunk is None or trunk.registration != before.registration:
                self._end(name)
            elif (trunk.username, trunk.password) != (before.username, before.password):
                self._trunks[name] = trunk
                ours = self._ours[name]
                self._send(name, ours, ours.changed(trunk.username, trunk.password, self._timers.clock()))
        for name, trunk in self._table.trunks.items():
            if trunk.registration is not None and name not in self._ours:
                self._begin(name, trunk)

    def _begin(self, name: TrunkName, trunk: Trunk) -> None:
        assert trunk.registration is not None
        registrars = tuple(map(address_of, trunk.registration.registrars))
        ours = Registration(
            trunk.registration, registrars, trunk.username, trunk.password, lambda: secrets.token_hex(8)
        )
        self._ours[name], self._trunks[name] = ours, trunk
        self._table.registered[name] = None
        self._send(name, ours, ours.begin(self._timers.clock()))

    def end_all(self) -> None:
        """Takes all registrations back."""
        for name in list(self._ours):
            self._end(name)

    def _end(self, name: TrunkName) -> None:
        ours = self._ours.pop(name)
        self._trunks.pop(name)
        self._table.registered.pop(name, None)
        self._send(name, ours, ours.end(self._timers.clock()))

    def service_route(self, trunk: TrunkName) -> tuple[str, ...]:
        ours = self._ours.get(trunk)
        return ours.service_route if ours is not None else ()

    def views(self) -> Mapping[TrunkName, RegistrationView]:
        """From any thread."""
        now = self._timers.clock()
        return {name: ours.view(now) for name, ours in list(self._ours.items())}

    # --- one request and its answer ---

    def _send(self, name: TrunkName, ours: Registration, request: RegisterRequest | None) -> None:
        """Sends the request, or waits until the next one is due."""
        if (timer := self._waits.pop(ours, None)) is not None:
            timer.cancel()
        self._note(name, ours)
        now = self._timers.clock()
        if request is not None:
            self._counters["registers_sent"] += 1
            port = self._ports.port_for(request.far[0])
            self._waits[ours] = self._timers.after(self._patience_s, partial(self._silent, name, ours))
            self._tm.send(_message(request, port), partial(self._heard, name, ours, request), port)
        elif ours.due_at is not None:
            at = min(ours.due_at, ours.until) if ours.in_force(now) else ours.due_at
            self._waits[ours] = self._timers.after(max(0.0, at - now), partial(self._due, name, ours))

    def _due(self, name: TrunkName, ours: Registration) -> None:
        now = self._timers.clock()
        if ours.due_at is not None and ours.due_at > now:  # the registration has expired before the next try
            self._send(name, ours, None)
        else:
            self._send(name, ours, ours.due(now))

    def _silent(self, name: TrunkName, ours: Registration) -> None:
        self._counters["registers_failed"] += 1
        log.warning("trunk %s: the registrar does not answer", name)
        self._send(name, ours, ours.silent(self._timers.clock()))

    def _heard(self, name: TrunkName, ours: Registration, sent: RegisterRequest, response: Response) -> None:
        if response.code < 200 or ours not in self._waits or sent.cseq != ours.cseq:
            return  # a late answer to a request that was given up
        if response.made_here:
            return  # ``_silent`` has its own time
        failures = ours.failures
        following = ours.answered(_reply(response, sent), self._timers.clock())
        if ours.failures > failures:
            self._counters["registers_failed"] += 1
            log.warning("trunk %s: the registrar answers %d", name, response.code)
        self._send(name, ours, following)

    def _note(self, name: TrunkName, ours: Registration) -> None:
        if self._ours.get(name) is not ours:  # ended; another one may have its name
            return
        before, now_at = self._table.registered.get(name), ours.active if ours.in_force(self._timers.clock()) else None
        self._table.registered[name] = now_at
        if before != now_at:
            log.info("trunk %s: %s", name, f"registered at {now_at[0]}:{now_at[1]}" if now_at else "not registered")
            self._changed()


def _message(request: RegisterRequest, port: Port) -> Request:
    ip, number = port.address
    fields: Fields = {
        "via": [client.new_via(port)],
        "max-forwards": ["70"],
        "from": [f"<{request.aor}>;tag={secrets.token_hex(8)}"],
        "to": [f"<{request.aor}>"],
        "call-id": [f"{request.call_id}@{ip}"],
        "cseq": [f"{request.cseq} REGISTER"],
        "contact": [f"<sip:{request.contact_user}@{ip}:{number}>;expires={request.expires}"],
        "expires": [str(request.expires)],
        "supported": ["path"],
        "user-agent": [USER_AGENT],
    }
    message = Request("REGISTER", request.uri, fields, hop=request.far)
    for header in request.credentials:
        message.add(header)
    return message


def _reply(response: Response, sent: RegisterRequest) -> RegisterReply:
    name = PROOFS.get(response.code, ("", ""))[0]
    return RegisterReply(
        response.code,
        _granted(response, sent.contact_user),
        tuple(response.values(name)),
        _seconds(response.value("min-expires")) or 0,
        retry_after_of(response),
        tuple(response.elements("service-route"))[:MOST_ROUTES],
    )


def _granted(response: Response, user: str) -> int | None:
    """Seconds of our Contact: its own ``expires``, else the header's (RFC 3261 §10.2.4)."""
    for text in response.elements("contact"):
        try:
            contact = grammar.read_address(text)
        except grammar.MalformedFieldError:
            continue
        said = next((value for key, value in contact.parameters if key == "expires"), None)
        if contact.uri.user == user and said is not None:
            return _seconds(said)
    return _seconds(response.value("expires"))


def _seconds(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None
