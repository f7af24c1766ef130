"""``ports.operations.Staff``: agents, queues, desks and desk phones, for the operator of the running switch.

The agent book writes the audit of its changes; this module carries out their consequences: the core gets new skills, and an agent who
loses the right to be logged in is logged out.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shared.control import Done, RefusedCode
from shared.control_agents import (
    AddPhone,
    AgentPut,
    Agents,
    AskTalks,
    ControlDesks,
    Phones,
    PutAgent,
    PutDeskKey,
    Queues,
    Talks,
)
from shared.control_reports import AskReport, ControlReport
from shared.ids import AgentId, CallId, DeskId, PhoneName, SkillName
from switch_server.core.desks import AgentSkilled
from switch_server.core.snapshot import SeatView, SwitchSnapshot
from switch_server.core.words import Event, SwitchConfig
from switch_server.ports.desks import AgentBook, AgentRecord
from switch_server.ports.errors import StoreError
from switch_server.ports.operations import DEFAULT_ACTOR, DeskLinksPort, DeskState, OperationRefused, Records
from switch_server.ports.phones import DeskPhoneBook
from switch_server.services import staff_rows as rows
from switch_server.services.passwords import SHORTEST, hash_password
from switch_server.services.phone_staff import PhoneStaff
from switch_server.services.report_service import BadDays, ReportService


class StaffSources(Struct, frozen=True, kw_only=True):
    """The sources of the answers; all are called on the loop, except ``records`` and ``reports``, in threads."""

    clock: Callable[[], float]
    """UTC seconds."""
    config: Callable[[], SwitchConfig]
    snapshot: Callable[[], SwitchSnapshot]
    book: AgentBook
    phones: DeskPhoneBook
    links: DeskLinksPort
    records: Records
    reports: ReportService
    post: Callable[[Event], object]
    endpoint: Callable[[], str]
    """The endpoint for desks."""
    server_key: str
    """The switch's public key, Z85."""


class SwitchStaff:
    """``ports.operations.Staff``."""

    def __init__(self, sources: StaffSources) -> None:
        self._from = sources
        self._phones = PhoneStaff(sources.phones, sources.book, sources.links, sources.clock)

    # --- queries ---

    def agents(self) -> Agents:
        of = self._from
        seats, links = self._seats(), {state.agent: state for state in of.links.states() if state.agent}
        found = (
            rows.agent(each, seats.get(each.agent), links.get(each.agent), of.book.calls_today(each.agent))
            for each in of.book.agents()
        )
        return Agents(of.clock(), tuple(found))

    def queues(self) -> Queues:
        now, seen = self._from.clock(), self._from.snapshot()
        return Queues(now, rows.queues(seen.queues, self._from.config().queues, since=max(now - seen.at, 0.0)))

    def desks(self) -> ControlDesks:
        of, links = self._from, self._links()
        known = tuple(rows.desk(desk, key, links.get(desk)) for desk, key in sorted(of.book.desk_keys().items()))
        return ControlDesks(of.clock(), of.endpoint(), of.server_key, known)

    async def talks(self, ask: AskTalks) -> Talks:
        agent, call = AgentId(ask.agent) if ask.agent else None, CallId(ask.call) if ask.call else None
        try:
            found = await asyncio.to_thread(
                self._from.records.talks, ask.limit, since=ask.since, agent=agent, call=call
            )
        except StoreError as error:
            raise OperationRefused(RefusedCode.STORE_FAILED, str(error)) from error
        return Talks(self._from.clock(), tuple(rows.talk(row) for row in found))

    async def report(self, ask: AskReport) -> ControlReport:
        try:
            made = await self._from.reports.made(ask)
        except BadDays as error:
            raise OperationRefused(RefusedCode.BAD_VALUE, str(error)) from error
        except StoreError as error:
            raise OperationRefused(RefusedCode.STORE_FAILED, str(error)) from error
        if not made.rows and ask.queue not in (None, *(queue.name for queue in self._from.config().queues)):
            raise OperationRefused(RefusedCode.NO_SUCH_QUEUE, ask.queue or "")
        if not made.rows and ask.agent is not None:
            self._known(AgentId(ask.agent))
        return made

    def _seats(self) -> Mapping[str, SeatView]:
        return {seat.agent: seat for seat in self._from.snapshot().seats}

    def _links(self) -> Mapping[DeskId, DeskState]:
        return {state.desk: state for state in self._from.links.states()}

    # --- agents ---

    async def put_agent(self, put: PutAgent) -> AgentPut:
        agent = AgentId(put.agent)
        hashed = None if put.password is None else await _hashed(put.password)
        old = self._from.book.agent(agent)  # after the hash, which takes some time
        if put.new and old is not None:
            raise OperationRefused(RefusedCode.AGENT_EXISTS, agent)
        if not put.new and old is None:
            raise OperationRefused(RefusedCode.NO_SUCH_AGENT, agent)
        record = _merged(old or AgentRecord(agent, name=agent), put)
        if hashed is not None:
            record = replace(record, password=hashed)
        self._write(record, put.actor)
        if old is not None and hashed is not None:
            self._end_log_in(agent, put.actor)
        asked_for = {queue.skill for queue in self._from.config().queues}
        unused = tuple(skill for skill in sorted(record.skills) if skill not in asked_for and skill in put.skills)
        return AgentPut(agent, put.new, unused)

    async def set_password(self, agent: AgentId, password: str, actor: str) -> Done:
        hashed = await _hashed(password)
        self._write(replace(self._known(agent), password=hashed), actor)
        self._end_log_in(agent, actor)
        return Done(agent)

    def disable(self, agent: AgentId, actor: str, *, disabled: bool) -> Done:
        self._write(replace(self._known(agent), disabled=disabled), actor)
        if disabled:
            self._end_log_in(agent, actor, "removed")
        return Done(agent)

    def remove(self, agent: AgentId, actor: str) -> Done:
        self._known(agent)
        self._end_log_in(agent, actor, "removed")
        self._from.book.remove_agent(agent, actor or DEFAULT_ACTOR)
        return Done(agent)

    def log_out(self, agent: AgentId, actor: str) -> Done:
        self._known(agent)
        if not self._end_log_in(agent, actor):
            raise OperationRefused(RefusedCode.NOT_LOGGED_IN, agent)
        return Done(agent)

    def _known(self, agent: AgentId) -> AgentRecord:
        record = self._from.book.agent(agent)
        if record is None:
            raise OperationRefused(RefusedCode.NO_SUCH_AGENT, agent)
        return record

    def _write(self, record: AgentRecord, actor: str) -> None:
        """Writes the record; tells the core if the agent is logged in and the skills have changed."""
        old = self._from.book.agent(record.agent)
        try:
            self._from.book.put_agent(record, actor or DEFAULT_ACTOR)
        except ValueError as wrong:
            raise OperationRefused(RefusedCode.BAD_VALUE, str(wrong)) from None
        if old is not None and record.agent in self._seats() and _skilled(old) != _skilled(record):
            self._from.post(AgentSkilled(record.agent, record.name, record.role, record.skills, record.group))

    def _end_log_in(self, agent: AgentId, actor: str, code: str = "operator") -> bool:
        """Also deletes sessions, so that none can be resumed."""
        self._from.book.drop_sessions(agent)
        return self._from.links.log_out(agent, actor or DEFAULT_ACTOR, code)

    # --- desks ---

    def put_desk_key(self, put: PutDeskKey) -> Done:
        desk, book = DeskId(put.desk), self._from.book
        owner = book.desk_for_key(put.key)
        if owner is not None and owner != desk:
            raise OperationRefused(RefusedCode.KEY_IN_USE, owner)
        known = book.desk_keys().get(desk)
        if known is not None and known != put.key and not put.replace:
            raise OperationRefused(RefusedCode.DESK_EXISTS, desk)
        try:
            book.put_desk_key(desk, put.key, put.actor or DEFAULT_ACTOR)
        except ValueError as wrong:
            raise OperationRefused(RefusedCode.BAD_VALUE, str(wrong)) from None
        if known not in {None, put.key}:
            self._end_link(desk, put.actor)
        return Done(desk)

    def remove_desk_key(self, desk: DeskId, actor: str) -> Done:
        if not self._from.book.remove_desk_key(desk, actor or DEFAULT_ACTOR):
            raise OperationRefused(RefusedCode.NO_SUCH_DESK, desk)
        self._end_link(desk, actor)
        return Done(desk)

    def _end_link(self, desk: DeskId, actor: str) -> None:
        """Ends the desk's link, which was opened with the old key."""
        link = self._links().get(desk)
        if link is not None and link.agent is not None:
            self._end_log_in(link.agent, actor)
        self._from.links.disconnect(desk)

    # --- desk phones ---

    def phones(self) -> Phones:
        return self._phones.rows()

    def add_phone(self, add: AddPhone) -> Done:
        return self._phones.add(add, add.actor or DEFAULT_ACTOR)

    def set_phone_password(self, phone: PhoneName, password: str, actor: str) -> Done:
        return self._phones.set_password(phone, password, actor or DEFAULT_ACTOR)

    def remove_phone(self, phone: PhoneName, actor: str) -> Done:
        return self._phones.remove(phone, actor or DEFAULT_ACTOR)


def _merged(record: AgentRecord, put: PutAgent) -> AgentRecord:
    """The record with the fields of ``put``; level 0 removes a skill."""
    given: dict[str, Any] = {"name": put.name, "role": put.role, "group": put.group}
    levels = {**record.skills, **{SkillName(skill): level for skill, level in put.skills.items()}}
    said = {field: value for field, value in given.items() if value is not None}
    return replace(record, skills={skill: level for skill, level in levels.items() if level}, **said)


def _skilled(record: AgentRecord) -> object:
    """The part of a record that the core uses."""
    return record.name, record.role, record.skills, record.group


async def _hashed(password: str) -> str:
    """In a thread, since it takes 50 ms and 64 MiB."""
    if len(password) < SHORTEST:
        raise OperationRefused(RefusedCode.WEAK_PASSWORD, str(SHORTEST))
    return await asyncio.to_thread(hash_password, password)
