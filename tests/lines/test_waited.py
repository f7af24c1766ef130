"""How long a datagram has waited in the socket, by the kernel."""

import socket
import time
from collections import Counter

from switch_server.adapters.sip.transport import SipSocket


def test_the_kernel_tells_how_long_a_datagram_waited() -> None:
    ports = SipSocket(("127.0.0.1", 0), Counter())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:

        def received(wait: float) -> float:
            before = time.monotonic()
            far.sendto(b"x", ports.listen)
            time.sleep(wait)
            assert ports.receive() is not None
            waited = ports.waited()
            assert waited <= time.monotonic() - before + 0.01
            return waited

        received(0.0)  # the first question switches the stamps on
        assert received(0.3) >= 0.29
        far.sendto(b"one", ports.listen)
        time.sleep(0.2)
        far.sendto(b"two", ports.listen)
        assert ports.receive() is not None
        first = ports.waited()
        assert ports.receive() is not None
        assert first - ports.waited() >= 0.19, "each has its own"
    ports.shutdown()


def test_without_a_datagram_nothing_has_waited() -> None:
    ports = SipSocket(("127.0.0.1", 0), Counter())
    assert ports.waited() == 0.0
    ports.shutdown()
