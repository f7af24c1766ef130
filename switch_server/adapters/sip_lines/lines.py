"""``ports.LinesPort`` over SIP trunks."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

from shared.enums import EndCause
from shared.ids import CallId, LegId, TrunkName
from switch_server.adapters.sip.thread import Handling, SipThread
from switch_server.adapters.sip.timers import SipTimers
from switch_server.adapters.sip.transport import SipSocket
from switch_server.adapters.sip_lines.carrier_registrations import CarrierRegistrations
from switch_server.adapters.sip_lines.exchange import Exchange
from switch_server.adapters.sip_lines.leg import Timing
from switch_server.adapters.sip_lines.trunk_table import TrunkState, TrunkTable
from switch_server.adapters.sip_lines.trunk_watch import TrunkWatch
from switch_server.core.leg import LineEffect, PlaceCall, RingDesk
from switch_server.core.words import Trunk
from switch_server.ports import Post
from switch_server.ports.phones import DeskPhoneBook
from switch_server.ports.trunks import CardLine, FarEnd, RegistrationView


class SipLines:
    """Telephone lines (``ports.LinesPort``): SIP over UDP on a thread of its own.

    ``listen``: (IPv4 address, port); 0.0.0.0 listens on all addresses, and messages carry the one of the route; port 0 takes a free one
    (``address``). ``desk_token``: the value of ``shared.desk.TOKEN_HEADER`` in a desk's INVITE; called on the SIP thread. ``phones``: the phones that
    may register; ``None``: REGISTER is refused. ``clock``: UTC seconds, by which registrations run out. ``blocked``: card lines that an operator has blocked.
    ``trace``: keeps the number of a caller who withholds it, and which no event has; called on the SIP thread.
    ``start`` raises ``OSError`` if the port is taken. Every other method may be called from any thread and returns at once,
    but ``stop``, which hangs up the remaining legs and waits up to ``timing.stop`` for the far ends' responses.
    """

    def __init__(
        self,
        post: Post,
        *,
        listen: tuple[str, int],
        trunks: Mapping[TrunkName, Trunk],
        new_call_id: Callable[[], CallId],
        timing: Timing | None = None,
        desk_token: Callable[[LegId], str] = str,
        phones: DeskPhoneBook | None = None,
        clock: Callable[[], float] = time.time,
        blocked: Mapping[TrunkName, frozenset[int]] | None = None,
        trace: Callable[[CallId, str], object] = lambda _call, _number: None,
    ) -> None:
        self._post = post
        self._trace = trace
        self._clock = clock
        self._listen = listen
        self._timing = timing or Timing()
        self._new_call_id = new_call_id
        self._desk_token = desk_token
        self._phones = phones
        self._counters: Counter[str] = Counter()
        self._table = TrunkTable(trunks, blocked)
        self._live: set[LegId] = set()
        self._lock = threading.Lock()
        self._ports: SipSocket | None = None
        self._loop: SipThread | None = None
        self._exchange: Exchange | None = None
        self._watch: TrunkWatch | None = None
        self._registrations: CarrierRegistrations | None = None

    @property
    def address(self) -> tuple[str, int]:
        """The address on which the lines listen."""
        return self._ports.listen if self._ports is not None else self._listen

    def start(self) -> None:
        """Opens the port and starts the SIP thread."""
        self._ports = SipSocket(self._listen, self._counters)
        timers = SipTimers()
        self._loop = SipThread(self._ports, timers, self._counters, self._look)
        self._loop.call(self._begin, timers)
        self._loop.start()

    def _begin(self, timers: SipTimers) -> None:
        if self._ports is None:
            raise RuntimeError("begun before start")
        self._exchange = Exchange(
            self._ports,
            timers,
            self._table,
            self._timing,
            self._counters,
            self._new_call_id,
            self._post,
            self._leg_began,
            self._leg_ended,
            self._desk_token,
            self._phones,
            self._clock,
            self._trace,
        )
        tm, wait = self._exchange.tm, self._timing.options
        self._watch = TrunkWatch(tm, timers, self._ports, self._table, wait, self._post)
        self._watch.start()
        self._registrations = CarrierRegistrations(
            tm, timers, self._ports, self._table, self._counters, wait, self._watch.tell
        )
        self._exchange.service_route = self._registrations.service_route
        self._registrations.load()

    def _look(self, datagram: bytes, source: tuple[str, int]) -> Handling | None:
        return None if self._exchange is None else self._exchange.look(datagram, source)

    def stop(self) -> None:
        """Hangs up all legs (each with its ``LegEnded``) and closes the port."""
        if self._loop is None or self._ports is None:
            return
        self._loop.call(self._hang_up_all)
        deadline = time.monotonic() + self._timing.stop
        heard = threading.Event()
        while time.monotonic() < deadline and not heard.wait(0.02):
            self._loop.call(self._tell_if_idle, heard)
        self._loop.stop()
        self._ports.shutdown()
        self._loop = self._exchange = self._watch = self._registrations = None

    def _hang_up_all(self) -> None:
        if self._exchange is not None:
            self._exchange.hang_up_all(EndCause.SWITCH_STOPPED)
        if self._registrations is not None:
            self._registrations.end_all()

    def _tell_if_idle(self, heard: threading.Event) -> None:
        if self._exchange is None or self._exchange.tm.idle():
            heard.set()

    def reload(self, trunks: Mapping[TrunkName, Trunk]) -> None:
        """New trunks; running calls are not affected. The trunks have been checked (``services.config_file``)."""
        if self._loop is not None:
            self._loop.call(self._reload, dict(trunks))

    def _reload(self, trunks: Mapping[TrunkName, Trunk]) -> None:
        self._table.load(trunks)
        if self._watch is not None:
            self._watch.start()
            self._watch.tell()
        if self._registrations is not None:
            self._registrations.load()

    def do(self, effect: LineEffect) -> None:
        """See ``ports.LinesPort``."""
        if self._loop is None:
            return
        if isinstance(effect, PlaceCall | RingDesk):
            # from now on ``reconcile`` must find the leg, although its INVITE is not sent yet
            self._leg_began(effect.leg)
        self._loop.call(self._do, effect)

    def _do(self, effect: LineEffect) -> None:
        if self._exchange is not None:
            self._exchange.do(effect)

    def live_legs(self) -> frozenset[LegId]:
        """See ``ports.LinesPort``."""
        with self._lock:
            return frozenset(self._live)

    def _leg_began(self, leg: LegId) -> None:
        with self._lock:
            self._live.add(leg)

    def _leg_ended(self, leg: LegId) -> None:
        with self._lock:
            self._live.discard(leg)

    def counters(self) -> dict[str, int]:
        """Counts since the start: ``datagrams``, ``malformed``, ``strangers``, ``calls_in``, ``faults`` …"""
        return dict(self._counters)

    def refused_lately(self) -> int:
        """Calls refused because of overload, for the operator: see ``Overload.refused_lately``."""
        exchange = self._exchange
        return exchange.overload.refused_lately(time.monotonic()) if exchange is not None else 0

    def trunk_states(self) -> list[TrunkState]:
        """For the operator, in the order of the configuration."""
        return self._table.states()

    # --- ports.trunks.TrunksPort ---

    def far_ends(self) -> Mapping[TrunkName, tuple[FarEnd, ...]]:
        """See ``ports.trunks``; as all below."""
        return self._table.far_ends(time.monotonic())

    def registrations(self) -> Mapping[TrunkName, RegistrationView]:
        ours = self._registrations
        return ours.views() if ours is not None else {}

    def card_lines(self) -> Mapping[TrunkName, tuple[CardLine, ...]]:
        return self._table.card_lines(time.monotonic())

    def block_line(self, trunk: TrunkName, line: int, *, blocked: bool) -> None:
        if self._loop is not None:
            self._loop.call(self._block_line, trunk, line, blocked)

    def _block_line(self, trunk: TrunkName, line: int, blocked: bool) -> None:
        self._table.block(trunk, line, blocked=blocked)
        if self._watch is not None:
            self._watch.tell()
