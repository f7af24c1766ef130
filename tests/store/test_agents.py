"""Agents, desks' keys and sessions: read from memory, and kept over a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.enums import Role
from shared.ids import AgentId, DeskId, SkillName
from switch_server.adapters.store import Store
from switch_server.core.words import SaveRecord
from switch_server.ports.desks import AgentRecord, SessionRecord
from tests.store.samples import NOON, Clock, Posted

ANN = AgentRecord(
    AgentId("1001"), "安妮", Role.AGENT, "east", {SkillName("trade"): 3, SkillName("英语"): 1}, "$argon2id$x"
)
BOB = AgentRecord(AgentId("bob_2"), "Bob", Role.SUPERVISOR)
KEY, OTHER = "k" * 40, "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
DESK = DeskId("desk-07")
HOUR = 3600.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = opened(tmp_path, clock)
    yield store
    assert store.stop() == 0


def opened(folder: Path, clock: Clock) -> Store:
    store = Store(folder / "huawu.db", Posted(), clock=clock)
    store.start()
    return store


def audits(store: Store) -> list[tuple[str, str, str, str]]:
    assert store.flush(20.0)
    return [(row["actor"], row["action"], row["subject"], row["detail"]) for row in reversed(store.read.audit())]


def test_agents_are_put_changed_and_removed_and_survive_a_restart(tmp_path: Path, clock: Clock) -> None:
    store = opened(tmp_path, clock)
    assert store.agents.agents() == ()
    store.agents.put_agent(BOB, "operator")
    store.agents.put_agent(ANN, "operator")
    store.agents.put_agent(replace(ANN, role=Role.MANAGER, password="$argon2id$y"), "chief")
    assert store.agents.agent(ANN.agent) == replace(ANN, role=Role.MANAGER, password="$argon2id$y")
    store.agents.put_agent(replace(BOB, disabled=True), "chief")
    store.stop()

    store = opened(tmp_path, clock)
    assert [agent.agent for agent in store.agents.agents()] == [ANN.agent, BOB.agent]
    assert store.agents.agent(ANN.agent) == replace(ANN, role=Role.MANAGER, password="$argon2id$y")
    assert store.agents.agent(BOB.agent) == replace(BOB, disabled=True)
    assert store.agents.remove_agent(BOB.agent, "chief")
    assert not store.agents.remove_agent(BOB.agent, "chief")
    store.stop()

    store = opened(tmp_path, clock)
    assert store.agents.agent(BOB.agent) is None
    told = audits(store)
    assert [row[:3] for row in told] == [
        ("operator", "agent_added", "bob_2"),
        ("operator", "agent_added", "1001"),
        ("chief", "agent_changed", "1001"),
        ("chief", "agent_changed", "bob_2"),
        ("chief", "agent_removed", "bob_2"),
    ]
    assert told[2][3] == "role=manager, password changed"
    assert not any("argon2" in row[3] for row in told)
    store.stop()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"agent": ""}, "agent id"),
        ({"agent": "李四"}, "agent id"),
        ({"agent": "a b"}, "agent id"),
        ({"agent": "../x"}, "agent id"),
        ({"agent": "1001\n"}, "agent id"),
        ({"agent": "x" * 33}, "agent id"),
        ({"name": ""}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "a\x07b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"group": "x" * 65}, "group"),
        ({"skills": {"": 1}}, "skill"),
        ({"skills": {"trade": 0}}, "skill"),
    ],
)
def test_a_bad_agent_is_told_and_changes_nothing(store: Store, change: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        store.agents.put_agent(replace(ANN, **change), "operator")
    assert store.agents.agents() == ()
    assert audits(store) == []


def test_no_password_is_shown() -> None:
    assert "argon2" not in repr(ANN)


# --- desks' keys ---


def test_a_key_opens_its_desk_until_another_takes_its_place(tmp_path: Path, clock: Clock) -> None:
    store = opened(tmp_path, clock)
    assert store.agents.desk_for_key(KEY) is None
    store.agents.put_desk_key(DESK, KEY, "operator")
    assert (store.agents.desk_for_key(KEY), store.agents.desk_keys()) == (DESK, {DESK: KEY})
    store.agents.put_desk_key(DESK, KEY, "operator")
    store.agents.put_desk_key(DESK, OTHER, "operator")
    assert store.agents.desk_for_key(KEY) is None
    store.stop()

    store = opened(tmp_path, clock)
    assert store.agents.desk_keys() == {DESK: OTHER}
    assert store.agents.remove_desk_key(DESK, "operator")
    assert not store.agents.remove_desk_key(DESK, "operator")
    assert [row[1] for row in audits(store)] == ["desk_key_added"] * 3 + ["desk_key_removed"]
    store.stop()

    store = opened(tmp_path, clock)
    assert store.agents.desk_keys() == {}
    store.stop()


@pytest.mark.parametrize(
    ("desk", "key", "told"),
    [("desk 7", KEY, "desk"), ("", KEY, "desk"), ("desk-8", "k" * 39, "40"), ("desk-8", "k" * 39 + "汉", "40")],
)
def test_a_bad_desk_or_key_is_told(store: Store, desk: str, key: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        store.agents.put_desk_key(DeskId(desk), key, "operator")
    assert store.agents.desk_keys() == {}


def test_two_desks_never_share_a_key(store: Store) -> None:
    store.agents.put_desk_key(DESK, KEY, "operator")
    with pytest.raises(ValueError, match="desk-07"):
        store.agents.put_desk_key(DeskId("desk-08"), KEY, "operator")
    assert store.agents.desk_for_key(KEY) == DESK


def test_keys_may_change_places(store: Store) -> None:
    other = DeskId("desk-08")
    store.agents.put_desk_key(DESK, KEY, "operator")
    store.agents.remove_desk_key(DESK, "operator")
    store.agents.put_desk_key(other, KEY, "operator")
    assert store.flush(20.0)
    assert store.counts.refused == 0
    assert store.agents.desk_keys() == {other: KEY}


# --- sessions ---


def session(token: str, agent: AgentRecord = ANN, at: float = NOON) -> SessionRecord:
    return SessionRecord(token, agent.agent, DESK, at)


def test_a_session_is_the_agent_s_only_one_and_survives_a_restart(tmp_path: Path, clock: Clock) -> None:
    store = opened(tmp_path, clock)
    store.agents.put_session(session("a"))
    store.agents.put_session(session("b"))
    store.agents.put_session(session("c", BOB))
    assert store.agents.session("a") is None
    store.stop()

    store = opened(tmp_path, clock)
    assert store.agents.session("a") is None
    assert store.agents.session("b") == session("b")
    store.agents.drop_sessions(ANN.agent)
    store.agents.drop_sessions(ANN.agent)
    assert store.agents.session("b") is None
    store.stop()

    clock.now += 8 * 24 * HOUR
    store = opened(tmp_path, clock)
    assert store.agents.session("b") is None
    assert store.agents.session("c") is None, "nobody ended it, but it is a week old"
    store.stop()


def test_who_is_disabled_or_removed_has_no_session(store: Store) -> None:
    for agent in (ANN, BOB):
        store.agents.put_agent(agent, "operator")
        store.agents.put_session(session(agent.name, agent))
    store.agents.put_agent(replace(ANN, disabled=True), "operator")
    store.agents.remove_agent(BOB.agent, "operator")
    assert store.agents.session("安妮") is None
    assert store.agents.session("Bob") is None


# --- talks of today ---


def talk(store: Store, number: int, **row: object) -> None:
    store.do(SaveRecord("talks", {"id": f"c{number}/2", "call": f"c{number}"} | row))


def test_talks_are_counted_once_by_the_day_in_shanghai(tmp_path: Path, clock: Clock) -> None:
    store = opened(tmp_path, clock)
    talk(store, 1, agent="1001", offered_at=NOON)
    assert store.agents.calls_today(ANN.agent) == 0, "it only rang"
    talk(store, 1, answered_at=NOON + 3)
    talk(store, 1, answered_at=NOON + 3, hold_ms=100)
    talk(store, 1, ended_at=NOON + 60, outcome="done")
    talk(store, 1, disposition="enquiry", note="…")
    talk(store, 2, agent="1001", offered_at=NOON + 70, ended_at=NOON + 90)
    talk(store, 3, agent="bob_2", offered_at=NOON + 70, answered_at=NOON + 75)
    assert [store.agents.calls_today(agent.agent) for agent in (ANN, BOB)] == [1, 1]
    store.stop()

    store = opened(tmp_path, clock)
    assert [store.agents.calls_today(agent.agent) for agent in (ANN, BOB)] == [1, 1]
    clock.now = NOON + 12.1 * HOUR  # 00:06, still the same day in UTC
    assert store.agents.calls_today(ANN.agent) == 0
    talk(store, 4, agent="1001", offered_at=clock.now, answered_at=clock.now)
    assert store.agents.calls_today(ANN.agent) == 1
    store.stop()
