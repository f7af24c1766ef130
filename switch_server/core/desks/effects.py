"""What the desks' link is told."""

from shared import desk
from shared.ids import AccountNo, AgentId, CallId, CustomerId, TrunkName
from switch_server.core.words import Effect


class AnswerDesk(Effect, frozen=True):
    """For ``ports.DesksPort``: the answer to a ``DeskCommanded``, after what it changed has been told."""

    agent: AgentId
    request: int
    reply: desk.Done | desk.Refused


class ShowPop(Effect, frozen=True):
    """For ``ports.DesksPort``: a call has come to this agent (before its INVITE leaves), or what is known of the caller has changed."""

    agent: AgentId
    call: CallId
    number: str
    trunk: TrunkName
    account: AccountNo | None
    """The one whose PIN was keyed right."""
    customer: CustomerId | None
    trail: tuple[desk.TrailStep, ...]


class HidePop(Effect, frozen=True):
    """For ``ports.DesksPort``: the agent is done with the call (wrapped up, or another agent has it)."""

    agent: AgentId
    call: CallId
