"""Bad input from callers, the network, branches and operators, through the whole system: refused, recorded, and without effect on others."""

import asyncio
import json
import re
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zmq

from shared import codec, protocol
from shared.link import keys
from tests.branch.programs import sim_asks
from tests.e2e.centre import ROOT, Centre, Process
from tests.e2e.phone import KEYS_FLOW, Phone, log_in, log_of, order, sdp
from tests.lines.peer import SDP, Call, Peer
from tests.rtp_peer import RtpPeer, level

pytestmark = pytest.mark.slow
PIN, WRONG = "83746152", "00000000"
DIGITS = "7100"
SMALL_FLOW = KEYS_FLOW.format(number=DIGITS, menu_s=3, digit_s=0.6)
SUSPENDED, SHARE = "600009", "600010"
SLOW_S = 6.0
"""Seconds that a slow trading system takes for an answer: longer than any time-out."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """GZ01 can be made to misbehave, GZ02's trading system is on a Sunday, GZ03 has a key and no gateway."""

    def change(content: dict[str, Any]) -> None:
        content["limits"] = {"answer_wait": 4.0, "order_wait": 3.0}
        content["branch_link"] |= {"ask_timeout": 1.5, "order_timeout": 2.0}

    flows = {"keys": SMALL_FLOW, "main": (ROOT / "resources" / "flows" / "main.yaml").read_text(encoding="utf-8")}
    made = Centre(tmp_path_factory.mktemp("centre"), branches=("GZ01", "GZ02"), flows=flows, change=change, faults=True)
    _prepare(made)
    with made:
        yield made


def _prepare(centre: Centre) -> None:
    for branch in ("GZ01", "GZ02"):
        path = centre.demo.world_files / f"accounts-{branch}.json"
        accounts = json.loads(path.read_text())
        for account in accounts:
            account |= {"pin": PIN, "cash_fen": 100_000_00, "holdings": [{"code": SHARE, "quantity": 500}]}
        path.write_text(json.dumps(accounts))
    path = centre.demo.world_files / "stocks.json"
    stocks = json.loads(path.read_text())
    for stock in stocks:
        stock["suspended"] = stock["code"] == SUSPENDED
    path.write_text(json.dumps(stocks))
    folder = centre.demo.branch("GZ02")
    centre.trading["GZ02"] = Process(
        folder / "trading.out", "tests.e2e.sunday", "--branch", "GZ02", "--accounts",
        str(centre.demo.world_files / "accounts-GZ02.json"), "--stocks", str(path), "--state", str(folder / "trading"),
        "--listen", f"ipc://{folder}/sim.sock", "--trading-day", "real",
    )  # fmt: skip


def account(centre: Centre, skip: int, branch: str = "GZ01") -> str:
    """A customer's account, another for each test."""
    return str(centre.customer(branch, skip=skip).account.account)


def contact(centre: Centre, phone: Phone) -> tuple[str, str]:
    """Waits for the call's end; returns the step of its end and the cause."""
    phone.ended()
    centre.until(lambda: [row for row in centre.rows("contacts") if row["call"] == phone.call])
    (row,) = [row for row in centre.rows("contacts") if row["call"] == phone.call]
    return row["ended_at_step"], row["cause"]


def orders(centre: Centre, phone: Phone) -> list[tuple[str, str | None]]:
    """(state, code) of the call's orders, the oldest first."""
    rows = sorted((row for row in centre.rows("orders") if row["call"] == phone.call), key=lambda row: row["at"])
    return [(row["state"], row["refusal"]) for row in rows]


# --- keys ---


def test_unknown_keys_letters_and_none_at_all(centre: Centre) -> None:
    """Three tries, then goodbye."""
    with Phone(centre, DIGITS) as phone:
        for tries, key in enumerate("7AD", 1):
            phone.keys(key)
            centre.until(lambda tries=tries: said(centre, phone, "invalid") == tries)
        phone.hung_up_on()
        assert contact(centre, phone) == ("gone", "no_input")
        assert said(centre, phone, "invalid") == 3
    with Phone(centre, DIGITS) as silent:
        silent.hung_up_on()
        assert contact(centre, silent) == ("gone", "no_input")
        assert said(centre, silent, "no_input") == 3


def test_thirty_digits(centre: Centre) -> None:
    """Too many digits for the input, three times."""
    with Phone(centre, DIGITS) as phone:
        phone.keys("1")
        phone.at("number")
        phone.keys("123456789012345678901234567890")
        phone.hung_up_on()
        assert contact(centre, phone) == ("gone", "no_input")
        assert "heard" not in phone.steps()


def test_a_letter_among_digits(centre: Centre) -> None:
    """The input starts again."""
    with Phone(centre, DIGITS) as phone:
        phone.keys("1")
        phone.at("number")
        phone.keys("12B")
        centre.until(lambda: said(centre, phone, "invalid"))
        phone.keys("345#")
        phone.at("heard")
        centre.until(lambda: used(centre, phone) == [*"112B345#"])


def used(centre: Centre, phone: Phone) -> list[str]:
    """The keys that were taken in this call, from the journal."""
    digits = [
        entry["event"].get("digit") for entry in centre.journal() if entry["event"].get("leg") == f"{phone.call}/1"
    ]
    return [key for key in digits if key]


def said(centre: Centre, phone: Phone, complaint: str) -> int:
    """The number of times that the flow made this complaint in this call."""
    return len(re.findall(rf"ivr {phone.call}: .* -> {complaint} -> complaining", log_of(centre)))


# --- orders that are none ---


def test_a_hang_up_before_the_key_1_is_no_order(centre: Centre) -> None:
    for skip, keys_, where in ((0, ("1", SHARE), "order_price"), (1, ("1", SHARE, "1*87#", "100#"), "read_back")):
        with Phone(centre) as phone:
            log_in(phone, account(centre, skip), PIN)
            phone.keys(*keys_)
            phone.at(where)
            phone.hang_up()
            assert contact(centre, phone) == (where, "caller_hung_up")
            assert orders(centre, phone) == []
        assert not [row for row in centre.at_branch() if row["account"] == account(centre, skip)]


def test_orders_that_the_branch_refuses(centre: Centre) -> None:
    """The reason is in the order's row, and the caller is told; the account is unchanged."""
    refused = [
        (SHARE, "1.87", "150", "1", "bad_lot"), (SHARE, "1.875", "100", "1", "off_tick"), (SHARE, "99.00", "100", "1", "off_limit"),
        (SHARE, "1.87", "1000000", "1", "no_cash"), ("600016", "4.08", "100", "2", "no_shares"), (SUSPENDED, "34.20", "100", "1", "suspended"),
    ]  # fmt: skip
    with Phone(centre) as phone:
        at = log_in(phone, account(centre, 2), PIN)
        for code, price, quantity, side, _ in refused:
            at = order(phone, code, price, quantity, side=side, after=at)
            phone.keys("1")
            at = phone.at("refused", after=at)
        phone.keys("1999999")
        phone.at("order_code_refused", after=at)
        phone.hang_up()
        phone.ended()
        assert orders(centre, phone) == [("refused", why) for *_, why in refused]
        centre.until(lambda: answers(centre, phone)[-1:] == ["unknown_code"])
    assert not [row for row in centre.at_branch() if row["account"] == account(centre, 2)]


def test_an_order_outside_hours(centre: Centre) -> None:
    with Phone(centre) as phone:
        log_in(phone, account(centre, 0, "GZ02"), PIN)
        order(phone, SHARE, "1.87", "100")
        phone.keys("1")
        phone.at("refused")
        phone.rtp.wait(lambda heard: level(phone.rtp.samples(heard[-25:])) > -45)
        phone.hang_up()
        phone.ended()
        assert orders(centre, phone) == [("refused", "market_closed")]


def answers(centre: Centre, phone: Phone) -> list[str]:
    """The codes of the branch's refusals in this call, from the journal."""
    events = [entry["event"] for entry in centre.journal()]
    return [
        e["reply"]["code"]
        for e in events
        if e["type"] == "BranchAnswered" and e["call"] == phone.call and "code" in e["reply"]
    ]


# --- PINs ---


def test_wrong_pins_end_the_call_and_lock_the_account(centre: Centre) -> None:
    number = account(centre, 3)
    with Phone(centre) as phone:
        phone.keys("1", number, "#")
        at = phone.at("pin")
        for wanted in ("wrong_pin", "wrong_pin", "too_many"):
            phone.keys(WRONG, "#")
            at = phone.at(wanted, after=at)
        phone.hung_up_on()
        assert contact(centre, phone) == ("too_many", "wrong_pin")
    with Phone(centre) as phone:
        phone.keys("1", number, "#")
        at = phone.at("pin")
        phone.keys(WRONG, "#")
        at = phone.at("wrong_pin", after=at)
        phone.keys(WRONG, "#")
        at = phone.at("locked", after=at)
        phone.keys("1", number, "#", PIN, "#")
        at = phone.at("locked", after=at)
        assert centre.ctl("accounts", "unlock", number).get("type") == "Done"
        phone.keys("1", number, "#", PIN, "#")
        phone.at("trade_menu", after=at)
    assert [row["action"] for row in centre.rows("audit")].count("account_unlocked") == 1


# --- SIP and RTP ---


def test_sip_that_makes_no_sense(centre: Centre) -> None:
    with Peer(centre.sip) as peer:
        for junk in (b"", b"\r\n\r\n", b"INVITE", b"\xff" * 1400, b"INVITE sip:95500@x SIP/2.0\r\nVia: junk\r\n\r\n"):
            peer.raw(junk)
        for body in (
            SDP.replace("m=audio 40000 RTP/AVP 8 0 101", "m=video 40000 RTP/AVP 96"),
            SDP.replace("8 0 101", "18"),
        ):
            call = Call(peer)
            call.invite(body)
            peer.expect(488)
            call.ack(failed=True)
        broken = Call(peer)
        broken.invite("v=0\r\nm=audio\r\n")
        peer.expect(400)
        broken.ack(failed=True)
        lost = Call(peer, remote_tag="nobody")
        lost.request("BYE")
        peer.expect(481, "BYE")
    counted = centre.ctl("counters")["groups"]["lines"]
    assert counted["malformed"] + counted.get("malformed_sdp", 0) >= 2, counted
    with Phone(centre, DIGITS) as phone:
        phone.at("menu")


def test_rtp_to_a_closed_port_and_from_a_stranger(centre: Centre) -> None:
    with Peer(centre.sip) as peer, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        call = Call(peer, DIGITS)
        port = closed.getsockname()[1]
        closed.close()
        call.up(sdp(port))
        with Phone(centre) as phone, RtpPeer() as stranger:
            stranger.call(*phone.media)
            stranger.press("1111111")
            stranger.said_all()
            phone.at("main_menu")
            assert "account" not in phone.steps(), "a stranger's keys are nobody's"
            phone.keys("1")
            phone.at("account")
            assert not stranger.heard
        peer.expect("BYE", seconds=20)
    phone.ended()
    (leg,) = [row for row in centre.rows("legs") if row["call"] == phone.call]
    assert leg["strangers"] > 20


def test_a_flood_of_datagrams(centre: Centre) -> None:
    """A megabyte to the SIP port and one to the call's RTP port, twice: the call goes on, and memory does not grow from the first to the second flood."""
    with Phone(centre) as phone:
        phone.at("main_menu")
        flood(centre, phone)
        before = memory(centre)
        refused = _bad(centre)
        flood(centre, phone)
        heard = len(phone.rtp.heard)
        phone.rtp.wait(lambda now: len(now) > heard + 25)
        phone.keys("1")
        phone.at("account")
        grown = [after - earlier for earlier, after in zip(before, memory(centre), strict=True)]
        assert max(grown) < 8, f"MB grown, switch and cards: {grown}"
        assert _bad(centre) >= refused + 300
    assert "Traceback" not in log_of(centre)
    assert (centre.state / "logs" / "switch.log").stat().st_size < 4 << 20


def flood(centre: Centre, phone: Phone) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as skt:
        skt.bind(("127.0.0.1", 0))
        for number in range(1000):
            head = b"INVITE sip:1@2 SIP/2.0\r\n" if number % 2 else b"\x80\x08"
            skt.sendto(head + secrets.token_bytes(1000), centre.sip)
            skt.sendto(b"\x80\x08" + secrets.token_bytes(1000), phone.media)
            if number % 25 == 0:
                phone.rtp.wait(lambda heard, had=len(phone.rtp.heard): len(heard) > had)  # type: ignore[misc]  # noqa: B008


def memory(centre: Centre) -> list[float]:
    """The resident memory of the switch and its cards, MB."""
    pids = [centre.switch.pid, *centre.card_pids().values()]
    return [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6 for pid in pids]


def _bad(centre: Centre) -> int:
    counted = centre.ctl("counters")["groups"]["lines"]
    return sum(number for name, number in counted.items() if "malformed" in name or "stranger" in name)


# --- branches ---


def test_a_branch_that_answers_nonsense_or_slowly_or_not_at_all(centre: Centre) -> None:
    with Phone(centre) as phone:
        at = log_in(phone, account(centre, 4), PIN)
        fault(centre, "nonsense")
        phone.keys("41")
        at = phone.at("query_refused", after=at)
        fault(centre, "slow", SLOW_S)
        phone.keys("1")
        answered = time.monotonic() + SLOW_S
        at = phone.at("query_refused", after=at, seconds=40)
        fault(centre, "none")
        time.sleep(max(answered + 1.0 - time.monotonic(), 0.0))  # until then it is busy with the slow answer
        centre.until(lambda: trading_up(centre))
        phone.hang_up()
        codes = answers(centre, phone)
        assert codes[0] in ("bad_answer", "branch_slow", "branch_down")
        assert codes[1] in ("branch_slow", "branch_down")


def test_an_order_whose_answer_is_nonsense_is_resolved_once(centre: Centre) -> None:
    centre.until(lambda: trading_up(centre))
    with Phone(centre) as phone:
        log_in(phone, account(centre, 5), PIN)
        order(phone, SHARE, "1.87", "100")
        fault(centre, "silent")
        phone.keys("1")
        phone.at("in_doubt")
        phone.rtp.wait(lambda heard: level(phone.rtp.samples(heard[-25:])) > -45)
        phone.hang_up()
        fault(centre, "none")
        centre.until(lambda: orders(centre, phone)[0][0] in ("accepted", "working", "filled"), 60)
    assert len([row for row in centre.at_branch() if row["account"] == account(centre, 5)]) == 1


def test_a_branch_that_is_down(centre: Centre) -> None:
    with Phone(centre) as phone, Phone(centre) as other:
        at = log_in(phone, account(centre, 6), PIN)
        order(phone, SHARE, "1.87", "100")
        centre.gateways["GZ01"].kill()
        centre.until(lambda: not branch_row(centre)["link_up"])
        phone.keys("1")
        at = phone.at("refused", after=at)
        other.keys("1", account(centre, 7), "#", PIN, "#")
        other.at("log_in_refused")
        centre.until(lambda: orders(centre, phone) == [("refused", "branch_down")])
        centre.gateways["GZ01"].start("ready")
        centre.until(lambda: trading_up(centre))
        order(phone, SHARE, "1.87", "100", after=at)
        phone.keys("1")
        phone.at("accepted")
    assert len([row for row in centre.at_branch() if row["account"] == account(centre, 6)]) == 1


def fault(centre: Centre, mode: str, seconds: float = 0.0) -> None:
    asyncio.run(sim_asks(centre.demo.branch("GZ01"), FUNC="900", SN=1, MODE=mode, SECONDS=str(seconds), REJECT="0"))


def branch_row(centre: Centre, branch: str = "GZ01") -> dict[str, Any]:
    return next(row for row in centre.ctl("branches")["rows"] if row["branch"] == branch)


def trading_up(centre: Centre) -> bool:
    return bool(branch_row(centre)["trading_system_up"])


# --- gateways that are none ---


def test_a_gateway_with_a_wrong_key(centre: Centre, tmp_path: Path) -> None:
    """It is never admitted: its attempts make one row of audit a minute, and the links of the other branches stay up."""
    with zmq.Context() as context:
        for _ in range(20):
            with dealer(context, centre, keys.make()) as knocking:
                knocking.send(b"hello")
                assert not knocking.poll(50)
    centre.until(lambda: audited(centre, "unknown_key"))
    assert len(audited(centre, "unknown_key")) == 1
    assert branch_row(centre)["link_up"]
    assert branch_row(centre, "GZ02")["link_up"]


def test_frames_that_are_not_ours(centre: Centre) -> None:
    """From a branch with a known key: garbage as the first frame is refused and audited once, an unknown type is answered by ``Unsupported``."""
    key = keys.load(centre.demo.branch("GZ03") / "gateway.key")
    with zmq.Context() as context:
        for _ in range(5):
            with dealer(context, centre, key) as odd:
                odd.send(b"\xc1garbage")
                answer = answer_of(odd)
                assert isinstance(answer, protocol.Rejected)
                assert answer.code is protocol.RejectCode.HELLO_FIRST
        centre.until(lambda: audited(centre, "hello_first"))
        with dealer(context, centre, key) as odd:
            odd.send(codec.encode(protocol.Hello(1, "odd", "7"), frame_id=1, sent_at=0.0))
            assert isinstance(answer_of(odd), protocol.Welcome)
            odd.send(msgspec.msgpack.encode([1, 2, 0, 0, "AskWeather", 0.0, {}]))
            assert answer_of(odd) == protocol.Unsupported("AskWeather")
            for _ in range(50):
                odd.send(b"\xc1")
            while (answer := answer_of(odd)) != protocol.Rejected(
                protocol.RejectCode.TOO_MANY_BAD, getattr(answer, "text", "")
            ):
                assert isinstance(answer, protocol.Rejected)
    centre.until(lambda: audited(centre, "too_many_bad"))
    assert len(audited(centre, "hello_first")) == 1
    assert branch_row(centre)["link_up"]


def audited(centre: Centre, what: str) -> list[dict[str, Any]]:
    return [row for row in centre.rows("audit") if what in row["detail"]]


def answer_of(peer: zmq.Socket[bytes]) -> msgspec.Struct:
    """The next frame that is no heartbeat."""
    table = codec.MessageTable(protocol.SESSION_MESSAGES)
    while isinstance(answer := codec.decode(peer.recv(), table).message, protocol.Heartbeat):
        pass
    return answer


def dealer(context: zmq.Context[Any], centre: Centre, key: keys.KeyPair) -> zmq.Socket[bytes]:
    peer: zmq.Socket[bytes] = context.socket(zmq.DEALER)
    peer.linger, peer.rcvtimeo = 0, 15_000
    peer.curve_publickey, peer.curve_secretkey = key.public, key.secret
    peer.curve_serverkey = keys.load_public(centre.state / "keys" / "centre.pub")
    peer.connect(f"tcp://127.0.0.1:{centre.ports.link}")
    return peer


def test_no_bad_input_caused_a_fault(centre: Centre) -> None:
    """After all these tests, no exception has reached the loop."""
    log = log_of(centre)
    assert "Traceback" not in log
    assert centre.ctl("counters")["groups"]["core"].get("faults", 0) == 0
    assert PIN not in log
