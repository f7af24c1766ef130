"""Effects for the desks' links. Reports to desks (``TellDesk``) are in ``core.talk.effects``."""

from shared import desk
from shared.ids import AccountNo, AgentId, CallId, CustomerId, TrunkName
from switch_server.core.words import Effect


class AnswerDesk(Effect, frozen=True):
    """For ``ports.DesksPort``: the answer to a ``DeskCommanded``; sent after the reports of the changes that the command made."""

    agent: AgentId
    request: int
    reply: desk.Done | desk.Refused


class ShowPop(Effect, frozen=True):
    """For ``ports.DesksPort``: a call has come to this agent (before its INVITE is sent), or the data of the caller has changed."""

    agent: AgentId
    call: CallId
    number: str
    trunk: TrunkName
    account: AccountNo | None
    """The account of the caller's log-in (correct PIN)."""
    customer: CustomerId | None
    trail: tuple[desk.TrailStep, ...]


class HidePop(Effect, frozen=True):
    """For ``ports.DesksPort``: the agent has finished with the call (wrapped up, or another agent has it)."""

    agent: AgentId
    call: CallId
