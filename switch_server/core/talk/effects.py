"""Reports to an agent's desk."""

from shared import desk
from shared.ids import AgentId
from switch_server.core.words import Effect


class TellDesk(Effect, frozen=True):
    """For ``ports.DesksPort``: a report to the agent's desk. ``SeatChanged`` and ``CallChanged`` are sent only when the value differs from the last."""

    agent: AgentId
    report: desk.SeatChanged | desk.CallChanged | desk.Notice | desk.LoggedOut
