"""Agents' questions to the customer data centre: ``ports.desks.Questions``.

Search, cards, accounts at their branch, tickets, recordings; each with the asking agent's rights. Disks are read in threads. Each look
at a customer is an audit row (``look_audit``), queued before the answer; nothing waits for its write.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from shared.days import SHANGHAI
from shared.desk import (
    AccountShown,
    AskAccount,
    AskCustomer,
    AskRecording,
    Customers,
    CustomerShown,
    DeskRefusal,
    FindCustomers,
    RecordingPart,
    Refused,
    Reply,
    Request,
    SaveTicket,
    TicketSaved,
)
from shared.ids import AccountNo, AgentId, CallId, CustomerId
from switch_server.core.words import Audit
from switch_server.ports.desks import AgentBook, AgentRecord, BranchQuestions
from switch_server.ports.errors import StoreError
from switch_server.ports.records import (
    CustomerRecords,
    NoSuchRecord,
    NotWritten,
    RecordFull,
    TicketBook,
    TicketDraft,
)
from switch_server.services import look_audit
from switch_server.services.branch_facts import BranchFacts
from switch_server.services.call_audio import OutsideRecordings, audio_part
from switch_server.services.customer_cards import BranchName, CustomerCards, StoredCustomer

log = logging.getLogger(__name__)


CONTACTS = 100
HEARD_MOST = 1000
"""The most pairs of agent and call that are remembered, so that all parts of a recording make one audit row."""


class CustomerQuestions:
    """On the loop. ``recordings``: the folder that must contain a recording. ``audit``: the store's ``do``. ``clock`` gives UTC seconds.

    ``has_call``: whether the agent's seat has this call, or is wrapping it up.
    ``on_saved`` is called with the customer of a saved ticket, before the agent gets the answer.
    """

    def __init__(
        self,
        records: CustomerRecords,
        tickets: TicketBook,
        branches: BranchQuestions,
        agents: AgentBook,
        *,
        recordings: Path,
        branch_name: BranchName,
        has_call: Callable[[AgentId, CallId], bool],
        audit: Callable[[Audit], None],
        clock: Callable[[], float],
        on_saved: Callable[[CustomerId], None],
    ) -> None:
        self._records, self._tickets, self._branches = records, tickets, branches
        self._recordings, self._audit, self._clock = recordings, audit, clock
        self._on_saved, self._has_call = on_saved, has_call
        self._cards = CustomerCards(agents, branch_name)
        self._heard: OrderedDict[tuple[AgentId, CallId], None] = OrderedDict()

    async def answer(self, agent: AgentRecord, question: Request) -> Reply:
        """Answers one of ``shared.desk.QUESTIONS``; any fault of the question or of a disk becomes a ``Refused``."""
        try:
            return await self._answer(agent, question)
        except StoreError as error:
            log.warning("%s of %s: the store can't be read: %s", type(question).__name__, agent.agent, error)
            return Refused(DeskRefusal.BUSY)

    async def _answer(self, agent: AgentRecord, question: Request) -> Reply:
        match question:
            case FindCustomers(text, limit):
                return await self._find(agent, text, limit)
            case AskCustomer(customer):
                known = await asyncio.to_thread(self._known, customer)
                self._audit(look_audit.shown(agent.agent, customer, found=known is not None))
                return CustomerShown(self._cards.card(known, agent)) if known else Refused(DeskRefusal.NOT_FOUND)
            case AskAccount(account):
                return await self._account(agent.agent, account)
            case SaveTicket():
                return await self._save_ticket(agent, question)
            case AskRecording(call, offset):
                return await self._recording(agent, call, offset)
            case _:
                return Refused(DeskRefusal.FAULT, f"{type(question).__name__} is no question")

    # --- customers ---

    async def _find(self, agent: AgentRecord, text: str, limit: int) -> Reply:
        found = await asyncio.to_thread(self._records.search_customers, text, limit)
        self._audit(look_audit.searched(agent.agent, text, [customer.id for customer in found]))
        return Customers(tuple(self._cards.card(StoredCustomer(customer), agent) for customer in found))

    def _known(self, customer: CustomerId) -> StoredCustomer | None:
        """Runs in a thread."""
        found = self._records.customer(customer)
        if found is None:
            return None
        return StoredCustomer(found, self._records.history(customer, CONTACTS), self._records.tickets(customer))

    async def _account(self, agent: AgentId, number: AccountNo) -> Reply:
        found = await asyncio.to_thread(self._records.account, number)
        self._audit(look_audit.account(agent, number, found[1] if found is not None else None, found=found is not None))
        if found is None:
            return Refused(DeskRefusal.NOT_FOUND)
        (account,) = self._cards.accounts((found[0],))
        answered = asyncio.Event()
        facts = BranchFacts(self._branches, self._clock, lambda: None if facts.pending else answered.set())
        facts.want((account,))
        try:
            await answered.wait()
        finally:
            facts.stop()
        return AccountShown(facts.of(account))

    # --- tickets ---

    async def _save_ticket(self, agent: AgentRecord, wanted: SaveTicket) -> Reply:
        if wanted.call is not None and not await self._took_part(agent.agent, wanted.call):
            return Refused(DeskRefusal.NO_SUCH_CALL)
        draft = TicketDraft(
            agent=agent.agent,
            customer=wanted.customer,
            ticket=wanted.ticket,
            title=wanted.title,
            state=wanted.state,
            entry=entry(self._clock(), agent, wanted.note),
            call=wanted.call,
        )
        try:
            ticket = await asyncio.to_thread(self._tickets.save_ticket, draft)
        except NoSuchRecord as error:
            return Refused(DeskRefusal.NOT_FOUND, str(error))
        except RecordFull as error:
            return Refused(DeskRefusal.NOT_ALLOWED, str(error))
        except NotWritten as error:
            log.warning("a ticket of %s is not saved: %s", agent.agent, error)
            return Refused(DeskRefusal.BUSY)
        self._on_saved(ticket.customer)
        return TicketSaved(ticket)

    async def _took_part(self, agent: AgentId, call: CallId) -> bool:
        return self._has_call(agent, call) or agent in await asyncio.to_thread(self._records.agents_of, call)

    # --- recordings ---

    async def _recording(self, agent: AgentRecord, call: CallId, offset: int) -> Reply:
        rows = await asyncio.to_thread(self._records.recordings, call)
        if not rows:
            return Refused(DeskRefusal.NOT_FOUND, "no recording of this call")
        if not self._cards.may_hear(agent, await asyncio.to_thread(self._records.agents_of, call)):
            self._audit(Audit(agent.agent, "recording_refused", call))
            return Refused(DeskRefusal.NOT_ALLOWED)
        try:
            part = await asyncio.to_thread(audio_part, self._recordings, rows[0]["path"] or "", offset)
        except OutsideRecordings as error:
            log.warning("recording of call %s lies outside the folder: %s", call, error)
            return Refused(DeskRefusal.NOT_FOUND, "the recording's file is not in the recordings' folder")
        except OSError as error:
            log.warning("recording of call %s can't be read: %s", call, error.strerror)
            return Refused(DeskRefusal.NOT_FOUND)
        self._audit_once(agent.agent, call, starts=offset == 0)
        return RecordingPart(call, part.size, offset, part.data)

    def _audit_once(self, agent: AgentId, call: CallId, *, starts: bool) -> None:
        """One audit row for each time a recording is played from its beginning, and for the first part if it begins in the middle."""
        if starts or (agent, call) not in self._heard:
            self._audit(Audit(agent, "recording_heard", call))
        self._heard[agent, call] = None
        self._heard.move_to_end((agent, call))
        if len(self._heard) > HEARD_MOST:
            self._heard.popitem(last=False)


def entry(at: float, agent: AgentRecord, note: str) -> str:
    """A note's text in a ticket, under a line with time (Asia/Shanghai) and agent; ``""`` without a note."""
    if not note.strip():
        return ""
    time = (datetime.fromtimestamp(at, UTC) + SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return f"{time} {agent.name} ({agent.agent})\n{note}"
