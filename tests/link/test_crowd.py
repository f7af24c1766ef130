"""Case 29: TCP connections of strangers to a server's port, silent ones and ones that speak, and the peers that are known."""

import asyncio
import contextlib
import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import aci
from shared.link import unproven
from shared.link.listening import listener
from shared.link.unproven import UnprovenConnections
from tests.link.test_link import DEADLINE, GZ02, rig, until

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01CURVE" + bytes(15 + 32)
"""ZMTP 3.1 (RFC 37): a client's greeting, after which a stranger says nothing."""


def connections(endpoint: str, count: int) -> list[socket.socket]:
    ip, _, port = endpoint.removeprefix("tcp://").partition(":")
    return [socket.create_connection((ip, int(port)), timeout=30) for _ in range(count)]


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_silent_connections_cost_no_descriptor_and_nobody_notices() -> None:
    async def story() -> None:
        async with rig() as it:
            known = await it.client()
            channel = await known.opened(DEADLINE)
            before = descriptors()
            with contextlib.ExitStack() as stack:
                for each in connections(it.server.endpoint, 300):
                    stack.enter_context(each)
                for _ in range(50):
                    await channel.ask(aci.AskStatus())
                assert descriptors() - before < 310, "ours, and none of the server's"
                other = await it.client(GZ02)
                await other.opened(DEADLINE)
                assert it.server.counters()["unproven_now"] == 0

    asyncio.run(story())


@pytest.fixture
def few_descriptors() -> Iterator[None]:
    """At most 32 connections without a proof (``unproven.LEAST``)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("few_descriptors")
def test_of_strangers_that_greet_the_oldest_are_cut_off() -> None:
    async def story() -> None:
        async with rig() as it:
            known = await it.client()
            channel = await known.opened(DEADLINE)
            with contextlib.ExitStack() as stack:
                for _ in range(4):
                    for each in connections(it.server.endpoint, 20):
                        stack.enter_context(each)
                        each.sendall(GREETING)
                    await channel.ask(aci.AskStatus())
                await until(lambda: it.server.counters()["unproven_cut_off"] >= 16)
                assert it.server.counters()["unproven_now"] <= 64
                assert (await known.opened(DEADLINE)) is channel, "the known peer's session goes on"
                newcomer = await it.client(GZ02)
                await newcomer.opened(DEADLINE)
            await until(lambda: it.server.counters()["unproven_now"] == 0)

    asyncio.run(story())


def test_only_a_connection_of_the_port_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unproven, "LEAST", 0)
    monkeypatch.setattr(unproven, "MOST", 0)
    one, other = socket.socketpair()
    with one, other, socket.create_server(("127.0.0.1", 0)) as server, Path(os.devnull).open() as file:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as far:
            near, _ = server.accept()
            with near:
                crowd = UnprovenConnections(port)
                for descriptor in (one.fileno(), file.fileno(), 9999, far.fileno()):
                    crowd.accepted(descriptor)
                assert (crowd.cut, len(crowd)) == (0, 0)
                far.sendall(b"x")
                one.sendall(b"x")
                assert (near.recv(1), other.recv(1)) == (b"x", b"x"), "they are as before"
                crowd.accepted(near.fileno())
                assert crowd.cut == 1
                assert far.recv(1) == b"", "shut down"


def test_which_endpoints_have_a_listener_of_ours() -> None:
    assert [listener(endpoint) for endpoint in ("ipc:///x", "inproc://x", "tcp://localhost:0", "tcp://[::1]:0")] == [
        None
    ] * 4
    descriptor = listener("tcp://*:0")
    assert descriptor is not None
    with socket.socket(fileno=descriptor) as made:
        assert made.getsockname()[0] == "0.0.0.0"
        with pytest.raises(OSError, match="in use"):
            listener(f"tcp://127.0.0.1:{made.getsockname()[1]}")
