"""Choices about who is asked into a call, as they are journalled."""

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
    """The journal's form of the core's choice: this desk is asked to take the call. ``ring``: seconds.

    ``by``: the seat's leg for which a queue was asked (``Consulted``). ``auto``: a supervisor took the call out of order.
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
    """The journal's form of a ``Consult`` that was taken, but for one with an outside number (``core.call.outgoing.ForConsult``).

    ``by``: the leg of the seat that asks; ``leg`` and ``contact``: of the seat that rings.
    """

    call: CallId
    by: LegId
    target: AnyTarget
    leg: LegId
    contact: str = ""


class ListenerCame(Event, frozen=True):
    """The journal's form of a ``Monitor`` that was taken. ``target``: the leg of the seat that is listened to."""

    call: CallId
    leg: LegId
    agent: AgentId
    contact: str
    target: LegId
    mode: ListenMode


class DeskGone(Event, frozen=True):
    """The journal's form of what became of the seat (log-out, lost link, repair, or it listens to another call: ``refused``).

    ``outcome``: a ``core.room.talk.Outcome``.
    """

    call: CallId
    leg: LegId
    outcome: str
