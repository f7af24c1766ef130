"""The UDP socket of SIP, and the local address towards a far one."""

import contextlib
import ipaddress
import socket
import time
from collections import Counter
from typing import Final

from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.batch import BatchSocket
from switch_server.adapters.sip.message import Address

RECEIVE_BUFFER: Final = 4 << 20
_IP_MTU_DISCOVER: Final = 10  # Linux
_IP_PMTUDISC_DONT: Final = 0
"""No DF: a large message may be cut into fragments anywhere on its way (RFC 791 §3.2)."""


class Port:
    """One local address on the shared socket."""

    def __init__(self, batches: BatchSocket, address: Address, counters: Counter[str]) -> None:
        self._batches = batches
        self.address = address
        self._counters = counters

    def send(self, data: bytes, address: Address) -> None:
        """Sends now; a datagram that can't be sent (a name as address, a full buffer) is counted: SIP repeats requests."""
        try:
            if grammar.ipv4(address[0]) is not None:  # a name would wait for DNS
                self._batches.send(data, address)
                return
        except OSError:
            pass
        self._counters["unsendable"] += 1


class SipSocket:
    """The socket. ``listen`` 0.0.0.0: messages carry the local address of the route to their far end."""

    def __init__(self, listen: Address, counters: Counter[str]) -> None:
        self._counters = counters
        self.skt = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.skt.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        with contextlib.suppress(OSError):
            self.skt.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _IP_PMTUDISC_DONT)
        self.skt.setblocking(False)
        try:
            self.skt.bind(listen)
        except OSError:
            self.skt.close()
            raise
        self.listen: Address = self.skt.getsockname()
        self._any = ipaddress.IPv4Address(self.listen[0]).is_unspecified
        self._ports: dict[str, Port] = {}
        self._batches = BatchSocket(self.skt)
        self.arrived: float | None = None
        """When the datagram that was received last came, by the kernel; seconds of the system's clock."""
        self.oldest: float | None = None
        """The same of the oldest one that is not handled yet, where any is."""

    def port_for(self, far: str) -> Port:
        local = _local_ip(far) if self._any else self.listen[0]
        if local not in self._ports:
            self._ports[local] = Port(self._batches, (local, self.listen[1]), self._counters)
        return self._ports[local]

    def receive(self) -> tuple[bytes, Address] | None:
        """The next datagram and its source; ``None``: there is none."""
        while not self._batches.waiting:
            try:
                self._batches.receive()
            except BlockingIOError:
                return None
            except OSError:
                continue  # an ICMP error of an earlier send
        found = self._batches.waiting.popleft()
        self.arrived = found.arrived
        return found.data, found.source

    @property
    def has_more(self) -> bool:
        """Datagrams have been read from the socket, and not yet taken."""
        return bool(self._batches.waiting)

    @property
    def was_emptied(self) -> bool:
        """The last receive has found fewer datagrams than it could take, and all of them are taken."""
        return not self._batches.waiting and not self._batches.full

    def waited(self) -> float:
        """Seconds since the oldest datagram has come that is not handled yet, or else the last received one; 0 if the kernel has not told."""
        came = self.arrived if self.oldest is None else self.oldest
        return 0.0 if came is None else max(0.0, time.time() - came)

    def shutdown(self) -> None:
        self.skt.close()


def _local_ip(far: str) -> str:
    """The source address of this machine towards ``far``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):
            probe.connect((far, 9))
            return str(probe.getsockname()[0])
        return "127.0.0.1"
