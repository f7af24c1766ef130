"""What happens to a datagram before it is read: floods are dropped, and an INVITE that is too much is refused (RFC 3261 §8.2.7).

A refusal costs a tenth of a call, since ``first_look`` reads no more than the refusal copies. Every INVITE is looked at that begins a call from a
trunk's address and has one of the usual forms; those in other forms, and of callers who must prove themselves, are judged by the gate first.
"""

import time
from collections import Counter
from collections.abc import Callable

from msgspec import Struct

from switch_server.adapters.sip import first_look
from switch_server.adapters.sip.message import Address, Request
from switch_server.adapters.sip.transport import SipSocket
from switch_server.adapters.sip_lines.gate import Gate
from switch_server.adapters.sip_lines.overload import Overload
from switch_server.adapters.sip_lines.sender_limit import SenderLimit
from switch_server.adapters.sip_lines.trunk_table import TrunkTable

Key = tuple[str, str, str]
"""Topmost Via, Call-ID and CSeq: an INVITE and its repeats."""


class Look(Struct, frozen=True):
    """``settled``: nothing is left to do. ``admitted``: the call that the INVITE begins may begin; ``None``: that is not decided."""

    settled: bool = False
    admitted: Key | None = None


_SETTLED, _READ = Look(settled=True), Look()


class Entrance:
    """``clock``: UTC seconds, as the gate's."""

    def __init__(
        self, ports: SipSocket, table: TrunkTable, gate: Gate, overload: Overload, counters: Counter[str], clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self._ports = ports
        self._table = table
        self._gate = gate
        self._overload = overload
        self._counters = counters
        self._clock = clock
        self._senders = SenderLimit()
        self._coming: set[Key] = set()
        """Admitted INVITEs that are not handled yet."""

    def look(self, datagram: bytes, source: Address) -> Look:
        """Raises nothing."""
        known, now = self._table.knows(source[0]), time.monotonic()
        if known and self._gate.ends_refusal(datagram):
            return _SETTLED
        within = self._senders.reads(datagram, source[0], now, trunk=known)
        invite = first_look.new_invite(datagram, source) if known else None
        if invite is None or self._gate.recent.knows(invite.call_id, source[0]):
            if not within:
                self._counters["dropped_flood"] += 1
            return _READ if within else _SETTLED
        key = invite.fields["via"][0], invite.call_id, invite.fields["cseq"][0]
        if key in self._coming:
            return _READ
        if not within:
            self._overload.refused(key, now)
        elif self._overload.admits(source[0], key, now, self._ports.waited(), len(self._coming)):
            self._coming.add(key)
            return Look(admitted=key)
        self.refuse(invite)
        return _SETTLED

    def handled(self, invite: Key) -> None:
        """The admitted INVITE has been handled: its call has begun, or never will."""
        self._coming.discard(invite)

    def refuse(self, invite: Request) -> None:
        """503 to an INVITE that is too much."""
        self._counters["refused_overload"] += 1
        answer = self._gate.overloaded(invite, self._clock())
        if answer is not None:
            self._ports.port_for(invite.source[0]).send(answer, invite.source)
