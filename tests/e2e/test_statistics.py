"""Statistics of a small day of the whole switch: three calls, one of them transferred; every figure of the reports is computed by hand."""

import csv
import io
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from shared import desk as wire
from shared.days import shanghai_day
from shared.desk import DeskRefusal, Refused, ToSeat
from shared.desk_reports import AskReport, ReportShown
from shared.enums import LockReason, SeatState
from shared.reports import By
from tests.e2e.centre import DEADLINE, ROOT, Centre
from tests.e2e.desk import Desk
from tests.e2e.phone import Phone
from tests.e2e.test_desk import FLOWS, QUEUE

pytestmark = pytest.mark.slow
SLACK = 1_500
"""Milliseconds by which a state may last longer than in the test, due to links, phones and a busy machine."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    def change(content: dict[str, Any]) -> None:
        content["queues"] = [{"name": "agents", "ring": 40, "wrap_up": 60}, {"name": "quick"}]

    with Centre(
        tmp_path_factory.mktemp("centre"), branches=(), flows={"agents": FLOWS["agents"]}, change=change
    ) as made:
        for agent in made.demo.world.agents[:2]:
            made.ctl("agent", "change", agent.agent, "--group", "east", "--role", "agent")
        yield made


def transferred(ann: Desk, bob: Desk, phone: Phone) -> None:
    """A call with 2 s of talk with Ann, 2 s of hold, and a transfer to Bob with 2 s of talk."""
    ann.answer()
    time.sleep(2)
    ann.done(wire.Hold(ann.call.call))
    time.sleep(2)
    ann.done(wire.Consult(ann.call.call, ToSeat(bob.agent)))
    ann.seat(SeatState.CONSULTING)
    bob.answer()
    ann.put_down()
    time.sleep(2)
    bob.put_down()
    phone.hung_up_on()
    bob.seat(SeatState.WRAP_UP)


def a_day(centre: Centre) -> tuple[str, str, float, float]:
    """Ann's and Bob's ids, the time for which both were logged in by the test's clock, and the time for which Ann's desk showed wrap-up (ms)."""
    began = time.time()
    with Desk(centre) as ann, Desk(centre, 1) as bob:
        ann.open()
        with Phone(centre, QUEUE) as phone:
            transferred(ann, bob, phone)
        wrap_up = ann.seat(SeatState.WRAP_UP).since
        ann.done(wire.WrapUp(phone.call, "enquiry"))
        wrapped_up = ann.seat(SeatState.OPEN).since - wrap_up
        bob.done(wire.WrapUp(phone.call, "order"))
        with Phone(centre, QUEUE) as rings:
            ann.rings()
            rings.hang_up()
            ann.seat(SeatState.OPEN)
        ann.done(wire.LockSeat(LockReason.LUNCH))
        with Phone(centre, QUEUE) as waits:
            waits.at("agents")
            time.sleep(3)
            waits.hang_up()
        waits.ended()
        over_the_link(ann, bob)
    return ann.agent, bob.agent, (time.time() - began) * 1000, wrapped_up * 1000


def over_the_link(ann: Desk, bob: Desk) -> None:
    """Checks that at the desk an agent gets only their own figures."""
    day = shanghai_day(time.time())
    mine = ann.do(AskReport(By.DAYS, day, day, agent=ann.agent))
    assert isinstance(mine, ReportShown)
    assert (mine.total.offered, mine.total.answered, mine.total.transfers) == (2, 1, 1)
    for ask in (AskReport(By.AGENTS, day, day), AskReport(By.DAYS, day, day, agent=bob.agent)):
        assert ann.do(ask) == Refused(DeskRefusal.NOT_ALLOWED)


def near(value: float, seconds: float) -> bool:
    return seconds * 1000 - 100 <= value <= seconds * 1000 + SLACK


def test_a_small_day(centre: Centre) -> None:
    ann, bob, shift, wrapped_up = a_day(centre)
    queue_report(centre)
    agent_report(centre, ann, bob, shift, wrapped_up)
    for by in ("hours", "days", "branches", "groups"):
        total = centre.ctl("report", by)["total"]
        at_desks = by == "groups"
        assert (total["offered"], total["answered"], total["abandoned"]) == ((2, 1, 1) if at_desks else (3, 1, 2)), by
    (east,) = centre.ctl("report", "groups")["rows"]
    assert (east["key"], east["offered"], east["talks"]) == ("east", 2, 2)
    as_csv(centre)
    assert centre.ctl("report", "queues", "--from", "2020-01-01", "--to", "2020-01-02")["rows"] == []
    assert "no such queue" in centre.ctl("report", "queues", "--queue", "nowhere", "--lang", "en")["error"]


def queue_report(centre: Centre) -> None:
    report = centre.ctl("report", "queues")
    (row,) = report["rows"]
    assert row["key"] == "agents"
    assert (row["offered"], row["answered"], row["abandoned"], row["left"]) == (3, 1, 2, 0), "the transferred call once"
    assert (row["within"], row["service_level"]) == (1, 1 / 3)
    assert near(row["wait_longest_ms"], 3.0)
    assert row["wait_average_ms"] < 3_000 + SLACK
    assert (row["talks"], row["transfers"], row["missed"], row["dialled"]) == (1, 1, 0, 0), "Bob's talk is no queue's"
    assert row["dispositions"] == {"enquiry": 1}
    assert near(row["hold_ms"], 2.0)


def agent_report(centre: Centre, ann: str, bob: str, shift: float, wrapped_up: float) -> None:
    report = centre.ctl("report", "agents")
    rows = {row["key"]: row for row in report["rows"]}
    assert set(rows) == {ann, bob}
    a, b = rows[ann], rows[bob]
    assert (a["offered"], a["answered"], a["abandoned"], a["transfers"], a["talks"]) == (2, 1, 1, 1, 1)
    assert (b["offered"], b["answered"], b["abandoned"], b["transfers"], b["talks"]) == (1, 1, 0, 0, 1)
    assert (a["dispositions"], b["dispositions"]) == ({"enquiry": 1}, {"order": 1})
    assert near(a["hold_ms"], 2.0)
    assert 2_000 < a["talk_ms"] < 4_000 + 2 * SLACK, "talking, then consulting while Bob's desk rang"
    assert 1_900 < b["talk_ms"] < 2_000 + 2 * SLACK
    assert abs(a["wrap_up_ms"] - wrapped_up) <= 1, "as the desk showed it"
    assert set(a["locked_ms"]) == {"logged_in", "lunch"}
    assert a["locked_ms"]["lunch"] > 3_000
    for row in rows.values():
        parts = row["open_ms"] + row["busy_ms"] + row["away_ms"] + sum(row["locked_ms"].values())
        assert row["shift_ms"] == parts
        assert shift - 2 * SLACK < row["shift_ms"] < shift
    assert report["total"]["shift_ms"] == a["shift_ms"] + b["shift_ms"]


def as_csv(centre: Centre) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "switch_server.switchctl", "--socket", str(centre.state / "control.sock"), "report", "queues", "--csv"],
        cwd=ROOT, capture_output=True, check=True, timeout=DEADLINE, text=True,
    )  # fmt: skip
    head, *lines = csv.reader(io.StringIO(done.stdout))
    assert [dict(zip(head, line, strict=True))["offered"] for line in lines] == ["3", "3"]
    assert [line[0] for line in lines] == ["agents", "*"]
