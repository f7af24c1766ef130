"""``shared.codec``: an encoded frame is decoded to the same frame, and bytes from outside raise no exception but ``FrameError``."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import aci, codec, protocol
from shared.enums import Market, OrderStatus, Refusal, Side
from shared.ids import AccountNo, BranchId, ContractNo, Fen, Milli, OrderKey, Shares, StockCode

TABLE = codec.MessageTable((*protocol.SESSION_MESSAGES, *aci.REQUESTS, *aci.REPLIES, *aci.REPORTS))
GOLDEN = Path(__file__).parent / "golden" / "frames.jsonl"
_A, _C, _K, _N = AccountNo("60010001"), StockCode("600000"), OrderKey("20261122-000001-1"), ContractNo("10001")
_STATUS = aci.GatewayStatus(BranchId("GZ01"), trading_system_up=True, trade_date="20261122", session="open", pending=0, last_report=7)  # fmt: skip
_HOLDING = aci.Holding(Market.SH, _C, "浦发银行", Shares(300), Shares(200), Milli(9000), Milli(9350))
_ROW = aci.OrderRow(
    _N, Market.SH, _C, "浦发银行", Side.BUY, Milli(9350), Shares(300), Shares(100), Shares(0), OrderStatus.PART_FILLED, 1.5, _K
)  # fmt: skip
MESSAGES: tuple[msgspec.Struct, ...] = (
    protocol.Hello(1, "branch-gateway", "0.1.0"),
    protocol.Welcome(1, "switch-server", "0.1.0", 2.0),
    protocol.Heartbeat(),
    protocol.Goodbye(),
    protocol.Unsupported("AskWeather"),
    protocol.Rejected(protocol.RejectCode.BAD_FRAME, "not a frame"),
    protocol.SnapshotRequest(),
    aci.LogIn(_A, "000000"),
    aci.AskFunds(_A),
    aci.AskHoldings(_A),
    aci.AskOrders(_A),
    aci.AskQuote(_C),
    aci.AskMaxQuantity(_A, _C, Side.SELL, Milli(9350)),
    aci.PlaceOrder(_K, _A, Market.SH, _C, Side.BUY, Milli(9350), Shares(300)),
    aci.CancelOrder(_K, _A, _N, "agent"),
    aci.ResolveOrder(_K),
    aci.AskReports(41),
    aci.AskStatus(),
    aci.Refused(Refusal.BRANCH_SLOW, "慢"),
    aci.LoggedIn(_A, "陈小明"),
    aci.Funds(Fen(100), Fen(60), Fen(40), Fen(0)),
    aci.Holdings((_HOLDING,)),
    aci.Orders((_ROW,)),
    aci.Quote(
        Market.SH,
        _C,
        "浦发银行",
        Milli(9350),
        Milli(9300),
        Milli(9310),
        Milli(9400),
        Milli(9290),
        Milli(9340),
        Milli(9360),
        Shares(100),
        False,
        1.5,
    ),
    aci.MaxQuantity(Shares(500)),
    aci.OrderAccepted(_K, _N),
    aci.OrderRefused(_K, Refusal.NO_CASH),
    aci.OrderVoid(_K),
    aci.OrderPending(_K),
    aci.ReportsSent(),
    _STATUS,
    aci.OrderReport(7, "20261122", _A, _N, OrderStatus.FILLED, Shares(300), Shares(0), Milli(9350), 1.5, _K),
    aci.StatusReport(_STATUS),
)
IDS = [type(message).__name__ for message in MESSAGES]


def test_every_type_has_an_example() -> None:
    assert set(IDS) == set(TABLE.types)


@pytest.mark.parametrize("message", MESSAGES, ids=IDS)
def test_a_frame_is_decoded_as_it_was_encoded(message: msgspec.Struct) -> None:
    data = codec.encode(message, frame_id=3, in_reply_to=2, seq=1, sent_at=12.5)
    assert codec.decode(data, TABLE) == codec.Frame(3, 2, 1, 12.5, message)
    text = codec.encode_json(message, frame_id=3, in_reply_to=2, seq=1, sent_at=12.5)
    assert codec.decode_json(text, TABLE) == codec.Frame(3, 2, 1, 12.5, message)


def test_the_encoded_messages_are_those_of_the_golden_file() -> None:
    """A difference is a change of the protocol: consider the version at the other side, then write the file again."""
    lines = [codec.encode_json(message, frame_id=n, sent_at=1.0) for n, message in enumerate(MESSAGES, 1)]
    assert "\n".join(lines) + "\n" == GOLDEN.read_text(encoding="utf-8")


def test_an_unknown_type_is_decoded_as_unknown() -> None:
    small = codec.MessageTable(protocol.SESSION_MESSAGES)
    frame = codec.decode(codec.encode(aci.AskStatus(), frame_id=9, sent_at=0.0), small)
    assert frame.message == codec.Unknown("AskStatus")
    assert frame.id == 9


def test_unknown_fields_are_ignored() -> None:
    """A newer peer may send more fields."""
    body = msgspec.Raw(msgspec.msgpack.encode({"type": "AskStatus", "mood": "good"}))
    data = msgspec.msgpack.encode([1, 1, 0, 0, "AskStatus", 0.0, body])
    assert codec.decode(data, TABLE).message == aci.AskStatus()


def test_another_frame_version_is_refused_with_its_id() -> None:
    data = msgspec.msgpack.encode([2, 77, 5, 0, "AskStatus", 0.0, {}])
    with pytest.raises(codec.FrameError, match="version 2, ours is 1") as caught:
        codec.decode(data, TABLE)
    assert (caught.value.id, caught.value.in_reply_to) == (77, 5)


@pytest.mark.parametrize(
    "body",
    [{}, [], {"type": "AskStatus"}, {"type": "ResolveOrder"}, {"type": "ResolveOrder", "key": 5}],
    ids=str,
)
def test_a_body_that_does_not_fit_is_refused_with_its_id(body: object) -> None:
    data = msgspec.msgpack.encode([1, 77, 0, 0, "ResolveOrder", 0.0, body])
    with pytest.raises(codec.FrameError, match="bad body of ResolveOrder") as caught:
        codec.decode(data, TABLE)
    assert caught.value.id == 77


def test_a_body_nested_very_deep_is_refused() -> None:
    head = codec.encode(aci.AskStatus(), frame_id=1, sent_at=0.0).partition(b"\x81")[0]
    with pytest.raises(codec.FrameError, match="not a frame"):
        codec.decode(head + b"\x91" * 100_000, TABLE)
    with pytest.raises(codec.FrameError, match="not a frame"):
        codec.decode_json("[" * 100_000, TABLE)


@given(st.binary(max_size=300))
def test_foreign_bytes_raise_one_error(data: bytes) -> None:
    with pytest.raises(codec.FrameError):
        codec.decode(data, TABLE)


@given(st.sampled_from(MESSAGES), st.data())
def test_mutated_frames_raise_one_error_or_none(message: msgspec.Struct, data: st.DataObject) -> None:
    frame = bytearray(codec.encode(message, frame_id=1, in_reply_to=0, sent_at=1.0))
    for _ in range(data.draw(st.integers(1, 3))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    try:
        decoded = codec.decode(bytes(frame), TABLE)
    except codec.FrameError:
        return
    assert isinstance(decoded.message, (*TABLE.types.values(), codec.Unknown))


@given(st.text(max_size=200))
def test_foreign_text_raises_one_error(text: str) -> None:
    with pytest.raises(codec.FrameError):
        codec.decode_json(text, TABLE)


def test_an_error_never_shows_a_pin() -> None:
    good = codec.encode(aci.LogIn(_A, "918273"), frame_id=1, sent_at=1.0)
    for bad in (good[:-1], good[:-2] + b"\xff\xff", good.replace(b"account", b"accounT")):
        with pytest.raises(codec.FrameError) as caught:
            codec.decode(bad, TABLE)
        assert "9182" not in str(caught.value)
        assert caught.value.__cause__ is None
    assert "918273" not in repr(aci.LogIn(_A, "918273"))


@pytest.mark.parametrize(("ours", "theirs", "older"), [(1, 2, "centre 1"), (3, 2, "gateway 9")])
def test_the_older_side_is_named(ours: int, theirs: int, older: str) -> None:
    assert protocol.version_gap(ours, "centre 1", theirs, "gateway 9").startswith(f"{older} is older")
