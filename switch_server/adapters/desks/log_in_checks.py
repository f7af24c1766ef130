"""Checks of log-ins: passwords, wrong tries, sessions. The results are written here; ``links`` tells the core.

A typed name is written down only if there is such an agent: otherwise it may be a password.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec.structs import replace

from shared.desk import ChangePassword, DeskRefusal, Done, LogIn, Refused, Resume
from shared.ids import AgentId, DeskId
from switch_server.adapters.desks.inputs import Passwords
from switch_server.adapters.tries import LIMIT, WITHIN_S, Tries
from switch_server.core.words import Audit
from switch_server.ports.desks import AgentBook, AgentRecord, SessionRecord

SESSION_S = 24 * 3600.0
"""A session that was not used for so long has ended."""
THREADS = 2
"""The most checks at once: each takes 50 ms and 64 MiB."""


def hash_of(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()


class LogInChecks:
    """On the loop. ``stop`` does not interrupt running checks."""

    def __init__(
        self, book: AgentBook, passwords: Passwords, audit: Callable[[Audit], None], clock: Callable[[], float]
    ) -> None:
        self.tries = Tries()
        self._book = book
        self._passwords = passwords
        self._audit = audit
        self._clock = clock
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")

    def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    # --- passwords ---

    async def log_in(self, desk: DeskId, asked: LogIn) -> AgentRecord | Refused:
        """The agent's record if name and password are right."""
        before = self._book.agent(AgentId(asked.agent))
        refused = await self._prove(desk, AgentId(asked.agent), asked.password)
        record = self._book.agent(AgentId(asked.agent))
        if refused is not None or record is None or record.disabled:  # removed during the check
            return refused or Refused(DeskRefusal.WRONG_PASSWORD)
        if before is None or before.password != record.password:  # the operator set another password during the check
            return Refused(DeskRefusal.WRONG_PASSWORD)
        return record

    async def change(self, desk: DeskId, agent: AgentId, asked: ChangePassword) -> Done | Refused:
        before = self._book.agent(agent)
        refused = await self._prove(desk, agent, asked.old)
        if refused is not None:
            return refused
        if asked.new in (asked.old, agent):
            return Refused(DeskRefusal.WEAK_PASSWORD)
        try:
            made = await asyncio.get_running_loop().run_in_executor(self._threads, self._passwords.make, asked.new)
        except ValueError:
            return Refused(DeskRefusal.WEAK_PASSWORD)
        record = self._book.agent(agent)
        if record is None:
            return Refused(DeskRefusal.NOT_LOGGED_IN)
        if before is None or before.password != record.password:  # the operator set another password during the check
            return Refused(DeskRefusal.WRONG_PASSWORD)
        self._book.put_agent(replace(record, password=made), agent)
        return Done()

    async def _prove(self, desk: DeskId, agent: AgentId, password: str) -> Refused | None:
        loop = asyncio.get_running_loop()
        begun, keys = loop.time(), (f"agent {agent}", f"desk {desk}")
        wait = max(self.tries.wait(key, begun) for key in keys)
        if wait > 0:
            return Refused(DeskRefusal.TOO_MANY_TRIES, wait=wait)
        for key in keys:
            self.tries.begin(key, begun)
        record = self._book.agent(agent)
        stored = record.password if record is not None and not record.disabled else ""
        right = await loop.run_in_executor(self._threads, self._passwords.check, stored, password)
        if not right:
            self._wrong(desk, agent, max(self.tries.wait(key, loop.time()) for key in keys) > 0)
            return Refused(DeskRefusal.WRONG_PASSWORD)
        self.tries.clear(keys[0])
        self.tries.take_back(keys[1], begun)
        return None

    def _wrong(self, desk: DeskId, agent: AgentId, closed: bool) -> None:
        subject = agent if self._book.agent(agent) is not None else "unknown agent"
        detail = f"{LIMIT} wrong passwords, refused for {WITHIN_S:.0f} s" if closed else "wrong password"
        self._audit(Audit(f"desk {desk}", "log_in_refused", subject, detail))

    # --- sessions ---

    def open_session(self, desk: DeskId, agent: AgentId) -> str:
        """Returns a new token; older sessions of this agent end."""
        self._book.drop_sessions(agent)
        session = secrets.token_urlsafe(32)
        self._book.put_session(SessionRecord(hash_of(session), agent, desk, self._clock()))
        return session

    def resume(self, desk: DeskId, asked: Resume) -> AgentRecord | None:
        """The record of the session's agent if the session is valid at this desk; its time begins again."""
        session = self._book.session(hash_of(asked.session))
        if session is None or session.desk != desk or self._clock() - session.opened_at > SESSION_S:
            return None
        record = self._book.agent(session.agent)
        if record is None or record.disabled:
            return None
        self._book.put_session(replace(session, opened_at=self._clock()))
        return record
