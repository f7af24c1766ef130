"""``ports.desks.AgentBook``: agents, desk keys and sessions, read from memory, written later by the store's writer."""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import msgspec
from sqlite_utils import Database

from shared.enums import LockReason, Role
from shared.ids import AgentId, DeskId, SkillName
from switch_server.adapters.store.left_open import locks
from switch_server.adapters.store.talks_today import TalksToday
from switch_server.adapters.store.writer import Change
from switch_server.ports.desks import AgentRecord, SessionRecord, agent_fault, desk_key_fault

Audited = Callable[[str, str, str, str], None]
"""Writes an audit row of actor, action, subject and detail."""
SESSION_LIFE = 7 * 24 * 3600.0
"""Seconds after which a log-in without an end is deleted at start."""


class AgentStore:
    """From any thread. ``put`` queues a change for the writer; memory changes at once, so an answer never waits for a disk."""

    def __init__(
        self, db: Database, put: Callable[[Change], object], audit: Audited, clock: Callable[[], float]
    ) -> None:
        self._put, self._audit, self._clock = put, audit, clock
        self._lock = threading.Lock()  # memory and queue must change together
        now = clock()
        self._agents = {AgentId(row["agent"]): _agent(row) for row in db.query("SELECT * FROM agents ORDER BY agent")}
        self._keys = {DeskId(row["desk"]): str(row["public_key"]) for row in db.query("SELECT * FROM desk_keys")}
        self._sessions = {
            row["token_hash"]: SessionRecord(**row)
            for row in db.query("SELECT * FROM desk_sessions WHERE opened_at > ?", [now - SESSION_LIFE])
        }
        self._change(
            "old sessions",
            "DELETE FROM desk_sessions WHERE opened_at <= :at OR opened_at IS NULL",
            at=now - SESSION_LIFE,
        )
        self._locks = locks(db, {session.agent for session in self._sessions.values()})
        self.talks = TalksToday()
        self.talks.load(db, now)

    # --- agents ---

    def agent(self, agent: AgentId) -> AgentRecord | None:
        return self._agents.get(agent)

    def agents(self) -> tuple[AgentRecord, ...]:
        """Ordered by id."""
        known = self._agents
        return tuple(known[agent] for agent in sorted(known))

    def put_agent(self, record: AgentRecord, actor: str) -> None:
        """Raises ``ValueError`` with the record's fault (``ports.desks.agent_fault``); then nothing has changed."""
        if fault := agent_fault(record):
            raise ValueError(fault)
        with self._lock:
            old = self._agents.get(record.agent)
            self._agents = self._agents | {record.agent: record}
            self._change(
                "an agent",
                "INSERT INTO agents VALUES (:agent, :name, :role, :grp, :skills, :password, :disabled, :added_at) ON CONFLICT(agent) DO "
                "UPDATE SET name = excluded.name, role = excluded.role, grp = excluded.grp, skills = excluded.skills, "
                "password = excluded.password, disabled = excluded.disabled",
                **_row(record, self._clock()),
            )
        action = "agent_added" if old is None else "agent_changed"
        self._audit(actor, action, record.agent, _difference(old, record))
        if record.disabled:
            self.drop_sessions(record.agent)

    def remove_agent(self, agent: AgentId, actor: str) -> bool:
        """Also ends the agent's sessions; ``False``: no such agent. Talks and tickets keep the id."""
        with self._lock:
            if agent not in self._agents:
                return False
            self._agents = {each: record for each, record in self._agents.items() if each != agent}
            self._change("an agent", "DELETE FROM agents WHERE agent = :agent", agent=agent)
        self.drop_sessions(agent)
        self._audit(actor, "agent_removed", agent, "")
        return True

    def lock_before(self, agent: AgentId) -> LockReason | None:
        return self._locks.get(agent)

    def calls_today(self, agent: AgentId) -> int:
        return self.talks.of(agent, self._clock())

    # --- desks' keys ---

    def desk_for_key(self, public_key: str) -> DeskId | None:
        return next((desk for desk, key in self._keys.items() if key == public_key), None)

    def desk_keys(self) -> dict[DeskId, str]:
        return dict(sorted(self._keys.items()))

    def put_desk_key(self, desk: DeskId, public_key: str, actor: str) -> None:
        """Raises ``ValueError`` for a bad name, an invalid key, or another desk's key; then nothing has changed."""
        if fault := desk_key_fault(desk, public_key):
            raise ValueError(fault)
        with self._lock:
            other = self.desk_for_key(public_key)
            if other not in (None, desk):
                raise ValueError(f"that is the key of {other}; each desk has its own")
            self._keys = self._keys | {desk: public_key}
            self._change(
                "a desk's key",
                "INSERT INTO desk_keys VALUES (:desk, :key, :at) "
                "ON CONFLICT(desk) DO UPDATE SET public_key = excluded.public_key, added_at = excluded.added_at",
                desk=desk,
                key=public_key,
                at=self._clock(),
            )
        self._audit(actor, "desk_key_added", desk, public_key)

    def remove_desk_key(self, desk: DeskId, actor: str) -> bool:
        with self._lock:
            key = self._keys.get(desk)
            if key is None:
                return False
            self._keys = {each: of for each, of in self._keys.items() if each != desk}
            self._change("a desk's key", "DELETE FROM desk_keys WHERE desk = :desk", desk=desk)
        self._audit(actor, "desk_key_removed", desk, key)
        return True

    # --- sessions ---

    def session(self, token_hash: str) -> SessionRecord | None:
        return self._sessions.get(token_hash)

    def put_session(self, record: SessionRecord) -> None:
        """Replaces the agent's earlier sessions: an agent is logged in once."""
        with self._lock:
            self._forget(record.agent)
            self._sessions = self._sessions | {record.token_hash: record}
            self._change(
                "a session",
                "INSERT OR REPLACE INTO desk_sessions VALUES (:token_hash, :agent, :desk, :opened_at)",
                **msgspec.structs.asdict(record),
            )

    def drop_sessions(self, agent: AgentId) -> None:
        with self._lock:
            self._forget(agent)

    def _forget(self, agent: AgentId) -> None:
        if any(session.agent == agent for session in self._sessions.values()):
            self._sessions = {token: each for token, each in self._sessions.items() if each.agent != agent}
            self._change("sessions", "DELETE FROM desk_sessions WHERE agent = :agent", agent=agent)

    def _change(self, what: str, sql: str, **values: Any) -> None:
        def run(db: sqlite3.Connection) -> None:
            db.execute(sql, values)

        self._put(Change(what, run))


def _agent(row: dict[str, Any]) -> AgentRecord:
    return AgentRecord(
        agent=AgentId(row["agent"]),
        name=row["name"],
        role=Role(row["role"]),
        group=row["grp"] or "",
        skills=msgspec.json.decode(row["skills"], type=dict[SkillName, int]),
        password=row["password"] or "",
        disabled=bool(row["disabled"]),
    )


def _row(record: AgentRecord, at: float) -> dict[str, Any]:
    return {
        "agent": record.agent,
        "name": record.name,
        "role": record.role.value,
        "grp": record.group,
        "skills": msgspec.json.encode(record.skills, order="sorted").decode(),
        "password": record.password,
        "disabled": int(record.disabled),
        "added_at": at,
    }


def _difference(old: AgentRecord | None, new: AgentRecord) -> str:
    """For the audit: the changed fields; of the password only the name."""
    told = []
    for field in ("name", "role", "group", "skills", "disabled"):
        value = getattr(new, field)
        if old is None or getattr(old, field) != value:
            told.append(f"{field}={value}")
    if old is not None and old.password != new.password:
        told.append("password changed")
    return ", ".join(told)
