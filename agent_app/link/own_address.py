"""The address of this PC on the way to the switch, at which the switch's INVITEs reach the phone.

The address is the local end of the system's route to the switch. The system is asked again and again, since networks come and go (DHCP, VPN, Wi-Fi);
no packet is sent to the switch for that.
"""

import asyncio
import contextlib
import socket
import threading
from typing import Protocol
from urllib.parse import urlsplit


class OwnAddress(Protocol):
    """The protocol by which ``SwitchLink``'s thread asks for the address."""

    def address(self) -> str:
        """The IPv4 address, without a wait; ``""``: there is no route now, or the switch's name isn't resolved yet."""
        ...

    async def resolve(self) -> None:
        """Resolves the switch's name, however long that takes. If the name can't be resolved, the old address stays."""
        ...


class RoutedAddress:
    """``OwnAddress`` to the host of ``endpoint`` (``tcp://host:port``)."""

    def __init__(self, endpoint: str) -> None:
        parts = urlsplit(endpoint)
        self._name, self._port = parts.hostname or "", parts.port or 9
        self._host = self._name if _is_address(self._name) else ""

    def address(self) -> str:
        if not self._host:
            return ""
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((self._host, self._port))
            return str(probe.getsockname()[0])
        return ""

    async def resolve(self) -> None:
        if not _is_address(self._name):
            self._host = await _resolved(self._name) or self._host


class GivenAddress:
    """``OwnAddress`` of a PC whose address was given (``--ip``)."""

    def __init__(self, ip: str) -> None:
        self._ip = ip

    def address(self) -> str:
        return self._ip

    async def resolve(self) -> None:
        pass


def _is_address(host: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET, host)
    except OSError:
        return False
    return True


async def _resolved(name: str) -> str:
    """Resolves in a daemon thread, for which the program's end does not wait: a name server that does not answer takes half a minute."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[str] = loop.create_future()

    def tell(host: str) -> None:
        if not found.done():
            found.set_result(host)

    def ask() -> None:
        try:
            host = str(socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_DGRAM)[0][4][0])
        except (OSError, UnicodeError):  # UnicodeError: a name that IDNA can't encode
            host = ""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(tell, host)

    threading.Thread(target=ask, name="name server", daemon=True).start()
    return await found
