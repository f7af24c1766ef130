"""Reports at a desk: rights, over a real store."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.desk import AskCustomer, DeskRefusal, Refused
from shared.desk_reports import AskReport, ReportShown
from shared.enums import Role
from shared.ids import AgentId, CustomerId
from shared.reports import By
from switch_server.adapters.store import Store
from switch_server.core.words import SaveRecord
from switch_server.ports.desks import AgentRecord
from switch_server.services.desk_reports import DeskReports
from switch_server.services.report_service import ReportService
from tests.fakes.desks import FakeQuestions
from tests.store.samples import NOON, Clock, Posted

ANN, EVE, SUE, LONE, MAX = (
    AgentRecord(AgentId(agent), agent, role, group)
    for agent, role, group in (
        ("ann", Role.AGENT, "east"), ("eve", Role.AGENT, "west"), ("sue", Role.SUPERVISOR, "east"), ("lone", Role.SUPERVISOR, ""),
        ("max", Role.MANAGER, ""),
    )
)  # fmt: skip
DAY = "20251125"


class Rig:
    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "huawu.db", Posted(), clock=Clock())
        self.store.start()
        for each in (ANN, EVE, SUE, LONE, MAX):
            self.store.agents.put_agent(each, "test")
        for agent in ("ann", "eve", "gone"):
            row = {
                "agent": agent,
                "queue": "agents",
                "kind": "in",
                "offered_at": NOON,
                "answered_at": NOON + 2,
                "call": agent,
            }
            self.store.do(SaveRecord("talks", {"id": f"{agent}/2"} | row))
            visit = {
                "call": agent,
                "queue": "agents",
                "kind": "in",
                "entered_at": NOON,
                "waited_ms": 2_000,
                "outcome": "answered",
            }
            self.store.do(SaveRecord("queue_visits", {"id": f"{agent}/q", "service_level_ms": 20_000} | visit))
        assert self.store.flush(20.0)
        self.rest = FakeQuestions()
        reports = ReportService(self.store.statistics, self.store.agents, Clock(NOON + 60))
        self.desk = DeskReports(reports, self.store.agents, self.rest)

    def shown(self, who: AgentRecord, by: By, **ask: str) -> ReportShown:
        reply = self.answer(who, AskReport(by, DAY, DAY, **ask))
        assert isinstance(reply, ReportShown), reply
        return reply

    def answer(self, who: AgentRecord, question: object) -> object:
        return asyncio.run(self.desk.answer(who, question))  # type: ignore[arg-type]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.store.stop()


@pytest.mark.parametrize("by", By)
def test_an_agent_sees_their_own_and_nothing_else(rig: Rig, by: By) -> None:
    assert rig.shown(ANN, by, agent="ann").total.offered == 1
    for more in ({}, {"agent": "eve"}, {"agent": "gone"}, {"queue": "agents"}):
        assert rig.answer(ANN, AskReport(by, DAY, DAY, **more)) == Refused(DeskRefusal.NOT_ALLOWED)


def test_a_supervisor_sees_their_group_and_every_queue(rig: Rig) -> None:
    agents = rig.shown(SUE, By.AGENTS)
    assert ([row.key for row in agents.rows], agents.total.offered, agents.group) == (["ann"], 1, "east")
    assert [row.key for row in rig.shown(SUE, By.GROUPS).rows] == ["east"]
    for by in (By.QUEUES, By.HOURS, By.DAYS, By.BRANCHES):
        assert rig.shown(SUE, by).total.offered == 3
    assert rig.shown(SUE, By.HOURS, agent="ann").total.offered == 1
    for agent in ("eve", "gone"):
        assert rig.answer(SUE, AskReport(By.HOURS, DAY, DAY, agent=agent)) == Refused(DeskRefusal.NOT_ALLOWED)


def test_a_supervisor_without_a_group_sees_nobody(rig: Rig) -> None:
    assert rig.answer(LONE, AskReport(By.AGENTS, DAY, DAY)) == Refused(DeskRefusal.NOT_ALLOWED)
    assert rig.answer(LONE, AskReport(By.DAYS, DAY, DAY, agent="gone")) == Refused(DeskRefusal.NOT_ALLOWED)


def test_a_manager_sees_all(rig: Rig) -> None:
    assert [row.key for row in rig.shown(MAX, By.AGENTS).rows] == ["ann", "eve", "gone"]
    assert rig.shown(MAX, By.HOURS, agent="gone").total.offered == 1
    assert rig.shown(MAX, By.GROUPS).group is None


def test_days_that_are_none_are_said(rig: Rig) -> None:
    reply = rig.answer(MAX, AskReport(By.DAYS, "20251126", DAY))
    assert isinstance(reply, Refused)
    assert (reply.code, reply.text) == (DeskRefusal.NOT_FOUND, "20251126 is after 20251125")


def test_a_store_that_can_t_be_read_is_busy(rig: Rig) -> None:
    rig.store.statistics.close()
    reply = rig.answer(MAX, AskReport(By.DAYS, DAY, DAY))
    assert isinstance(reply, Refused)
    assert reply.code is DeskRefusal.BUSY


def test_other_questions_are_asked_where_they_belong(rig: Rig) -> None:
    question = AskCustomer(CustomerId(7))
    assert rig.answer(ANN, question) == Refused(DeskRefusal.NOT_FOUND)
    assert rig.rest.asked == [("ann", question)]
