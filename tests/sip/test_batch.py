"""Datagrams received many at a time from a real socket."""

import socket
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from switch_server.adapters.sip.batch import MOST, BatchSocket
from switch_server.adapters.sip.transport import SipSocket


@pytest.fixture
def ports() -> Iterator[SipSocket]:
    made = SipSocket(("127.0.0.1", 0), Counter())
    yield made
    made.shutdown()


@pytest.fixture
def far() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as skt:
        skt.bind(("127.0.0.9", 0))
        skt.settimeout(10)
        yield skt


def test_every_datagram_comes_once_in_order_and_with_its_source(ports: SipSocket, far: socket.socket) -> None:
    sent = [bytes([number % 251]) * (number * 7 + 1) for number in range(2 * MOST + 3)]
    for data in sent:
        far.sendto(data, ports.listen)
    got = []
    while (found := ports.receive()) is not None:
        got.append(found)
        assert ports.has_more == (len(got) < len(sent) and len(got) % MOST != 0)
    assert got == [(data, far.getsockname()) for data in sent]


@pytest.mark.parametrize("data", [b"", b"x", bytes(65507)])
def test_the_smallest_and_the_largest_are_whole_both_ways(ports: SipSocket, far: socket.socket, data: bytes) -> None:
    far.sendto(data, ports.listen)
    assert ports.receive() == (data, far.getsockname())
    ports.port_for("127.0.0.9").send(data, far.getsockname())
    assert far.recvfrom(65536) == (data, ports.listen)


def test_a_far_end_that_is_gone_is_no_fault(ports: SipSocket, far: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        nobody = gone.getsockname()
    ports.port_for("127.0.0.1").send(b"x", nobody)
    far.sendto(b"y", ports.listen)
    assert ports.receive() == (b"y", far.getsockname())


@pytest.mark.parametrize("address", [("127.0.0.1", 70000), ("127.0.0.1", -1), ("a.example", 5060), ("127.1", 5060)])
def test_what_cannot_be_sent_is_counted(address: tuple[str, int]) -> None:
    counters = Counter[str]()
    ports = SipSocket(("127.0.0.1", 0), counters)
    ports.port_for("127.0.0.1").send(b"x", address)
    ports.shutdown()
    ports.port_for("127.0.0.1").send(b"x", ("127.0.0.1", 5060))
    assert counters["unsendable"] == 2


def test_the_time_of_arrival_is_the_kernel_s(far: socket.socket) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as skt:
        skt.bind(("127.0.0.1", 0))
        batch = BatchSocket(skt)
        before = time.time()
        for _ in range(3):
            far.sendto(b"x", skt.getsockname())
        after = time.time()
        batch.receive()
        came = [each.arrived for each in batch.waiting]
        assert len(came) == 3
        assert all(at is not None and before - 0.01 <= at <= after + 0.01 for at in came)
        with pytest.raises(BlockingIOError):
            batch.receive()
