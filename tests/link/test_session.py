"""``shared.link.session``: two sessions exchange lists of frames; the time is a number given by the test."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import aci, codec, protocol
from shared.enums import Refusal
from shared.ids import AccountNo, OrderKey, Shares
from shared.link.errors import Failure
from shared.link.session import (
    Answered,
    Gap,
    Identity,
    ReportReceived,
    RequestReceived,
    Rules,
    Session,
    SessionClosed,
    SessionEvent,
    SessionOpened,
    SessionState,
)
from shared.protocol import RejectCode

ALL = (*protocol.SESSION_MESSAGES, *aci.REQUESTS, *aci.REPLIES, *aci.REPORTS)
RULES = Rules(heartbeat_s=2, silence_s=7, hello_s=5, bad_frames=3, rate=100, burst=50)


def session(*, listens: bool, version: int = 1, types: tuple[type[msgspec.Struct], ...] = ALL) -> Session:
    identity = Identity("centre" if listens else "gateway", "0.1", version)
    return Session(
        listens=listens, identity=identity, table=codec.MessageTable(types), rules=RULES, now=100.0, epoch=1000.0
    )


class Pair:
    """A client and a server; ``run`` carries frames until both are silent."""

    def __init__(self, client: Session | None = None, server: Session | None = None) -> None:
        self.client = client or session(listens=False)
        self.server = server or session(listens=True)
        self.now = 100.0
        self.heard: dict[str, list[SessionEvent]] = {"client": [], "server": []}

    def run(self) -> None:
        while True:
            up, down = self.client.take_out(), self.server.take_out()
            if not up and not down:
                return
            for data in up:
                self.heard["server"] += self.server.receive(data, self.now)
            for data in down:
                self.heard["client"] += self.client.receive(data, self.now)

    def opened(self) -> "Pair":
        self.run()
        self.heard = {"client": [], "server": []}
        return self


def frame(message: msgspec.Struct, frame_id: int = 500, in_reply_to: int = 0, seq: int = 0) -> bytes:
    return codec.encode(message, frame_id=frame_id, sent_at=1.0, in_reply_to=in_reply_to, seq=seq)


def sent(session: Session) -> list[codec.Frame]:
    return [codec.decode(data, codec.MessageTable(ALL)) for data in session.take_out()]


def test_hello_and_welcome_open_a_session() -> None:
    pair = Pair()
    pair.run()
    assert pair.heard == {"client": [SessionOpened("centre", "0.1")], "server": [SessionOpened("gateway", "0.1")]}
    assert pair.client.state is pair.server.state is SessionState.OPEN
    assert pair.client.round_trip_ms == 0.0


def test_a_request_is_answered_once() -> None:
    pair = Pair().opened()
    asked = pair.server.request(aci.AskStatus(), pair.now, 5)
    pair.run()
    (event,) = pair.heard["client"]
    assert event == RequestReceived(asked, aci.AskStatus())
    for _ in range(2):
        pair.client.reply(asked, aci.MaxQuantity(Shares(1)), pair.now)
    pair.run()
    assert pair.heard["server"] == [Answered(asked, aci.MaxQuantity(Shares(1)))]
    assert pair.server.counts["stray_replies"] == 1


def test_a_request_times_out_and_its_late_reply_is_counted() -> None:
    pair = Pair().opened()
    asked = pair.client.request(aci.AskStatus(), pair.now, 1)
    pair.client.take_out()
    assert pair.client.tick(pair.now + 0.9) == []
    assert pair.client.tick(pair.now + 1.0) == [Answered(asked, Failure.TIMED_OUT)]
    assert pair.client.receive(frame(aci.MaxQuantity(Shares(1)), in_reply_to=asked), pair.now + 1.1) == []
    assert pair.client.counts["stray_replies"] == 1


def test_a_withdrawn_request_is_forgotten() -> None:
    pair = Pair().opened()
    pair.client.withdraw(pair.client.request(aci.AskStatus(), pair.now, 1))
    pair.client.take_out()
    assert pair.client.tick(pair.now + 1.5) == []


def test_reports_are_numbered_and_a_gap_is_seen() -> None:
    pair = Pair().opened()
    for _ in range(2):
        pair.client.report(aci.MaxQuantity(Shares(1)), pair.now)
    pair.run()
    pair.client.report(aci.MaxQuantity(Shares(2)), pair.now)
    pair.client.take_out()  # lost
    pair.client.report(aci.MaxQuantity(Shares(3)), pair.now)
    pair.run()
    told = [
        ReportReceived(1, aci.MaxQuantity(Shares(1))),
        ReportReceived(2, aci.MaxQuantity(Shares(1))),
        Gap(3, 4),
        ReportReceived(4, aci.MaxQuantity(Shares(3))),
    ]
    assert pair.heard["server"] == told


def test_an_unknown_type_is_answered_unsupported() -> None:
    pair = Pair(client=session(listens=False, types=protocol.SESSION_MESSAGES)).opened()
    asked = pair.server.request(aci.AskStatus(), pair.now, 5)
    pair.run()
    assert pair.heard["server"] == [Answered(asked, Failure.UNSUPPORTED)]
    assert pair.client.counts["unsupported"] == 1


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (protocol.Rejected(RejectCode.RATE), Failure.REJECTED),
        (protocol.Rejected(RejectCode.FAULT), Failure.BAD_REPLY),
        (protocol.Unsupported("AskStatus"), Failure.UNSUPPORTED),
    ],
)
def test_replies_that_are_none(reply: msgspec.Struct, failure: Failure) -> None:
    pair = Pair().opened()
    asked = pair.server.request(aci.AskStatus(), pair.now, 5)
    assert pair.server.receive(frame(reply, in_reply_to=asked), pair.now) == [Answered(asked, failure)]


def test_a_reply_of_an_unknown_type_is_bad() -> None:
    pair = Pair(server=session(listens=True, types=(*protocol.SESSION_MESSAGES, aci.AskStatus))).opened()
    asked = pair.server.request(aci.AskStatus(), pair.now, 5)
    reply = frame(aci.MaxQuantity(Shares(1)), in_reply_to=asked)
    assert pair.server.receive(reply, pair.now) == [Answered(asked, Failure.BAD_REPLY)]


def test_a_reply_with_a_bad_body_is_bad() -> None:
    pair = Pair().opened()
    asked = pair.server.request(aci.AskStatus(), pair.now, 5)
    data = msgspec.msgpack.encode([1, 9, asked, 0, "MaxQuantity", 0.0, {"type": "MaxQuantity", "quantity": "many"}])
    assert pair.server.receive(data, pair.now) == [Answered(asked, Failure.BAD_REPLY)]


def test_another_protocol_is_refused_with_a_clear_word() -> None:
    pair = Pair(client=session(listens=False, version=2))
    pair.run()
    (end,) = pair.heard["client"]
    assert isinstance(end, SessionClosed)
    assert end.code is RejectCode.PROTOCOL
    assert end.text == "centre 0.1 is older: it speaks protocol 1, gateway 0.1 speaks 2; update centre 0.1"
    assert pair.heard["server"] == [end]


def test_an_older_server_is_noticed_by_the_client_too() -> None:
    client = session(listens=False)
    client.take_out()
    (end,) = client.receive(frame(protocol.Welcome(2, "centre", "0.2", 2.0)), 100.0)
    assert isinstance(end, SessionClosed)
    assert end.text.startswith("gateway 0.1 is older")


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1", b"", frame(aci.AskStatus()), frame(protocol.Heartbeat())])
def test_a_first_frame_that_is_no_hello_ends_the_session(data: bytes) -> None:
    server = session(listens=True)
    (end,) = server.receive(data, 100.0)
    assert isinstance(end, SessionClosed)
    assert end.code is RejectCode.HELLO_FIRST
    assert [type(each.message) for each in sent(server)] == [protocol.Rejected]
    assert server.receive(frame(protocol.Hello(1, "late", "1")), 100.0) == []


def test_bad_frames_are_answered_and_after_some_the_session_ends() -> None:
    pair = Pair().opened()
    bad = msgspec.msgpack.encode([1, 77, 0, 0, "AskReports", 0.0, {"type": "AskReports", "after": None}])
    assert pair.server.receive(bad, pair.now) == []
    (reply,) = sent(pair.server)
    assert isinstance(reply.message, protocol.Rejected)
    assert (reply.in_reply_to, reply.message.code) == (77, RejectCode.BAD_FRAME)
    assert pair.server.receive(b"\x00", pair.now) == []
    (end,) = pair.server.receive(b"\x00", pair.now)
    assert isinstance(end, SessionClosed)
    assert end.code is RejectCode.TOO_MANY_BAD


def test_a_second_hello_ends_the_session() -> None:
    pair = Pair().opened()
    (end,) = pair.server.receive(frame(protocol.Hello(1, "x", "1")), pair.now)
    assert isinstance(end, SessionClosed)


def test_heartbeats_keep_a_session_open_and_silence_ends_it() -> None:
    pair = Pair().opened()
    for _ in range(20):
        pair.now += 1
        assert pair.client.tick(pair.now) == pair.server.tick(pair.now) == []
        pair.run()
    asked = pair.server.request(aci.AskStatus(), pair.now, 60)
    assert pair.server.tick(pair.now + 7.1) == [Answered(asked, Failure.LINK_LOST), SessionClosed(RejectCode.SILENT)]
    assert pair.server.tick(pair.now + 9) == []


def test_a_session_without_a_hello_ends() -> None:
    assert session(listens=True).tick(106.0) == [SessionClosed(RejectCode.SILENT)]


def test_goodbye_ends_the_other_side_with_its_requests() -> None:
    pair = Pair().opened()
    asked = pair.client.request(aci.AskStatus(), pair.now, 5)
    assert pair.server.close(RejectCode.STOPPED, pair.now) == [SessionClosed(RejectCode.STOPPED)]
    pair.run()
    assert pair.heard["client"] == [Answered(asked, Failure.LINK_LOST), SessionClosed(RejectCode.STOPPED)]
    assert pair.server.close(RejectCode.STOPPED, pair.now) == []


def test_too_many_frames_are_refused_and_then_end_the_session() -> None:
    pair = Pair().opened()
    events: list[SessionEvent] = []
    for number in range(60):
        events += pair.server.receive(frame(aci.AskStatus(), number + 10), pair.now)
    asked = [event for event in events if isinstance(event, RequestReceived)]
    assert 40 <= len(asked) <= 50
    refused = [each.message for each in sent(pair.server) if isinstance(each.message, protocol.Rejected)]
    assert len(asked) + len(refused) == 60
    assert {each.code for each in refused} == {RejectCode.RATE}
    assert pair.server.receive(b"junk", pair.now) == []
    for number in range(200):
        events += pair.server.receive(frame(aci.AskStatus(), number + 100), pair.now)
    assert events[-1] == SessionClosed(RejectCode.RATE)


def test_replies_and_reports_are_not_limited_by_the_rate() -> None:
    pair = Pair().opened()
    asked = pair.server.request(aci.AskStatus(), pair.now, 5)
    for number in range(52):
        pair.server.receive(frame(aci.AskStatus(), number + 10), pair.now)
    assert pair.server.receive(frame(aci.MaxQuantity(Shares(1)), in_reply_to=asked), pair.now) == [
        Answered(asked, aci.MaxQuantity(Shares(1)))
    ]
    assert pair.server.receive(frame(aci.MaxQuantity(Shares(1)), seq=1), pair.now) == [
        ReportReceived(1, aci.MaxQuantity(Shares(1)))
    ]


def test_sent_at_is_utc() -> None:
    client = session(listens=False)
    (hello,) = sent(client)
    assert hello.sent_at == 1100.0


_PLACES = st.sampled_from(
    [
        frame(protocol.Hello(1, "g", "1")),
        frame(protocol.Welcome(1, "c", "1", 2.0)),
        frame(protocol.Heartbeat()),
        frame(protocol.Heartbeat(), in_reply_to=2),
        frame(aci.AskFunds(AccountNo("1"))),
        frame(aci.OrderRefused(OrderKey("k"), Refusal.NO_CASH), in_reply_to=3),
        frame(aci.MaxQuantity(Shares(1)), seq=3),
        frame(protocol.Rejected(RejectCode.RATE)),
        b"\x93\x01",
    ]
)


@given(st.lists(st.one_of(_PLACES, st.binary(max_size=20), st.floats(0, 3)), max_size=30), st.booleans())
def test_with_any_input_each_request_ends_once_and_closed_is_the_last_event(
    steps: list[bytes | float], listens: bool
) -> None:
    it, now, asked, events = session(listens=listens), 100.0, list[int](), list[SessionEvent]()
    for step in steps:
        if isinstance(step, float):
            now += step
            events += it.tick(now)
        else:
            events += it.receive(step, now)
        if it.state is SessionState.OPEN and len(asked) < 5:
            asked.append(it.request(aci.AskStatus(), now, 2))
        it.take_out()
    events += it.close(RejectCode.STOPPED, now)
    answered = [event.frame_id for event in events if isinstance(event, Answered)]
    assert sorted(answered) == sorted(asked)
    assert [event for event in events if isinstance(event, SessionClosed)] == events[-1:]
