"""``services.staff`` over a real store, called through the real socket by the real command line."""

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.control import RefusedCode
from shared.control_agents import AskTalks, PutAgent
from shared.enums import Role
from shared.ids import AgentId, DeskId, SkillName
from switch_server.core.desks import AgentSkilled
from switch_server.core.snapshot import QueueView, SeatView
from switch_server.core.words import SaveRecord
from switch_server.ports.desks import SessionRecord
from switch_server.ports.operations import DeskState, OperationRefused
from switch_server.services.passwords import is_password
from tests.switchctl.centre import Centre
from tests.switchctl.conftest import Ctl
from tests.switchctl.fake import NOW
from tests.switchctl.running import RunningSwitch

AGENT, DESK = AgentId("1001"), DeskId("desk-07")
SECRET, OTHER = "correct horse", "battery staple"
KEY, OTHER_KEY = "a" * 40, "b" * 40
SEAT = SeatView("1001", "张三", "desk-07", "talking", NOW - 60, call="20250825", skills={"trading": 3}, queue="trading")
LINK = DeskState(DESK, "192.0.2.7", 1.25, AGENT, "no_headset", "agent-app 0.3.0", NOW - 300, 0.01, 3.0)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path)
    yield made
    made.store.stop()


@pytest.fixture
def ask(
    ctl: Ctl, centre: Centre, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Ctl]:
    """Runs a command; a first word ``password=…`` is passed on standard input."""
    running = RunningSwitch(tmp_path_factory.mktemp("s") / "control.sock", centre.operations)
    running.start()

    def run(*words: str) -> Any:
        if words[0].startswith("password="):
            monkeypatch.setattr("sys.stdin", io.StringIO(words[0].removeprefix("password=") + "\n"))
            words = (*words[1:], "--password-stdin")
        return ctl(*words, "--socket", str(running.socket))

    yield run
    running.end()


@pytest.fixture
def zhang(ask: Ctl, centre: Centre) -> None:
    """Agent 1001, logged in at desk-07 and in a call."""
    said = ask(f"password={SECRET}", "agent", "add", "1001", "--name", "张三", "--skill", "trading=3", "--group", "A")
    assert said.status == 0
    centre.store.agents.put_desk_key(DESK, KEY, "test")
    centre.store.agents.put_session(SessionRecord("hash", AGENT, DESK, NOW))
    centre.seats, centre.links.up = (SEAT,), (LINK,)


def audited(ask: Ctl, centre: Centre) -> list[tuple[str, str]]:
    """Action and subject of the audit's rows, the newest first."""
    centre.settle()
    return [(row["action"], row["subject"]) for row in ask("audit", "--json").document["rows"]]


def rows(ask: Ctl, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(*words, "--json").document["rows"]
    return found


def ended_log_in(centre: Centre, code: str) -> bool:
    """Whether the agent is logged out with this code and can't resume."""
    return centre.links.done[-1][0:2] + centre.links.done[-1][3:] == ("log_out", "1001", code) and (
        centre.store.agents.session("hash") is None
    )


# --- adding and changing ---


def test_an_agent_is_added_with_a_hashed_password(ask: Ctl, centre: Centre, zhang: None) -> None:
    record = centre.store.agents.agent(AGENT)
    assert record is not None
    assert (record.name, record.role, record.group, record.skills) == ("张三", Role.AGENT, "A", {"trading": 3})
    assert record.password.startswith("$argon2id$")
    assert is_password(record.password, SECRET)
    assert ask(f"password={OTHER}", "agent", "add", "1001", "--name", "x").status == 1
    assert centre.store.agents.agent(AGENT) == record
    assert ("agent_added", "1001") in audited(ask, centre)
    assert centre.posted == []


def test_no_password_is_written_anywhere(
    ask: Ctl, centre: Centre, zhang: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(f"password={OTHER}", "agent", "password", "1001").status == 0
    shown = "".join(ask(*words).out for words in (("audit", "--json"), ("agents", "--json"), ("agents",)))
    centre.settle()
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for secret in (SECRET, OTHER):
        assert secret not in shown + caplog.text
        assert secret.encode() not in written
    assert "argon2" not in shown


def test_a_weak_password(ask: Ctl, centre: Centre) -> None:
    said = ask("password=1234567", "agent", "add", "1001", "--name", "x")
    assert (said.status, said.err) == (1, "a password has 8 characters or more\n")
    assert centre.store.agents.agents() == ()


def test_a_change_keeps_what_it_does_not_name(ask: Ctl, centre: Centre, zhang: None) -> None:
    before = centre.store.agents.agent(AGENT)
    assert before is not None
    said = ask("agent", "change", "1001", "--skill", "fund=2", "--skill", "trading=0", "--role", "supervisor")
    assert (said.status, said.err) == (0, "note: no queue asks for the skill fund\n")
    after = centre.store.agents.agent(AGENT)
    assert after is not None
    assert (after.name, after.group, after.password) == (before.name, before.group, before.password)
    assert (after.role, after.skills) == (Role.SUPERVISOR, {"fund": 2})
    assert centre.posted == [AgentSkilled(AGENT, "张三", Role.SUPERVISOR, {SkillName("fund"): 2}, "A")]
    assert centre.links.done == []
    assert audited(ask, centre)[0] == ("agent_changed", "1001")


def test_a_changed_group_takes_the_rights_over_the_old_one(ask: Ctl, centre: Centre, zhang: None) -> None:
    """A supervisor's rights depend on the group; the core gets the new one."""
    assert ask("agent", "change", "1001", "--group", "B").status == 0
    assert centre.posted == [AgentSkilled(AGENT, "张三", Role.AGENT, {SkillName("trading"): 3}, "B")]


def test_the_core_hears_only_of_what_it_knows(ask: Ctl, centre: Centre, zhang: None) -> None:
    assert ask("agent", "change", "1001", "--skill", "trading=3").status == 0
    assert centre.posted == []
    centre.seats = ()
    assert ask("agent", "change", "1001", "--skill", "trading=1").status == 0
    assert centre.posted == []


def test_who_is_not_there(ask: Ctl, centre: Centre) -> None:
    for words in (
        ("agent", "change", "77"), ("agent", "disable", "77"), ("agent", "enable", "77"), ("agent", "remove", "77"),
        ("agent", "logout", "77"), (f"password={SECRET}", "agent", "password", "77"),
    ):  # fmt: skip
        said = ask(*words)
        assert (said.status, said.err) == (1, "no such agent: 77\n"), words
    assert centre.links.done == []


def test_what_the_book_refuses_is_told(centre: Centre) -> None:
    async def put() -> None:
        await centre.staff.put_agent(PutAgent("1001", new=True, name="a\x00b"))

    with pytest.raises(OperationRefused) as refused:
        asyncio.run(put())
    assert refused.value.code is RefusedCode.BAD_VALUE
    assert "control character" in refused.value.text


# --- agents that lose the right to be logged in ---


def test_a_password_reset_ends_the_log_in(ask: Ctl, centre: Centre, zhang: None) -> None:
    assert ask(f"password={OTHER}", "agent", "password", "1001").status == 0
    assert ended_log_in(centre, "operator")
    record = centre.store.agents.agent(AGENT)
    assert record is not None
    assert is_password(record.password, OTHER)
    assert record.skills == {"trading": 3}


def test_a_new_password_by_a_change_ends_the_session_too(centre: Centre, ask: Ctl, zhang: None) -> None:
    asyncio.run(centre.staff.put_agent(PutAgent("1001", new=False, password=OTHER)))
    assert ended_log_in(centre, "operator")


def test_disable_and_enable(ask: Ctl, centre: Centre, zhang: None) -> None:
    assert ask("agent", "disable", "1001").status == 0
    assert ended_log_in(centre, "removed")
    assert rows(ask, "agents")[0]["disabled"] is True
    assert ask("agent", "enable", "1001").status == 0
    assert rows(ask, "agents")[0]["disabled"] is False
    assert len(centre.links.done) == 1


def test_remove(ask: Ctl, centre: Centre, zhang: None) -> None:
    assert ask("agent", "remove", "1001").status == 0
    assert ended_log_in(centre, "removed")
    assert rows(ask, "agents") == []
    assert audited(ask, centre)[0] == ("agent_removed", "1001")


def test_log_out(ask: Ctl, centre: Centre, zhang: None) -> None:
    assert ask("agent", "logout", "1001").status == 0
    assert ended_log_in(centre, "operator")
    centre.links.up = ()
    said = ask("agent", "logout", "1001")
    assert (said.status, said.err) == (1, "not logged in: 1001\n")


# --- queries ---


def test_agents(ask: Ctl, centre: Centre, zhang: None) -> None:
    ask(f"password={OTHER}", "agent", "add", "1000", "--name", "Li", "--role", "manager")
    off, on = rows(ask, "agents")
    assert (off["agent"], off["role"], off["state"], off["desk"], off["has_password"]) == (
        "1000",
        "manager",
        "offline",
        None,
        True,
    )
    assert on == {
        "agent": "1001", "name": "张三", "role": "agent", "group": "A", "skills": {"trading": 3}, "disabled": False,
        "has_password": True, "state": "talking", "calls_today": 0, "since": NOW - 60, "reason": None, "call": "20250825",
        "queue": "trading", "desk": "desk-07", "address": "192.0.2.7", "round_trip_ms": 1.25, "phone_problem": "no_headset",
        "phone_loss": 0.01, "phone_jitter_ms": 3.0,
    }  # fmt: skip


def test_a_seat_whose_link_is_down_has_no_address(ask: Ctl, centre: Centre, zhang: None) -> None:
    centre.links.up = ()
    (row,) = rows(ask, "agents")
    assert (row["state"], row["desk"], row["address"], row["round_trip_ms"]) == ("talking", "desk-07", None, None)


def test_queues_and_the_status_page(ask: Ctl, centre: Centre, zhang: None) -> None:
    centre.queues = (
        QueueView("agents", 2, 75.5, 1, 0, 0, 30, 4),
        QueueView("trading", 0, 0.0, 0, 1, 1, 12, 0, is_open=False),
        QueueView("dropped", 1, 1.0, 0, 0, 1, 0, 0),
    )
    agents, trading, dropped = rows(ask, "queues")
    assert (agents["waiting"], agents["longest_s"], agents["callbacks"], agents["abandoned"]) == (2, 75.5, 1, 4)
    assert (trading["title"], trading["skill"], trading["level"]) == ({"zh_CN": "交易", "en": "Trading"}, "trading", 2)
    assert (trading["is_open"], dropped["skill"]) == (False, "")  # a reload removed the queue while a caller waits
    centre.switch.now += 10  # no event, but the caller has waited longer
    assert [row["longest_s"] for row in rows(ask, "queues")] == [85.5, 0.0, 11.0]
    document = ask("status", "--json").document
    assert (document["seats"], document["seats_open"], document["waiting"]) == (1, 0, 3)
    assert {"code": "queue_unserved", "subject": "agents", "text": "2"} in document["troubles"]
    assert "queue agents: 2 waiting, and nobody is there to answer" in ask("status").out


def test_talks(ask: Ctl, centre: Centre) -> None:
    for number, agent in enumerate(("1001", "1002", "1001")):
        row = {"id": f"c{number}/2", "call": f"c{number}", "agent": agent, "offered_at": NOW + number, "kind": "in"}
        centre.store.do(SaveRecord("talks", row))
    centre.store.do(
        SaveRecord("talks", {"id": "c2/2", "answered_at": NOW + 3, "outcome": "answered", "note": "private"})
    )
    centre.settle()
    found = rows(ask, "talks")
    assert [row["talk"] for row in found] == ["c2/2", "c1/2", "c0/2"]
    assert (found[0]["outcome"], found[0]["number"], found[1]["outcome"]) == ("answered", "", None)
    assert "note" not in found[0]  # an agent's note about a customer
    assert [row["call"] for row in rows(ask, "talks", "--agent", "1001", "--limit", "1")] == ["c2"]
    assert [row["talk"] for row in rows(ask, "talks", "--call", "c1")] == ["c1/2"]
    centre.store.do(SaveRecord("calls", {"id": "c1", "started_at": NOW}))
    centre.settle()
    assert [row["talk"] for row in ask("calls", "show", "c1", "--json").document["talks"]] == ["c1/2"]


def test_a_store_that_can_not_be_read(centre: Centre) -> None:
    centre.store.read._db.conn.execute("PRAGMA query_only = 0")
    centre.store.read._db.conn.execute("DROP TABLE talks")
    with pytest.raises(OperationRefused) as refused:
        asyncio.run(centre.staff.talks(AskTalks()))
    assert refused.value.code is RefusedCode.STORE_FAILED


# --- desks ---


def test_desks(ask: Ctl, centre: Centre, zhang: None) -> None:
    assert ask("desk", "add", "desk-08", "--key", OTHER_KEY).status == 0
    document = ask("desk", "list", "--json").document
    assert (document["endpoint"], document["server_key"]) == ("tcp://192.0.2.1:5581", "s" * 40)
    up, down = document["rows"]
    assert (up["desk"], up["up"], up["agent"], up["program"]) == ("desk-07", True, "1001", "agent-app 0.3.0")
    assert down == {
        "desk": "desk-08", "key": OTHER_KEY, "up": False, "agent": None, "address": None, "round_trip_ms": None,
        "phone_problem": None, "program": None,
    }  # fmt: skip
    assert audited(ask, centre)[0] == ("desk_key_added", "desk-08")


def test_a_key_belongs_to_one_desk(ask: Ctl, centre: Centre, zhang: None) -> None:
    said = ask("desk", "add", "desk-08", "--key", KEY)
    assert (said.status, said.err) == (1, "that is the key of desk-07; each desk has its own\n")
    assert ask("desk", "add", "desk-07", "--key", KEY).status == 0  # the desk has this key already
    assert centre.links.done == []


def test_a_key_is_replaced_by_force_and_the_old_link_is_cut(ask: Ctl, centre: Centre, zhang: None) -> None:
    said = ask("desk", "add", "desk-07", "--key", OTHER_KEY)
    assert (said.status, said.err) == (1, "desk desk-07 has a key already; --force replaces it\n")
    assert ask("desk", "add", "desk-07", "--key", OTHER_KEY, "--force").status == 0
    assert centre.store.agents.desk_keys() == {DESK: OTHER_KEY}
    assert [each[0] for each in centre.links.done] == ["log_out", "disconnect"]
    assert centre.store.agents.session("hash") is None


def test_remove_a_desk(ask: Ctl, centre: Centre, zhang: None) -> None:
    assert ask("desk", "remove", "desk-07").status == 0
    assert centre.store.agents.desk_keys() == {}
    assert centre.links.done[-1] == ("disconnect", "desk-07")
    assert audited(ask, centre)[0] == ("desk_key_removed", "desk-07")
    assert ask("desk", "remove", "desk-07").err == "no such desk: desk-07\n"
