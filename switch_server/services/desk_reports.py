"""Reports for desks, with the asking agent's rights: ``ports.desks.Questions`` for ``shared.desk_reports``, in front of another."""

import logging

from shared.control_reports import AskReport as Asked
from shared.desk import DeskRefusal, Refused, Reply, Request
from shared.desk_reports import AskReport, ReportShown
from shared.enums import Role
from shared.ids import AgentId
from switch_server.ports.desks import AgentBook, AgentRecord, Questions
from switch_server.ports.errors import StoreError
from switch_server.ports.floor import supervises
from switch_server.services.report_service import BadDays, ReportService
from switch_server.services.statistics import BY_SEAT

log = logging.getLogger(__name__)


class DeskReports:
    """``rest`` answers all other questions."""

    def __init__(self, reports: ReportService, book: AgentBook, rest: Questions) -> None:
        self._reports, self._book, self._rest = reports, book, rest

    async def answer(self, agent: AgentRecord, question: Request) -> Reply:
        if not isinstance(question, AskReport):
            return await self._rest.answer(agent, question)
        if not self._may(agent, question):
            return Refused(DeskRefusal.NOT_ALLOWED)
        cut = agent.role is Role.SUPERVISOR and question.by in BY_SEAT and question.agent is None
        group = agent.group if cut else None
        asked = Asked(question.by, question.first, question.last, question.queue, question.agent, group)
        try:
            made = await self._reports.made(asked)
        except BadDays as error:
            return Refused(DeskRefusal.NOT_FOUND, str(error))
        except StoreError as error:
            log.warning("a report for %s: the store can't be read: %s", agent.agent, error)
            return Refused(DeskRefusal.BUSY, "the store can't be read")
        return ReportShown(
            made.at, made.by, made.first, made.last, made.rows, made.total, made.queue, made.agent, made.group
        )

    def _may(self, reader: AgentRecord, asked: AskReport) -> bool:
        """Every supervisor may see queues, hours, days and branches; an agent's figures only the agent and those who supervise their group."""
        if asked.agent is not None:
            record = self._book.agent(AgentId(asked.agent))
            return asked.agent == reader.agent or supervises(reader, record.group if record is not None else "")
        return supervises(reader, reader.group)
