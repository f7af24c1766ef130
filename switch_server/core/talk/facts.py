"""Decisions about the seats of a call, as events; a replay reads them from the journal."""

from shared.desk import AnyTarget
from shared.enums import CallKind, ListenMode
from shared.ids import (
    AgentId,
    CallId,
    LegId,
    QueueName,
)
from switch_server.core.words import Event


class AgentAssigned(Event, frozen=True):
    """The choice of the seat that is rung for a waiting caller. ``ring``: seconds.

    ``by``: the leg of the seat that waits in the queue for a colleague (``Consulted``). ``auto``: a supervisor has taken the caller for the own
    seat, so the phone answers by itself.
    """

    call: CallId
    leg: LegId
    agent: AgentId
    kind: CallKind
    contact: str
    ring: float
    queue: QueueName | None = None
    waited: float = 0.0
    by: LegId | None = None
    auto: bool = False


class Consulted(Event, frozen=True):
    """An accepted ``Consult``, except one with an outside number (that is a ``CallPlaced`` with ``ForConsult``).

    ``by``: the leg of the asking seat; ``leg`` and ``contact``: of the seat that rings.
    """

    call: CallId
    by: LegId
    target: AnyTarget
    leg: LegId
    contact: str = ""


class ListenerCame(Event, frozen=True):
    """An accepted ``Monitor``. ``target``: the leg of the seat that the supervisor listens to."""

    call: CallId
    leg: LegId
    agent: AgentId
    contact: str
    target: LegId
    mode: ListenMode


class DeskGone(Event, frozen=True):
    """A seat leaves the call for a reason outside the call: log-out, lost link, repair; or it listens to another call (``refused``), or a supervisor
    takes the caller for another seat (``caller_gone``).

    ``outcome``: a ``core.room.Outcome``.
    """

    call: CallId
    leg: LegId
    outcome: str
