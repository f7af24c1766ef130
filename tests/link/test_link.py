"""Server and client over real ZeroMQ, with CURVE."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zmq

from shared import aci, codec, protocol
from shared.ids import OrderKey, Shares
from shared.link import (
    Answer,
    Channel,
    Failure,
    Identity,
    LinkClient,
    LinkError,
    LinkServer,
    QuietHandler,
    RefusedConnection,
    RequestFailed,
    Rules,
    keys,
)
from shared.protocol import RejectCode

MESSAGES = (*aci.REQUESTS, *aci.REPLIES, *aci.REPORTS)
SERVER, GZ01, GZ02, STRANGER = (keys.make() for _ in range(4))
NAMES = {GZ01.public: "GZ01", GZ02.public: "GZ02"}
FAST = Rules(heartbeat_s=0.2, silence_s=1.0, hello_s=1.0)
DEADLINE = 20.0


class Note(QuietHandler):
    """Records all events; answers ``AskStatus``, leaves ``ResolveOrder`` open and raises at ``AskReports``."""

    def __init__(self) -> None:
        self.open: list[Channel] = []
        self.ended: list[tuple[str, RejectCode]] = []
        self.reports: list[msgspec.Struct] = []
        self.gaps: list[tuple[int, int]] = []
        self.held: list[Answer] = []

    def opened(self, channel: Channel) -> None:
        self.open.append(channel)

    def closed(self, channel: Channel, code: RejectCode, text: str) -> None:
        self.ended.append((channel.name, code))

    def told(self, channel: Channel, message: msgspec.Struct, seq: int) -> None:
        self.reports.append(message)

    def gap(self, channel: Channel, expected: int, got: int) -> None:
        self.gaps.append((expected, got))

    def asked(self, channel: Channel, message: msgspec.Struct, answer: Answer) -> None:
        match message:
            case aci.AskStatus():
                answer(aci.MaxQuantity(Shares(1)))
            case aci.ResolveOrder():
                self.held.append(answer)
            case aci.AskReports():
                raise RuntimeError("a bug of ours")
            case _:
                super().asked(channel, message, answer)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110  # what is watched has no event
            await asyncio.sleep(0.01)


class Rig:
    def __init__(self) -> None:
        self.here, self.there = Note(), Note()
        self.names = dict(NAMES)
        self.refusals: list[RefusedConnection] = []
        self.clients: list[LinkClient] = []

    async def listen(self, endpoint: str = "tcp://127.0.0.1:0", *, curve: bool = True, rules: Rules = FAST) -> str:
        self.server = LinkServer(
            endpoint,
            messages=MESSAGES,
            identity=Identity("switch-server", "0.1"),
            handler=self.here,
            keys=SERVER if curve else None,
            lookup=self.names.get,
            on_refused=self.refusals.append,
            rules=rules,
        )
        return await self.server.start()

    async def client(self, key: keys.KeyPair | None = GZ01, **options: Any) -> LinkClient:
        values: dict[str, Any] = {
            "name": "centre",
            "messages": MESSAGES,
            "identity": Identity("branch-gateway", "0.1"),
            "handler": self.there,
            "keys": key,
            "server_key": SERVER.public if key else None,
            "rules": FAST,
        }
        client = LinkClient(self.server.endpoint, **(values | options))
        self.clients.append(client)
        await client.start()
        return client


@asynccontextmanager
async def rig(**options: Any) -> AsyncIterator[Rig]:
    it = Rig()
    await it.listen(**options)
    try:
        yield it
    finally:
        for client in it.clients:
            await client.stop()
        await it.server.stop()


def runs(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Runs an asyncio test."""

    def run() -> None:
        asyncio.run(test())  # type: ignore[arg-type]

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


@runs
async def test_both_sides_ask_answer_and_report() -> None:
    async with rig() as it:
        up = await (await it.client()).opened(DEADLINE)
        down = it.server.channel("GZ01")
        assert down is not None
        assert (down.name, down.address, down.program) == ("GZ01", "127.0.0.1", "branch-gateway 0.1")
        assert await up.ask(aci.AskStatus()) == aci.MaxQuantity(Shares(1))
        assert await down.ask(aci.AskStatus()) == aci.MaxQuantity(Shares(1))
        assert up.report(aci.MaxQuantity(Shares(5)))
        assert down.report(aci.MaxQuantity(Shares(6)))
        await until(lambda: bool(it.here.reports and it.there.reports))
        assert (it.here.reports, it.there.reports) == ([aci.MaxQuantity(Shares(5))], [aci.MaxQuantity(Shares(6))])
        await until(lambda: down.session.round_trip_ms is not None)


@runs
async def test_a_stranger_is_refused_told_of_once_and_disturbs_nobody() -> None:
    async with rig() as it:
        up = await (await it.client()).opened(DEADLINE)
        stranger = await it.client(STRANGER)
        await until(lambda: it.server.refusals >= 3)
        assert stranger.channel is None
        assert stranger.refused >= 1
        (refusal,) = it.refusals
        assert (refusal.address, refusal.code, refusal.times) == ("127.0.0.1", "unknown_key", 1)
        assert STRANGER.public.decode().startswith(refusal.public_key)
        assert await up.ask(aci.AskStatus()) == aci.MaxQuantity(Shares(1))
        assert [channel.name for channel in it.server.channels()] == ["GZ01"]


@runs
async def test_a_client_talks_to_the_right_server_only() -> None:
    async with rig() as it:
        client = await it.client(server_key=STRANGER.public)
        with pytest.raises(TimeoutError):
            await client.opened(0.7)
        assert it.server.channels() == ()


@runs
async def test_without_curve_no_session_opens() -> None:
    async with rig() as it:
        client = await it.client(None)
        with pytest.raises(TimeoutError):
            await client.opened(0.7)
        assert it.server.channels() == ()


@runs
async def test_bytes_of_another_kind_do_not_disturb() -> None:
    async with rig() as it:
        up = await (await it.client()).opened(DEADLINE)
        host, _, port = it.server.endpoint.removeprefix("tcp://").rpartition(":")
        with socket.create_connection((host, int(port))) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\n\r\n" * 1000)
            assert await up.ask(aci.AskStatus()) == aci.MaxQuantity(Shares(1))


def _raw(context: "zmq.Context[Any]", endpoint: str, key: keys.KeyPair) -> "zmq.Socket[bytes]":
    peer = context.socket(zmq.DEALER)
    peer.linger = 0
    peer.rcvtimeo = 10_000
    peer.curve_publickey, peer.curve_secretkey, peer.curve_serverkey = key.public, key.secret, SERVER.public
    peer.connect(endpoint)
    return peer


@runs
async def test_known_peers_with_foreign_frames_are_refused_with_a_code() -> None:
    async with rig() as it:
        table = codec.MessageTable((*protocol.SESSION_MESSAGES, *MESSAGES))
        up = await (await it.client()).opened(DEADLINE)
        with zmq.Context() as context, _raw(context, it.server.endpoint, GZ02) as peer:

            async def say(*parts: bytes) -> msgspec.Struct:
                peer.send_multipart(parts)
                while True:
                    answer = codec.decode(await asyncio.to_thread(peer.recv), table).message
                    if not isinstance(answer, protocol.Heartbeat):
                        return answer

            junk = await say(b"hello")
            assert isinstance(junk, protocol.Rejected)
            assert junk.code is RejectCode.HELLO_FIRST
            hello = codec.encode(protocol.Hello(1, "odd", "7"), frame_id=1, sent_at=0.0)
            assert isinstance(await say(hello), protocol.Welcome)
            unknown = msgspec.msgpack.encode([1, 2, 0, 0, "AskWeather", 0.0, {}])
            assert await say(unknown) == protocol.Unsupported("AskWeather")
            for _ in range(FAST.bad_frames - 1):
                peer.send_multipart([b"two", b"parts"])
            end = await say(b"\xc1")
            assert isinstance(end, protocol.Rejected)
            assert end.code is RejectCode.TOO_MANY_BAD
            assert await up.ask(aci.AskStatus()) == aci.MaxQuantity(Shares(1))


@runs
async def test_a_removed_key_s_session_ends_and_its_old_connection_opens_no_new_session() -> None:
    async with rig() as it:
        up = await (await it.client()).opened(DEADLINE)
        table = codec.MessageTable((*protocol.SESSION_MESSAGES, *MESSAGES))
        hello = codec.encode(protocol.Hello(1, "odd", "7"), frame_id=1, sent_at=0.0)
        with zmq.Context() as context, _raw(context, it.server.endpoint, GZ02) as peer:

            async def answer() -> msgspec.Struct:
                while True:
                    message = codec.decode(await asyncio.to_thread(peer.recv), table).message
                    if not isinstance(message, protocol.Heartbeat):
                        return message

            peer.send(hello)
            assert isinstance(await answer(), protocol.Welcome)
            it.server.recheck()
            assert len(it.server.channels()) == 2, "nothing has changed"
            del it.names[GZ02.public]
            it.server.recheck()
            end = await answer()
            assert isinstance(end, protocol.Rejected)
            assert end.code is RejectCode.UNKNOWN_KEY
            assert it.here.ended == [("GZ02", RejectCode.UNKNOWN_KEY)]
            peer.send(hello)
            peer.send_multipart([hello, hello])
            await until(lambda: it.server.refusals == 2)
            assert [channel.name for channel in it.server.channels()] == ["GZ01"]
        assert it.refusals[0].public_key == GZ02.public[:8].decode()
        it.names[GZ01.public] = "GZ09"
        it.server.recheck()
        await until(lambda: not up.is_open)


@runs
async def test_a_huge_message_ends_that_connection_only() -> None:
    async with rig() as it:
        up = await (await it.client()).opened(DEADLINE)
        with zmq.Context() as context, _raw(context, it.server.endpoint, GZ02) as peer:
            peer.send(b"x" * 6_000_000)
            assert await up.ask(aci.AskStatus()) == aci.MaxQuantity(Shares(1))
            assert [channel.name for channel in it.server.channels()] == ["GZ01"]


@runs
async def test_a_lost_peer_is_noticed_and_its_requests_end() -> None:
    async with rig(rules=Rules()) as it:
        client = await it.client(rules=Rules())
        await client.opened(DEADLINE)
        down = it.server.channel("GZ01")
        assert down is not None
        results: list[msgspec.Struct | Failure] = []
        down.request(aci.ResolveOrder(OrderKey("k")), 60, results.append)
        await until(lambda: bool(it.there.held))
        client._drop()  # as after kill -9: without a goodbye
        await until(lambda: bool(results))
        assert results == [Failure.LINK_LOST]
        assert it.here.ended == [("GZ01", RejectCode.LOST)]
        down.request(aci.AskStatus(), 60, results.append)
        assert results[1:] == [Failure.NEVER_LEFT]


@runs
async def test_a_client_reconnects_after_the_server_has_restarted() -> None:
    async with rig() as it:
        client = await it.client()
        first = await client.opened(DEADLINE)
        endpoint = it.server.endpoint
        await it.server.stop()
        await until(lambda: first.is_closed)
        with pytest.raises(RequestFailed, match="never_left"):
            await first.ask(aci.AskStatus())
        await it.listen(endpoint)
        second = await client.opened(DEADLINE)
        assert await second.ask(aci.AskStatus()) == aci.MaxQuantity(Shares(1))
        assert it.there.ended == [("centre", RejectCode.STOPPED)]


@runs
async def test_a_newer_session_displaces_the_older() -> None:
    async with rig() as it:
        first = await (await it.client()).opened(DEADLINE)
        second = await (await it.client()).opened(DEADLINE)
        await until(lambda: first.is_closed)
        assert ("GZ01", RejectCode.DISPLACED) in it.here.ended
        down = it.server.channel("GZ01")
        assert down is not None
        assert len(it.server.channels()) == 1
        assert not second.is_closed
        assert await down.ask(aci.AskStatus()) == aci.MaxQuantity(Shares(1))


@runs
async def test_a_request_times_out_and_a_handler_that_raises_is_a_bad_reply() -> None:
    async with rig() as it:
        up = await (await it.client()).opened(DEADLINE)
        with pytest.raises(RequestFailed) as caught:
            await up.ask(aci.ResolveOrder(OrderKey("k")), timeout=0.3)
        assert caught.value.failure is Failure.TIMED_OUT
        with pytest.raises(RequestFailed) as caught:
            await up.ask(aci.AskReports(1))
        assert caught.value.failure is Failure.BAD_REPLY
        it.here.held[0](aci.OrderVoid(OrderKey("k")))  # after the time-out: ignored
        assert await up.ask(aci.AskStatus()) == aci.MaxQuantity(Shares(1))
        await until(lambda: up.session.counts["stray_replies"] == 1)


@runs
async def test_another_protocol_is_refused_and_tried_again() -> None:
    async with rig() as it:
        client = await it.client(identity=Identity("branch-gateway", "9.0", 2))
        with pytest.raises(TimeoutError):
            await client.opened(0.7)
        assert it.here.open == []


@runs
async def test_a_port_in_use_is_a_clear_error() -> None:
    async with rig() as it:
        other = LinkServer(it.server.endpoint, messages=(), identity=Identity("x", "1"), handler=Note(), keys=SERVER)
        with pytest.raises(LinkError, match="Address already in use"):
            await other.start()


def test_operators_connect_over_ipc_without_keys(tmp_path: Path) -> None:
    async def main() -> None:
        async with rig(endpoint=f"ipc://{tmp_path}/c.sock", curve=False) as it:
            first = await (await it.client(None)).opened(DEADLINE)
            second = await (await it.client(None)).opened(DEADLINE)
            assert await first.ask(aci.AskStatus()) == await second.ask(aci.AskStatus())
            assert sorted(channel.name for channel in it.server.channels()) == ["local-1", "local-2"]

    asyncio.run(main())


@runs
async def test_all_requests_of_a_flood_are_answered() -> None:
    async with rig() as it:
        up = await (await it.client()).opened(DEADLINE)
        results: list[Any] = []
        for _ in range(3000):
            up.request(aci.AskStatus(), 30, results.append)
        await until(lambda: len(results) == 3000)
        assert set(results) == {aci.MaxQuantity(Shares(1))}
