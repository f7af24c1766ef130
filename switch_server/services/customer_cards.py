"""Customers as a desk shows them: cards, contacts, and the right to hear recordings. Pure; texts are passed through unchanged."""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from shared.desk import TEXT_MAX, AccountFacts, Contact, CustomerCard, Ticket
from shared.enums import Language, Role
from shared.ids import AgentId, BranchId
from switch_server.ports.desks import AgentBook, AgentRecord
from switch_server.ports.records import Account, Customer, PastContact

BranchName = Callable[[BranchId], dict[Language, str]]


class StoredCustomer(Struct, frozen=True):
    """A customer's data in the store, before any agent's rights are applied."""

    customer: Customer
    history: Sequence[PastContact] = ()
    tickets: Sequence[Ticket] = ()


class CustomerCards:
    """Makes cards for an agent. ``branch_name``: a branch's name per language, ``{}`` if it is not configured."""

    def __init__(self, agents: AgentBook, branch_name: BranchName) -> None:
        self._agents, self._branch_name = agents, branch_name

    def card(
        self,
        known: StoredCustomer,
        reader: AgentRecord | None,
        facts: Callable[[AccountFacts], AccountFacts] = lambda each: each,
    ) -> CustomerCard:
        """``reader``: the agent who will see the card (``None``: without rights). ``facts`` adds a branch's facts to an account."""
        customer = known.customer
        return CustomerCard(
            id=customer.id,
            name=customer.name,
            phones=customer.phones,
            vip=customer.vip,
            language=customer.language,
            accounts=tuple(facts(account) for account in self.accounts(customer.accounts)),
            contacts=tuple(self._contact(past, reader) for past in known.history),
            tickets=tuple(known.tickets),
        )

    def accounts(self, accounts: Iterable[Account]) -> tuple[AccountFacts, ...]:
        return tuple(
            AccountFacts(each.account, each.branch, self._branch_name(each.branch), each.locked) for each in accounts
        )

    def may_hear(self, reader: AgentRecord | None, speakers: Iterable[AgentId]) -> bool:
        """Whether the reader may hear a recording of these agents: their own, a supervisor their group's, a manager all."""
        if reader is None:
            return False
        spoke = set(speakers)
        if reader.role is Role.MANAGER or reader.agent in spoke:
            return True
        return reader.role is Role.SUPERVISOR and any(self._is_of(reader.group, agent) for agent in spoke)

    def _is_of(self, group: str, agent: AgentId) -> bool:
        record = self._agents.agent(agent)
        return bool(group) and record is not None and record.group == group

    def _contact(self, past: PastContact, reader: AgentRecord | None) -> Contact:
        agent = past.agents[-1] if past.agents else None
        record = self._agents.agent(agent) if agent else None
        return Contact(
            id=past.id,
            channel=past.channel,
            direction=past.direction,
            at=past.at,
            number=past.number,
            agent=agent,
            agent_name=record.name if record else "",
            seconds=past.seconds,
            disposition=past.disposition,
            summary=past.summary[-TEXT_MAX:],
            call=past.call,
            recording=past.recorded and self.may_hear(reader, past.agents),
        )
