"""Ports: the interfaces between the engine that runs the core and the adapters.

One small ``Protocol`` each; its docstring is the contract. The fake and the real adapter pass the same contract tests.

Threads: every method is called on the switch's event loop and returns at once (it may queue, never wait). Answers come as events
through the ``post`` function given at construction; ``post`` may be called from any thread.
"""

from collections.abc import Callable
from typing import Protocol

from shared.ids import LegId
from switch_server.core.call import FindCaller
from switch_server.core.desks import AnswerDesk, HidePop, ShowPop
from switch_server.core.fax import KeepFax
from switch_server.core.ivr import AskBranch, CountWrongPin, FindAccount, GiveBackPinTry
from switch_server.core.leg import LineEffect, ToCard
from switch_server.core.orders import JournalOrder, RecordOrderState, Resolve, SendOrder
from switch_server.core.talk import TellDesk
from switch_server.core.words import Audit, Event, SaveRecord

Post = Callable[[Event], None]
"""Passes an event to the core, from any thread, in order per thread."""


class LinesPort(Protocol):
    """Telephone lines. Posts ``CallOffered``, ``Leg*``, ``DigitPressed`` (INFO) and ``TrunkChanged``.

    For each leg exactly one ``LegEnded`` is posted, last. ``do`` on a leg that has ended is ignored. Nothing is raised.
    """

    def do(self, effect: LineEffect) -> None: ...

    def live_legs(self) -> frozenset[LegId]:
        """The legs that have a SIP dialog or transaction now, for ``Switch.reconcile``."""
        ...


class CardsPort(Protocol):
    """Voice cards, supervised: posts ``CardUp`` when a card takes calls, ``CardDied`` when its process has ended (a new one is then started).

    Commands to a dead card are dropped (its ``CardDied`` follows). Nothing is raised.
    """

    def do(self, effect: ToCard) -> None:
        """Keeps the command for ``flush``, or sends it at once."""
        ...

    def flush(self) -> None:
        """Sends the kept commands, in order; called after the effects of each turn."""
        ...


class BranchesPort(Protocol):
    """The branches' gateways. Posts ``BranchUp/Down``, ``BranchAnswered``, ``OrderAnswered``, ``OrderSilent``, ``OrderReported``.

    Each ``do`` is answered exactly once, at the latest after the link's time-out. A send is never repeated by the adapter.
    """

    def do(self, effect: AskBranch | SendOrder | Resolve) -> None: ...


class OrderJournalPort(Protocol):
    """The centre's durable order journal. ``JournalOrder`` is answered after its fsync (group commit), in order.

    A key that is already journalled is answered ``OrderJournalFailed`` and not written twice. A ``RecordOrderState`` that comes from a
    branch's report is written once, and only if the order is of that branch and account: a report on another's order is counted in
    ``not_theirs``, a report on an unknown key is passed over.
    """

    def do(self, effect: JournalOrder | RecordOrderState) -> None: ...


class StorePort(Protocol):
    """Customer data centre and records. Questions are answered by events; records are written by one thread in groups, in order.

    ``FindAccount`` reserves for the call one of today's remaining tries of the account and the calling number; ``CountWrongPin`` uses the try up,
    ``GiveBackPinTry`` returns it. Calls side by side never have more tries than remain. ``KeepFax`` is answered when its row is on disk.
    A full disk or a locked file delays records (they are kept in memory, in order, and counted); the operator is shown it.
    """

    def do(
        self,
        effect: FindAccount
        | FindCaller
        | CountWrongPin
        | GiveBackPinTry
        | SaveRecord
        | Audit
        | JournalOrder
        | RecordOrderState
        | KeepFax,
    ) -> None: ...


class DesksPort(Protocol):
    """The agents' desks. Posts ``AgentOnline/Offline``, ``DeskDown``, ``DeskCommanded``, ``PhoneTold`` and ``PopSeen``.

    Reports to one agent leave in the order of ``do``. Effects for a desk whose link is down are dropped: a desk that reconnects gets a
    snapshot. Nothing is raised.
    """

    def do(self, effect: TellDesk | AnswerDesk | ShowPop | HidePop) -> None: ...


class EventLogPort(Protocol):
    """The event journal: numbered, append-only, never blocking. ``DigitPressed`` is refused (a PIN's digits are never written)."""

    def append(self, event: Event, at: float) -> int:
        """Queues ``event``, handled at ``at`` (UTC seconds), and returns its number."""
        ...
