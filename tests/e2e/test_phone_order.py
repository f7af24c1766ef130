"""A customer buys by telephone: SIPp calls, keys by RFC 4733, as tones and by INFO; the order is at the branch; the PIN is in no file."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.caller import INFO_GAP_MS, Caller
from tests.e2e.centre import Centre
from tests.rtp_peer import level

pytestmark = pytest.mark.slow
PIN = "83746152"
"""Eight digits, so that no timestamp or counter in a file contains it by chance."""
CODE, PRICE, QUANTITY = "600000", "10.01", "300"
SILENT = -60.0  # dBm0
SPEECH = -45.0


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    folder = tmp_path_factory.mktemp("centre")
    made = Centre(folder)
    accounts = made.demo.world_files / "accounts-GZ01.json"
    content = json.loads(accounts.read_text())
    for account in content:
        account |= {"pin": PIN, "cash_fen": 10_000_000_00}
    accounts.write_text(json.dumps(content))
    with made:
        yield made


@pytest.fixture
def account(centre: Centre, request: pytest.FixtureRequest) -> str:
    """Another customer's account for each kind of keys."""
    ways = ["rfc4733", "inband", "info"]
    return centre.customer(skip=ways.index(request.node.callspec.params["way"])).account.account


@pytest.mark.parametrize("way", ["rfc4733", "inband"])
def test_an_order_is_keyed(centre: Centre, tmp_path: Path, account: str, way: str) -> None:
    with Caller(centre, tmp_path, way=way) as caller:
        caller.press("1")
        caller.at("account")
        caller.press(account + "#")
        caller.at("pin")
        caller.press(PIN + "#")
        caller.at("trade_menu")
        caller.press("1")
        caller.at("order_code")
        caller.press(CODE)
        caller.at("order_price")
        caller.press(PRICE.replace(".", "*") + "#")
        caller.at("order_quantity")
        caller.press(QUANTITY + "#")
        caller.at("read_back")
        assert level(caller.peer.listen(1.5)) > SPEECH, "the order is read back"
        caller.press("1")
        caller.at("accepted")
        assert level(caller.peer.listen(1.5)) > SPEECH, "the contract number is spoken"
        call = caller.call
    centre.until(lambda: any(row["id"] == call and row["ended_at"] for row in centre.rows("calls")))
    check_order(centre, call, account)
    check_recording(centre, call)


@pytest.mark.parametrize("way", ["info"])
def test_an_order_is_keyed_by_info(centre: Centre, tmp_path: Path, account: str, way: str) -> None:
    parts = [
        (800, "1"), (800, account + "#"), (800, PIN + "#"), (2500, "1"), (800, CODE), (2500, PRICE.replace(".", "*") + "#"),
        (1000, QUANTITY + "#"), (3000, "1"),
    ]  # fmt: skip
    keys = tuple((pause if n == 0 else INFO_GAP_MS, key) for pause, word in parts for n, key in enumerate(word))
    with Caller(centre, tmp_path, way=way, info=keys, stay=8) as caller:
        caller.at("accepted", seconds=50)
        call = caller.call
    centre.until(lambda: any(row["id"] == call and row["ended_at"] for row in centre.rows("calls")))
    check_order(centre, call, account)
    check_recording(centre, call)


def check_order(centre: Centre, call: str, account: str) -> None:
    """Checks that the branch has the order once, with the keyed fields, and the centre its contract number and the position in the recording."""
    (order,) = [row for row in centre.rows("orders") if row["call"] == call]
    assert (order["account"], order["code"], order["side"], order["market"]) == (account, CODE, "buy", "SH")
    assert (order["price"], order["quantity"]) == (10_010, 300)
    assert order["contract"]
    assert 0 < order["read_back_ms"] < order["yes_ms"]
    at_branch = [row for row in centre.at_branch("GZ01") if row["contract"] == order["contract"]]
    assert [(row["account"], row["code"], row["price"], row["quantity"], row["side"]) for row in at_branch] == [
        (account, CODE, 10_010, 300, "0B")
    ]


def check_recording(centre: Centre, call: str) -> None:
    """Checks for speech before and after the PIN, and silence during it."""
    used = [entry["event"] for entry in centre.journal() if entry["event"]["type"] == "DigitUsed"]
    secret = [event["recording_ms"] for event in used if event["leg"] == f"{call}/1" and event["digit"] == "•"]
    assert len(secret) == len(PIN)
    samples = centre.recording(call)
    first, last = secret[0] * 8, secret[-1] * 8
    masked = samples[first - 400 : last + 800]
    assert not np.any(np.abs(masked) > 16), "the recording is silent from the first key of the PIN to the last"
    assert level(samples[:first, 1]) > SPEECH
    assert level(samples[last + 16_000 :, 1]) > SPEECH


def test_the_pin_is_in_no_file(centre: Centre) -> None:
    """All files of centre and gateway are searched: store, journals, logs, recordings."""
    files = list(centre.files())
    assert {path.suffix for path in files} >= {".db", ".jsonl", ".log", ".wav"}
    found = [path for path in files if PIN.encode() in path.read_bytes()]
    assert not found
    keyed = "".join(entry["event"]["digit"] for entry in centre.journal() if entry["event"]["type"] == "DigitUsed")
    assert "•" * len(PIN) in keyed
    assert PIN not in keyed
