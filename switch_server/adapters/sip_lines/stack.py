"""sippy's transactions and timers on one thread and one socket of ours. Only this module and ``header_fields`` patch sippy.

sippy 2.5.0 (pinned) has a UDP server with receiver and sender threads that resolves names per datagram, and a dispatcher that
wakes 100 times a second. Here one thread polls the socket and runs sippy's timers: responses leave in order, a flood is dropped by
the kernel's buffer instead of queued in memory, and the thread never waits for DNS. sippy prints messages that it can't parse, with a
stack trace; here they are counted instead.
"""

import contextlib
import importlib
import ipaddress
import logging
import os
import select
import socket
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, Final

from sippy.Core.EventDispatcher import ED2
from sippy.Network_server import Remote_address
from sippy.SipConf import SipConf
from sippy.SipTransactionManager import TERMINATED, SipTransactionManager
from sippy.Time.MonoTime import MonoTime
from sippy.Time.Timeout import Timeout

from switch_server.adapters.sip_lines import header_fields
from switch_server.adapters.sip_lines.answered import AnsweredInvite

log = logging.getLogger(__name__)

USER_AGENT: Final = "Huawu"
RECEIVE_BUFFER: Final = 4 << 20
IP_MTU_DISCOVER: Final = 10  # Linux
IP_PMTUDISC_DONT: Final = 0
"""No DF: a large message may be cut into fragments anywhere on its way (RFC 791 §3.2)."""
BATCH: Final = 64
REPEATS: Final = 20_000
_NOISY: Final = (
    "sippy.Core.EventDispatcher",
    "sippy.SipMsg",
    "sippy.SipRequest",
    "sippy.SipTransactionManager",
    "sippy.SipURL",
)

Address = tuple[str, int]


class SippyOutput:
    """Takes sippy's prints. ``reading``: sippy parses a datagram, whose faults are the far end's and only counted; ``seen``: there was a fault.

    Otherwise a timer raised, which is our bug: it is logged, at most ``LOGGED`` times, and counted.
    """

    LOGGED = 20

    def __init__(self, counters: Counter[str]) -> None:
        self._counters = counters
        self.reading = False
        self.seen = False

    def __call__(self, *_args: object, **_kwargs: object) -> None:
        self.seen = True
        if self.reading or sys.exc_info()[0] is None:
            self._counters["sippy_complaints"] += 1
            return
        self._counters["faults"] += 1
        if self._counters["faults"] <= self.LOGGED:
            log.error("sip: a timer failed", exc_info=True)  # noqa: LOG014 — called by sippy while it handles one

    def install(self) -> None:
        """Replaces ``print`` in sippy's modules."""
        for name in _NOISY:
            module: Any = importlib.import_module(name)
            module.print = self
            if hasattr(module, "dump_exception"):
                module.dump_exception = self
        SipConf.my_uaname = USER_AGENT


class NoMessageLog:
    """sippy's message log; nothing is kept, since messages hold PINs sent by INFO."""

    def write(self, *_args: object, **_kwargs: object) -> None: ...


class WireText(str):
    """A message with bytes that are not UTF-8, each as a lone surrogate (PEP 383). sippy encodes the text to recognise repetitions."""

    __slots__ = ()

    def encode(self, _encoding: str = "utf-8", _errors: str = "strict") -> bytes:
        return super().encode("utf-8", "surrogateescape")


class _Wildcard:
    def isWildCard(self) -> bool:  # noqa: N802 — sippy's name
        return False


class Port:
    """One local address on the shared socket, in the form of sippy's ``Network_server``."""

    transport = "udp"
    uopts = _Wildcard()

    def __init__(self, skt: socket.socket, address: Address, counters: Counter[str]) -> None:
        self._skt = skt
        self.address = address
        self._counters = counters

    def getSIPaddr(self) -> tuple[Address, str]:  # noqa: N802
        return self.address, self.transport

    def addr2str(self, address: Address) -> str:
        return f"udp:{address[0]}:{address[1]}"

    def send_to(self, data: str | bytes, address: Address) -> None:
        """Sends now; a datagram that can't be sent (a name as address, a full buffer) is counted: SIP repeats requests."""
        octets = data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")
        try:
            self._skt.sendto(octets, (str(ipaddress.IPv4Address(address[0])), int(address[1])))
        except (OSError, ValueError, OverflowError):
            self._counters["unsendable"] += 1


class SipSocket:
    """The socket; chooses the local address towards a far one (sippy's ``local4remote``)."""

    def __init__(self, listen: Address, counters: Counter[str]) -> None:
        self._counters = counters
        self.skt = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.skt.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        with contextlib.suppress(OSError):
            self.skt.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
        self.skt.setblocking(False)
        try:
            self.skt.bind(listen)
        except OSError:
            self.skt.close()
            raise
        self.listen: Address = self.skt.getsockname()
        self._any = ipaddress.IPv4Address(self.listen[0]).is_unspecified
        self._ports: dict[str, Port] = {}

    def port_for(self, far: str) -> Port:
        local = _local_ip(far) if self._any else self.listen[0]
        if local not in self._ports:
            self._ports[local] = Port(self.skt, (local, self.listen[1]), self._counters)
        return self._ports[local]

    def getServer(self, address: Address, is_local: bool = False) -> Port:  # noqa: ARG002, N802
        return self.port_for(address[0])

    def rotateCache(self) -> None: ...  # noqa: N802

    def shutdown(self) -> None:
        self.skt.close()


def _local_ip(far: str) -> str:
    """The source address of this machine towards ``far``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((far, 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


class Transactions(SipTransactionManager):  # type: ignore[misc]
    """RFC 3261 §17 by sippy, on our socket. ``on_request(request, transaction)`` must not raise."""

    def __init__(self, ports: SipSocket, on_request: Callable[[Any, Any], None]) -> None:
        header_fields.install()
        # sippy's own __init__ would open its sockets and threads; these are the rest of its fields (2.5.0)
        self.global_config = {
            "_sip_logger": NoMessageLog(),
            "_sip_address": ports.listen[0],
            "_sip_port": ports.listen[1],
        }
        self.l4r = ports
        self.tclient: dict[Any, Any] = {}
        self.tserver: dict[Any, Any] = {}
        self.req_cb = on_request
        self.l1rcache: dict[bytes, Any] = {}
        self.l2rcache: dict[bytes, Any] = {}
        self.req_consumers: dict[str, Any] = {}
        self._answered_lately: list[Any] = []
        self._answered_before: list[Any] = []
        self._finals: dict[Any, Any] = {}
        self._finals_before: dict[Any, Any] = {}
        """Our final responses by transaction (RFC 3261 §17.2.3), in the form of sippy's cache, which finds only equal bytes."""
        self.cp_timer = Timeout(self.rCachePurge, 32, -1)
        self.init_time = 0.0

    def take(self, text: str, source: Address, port: Port) -> None:
        """Passes in one screened message. sippy keeps each for 32 to 64 s to recognise repetitions; their number is bounded here."""
        if len(self.l1rcache) > REPEATS:
            self.rCachePurge()
        self.handleIncoming(text if text.isascii() else WireText(text), Remote_address(source, "udp"), port, MonoTime())

    def incomingResponse(self, msg: Any, t: Any, checksum: bytes) -> None:  # noqa: N802
        """Final responses to INVITEs are acknowledged here: sippy sends the ACK to the Contact of a refusal, without credentials, and forgets the INVITE."""
        msg.getHFBody("to").getTag()
        if t.needack and msg.getSCode()[0] >= 200:
            self._acknowledge(msg, t, checksum)
        elif not isinstance(t, AnsweredInvite):
            super().incomingResponse(msg, t, checksum)

    def _acknowledge(self, msg: Any, t: Any, checksum: bytes) -> None:
        late = isinstance(t, AnsweredInvite) or t.state is TERMINATED
        heard = t.forked if late else t.resp_cb
        invite = t if isinstance(t, AnsweredInvite) else AnsweredInvite(t)
        # raises if a header can't be parsed: the response is dropped, and the INVITE goes on waiting
        ack, new = invite.ack(msg)
        if ack is None:
            return
        if invite is not t:
            self._replace(t, invite)
        self.transmitData(invite.userv, ack.data, ack.address, checksum)
        # only now: the handler may send our next request (BYE, the INVITE with a password), which must not leave before the ACK
        if heard is not None and new and (not late or msg.getSCode()[0] < 300):
            heard(msg)

    def _replace(self, t: Any, invite: AnsweredInvite) -> None:
        """Ends a client transaction that has its final response."""
        for timer in (t.teA, t.teB, t.teC):
            if timer is not None:
                timer.cancel()
        self.tclient[t.tid] = invite
        self._answered_lately.append(t.tid)
        t.cleanup()

    def rCachePurge(self) -> None:  # noqa: N802
        """Each 32 s (64·T1): forgets the INVITEs that were answered before the last purge."""
        for tid in self._answered_before:
            self.tclient.pop(tid, None)
        self._answered_before, self._answered_lately = self._answered_lately, []
        self._finals_before, self._finals = self._finals, {}
        super().rCachePurge()

    def sendResponse(self, resp: Any, t: Any, retrans: bool = False, ack_cb: Any = None) -> None:  # noqa: N802
        """Keeps a final response for the repeats of its request: sippy re-files or deletes the transaction now."""
        tid, method, checksum = t.tid, t.method, t.checksum
        super().sendResponse(resp, t, retrans, ack_cb)
        if resp.getSCode()[0] >= 200:
            self._finals[(*tid[:3], method, tid[3])] = self.l1rcache[checksum]

    def incomingRequest(self, msg: Any, checksum: bytes, tids: Any, server: Port) -> None:  # noqa: N802
        """A repeat of an answered request gets the same response, whatever else in it differs (RFC 3261 §17.2.3; ``Timestamp``).

        A CANCEL that crossed our final response is answered 200 (§9.2); sippy, which has re-filed the INVITE, would answer 481.
        """
        final = self._finals.get(tids[0]) or self._finals_before.get(tids[0])
        if final is not None:
            self.transmitData(final.userv, final.data, final.address, checksum)
            return
        if msg.getMethod() == "CANCEL" and msg.getTId(wBRN=True) not in self.tserver:
            branch, call_id = msg.getHFBody("via").getBranch(), str(msg.getHFBody("call-id"))
            if any(t.branch == branch and t.tid[0] == call_id for t in self.tserver.values()):
                answer = msg.genResponse(200, "OK", server=USER_AGENT)
                self.transmitMsg(server, answer, answer.getHFBody("via").getTAddr(), checksum)
                return
        super().incomingRequest(msg, checksum, tids, server)

    def idle(self) -> bool:
        """No response to a hang-up is outstanding."""
        return all(t.method not in ("BYE", "CANCEL") for t in self.tclient.values())


def reachable(url: Any, source: Address, *, always: bool = False) -> None:
    """Sets where requests to ``url`` go: to its own IPv4 address over UDP if it has one, otherwise to the source. Its text stays (§12.2.1.1).

    ``always``: to the source, whose address the text gets, too.
    """
    if always:
        url.move(source)
    url.hop = url.own_address() or source


class SipThread:
    """The SIP thread: socket, sippy's timers, and calls posted by other threads. sippy's dispatcher is a singleton: one instance at a time."""

    def __init__(self, skt: socket.socket, on_datagram: Callable[[bytes, Address], None]) -> None:
        self._skt = skt
        self._on_datagram = on_datagram
        self._posted: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._wake_out, self._wake_in = os.pipe()
        os.set_blocking(self._wake_out, False)
        os.set_blocking(self._wake_in, False)
        self._thread = threading.Thread(target=self._run, name="sip", daemon=True)
        self._running = True

    def start(self) -> None:
        self._thread.start()

    def call(self, function: Callable[..., None], *args: Any) -> None:
        """Runs a function on the SIP thread, in order; from any thread, never blocks."""
        self._posted.append((function, args))
        try:
            os.write(self._wake_in, b"!")
        except OSError:
            return  # the pipe is full, so the thread wakes anyway; or it is closed

    def stop(self) -> None:
        """From another thread: ends the SIP thread and waits for its end."""
        self.call(self._end)
        self._thread.join(10)
        for timer in ED2.tlisteners:
            timer.cleanup()
        ED2.tlisteners = []
        ED2.twasted = 0
        os.close(self._wake_in)
        os.close(self._wake_out)

    def _end(self) -> None:
        self._running = False

    def _run(self) -> None:
        ED2.my_ident = threading.get_ident()
        poll = select.poll()
        poll.register(self._skt.fileno(), select.POLLIN)
        poll.register(self._wake_out, select.POLLIN)
        while self._running:
            poll.poll(self._wait_ms())
            self._drain_posted()
            self._drain_socket()
            ED2.last_ts = MonoTime()
            ED2.dispatchTimers()

    def _wait_ms(self) -> int:
        if self._posted:
            return 0
        if not ED2.tlisteners:
            return 1000
        return max(0, min(1000, int((ED2.tlisteners[0].etime - MonoTime()) * 1000) + 1))

    def _drain_posted(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_out, 65536)
        for _ in range(len(self._posted)):
            function, args = self._posted.popleft()
            try:
                function(*args)
            except Exception:
                log.exception("sip: a posted call failed")

    def _drain_socket(self) -> None:
        for _ in range(BATCH):
            try:
                datagram, source = self._skt.recvfrom(65535)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier send
            self._on_datagram(datagram, source)
