"""The whole state of the switch. Implements the switchboard protocols of calls, orders, queues and desks."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable

from shared.aci import CancelOrder, PlaceOrder
from shared.ids import AgentId, BranchId, CallId, CardId, LegId, OrderKey
from switch_server.core.acd import Acd
from switch_server.core.call import Call, KnownCard, LegPlaced, TrunkChoice
from switch_server.core.desks import Desks, Seat, SeatCommands
from switch_server.core.fax import FaxRoom
from switch_server.core.flow import Flow
from switch_server.core.leg import Leg, LineUse, RefreshLeg
from switch_server.core.orders import Order, OrderBook, OrderContext
from switch_server.core.words import Effect, Event, SwitchConfig, Timers


class SwitchState(ABC):
    """Data and small services; the handling of events is in ``core.switch``."""

    def __init__(
        self,
        on_fault: Callable[[Event | str, BaseException], None] | None = None,
        journal: Callable[[Event, float], None] | None = None,
    ) -> None:
        self.config = SwitchConfig()
        self.flows: tuple[Flow, ...] = ()
        self.now = 0.0
        self.calls: dict[CallId, Call] = {}
        self.cards: dict[CardId, KnownCard] = {}
        self.use = LineUse()
        self.branches_up: set[BranchId] = set()
        self.book = OrderBook(self)
        self.counters: Counter[str] = Counter()
        self.draining = False
        self.trunk_choice = TrunkChoice()
        self.acd = Acd(self)
        self.faxes = FaxRoom(self)
        self.desks = Desks(self)
        self.commands = SeatCommands(self, self.desks)
        self._timers = Timers()
        self._effects: list[Effect] = []
        self._differing_legs: set[LegId] = set()
        self._refreshing: set[LegId] = set()
        self.replayed_cards: dict[LegId, CardId | None] = {}
        self._on_fault = on_fault
        self._journal = journal

    @property
    def seats(self) -> dict[AgentId, Seat]:
        return self.desks.seats

    def emit(self, effect: Effect) -> None:
        self._effects.append(effect)

    def timer(self, name: str, seconds: float | None) -> None:
        if seconds is None:
            self._timers.cancel(name)
        else:
            self._timers.set(name, self.now + seconds)

    def count(self, name: str) -> None:
        self.counters[name] += 1

    def journal(self, event: Event) -> None:
        if self._journal is not None:
            self._journal(event, self.now)

    def may_dial(self, leg: Leg) -> bool:
        """Whether this leg may be dialled: its trunk has a free line. The answer is journalled (``LegPlaced``); a replay uses the journalled one."""
        trunk = next((t for t in self.config.trunks if t.name == leg.trunk and t.direction != "in"), None)
        free = trunk is not None and self.use.lines[leg.trunk] < self.trunk_choice.lines(trunk)
        card = self.replayed_cards.get(leg.id, leg.card if free else None)
        self.journal(LegPlaced(leg.id, card))
        return card is not None

    def capture(self, key: OrderKey, order: PlaceOrder | CancelOrder, context: OrderContext) -> None:
        self.count("orders_captured")
        self.book.capture(key, order, context)

    def branch_is_up(self, branch: BranchId) -> bool:
        return branch in self.branches_up

    def any_branch(self) -> BranchId | None:
        return next((branch for branch in self.config.branches if branch in self.branches_up), None)

    def order_moved(self, order: Order) -> None:
        call = self.calls.get(order.call) if order.call else None
        if call is not None:
            call.services.order_moved(order)

    def refresh(self, leg: Leg) -> None:
        """Asks the far end by a session refresh whether it is still there: it may be on hold, or its BYE may have been lost."""
        if leg.id not in self._refreshing:
            self._refreshing.add(leg.id)
            self.count("legs_asked")
            self.emit(RefreshLeg(leg.id))

    @abstractmethod
    def apply_decision(self, event: Event) -> None:
        """Journals an event that the core made itself (a replay reads it from the journal), and handles the event."""

    @abstractmethod
    def call_changed(self, call: Call) -> None:
        """To be called after each change of a call: settles the call, and removes it if it has ended."""

    @abstractmethod
    def run_for_call(self, call: Call, work: Callable[[], None]) -> None:
        """Runs ``work`` for one of several calls: an exception ends this call only."""
