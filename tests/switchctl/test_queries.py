"""Every command that only reads: its tables in both languages, and its JSON document."""

import msgspec
import pytest

from shared import control, control_agents, control_fax, control_reports, control_trunks
from shared.control import REPLIES, AskCalls, AskOrders
from shared.control_rows import Trouble, TroubleCode
from tests.switchctl.conftest import Ctl
from tests.switchctl.fake import ACCOUNT, CALL, NOW, PAST, FakeSwitch, trouble

LOOKS = {
    ("status",): control.Status,
    ("lines",): control.Lines,
    ("lines", "show"): control_trunks.ControlCardLines,
    ("trunks",): control_trunks.Trunks,
    ("cards",): control.Cards,
    ("branches",): control.Branches,
    ("calls",): control.Calls,
    ("calls", "show", CALL): control.CallDetail,
    ("calls", "trace", CALL): control.TracedNumber,
    ("orders",): control.Orders,
    ("counters",): control.Counters,
    ("customers", "find", "李"): control.Customers,
    ("audit",): control.AuditTrail,
    ("agents",): control_agents.Agents,
    ("queues",): control_agents.Queues,
    ("talks",): control_agents.Talks,
    ("desk", "list"): control_agents.ControlDesks,
    ("phone", "list"): control_agents.Phones,
    ("report", "agents"): control_reports.ControlReport,
    ("report", "hours", "--queue", "trading"): control_reports.ControlReport,
}


@pytest.mark.parametrize(
    ("words", "kind"), LOOKS.items(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_json_is_one_document_of_the_reply(ask: Ctl, words: tuple[str, ...], kind: type[control.Reply]) -> None:
    said = ask(*words, "--json")
    assert (said.status, said.err) == (0, "")
    document = said.document
    assert document["format"] == 1
    assert document["type"] == kind.__struct_config__.tag
    reply = msgspec.convert(document, kind)  # raises where a field is missing or has another type
    assert msgspec.json.encode(control.document(reply)) == msgspec.json.encode(document)


@pytest.mark.parametrize("words", LOOKS, ids=" ".join)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_have_no_account_but_where_customers_are_asked_for(
    ask: Ctl, words: tuple[str, ...], language: str
) -> None:
    said = ask("--lang", language, *words)
    assert said.status == 0
    assert (ACCOUNT in said.out) == (words[0] == "customers")


def test_an_id_that_is_longer_than_any_is_refused_before_it_is_sent(ask: Ctl) -> None:
    said = ask("calls", "show", "x" * 65)
    assert (said.status, said.err.startswith("a value that can't be: ")) == (1, True)


def test_status_in_both_languages(ask: Ctl, switch: FakeSwitch) -> None:
    said = ask("status").out
    assert "0.1.0, process 4711, up 1:02:03" in said
    assert "2 of 2 up, channels 1 of 1000" in said
    assert "filled 3, in doubt 1" in said
    assert "2 of 5 open, 3 callers waiting" in said
    assert "all is well" in said
    switch.troubles = (trouble("disk full"), Trouble(TroubleCode.BRANCH_AWAY, "GZ02"))
    said = ask("status", "--lang", "zh").out
    assert "已运行 1:02:03" in said
    assert "已成 3, 待确认 1" in said
    assert "store：disk full" in said
    assert "营业部 GZ02 未连接" in said


def test_calls_are_shown_as_the_field_says_it(ask: Ctl) -> None:
    rows = ask("calls").out.splitlines()
    live = next(row for row in rows if row.startswith(CALL))
    past = next(row for row in rows if row.startswith(PAST))
    assert live.split() == [
        CALL,
        "up",
        "09:30:20",
        "–",
        "city",
        "13900001234",
        "95500",
        "card-1",
        "GZ01",
        "…34",
        "trade_menu",
        "–",
    ]
    assert past.split()[:4] == [PAST, "ended", "09:19:25", "1:02"]
    assert "caller hung up" in past
    assert "主叫挂机" in ask("calls", "--lang=zh").out


def test_a_callers_number_can_not_steer_the_terminal(ask: Ctl, switch: FakeSwitch) -> None:
    switch.ani = "\x1b[2J\x07[red]\n"
    assert "·[2J·[red]" in ask("calls").out
    assert ask("calls", "--json").document["rows"][0]["ani"] == switch.ani


def test_what_is_copied_is_whole_on_a_narrow_terminal(ask: Ctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    said = ask("calls").out
    assert CALL in said
    assert max(_columns(line) for line in said.splitlines()) <= 60


def test_chinese_columns_stand_one_below_the_other(ask: Ctl) -> None:
    lines = ask("branches", "--lang", "zh").out.splitlines()
    header = next(line for line in lines if "链路" in line)
    up = next(line for line in lines if line.startswith("GZ01"))
    assert _columns(header[: header.index("柜台")]) == _columns(up[: up.index("正常", up.index("正常") + 1)])


def _columns(text: str) -> int:
    """The width on a terminal: two columns for a Chinese character."""
    return sum(2 if char > "\u2e80" else 1 for char in text)


def test_an_order_has_its_price_contract_and_confirmation(ask: Ctl) -> None:
    row = next(line for line in ask("orders").out.splitlines() if CALL in line)
    assert row.split() == [
        "09:30:55",
        CALL,
        "GZ01",
        "…34",
        "order",
        "buy",
        "600036",
        "41.26",
        "1,200",
        "A0001",
        "filled",
        "1,200",
        "–",
        "1:02.5",
    ]


def test_a_call_in_detail(ask: Ctl) -> None:
    said = ask("calls", "show", CALL).out
    for part in (f"Call {CALL}", "Legs", f"{CALL}/1", "4.4", "Recordings", "Talks", "answered", "Orders", "A0001"):
        assert part in said


def test_filters_reach_the_switch(ask: Ctl, switch: FakeSwitch) -> None:
    ask("calls", "--live", "--limit", "7")
    ask("orders", "--branch", "GZ02", "--account", ACCOUNT, "--call", CALL, "--state", "filled", "--since", "2h")
    calls, orders = switch.asked
    assert calls == AskCalls(past=False, since=0.0, limit=7)
    assert isinstance(orders, AskOrders)
    assert (orders.branch, orders.account, orders.call, orders.state, orders.limit) == (
        "GZ02",
        ACCOUNT,
        CALL,
        "filled",
        50,
    )
    assert orders.since > NOW


def test_nothing_found_is_status_1(ask: Ctl) -> None:
    assert ask("customers", "find", "nobody")[1:] == ("", "nothing found\n")
    assert ask("customers", "find", "nobody").status == 1
    said = ask("customers", "find", "nobody", "--json")
    assert (said.status, said.document["rows"]) == (1, [])
    assert ask("calls", "show", "nothing").status == 1
    assert ask("orders", "--branch", "GZ09").status == 0  # an empty list is a valid reply


def test_refusals_are_told_in_the_language(ask: Ctl) -> None:
    assert ask("calls", "show", "77").err == "no such call: 77\n"
    assert ask("calls", "show", "77", "--lang", "zh").err == "没有这个通话：77\n"


def test_a_broken_audit_chain_is_status_1(ask: Ctl, switch: FakeSwitch) -> None:
    assert "whole" in ask("audit").out
    switch.broken = 3
    said = ask("audit")
    assert said.status == 1
    assert "broken at row 3" in said.out


def test_a_fault_of_the_switch_costs_one_answer(ask: Ctl, switch: FakeSwitch, caplog: pytest.LogCaptureFixture) -> None:
    switch.bug = True
    said = ask("status")
    assert said.status == 1
    assert "fault in the switch" in said.err
    assert "a bug" in caplog.text
    switch.bug = False
    assert ask("status").status == 0


def test_every_reply_with_a_table_is_looked_at_by_a_command() -> None:
    acted = {control.RequestRefused, control.Done, control.RecordingPart, control.Reloaded, control.BackupProgress,
             control_agents.AgentPut, *control_fax.REPLIES}  # fmt: skip
    assert set(LOOKS.values()) | acted == set(REPLIES)
