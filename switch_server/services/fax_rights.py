"""Who may send and see faxes. Pure; the agent's record is the one of now, not of the log-in."""

from collections.abc import Set as AbstractSet

from shared.desk_fax import FaxRow
from shared.enums import Role
from switch_server.ports.desks import AgentBook, AgentRecord
from switch_server.ports.faxes import FaxRecord
from switch_server.ports.floor import supervises

EVERY_ROLE = frozenset(Role)


class FaxRights:
    """``send``: the roles whose agents may send faxes."""

    def __init__(self, send: AbstractSet[Role] = EVERY_ROLE) -> None:
        self._send = send

    def may_send(self, agent: AgentRecord) -> bool:
        return agent.role in self._send

    def may_see(self, agent: AgentRecord, fax: FaxRecord) -> bool:
        """The agent's own, those of the own inbox, for a supervisor the own group's, for a manager all; and a fax that is filed to a customer, whose
        card every agent may open.
        """
        return self.may_change(agent, fax) or fax.customer is not None

    def may_change(self, agent: AgentRecord, fax: FaxRecord) -> bool:
        """Cancel, retry, take, file, forward."""
        if fax.direction == "in":
            return is_in_inbox(agent, fax)
        return fax.agent == agent.agent or supervises(agent, fax.group)


def is_in_inbox(agent: AgentRecord, fax: FaxRecord) -> bool:
    """Whether the received fax is in the agent's inbox: forwarded to the agent, or in their group's; in a manager's are all."""
    if fax.direction != "in":
        return False
    if agent.role is Role.MANAGER or fax.agent == agent.agent:
        return True
    return bool(fax.group) and fax.group == agent.group and (fax.agent is None or agent.role is Role.SUPERVISOR)


def row_of(fax: FaxRecord, book: AgentBook) -> FaxRow:
    """The record as agents see it, with names."""

    def name(of: AgentRecord | None) -> str:
        return of.name if of is not None else ""

    return FaxRow(
        fax=fax.fax, direction=fax.direction, number=fax.number, title=fax.title, state=fax.state, created=fax.created,
        pages=fax.pages, pages_done=fax.pages_done, customer=fax.customer, customer_name=fax.customer_name,
        agent=fax.agent, agent_name=name(book.agent(fax.agent)) if fax.agent else "", group=fax.group,
        taken_by=fax.taken_by, taken_by_name=name(book.agent(fax.taken_by)) if fax.taken_by else "",
        result=fax.result, t30=fax.t30, tries=fax.tries, bit_rate=fax.bit_rate, remote=fax.remote,
        not_before=fax.not_before, next_try=fax.next_try, ended=fax.ended, live=fax.live, call=fax.call,
    )  # fmt: skip
