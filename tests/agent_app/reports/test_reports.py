"""Reports at a desk: one request at a time, the last report stays; spans of days."""

import pytest

from agent_app.model.desk.actions import Why
from agent_app.model.desk.view import Action
from agent_app.model.reports.report import ReportSpan, ReportView, days_of
from agent_app.presenters.parts.ports import Failed
from shared.desk import DeskRefusal, LoggedOut, Refused
from shared.desk_reports import AskReport, ReportShown
from shared.enums import Role
from shared.reports import By, ReportRow
from tests.agent_app.fakes import World, at_work, seat

SHOWN = ReportShown(5.0, By.QUEUES, "20260318", "20260318", (ReportRow(key="agents", offered=3),), ReportRow(offered=3))


def chief() -> tuple[World, list[ReportView]]:
    world, seen = at_work(seat=seat(role=Role.SUPERVISOR)), list[ReportView]()
    world.desk.reports.listen(seen.append)
    return world, seen


def test_a_report_is_asked_for_and_shown() -> None:
    world, seen = chief()
    world.desk.reports.ask(By.QUEUES, "20260318", "20260318", "agents")
    assert world.switch.open(AskReport) == [AskReport(By.QUEUES, "20260318", "20260318", "agents")]
    assert seen == [ReportView(busy=True, by=By.QUEUES)]
    assert [pending.action for pending in world.view.pending] == [Action.ASK_REPORT]
    world.desk.reports.ask(By.DAYS, "20260318", "20260318")
    assert len(world.switch.open(AskReport)) == 1, "one at a time"
    world.pass_time(60)
    world.switch.answer(SHOWN, AskReport)
    assert seen[-1] == ReportView(by=By.QUEUES, shown=SHOWN)
    world.desk.reports.ask(By.DAYS, "20260318", "20260318")
    assert (seen[-1].busy, seen[-1].shown) == (True, SHOWN)


@pytest.mark.parametrize(
    ("reply", "code"),
    [(Refused(DeskRefusal.NOT_FOUND, "366 days"), "not_found"), (Failed("link_lost"), "link_lost"), (Failed("bad_reply"), "bad_reply")],
)  # fmt: skip
def test_a_failed_report_shows_a_problem(reply: Refused | Failed, code: str) -> None:
    world, seen = chief()
    world.desk.reports.ask(By.QUEUES, "20260318", "20260318")
    world.switch.answer(reply, AskReport)
    assert (seen[-1].busy, seen[-1].problem, seen[-1].shown) == (False, code, None)
    assert seen[-1].problem_text == (reply.text if isinstance(reply, Refused) else "")
    world.desk.reports.ask(By.QUEUES, "20260318", "20260318")
    assert seen[-1].problem == ""


def test_a_report_without_an_answer_times_out() -> None:
    world, seen = chief()
    world.desk.reports.ask(By.QUEUES, "20260318", "20260318")
    world.pass_time(130)
    assert (seen[-1].busy, seen[-1].problem) == (False, "timed_out")


def test_an_agent_cannot_ask_for_a_report() -> None:
    world = at_work()
    world.desk.reports.ask(By.QUEUES, "20260318", "20260318")
    assert world.switch.open(AskReport) == []
    assert world.problem == Why.NOT_ALLOWED


def test_a_report_ends_with_the_log_in() -> None:
    world, seen = chief()
    world.desk.reports.ask(By.QUEUES, "20260318", "20260318")
    world.switch.answer(SHOWN, AskReport)
    world.desk.reports.ask(By.QUEUES, "20260318", "20260318")
    world.report(LoggedOut("operator"))
    assert seen[-1] == ReportView()
    world.switch.answer(SHOWN, AskReport)
    assert seen[-1] == ReportView()


@pytest.mark.parametrize(
    ("span", "today", "days"),
    [
        (ReportSpan.TODAY, "20260301", ("20260301", "20260301")),
        (ReportSpan.YESTERDAY, "20260301", ("20260228", "20260228")),
        (ReportSpan.SEVEN_DAYS, "20260303", ("20260225", "20260303")),
        (ReportSpan.THIS_MONTH, "20260318", ("20260301", "20260318")),
        (ReportSpan.LAST_MONTH, "20260131", ("20251201", "20251231")),
        (ReportSpan.LAST_MONTH, "20240301", ("20240201", "20240229")),
        (ReportSpan.CUSTOM, "20260301", ("20260301", "20260301")),
    ],
)
def test_the_first_and_last_day_of_a_span(span: ReportSpan, today: str, days: tuple[str, str]) -> None:
    assert days_of(span, today) == days
