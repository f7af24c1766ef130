"""``ports.desks.AgentBook``: the same tests for the fake and for the store's agent book."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.ids import AgentId, DeskId, SkillName
from switch_server.adapters.store import Store
from switch_server.ports.desks import AgentBook, AgentRecord, SessionRecord
from tests.fakes.desks import FakeBook
from tests.store.samples import NOON, Clock, Posted

ANN = AgentRecord(AgentId("1002"), "安妮", skills={SkillName("trade"): 2}, password="$argon2id$x")
BOB = AgentRecord(AgentId("1001"), "Bob")
DESK, OTHER = DeskId("desk-07"), DeskId("desk-08")
KEY, KEY_2 = "k" * 40, "q" * 40


@pytest.fixture(params=["fake", "sqlite"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AgentBook]:
    if request.param == "fake":
        yield FakeBook()
        return
    store = Store(tmp_path / "huawu.db", Posted(), clock=Clock())
    store.start()
    yield store.agents
    assert store.stop() == 0
    assert store.counts.refused == 0


def test_agents_are_put_changed_and_removed(book: AgentBook) -> None:
    assert (book.agent(ANN.agent), book.agents()) == (None, ())
    book.put_agent(ANN, "operator")
    book.put_agent(BOB, "operator")
    assert book.agents() == (BOB, ANN), "by id"
    changed = replace(ANN, skills={})
    book.put_agent(changed, "operator")
    assert book.agent(ANN.agent) == changed
    assert book.remove_agent(ANN.agent, "operator")
    assert not book.remove_agent(ANN.agent, "operator")
    assert book.agents() == (BOB,)
    assert book.calls_today(BOB.agent) == 0


def test_errors_are_raised_and_change_nothing(book: AgentBook) -> None:
    with pytest.raises(ValueError, match="agent id"):
        book.put_agent(replace(ANN, agent=AgentId("a b")), "operator")
    with pytest.raises(ValueError, match="40"):
        book.put_desk_key(DESK, "short", "operator")
    assert (book.agents(), book.desk_keys()) == ((), {})


def test_a_desk_has_one_key_and_a_key_one_desk(book: AgentBook) -> None:
    book.put_desk_key(DESK, KEY, "operator")
    book.put_desk_key(DESK, KEY_2, "operator")
    assert (book.desk_for_key(KEY), book.desk_for_key(KEY_2)) == (None, DESK)
    with pytest.raises(ValueError, match="key"):
        book.put_desk_key(OTHER, KEY_2, "operator")
    assert book.desk_keys() == {DESK: KEY_2}
    assert book.remove_desk_key(DESK, "operator")
    assert not book.remove_desk_key(DESK, "operator")
    assert book.desk_for_key(KEY_2) is None


def test_an_agent_has_one_session(book: AgentBook) -> None:
    for agent in (ANN, BOB):
        book.put_agent(agent, "operator")
    first, second = (SessionRecord(token, ANN.agent, DESK, NOON) for token in ("a", "b"))
    other = SessionRecord("c", BOB.agent, OTHER, NOON)
    for session in (first, second, other):
        book.put_session(session)
    assert [book.session(token) for token in ("a", "b", "c", "d")] == [None, second, other, None]
    book.drop_sessions(ANN.agent)
    assert (book.session("b"), book.session("c")) == (None, other)


def test_a_disabled_or_removed_agent_has_no_session(book: AgentBook) -> None:
    for agent in (ANN, BOB):
        book.put_agent(agent, "operator")
        book.put_session(SessionRecord(agent.agent, agent.agent, DESK, NOON))
    book.put_agent(replace(ANN, disabled=True), "operator")
    book.remove_agent(BOB.agent, "operator")
    assert (book.session(ANN.agent), book.session(BOB.agent)) == (None, None)
