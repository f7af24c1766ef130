"""``switchctl report`` and ``switchctl staffing``: requests, output and refusals."""

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.control_reports import AskReport
from shared.days import day_after, day_start, shanghai_day
from shared.reports import By, ReportRow
from switch_server.core.words import SaveRecord
from switch_server.services.erlang import staffing
from tests.switchctl.centre import Centre
from tests.switchctl.conftest import Ctl
from tests.switchctl.fake import FakeSwitch
from tests.switchctl.running import RunningSwitch


def today() -> str:
    return shanghai_day(time.time())


def asked(switch: FakeSwitch) -> AskReport:
    ask = switch.asked[-1]
    assert isinstance(ask, AskReport)
    return ask


# --- reports ---


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ((), 0, 0),
        (("--from", "yesterday"), -1, 0),
        (("--to", "yesterday"), -1, -1),
        (("--from", "yesterday", "--to", "today"), -1, 0),
    ],
)
def test_which_days(ask: Ctl, switch: FakeSwitch, words: tuple[str, ...], first: int, last: int) -> None:
    assert ask("report", "queues", *words).status == 0
    assert asked(switch) == AskReport(By.QUEUES, day_after(today(), first), day_after(today(), last))


def test_what_is_asked_for(ask: Ctl, switch: FakeSwitch) -> None:
    words = ["report", "hours", "--from", "2026-09-01", "--to", "20260930", "--queue", "trading", "--agent", "1001"]
    words += ["--group", "A"]
    assert ask(*words).status == 0
    assert asked(switch) == AskReport(By.HOURS, "20260901", "20260930", "trading", "1001", "A")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2026-02-30"), "should be a day as 2026-09-01"),
        (("--to", "01.09.2026"), "should be a day"),
        (("--from", "2026-9-1"), "should be a day"),
        (("--from", "2026-09-02", "--to", "2026-09-01"), "20260902, is after the last, 20260901"),
        (("--csv", "--json"), "either --csv or --json"),
        (("--agent", "a b"), "a b"),
    ],
)
def test_options_that_make_no_sense(ask: Ctl, switch: FakeSwitch, words: tuple[str, ...], said: str) -> None:
    answer = ask("report", "agents", *words)
    assert answer.status == 2
    assert said in answer.err
    assert not switch.asked


def test_an_unknown_report_names_those_that_there_are(ask: Ctl) -> None:
    answer = ask("report", "weather")
    assert answer.status == 2
    assert all(by.value in answer.err for by in By)


def test_an_unknown_queue_is_refused_in_both_languages(ask: Ctl) -> None:
    for language, said in (("en", "no such queue: nowhere"), ("zh", "没有此排队：nowhere")):
        answer = ask("report", "hours", "--queue", "nowhere", "--lang", language)
        assert answer.status == 1
        assert said in answer.err


def test_the_table(ask: Ctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    title, _, row, total = ask("report", "agents", "--from", "2026-09-01", "--to", "2026-09-02").out.splitlines()
    assert title.strip() == "Agents  2026-09-01 – 2026-09-02"
    cells = [cell for cell in row.split("  ") if cell]
    assert [cell.strip() for cell in cells] == [
        "1001", "=张三", "120", "100", "15", "5", "0", "0", "90", "75.0 %", "0:12", "3:05", "110", "3", "10", "4", "2:30:00", "10:00",
        "20:00", "3:00", "8:00:00", "4:00:00", "lunch 50:00, break 10:00", "42.9 %", "7", "1,234,567.89", "8", "21", "1", "2", "6", "enquiry=60 order=40",
    ]  # fmt: skip
    assert total.split()[0] == "total"


@pytest.mark.parametrize("width", [40, 80, 132])
def test_a_narrow_terminal_has_what_matters(ask: Ctl, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = ask("report", "queues", "--lang", "zh").out.splitlines()
    assert lines[1].split()[:4] == ["排队", "来话", "应答", "放弃"]
    assert "合计" in lines[-1]
    assert "…" not in "".join(lines), "columns are left out, not cut"


def test_nothing_recorded_is_said(ask: Ctl) -> None:
    assert "nothing is recorded" in ask("report", "hours", "--queue", "night").out


def test_csv_is_for_a_spreadsheet(ask: Ctl) -> None:
    said = ask("report", "agents", "--csv")
    assert said.status == 0
    head, row, total = list(csv.reader(io.StringIO(said.out)))
    assert tuple(head) == ReportRow.__struct_fields__
    of = dict(zip(head, row, strict=True))
    assert (of["key"], of["offered"], of["service_level"], of["turnover"]) == ("1001", "120", "0.7500", "123456789")
    assert (of["dispositions"], of["locked_ms"]) == ("enquiry=60 order=40", "break=600000 lunch=3000000")
    assert of["name"] == "'=张三", "no formula of anybody's"
    assert total[0] == "*"


# --- staffing ---


def test_staffing_needs_no_switch(ctl: Ctl) -> None:
    said = ctl(
        "staffing", "--calls-per-hour", "120", "--aht", "180", "--target", "80/20", "--shrinkage", "30%", "--json"
    )
    assert said.status == 0
    (row,) = said.document["rows"]
    need = staffing(120, 180, 0.8, 20, 0.3)
    assert (row["need"]["agents"], row["need"]["rostered"]) == (need.agents, need.rostered) == (9, 13)
    shown = ctl("staffing", "--calls-per-hour", "120", "--aht", "180").out
    assert "6.00" in shown
    assert "target: 80% answered within 20 s" in shown
    assert "80% 在 20 秒内应答" in ctl("staffing", "--calls-per-hour", "120", "--aht", "180", "--lang", "zh").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--calls-per-hour with --aht"),
        (("--calls-per-hour", "10"), "--calls-per-hour with --aht"),
        (("--calls-per-hour", "10", "--aht", "60", "--from-days", "5"), "--calls-per-hour with --aht"),
        (("--calls-per-hour", "10", "--aht", "60", "--queue", "fund"), "--calls-per-hour with --aht"),
        (("--calls-per-hour", "-1", "--aht", "60"), "0 to 1000000"),
        (("--calls-per-hour", "nan", "--aht", "60"), "0 to 1000000"),
        (("--calls-per-hour", "10", "--aht", "0"), "1 to 14400"),
        (("--calls-per-hour", "10", "--aht", "60", "--target", "80"), "PERCENT/SECONDS"),
        (("--calls-per-hour", "10", "--aht", "60", "--target", "100/20"), "PERCENT/SECONDS"),
        (("--calls-per-hour", "10", "--aht", "60", "--shrinkage", "100"), "0 to 90"),
        (("--from-days", "1.5"), "1 to 366"),
        (("--calls-per-hour", "1e6", "--aht", "14400"), "10,000 erlang"),
    ],
)
def test_staffing_that_makes_no_sense(ctl: Ctl, words: tuple[str, ...], said: str) -> None:
    answer = ctl("staffing", *words)
    assert answer.status == 2
    assert said in answer.err


# --- over a real store ---


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path)
    yield made
    made.store.stop()


@pytest.fixture
def real(ctl: Ctl, centre: Centre, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ctl]:
    running = RunningSwitch(tmp_path_factory.mktemp("s") / "control.sock", centre.operations)
    running.start()
    yield lambda *words: ctl(*words, "--socket", str(running.socket))
    running.end()


def calls(centre: Centre, day: str, hour: int, number: int, aht: float, queue: str = "trading") -> None:
    """Stores ``number`` answered calls in the hour ``hour``, with a handle time of ``aht`` seconds each; the last third is wrap-up."""
    for each in range(number):
        at = day_start(day) + hour * 3600 + each
        call = f"{day}-{hour:02}-{queue}-{each:04}"
        visit = {"call": call, "queue": queue, "kind": "in", "entered_at": at, "left_at": at + 5, "waited_ms": 5_000}
        talk = {"call": call, "agent": "1001", "queue": queue, "kind": "in", "offered_at": at, "answered_at": at + 5}
        seat = {"shift": "s", "agent": "1001", "call": call, "queue": queue}
        talked, over = at + 5 + aht * 2 / 3, at + 5 + aht
        for table, row in (
            ("queue_visits", {"id": f"{call}/q", "outcome": "answered", "service_level_ms": 20_000} | visit),
            ("talks", {"id": f"{call}/2", "outcome": "answered"} | talk),
            ("seat_states", {"id": f"{call}@1", "state": "talking", "begun_at": at + 5, "ended_at": talked} | seat),
            ("seat_states", {"id": f"{call}@2", "state": "wrap_up", "begun_at": talked, "ended_at": over} | seat),
        ):
            centre.store.do(SaveRecord(table, row))
    centre.settle()


def test_staffing_from_recorded_days(real: Ctl, centre: Centre) -> None:
    """Two of the ten days have calls: 90 and 150 between 9 and 10 o'clock, of 120 s each."""
    for ago, number in ((2, 90), (5, 150)):
        calls(centre, day_after(today(), -ago), 9, number, 120.0)
    calls(centre, day_after(today(), -2), 14, 20, 240.0, queue="fund")
    calls(centre, day_after(today(), -30), 9, 999, 60.0)
    rows = real("staffing", "--from-days", "10", "--queue", "trading", "--json").document["rows"]
    (nine,) = rows
    assert (nine["hour"], nine["calls_per_hour"], nine["aht"]) == ("09", 120.0, 120.0)
    assert nine["need"]["agents"] == staffing(120, 120, 0.8, 20).agents
    rows = real("staffing", "--from-days", "10", "--json").document["rows"]
    assert [(row["hour"], row["calls_per_hour"], row["aht"]) for row in rows] == [
        ("09", 120.0, 120.0),
        ("14", 10.0, 240.0),
    ]
    shown = real("staffing", "--from-days", "10")
    assert "average of 2 days, all queues" in shown.out


def test_staffing_without_records_is_said(real: Ctl) -> None:
    answer = real("staffing", "--from-days", "3")
    assert answer.status == 1
    assert "no calls are recorded" in answer.err


def test_a_report_over_the_real_store(real: Ctl, centre: Centre) -> None:
    calls(centre, "20260901", 9, 7, 60.0)
    words = ("--from", "2026-09-01", "--to", "2026-09-01")
    document = real("report", "queues", *words, "--json").document
    (row,) = document["rows"]
    assert (row["key"], row["offered"], row["within"], row["talk_ms"], row["wrap_up_ms"]) == (
        "trading",
        7,
        7,
        280_000,
        140_000,
    )
    assert document["total"]["handle_average_ms"] == 60_000
    assert "trading" in real("report", "queues", *words).out
    assert real("report", "agents", *words, "--agent", "1001").status == 0, "removed, and still in the records"
    for option, wrong in (("--queue", "nowhere"), ("--agent", "9999")):
        answer = real("report", "agents", *words, option, wrong)
        assert answer.status == 1
        assert wrong in answer.err
    assert real("report", "hours", "--queue", "trading", "--from", "2026-08-01", "--to", "2026-08-02").status == 0
    answer = real("report", "days", "--from", "2020-01-01", "--to", "2026-09-01")
    assert answer.status == 1
    assert "366 days" in answer.err
