"""What a talk tells an agent's desk."""

from shared import desk
from shared.ids import AgentId
from switch_server.core.words import Effect


class TellDesk(Effect, frozen=True):
    """For ``ports.DesksPort``: ``SeatChanged``, ``CallChanged`` (each only when the value differs), ``Notice`` or ``LoggedOut`` for the agent's desk."""

    agent: AgentId
    report: desk.SeatChanged | desk.CallChanged | desk.Notice | desk.LoggedOut
