"""``services.operations`` over a real core and a real store, called through the real socket by the real command line."""

import asyncio
import getpass
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shared.aci import PlaceOrder
from shared.control import AskRecording, RefusedCode
from shared.control_rows import Trouble, TroubleCode
from shared.enums import EndCause, Language, Market, Side
from shared.ids import (
    AccountNo,
    BranchId,
    CallId,
    CardId,
    CustomerId,
    Milli,
    OrderKey,
    Shares,
    StockCode,
    leg_of,
)
from switch_server.core.facts import CardDied, HangUpOrdered
from switch_server.core.ivr import CountWrongPin
from switch_server.core.leg import LegEnded
from switch_server.core.orders import JournalOrder, OrderContext, RecordOrderState
from switch_server.core.words import Event, SaveRecord
from switch_server.ports.operations import BranchState, OperationRefused
from switch_server.ports.records import Account, Customer
from switch_server.services.operations import SwitchOperations
from switch_server.services.strict_yaml import Complaint
from switch_server.switchctl import tables
from switch_server.switchctl.texts import Texts
from tests.switchctl.centre import Centre
from tests.switchctl.conftest import Ctl
from tests.switchctl.fake import NOW
from tests.switchctl.running import RunningSwitch
from tests.switchctl.small import CALL, OTHER

ACCOUNT = AccountNo("60011234")
KEY = OrderKey(f"{CALL}-1")


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path)
    made.store.put_customers(
        [Customer(CustomerId(7), "李小明", ("13900001234",), (Account(ACCOUNT, BranchId("GZ01")),))]
    )
    made.switch.patient = True
    made.switch.call(CALL)
    made.switch.call(OTHER)
    made.switch.tell(LegEnded(leg_of(OTHER, 1), EndCause.CALLER_HUNG_UP))
    made.settle()
    yield made
    made.store.stop()


@pytest.fixture
def ask(ctl: Ctl, centre: Centre, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ctl]:
    running = RunningSwitch(tmp_path_factory.mktemp("s") / "control.sock", centre.operations)
    running.start()
    yield lambda *words: ctl(*words, "--socket", str(running.socket))
    running.end()


def test_status(ask: Ctl, centre: Centre) -> None:
    document = ask("status", "--json").document
    assert (document["calls"], document["lines_used"], document["lines"]) == (1, 1, 30)
    assert (document["cards_up"], document["channels_used"], document["channels"]) == (1, 1, 10)
    assert (document["branches_up"], document["branches"], document["flows"]) == (1, 1, ["hello"])
    assert document["troubles"] == [{"code": "trunk_silent", "subject": "city", "text": ""}]
    centre.troubles = (Trouble(TroubleCode.PART, "store", "disk full"),)
    centre.states[BranchId("GZ02")] = BranchState(link_up=False)
    centre.switch.tell(CardDied(CardId("card-1"), "killed"))
    troubles = ask("status", "--json").document["troubles"]
    assert [(each["code"], each["subject"], each["text"]) for each in troubles] == [
        ("part", "store", "disk full"), ("card_down", "card-1", ""), ("branch_away", "GZ02", ""), ("trunk_silent", "city", ""),
    ]  # fmt: skip


def test_a_branch_that_names_what_is_not_its_own_is_an_alarm(ask: Ctl, centre: Centre) -> None:
    centre.states[BranchId("GZ02")] = BranchState(link_up=True, foreign=7)
    troubles = ask("status", "--json").document["troubles"]
    assert {"code": "branch_foreign", "subject": "GZ02", "text": "7"} in troubles
    assert "named orders, accounts or branches that are not its own (7 times" in ask("status").out
    assert [row["foreign"] for row in ask("branches", "--json").document["rows"]] == [0, 7]


def test_lines_cards_branches_counters(ask: Ctl) -> None:
    (line,) = ask("lines", "--json").document["rows"]
    assert line == {
        "trunk": "city", "group": "centre", "direction": "both", "far": ["192.0.2.1"], "state": "down",
        "lines": 30, "used_in": 1, "used_out": 0,
    }  # fmt: skip
    (card,) = ask("cards", "--json").document["rows"]
    assert (card["up"], card["used"], card["cpu_percent"], card["malformed"], card["restarts"]) == (True, 1, 12.5, 3, 1)
    (branch,) = ask("branches", "--json").document["rows"]
    assert (branch["trading_system_up"], branch["session"], branch["requests"]) == (True, "open", 3)
    groups = ask("counters", "--json").document["groups"]
    assert groups["lines"] == {"messages": 9}
    assert {"core", "lines", "store"} == set(groups)


def test_calls_that_run_come_first_and_only_once(ask: Ctl) -> None:
    rows = ask("calls", "--json").document["rows"]
    assert [(row["call"], row["live"], row["cause"]) for row in rows] == [
        (CALL, True, None),
        (OTHER, False, "caller_hung_up"),
    ]
    assert rows[1]["where"] == "hello"
    assert [row["call"] for row in ask("calls", "--live", "--json").document["rows"]] == [CALL]


def test_a_call_that_a_killed_switch_left_open_is_lost(ask: Ctl, centre: Centre) -> None:
    centre.store.do(SaveRecord("calls", {"id": "1", "trunk": "city", "started_at": NOW - 9}))
    centre.settle()
    assert ask("calls", "show", "1", "--json").document["call"]["state"] == "lost"


def test_call_in_detail(ask: Ctl) -> None:
    live = ask("calls", "show", CALL, "--json").document
    assert live["call"]["live"]
    assert [leg["state"] for leg in live["legs"]] == ["up"]
    past = ask("calls", "show", OTHER, "--json").document
    assert past["call"]["cause"] == "caller_hung_up"
    assert [(leg["state"], leg["mos"]) for leg in past["legs"]] == [("ended", 4.4)]
    assert ask("calls", "show", "77").status == 1


def test_a_legs_end_in_the_networks_words(ask: Ctl, centre: Centre) -> None:
    rows: tuple[dict[str, object], ...] = (
        {"cause": "far_refused", "sip_code": 404, "q850": 1, "reason_text": "Unallocated", "progress": "181 183"},
        {"cause": "answered_elsewhere", "sip_code": 487, "reason_sip": 200, "reason_text": "Call completed elsewhere"},
        {"cause": "far_hung_up", "q850": 126, "redirected_to": "02087654321"},
        {"cause": "far_refused", "sip_code": 302},
        {"cause": "no_answer"},
    )
    for number, row in enumerate(rows, start=2):
        leg = {"call": OTHER, "direction": "out", "trunk": "city", "dnis": "95500", **row}
        centre.store.do(SaveRecord("legs", {"id": f"{OTHER}/{number}", **leg}))
    centre.settle()
    legs = ask("calls", "show", OTHER, "--json").document["legs"]
    assert {(leg["q850"], leg["progress"], leg["redirected_to"]) for leg in legs} == {
        (1, "181 183", None), (126, None, "02087654321"), (None, None, None),
    }  # fmt: skip
    shown = [tables._network(SimpleNamespace(**leg), Texts(Language.EN)) for leg in legs]
    assert sorted(shown) == sorted(
        ["–", "404 Q.850/1 unallocated number", "487 SIP/200 Call completed elsewhere", "Q.850/126", "302", "–"]
    )
    assert "404 Q.850/1 空号" in [tables._network(SimpleNamespace(**leg), Texts(Language.ZH)) for leg in legs]


def test_orders_show_no_whole_account(ask: Ctl, centre: Centre) -> None:
    order = PlaceOrder(KEY, ACCOUNT, Market.SH, StockCode("600036"), Side.BUY, Milli(41260), Shares(1200))
    context = OrderContext(CALL, ACCOUNT, BranchId("GZ01"), None, 20_000, 62_500)
    centre.store.do(JournalOrder(KEY, order, context))
    centre.store.do(RecordOrderState(KEY, "accepted", "accepted", contract="A0001"))
    centre.settle()
    said = ask("orders", "--account", ACCOUNT, "--json")
    (row,) = said.document["rows"]
    assert (row["state"], row["contract"], row["price"], row["account_end"]) == ("accepted", "A0001", 41260, "34")
    assert ACCOUNT not in said.out
    assert ask("orders", "--branch", "GZ02", "--json").document["rows"] == []
    assert ask("calls", "show", CALL, "--json").document["orders"] == [row]


def test_hang_up(ask: Ctl) -> None:
    assert ask("calls", "hangup", CALL).status == 0
    assert ask("calls", "--live", "--json").document["rows"] == []
    assert ask("calls", "hangup", CALL).status == 1


def test_numbers_with_too_many_wrong_pins_are_an_alarm(ask: Ctl, centre: Centre) -> None:
    for number in range(20):
        for caller in range(6):
            centre.store.do(CountWrongPin(CALL, number, AccountNo(f"99{number:02}{caller:02}"), f"1390000123{caller}"))
    for number in range(200):
        centre.store.do(CountWrongPin(CALL, number, AccountNo(f"98{number:04}"), ""))
    (trouble,) = [each for each in ask("status", "--json").document["troubles"] if each["code"] == "numbers_locked"]
    first = "withheld, 13900001230, 13900001231, 13900001232, 13900001233 …"
    assert (trouble["subject"], trouble["text"]) == ("7", first)
    assert f"no more are tried: 7 calling numbers ({first})" in " ".join(ask("status").out.split())
    for caller in range(6):
        assert ask("numbers", "unlock", f"1390000123{caller}").status == 0
    assert ask("numbers", "unlock", "withheld").status == 0
    assert ask("numbers", "unlock", "withheld").status == 1
    assert not [each for each in ask("status", "--json").document["troubles"] if each["code"] == "numbers_locked"]
    actions = [row["action"] for row in ask("audit", "--json").document["rows"]]
    assert (actions.count("number_locked"), actions.count("number_unlocked")) == (7, 7)


def test_unlock_and_its_audit(ask: Ctl, centre: Centre) -> None:
    for number in range(5):
        centre.store.do(CountWrongPin(CALL, number, ACCOUNT))
    centre.settle()
    assert ask("customers", "find", "lxm", "--json").document["rows"][0]["accounts"][0]["locked"] is True
    assert ask("accounts", "unlock", ACCOUNT).status == 0
    assert ask("accounts", "unlock", "99").status == 1
    centre.settle()
    assert not centre.store.account_locked(ACCOUNT)
    said = ask("audit")
    assert ACCOUNT not in said.out
    assert said.out.count("…34") == 2


def test_an_operator_s_look_is_audited(ask: Ctl, centre: Centre) -> None:
    me = getpass.getuser()
    assert ask("customers", "find", "13900001234").status == 0
    centre.settle()
    (row,) = ask("audit", "--json").document["rows"]
    assert (row["actor"], row["action"], row["subject"], row["detail"]) == (
        me, "customers_searched", "7", "by number, 1 found",
    )  # fmt: skip
    said = ask("audit").out
    assert "customers_searched" in said
    assert "13900001234" not in said


def test_reload(ask: Ctl, centre: Centre) -> None:
    assert ask("reload", "--json").document["flows"] == ["hello"]
    centre.wrong = [Complaint("flows/hello.yaml", 3, "start", "no step 'helo'")]
    said = ask("reload", "--json")
    assert (said.status, said.document["problems"]) == (1, ["flows/hello.yaml:3: start: no step 'helo'"])
    centre.settle()
    assert [row["action"] for row in ask("audit", "--json").document["rows"]] == ["reload_refused", "reloaded"]


def test_drain_happens_once_but_for_its_end(ask: Ctl, centre: Centre) -> None:
    assert [ask("drain").status, ask("drain").status] == [0, 0]
    assert centre.drained == [False]
    assert ask("status", "--json").document["draining"]
    assert "stopping; calls still running: 1, hung up in 5:00 at the latest" in ask("status").out
    assert ask("drain", "--now").status == 0
    assert centre.drained == [False, True]
    centre.settle()
    assert [row["detail"] for row in ask("audit", "--json").document["rows"]] == ["now", ""]


def test_recording(ask: Ctl, centre: Centre, tmp_path: Path) -> None:
    said = ask("recording", OTHER)
    assert (said.status, "can't be read" in said.err) == (1, True)  # no card has written the file
    (row,) = ask("calls", "show", OTHER, "--json").document["recordings"]
    assert row["recording"] == f"{OTHER}r1"
    file = Path(row["path"])
    file.parent.mkdir(parents=True)
    file.write_bytes(b"RIFF" + bytes(1000))
    assert ask("recording", OTHER, "-o", str(tmp_path / "a.wav")).status == 0
    assert (tmp_path / "a.wav").read_bytes() == file.read_bytes()
    partial = tmp_path / "partial.wav"
    partial.write_bytes(b"RIFF of its own")
    centre.store.do(
        SaveRecord(
            "recordings",
            {"id": f"{OTHER}r2", "call": OTHER, "path": str(partial), "started_at": NOW + 9, "cause": "closed"},
        )
    )
    centre.settle()
    assert [row["recording"] for row in ask("calls", "show", OTHER, "--json").document["recordings"]] == [
        f"{OTHER}r1",
        f"{OTHER}r2",
    ]
    said = ask("calls", "show", OTHER, "--lang", "zh").out
    assert ("随话路结束" in said, "闭市" in said) == (True, False), "the word of a recording, not of the market"
    for asked, found in ((OTHER, file), (f"{OTHER}r2", partial), (f"{OTHER}r1", file)):
        assert ask("recording", asked, "-o", str(tmp_path / "b.wav"), "--force").status == 0
        assert (tmp_path / "b.wav").read_bytes() == found.read_bytes()
    centre.settle()
    assert {(row["action"], row["subject"]) for row in ask("audit", "--json").document["rows"]} == {
        ("recording_heard", OTHER), ("recording_heard", f"{OTHER}r2"), ("recording_heard", f"{OTHER}r1"),
    }  # fmt: skip
    for unknown in ("77", f"{OTHER}r9", "../../etc/passwd"):
        assert ask("recording", unknown).err == f"no such call or recording: {unknown}\n"
    centre.store.do(SaveRecord("calls", {"id": "1", "started_at": NOW}))
    centre.settle()
    assert ask("recording", "1").err == "that call has no recording: 1\n"


def test_a_withheld_number_is_traced_and_the_look_audited(centre: Centre, ask: Ctl) -> None:
    """Case 23: the operator has the right, and each use of it leaves a row."""
    centre.store.do(SaveRecord("calls", {"id": OTHER, "ani": "", "started_at": NOW}))
    centre.store.do(SaveRecord("calls", {"id": "1", "ani": "13900001111", "started_at": NOW}))
    centre.store.trace_number(CallId(OTHER), "+8613900005678")
    centre.store.trace_number(CallId(OTHER), "another")
    centre.settle()
    assert "+8613900005678" not in ask("calls", "show", OTHER, "--json").out + ask("calls", "--json").out
    assert ask("calls", "trace", OTHER, "--json").document["number"] == "+8613900005678"
    assert "+8613900005678" in ask("calls", "trace", OTHER, "--lang", "zh").out
    centre.settle()
    trail = ask("audit", "--json")
    assert [(row["action"], row["subject"]) for row in trail.document["rows"]] == [("number_traced", OTHER)] * 2
    assert "+8613900005678" not in trail.out
    assert ask("calls", "trace", "1").err == "that call has no withheld number: 1\n"
    assert ask("calls", "trace", "77").status == 1


async def _refused(work: Any) -> RefusedCode:
    with pytest.raises(OperationRefused) as refused:
        await work
    return refused.value.code


def test_a_store_that_can_not_be_read(centre: Centre) -> None:
    centre.store.read._db.conn.execute("PRAGMA query_only = 0")
    centre.store.read._db.conn.execute("DROP TABLE recordings")
    code = asyncio.run(_refused(centre.operations.recording(AskRecording(CallId("77")))))
    assert code is RefusedCode.STORE_FAILED


def test_every_posted_event_is_one_of_the_core_s(centre: Centre) -> None:
    posted: list[Event] = []
    centre._post = posted.append  # type: ignore[method-assign]
    operations = SwitchOperations(centre._sources(), centre.staff, centre.operations.trunks, centre.operations.faxes)
    operations.hang_up(CALL, "")
    assert posted == [HangUpOrdered(CALL)]


def test_a_backup_is_made_and_audited(ask: Ctl, tmp_path: Path, centre: Centre) -> None:
    with pytest.raises(OperationRefused, match="no_backup"):
        centre.operations.backup_progress()
    assert ask("backup", str(tmp_path / "backup"), "--json").document["state"] == "done"
    assert (tmp_path / "backup" / "huawu.db").exists()
    centre.settle()
    (row, *_) = centre.store.read.audit()
    assert (row["action"], row["subject"]) == ("backup_done", str(tmp_path / "backup"))
    assert ask("backup", str(tmp_path / "backup")).status == 1
