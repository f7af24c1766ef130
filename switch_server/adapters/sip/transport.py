"""The UDP socket of SIP, and the local address towards a far one."""

import contextlib
import fcntl
import ipaddress
import socket
import struct
import time
from collections import Counter
from typing import Final

from switch_server.adapters.sip import grammar
from switch_server.adapters.sip.message import Address

RECEIVE_BUFFER: Final = 4 << 20
LARGEST: Final = 65535
_IP_MTU_DISCOVER: Final = 10  # Linux
_IP_PMTUDISC_DONT: Final = 0
"""No DF: a large message may be cut into fragments anywhere on its way (RFC 791 §3.2)."""
SIOCGSTAMP: Final = 0x8906
TIMEVAL: Final = struct.Struct("@ll")
"""``struct timeval`` of ``SIOCGSTAMP`` (socket(7))."""


class Port:
    """One local address on the shared socket."""

    def __init__(self, skt: socket.socket, address: Address, counters: Counter[str]) -> None:
        self._skt = skt
        self.address = address
        self._counters = counters

    def send(self, data: bytes, address: Address) -> None:
        """Sends now; a datagram that can't be sent (a name as address, a full buffer) is counted: SIP repeats requests."""
        try:
            if grammar.ipv4(address[0]) is not None:  # a name would wait for DNS
                self._skt.sendto(data, address)
                return
        except (OSError, OverflowError):
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

    def port_for(self, far: str) -> Port:
        local = _local_ip(far) if self._any else self.listen[0]
        if local not in self._ports:
            self._ports[local] = Port(self.skt, (local, self.listen[1]), self._counters)
        return self._ports[local]

    def receive(self) -> tuple[bytes, Address] | None:
        """The next datagram and its source; ``None``: there is none."""
        while True:
            try:
                return self.skt.recvfrom(LARGEST)
            except BlockingIOError:
                return None
            except OSError:
                continue  # an ICMP error of an earlier send

    def waited(self) -> float:
        """Seconds for which the datagram that was received last had been in the socket, by the kernel's stamp; 0 if there is none."""
        try:
            stamp = fcntl.ioctl(self.skt, SIOCGSTAMP, bytes(TIMEVAL.size))
        except OSError:
            return 0.0
        seconds, micros = TIMEVAL.unpack(stamp)
        return max(0.0, time.time() - float(seconds) - float(micros) / 1e6)

    def shutdown(self) -> None:
        self.skt.close()


def _local_ip(far: str) -> str:
    """The source address of this machine towards ``far``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):
            probe.connect((far, 9))
            return str(probe.getsockname()[0])
        return "127.0.0.1"
