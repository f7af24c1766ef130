"""Two network namespaces, joined by a link with an Ethernet's MTU, so that large datagrams are really sent as IP fragments (RFC 791 §3.2).

Only root may make them. Others get the loopback, whose MTU is 65,536: all is the same there but the fragments (``Link.fragments``).
"""

import ctypes
import itertools
import queue
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

R = TypeVar("R")
MTU = 1500
_CLONE_NEWNET = 0x4000_0000
_ETH_P_IP = 0x0800
_numbers = itertools.count(1)


class Space:
    """A thread with a network namespace of its own. Sockets that ``run`` opens there stay in it, whoever uses them."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def _live(self) -> None:
        while (work := self._work.get()) is not None:
            work()

    def run(self, function: Callable[[], R]) -> R:
        done: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

        def work() -> None:
            try:
                done.put((function(), None))
            except BaseException as error:
                done.put((None, error))

        self._work.put(work)
        result, error = done.get(timeout=60)
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    def leave(self) -> bool:
        """Leaves the machine's namespace; ``False``: that is not allowed."""
        return self.run(lambda: ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET)) == 0

    def ip(self, *words: str) -> None:
        self.run(lambda: subprocess.run(["ip", *words], check=True))

    def end(self) -> None:
        self._work.put(None)
        self._thread.join(10)


class Link:
    """``near`` is the switch's side, ``far`` its peer's. ``real``: they are namespaces, and not the loopback."""

    def __init__(self) -> None:
        self.near, self.far = Space(), Space()
        self.near_ip = self.far_ip = "127.0.0.1"
        self.real = False

    def __enter__(self) -> Self:
        self.real = self.near.leave() and self.far.leave()
        if self.real:
            self.near_ip, self.far_ip = "10.99.0.1", "10.99.0.2"
            name = f"huawu{next(_numbers)}"
            native = self.far.run(threading.get_native_id)
            self.near.ip(
                "link", "add", name, "mtu", str(MTU), "type", "veth", "peer", "name", "there", "netns", str(native)
            )
            for space, device, address in ((self.near, name, self.near_ip), (self.far, "there", self.far_ip)):
                space.ip("link", "set", "lo", "up")
                space.ip("address", "add", f"{address}/24", "dev", device)
                space.ip("link", "set", device, "mtu", str(MTU), "up")
        return self

    def __exit__(self, *_: object) -> None:
        self.near.end()
        self.far.end()

    def fragments(self) -> tuple[int, int]:
        """Of the switch's side: (datagrams put together from fragments, fragments sent)."""
        lines = self.near.run(lambda: Path("/proc/thread-self/net/snmp").read_text()).splitlines()
        names, counts = (line.split()[1:] for line in lines if line.startswith("Ip:"))
        found = dict(zip(names, map(int, counts), strict=True))
        return found["ReasmOKs"], found["FragCreates"]

    def packets(self) -> socket.socket:
        """A socket that hears each IPv4 packet that comes to the peer, from its IP header on."""
        return self.far.run(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_IP)))
