"""The switch (交换机): every event goes in here, every effect comes out (DESIGN §2).

Pure: no clock, no I/O. ``handle`` and ``tick`` first let all deadlines pass that are due, so that a journal replayed with its times gives
the same transitions. A handler that raises is our bug: it costs its call, is counted, and is told to the shell as ``Fault``.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import assert_never

from shared.aci import CancelOrder, PlaceOrder
from shared.enums import EndCause
from shared.ids import BranchId, CallId, CardId, LegId, OrderKey, call_of
from switch_server.core import records
from switch_server.core.admission import Card, admit, lines_used
from switch_server.core.call import TIMERS, Call, CallState
from switch_server.core.config import SwitchConfig
from switch_server.core.effects import Effect, HangUp, OrderContext, RefreshLeg, Reject
from switch_server.core.events import (
    AccountFound,
    BranchAnswered,
    BranchDown,
    BranchUp,
    CallOffered,
    CardDied,
    CardUp,
    Configured,
    DigitPressed,
    Draining,
    Event,
    HangUpOrdered,
    LegEnded,
    LegPlaced,
    LegRefreshed,
    MediaSilent,
    WrongPinCounted,
)
from switch_server.core.flow import Flow
from switch_server.core.leg import Leg, LegState
from switch_server.core.leg_facts import AnyLegFact, tell_call
from switch_server.core.media import CloseChannel
from switch_server.core.order import Order
from switch_server.core.orders import OrderBook, OrderFact
from switch_server.core.snapshot import SwitchSnapshot
from switch_server.core.subject import call_about, call_of_key
from switch_server.core.timers import Timers
from switch_server.core.views import snapshot_of


class Switch:
    """All state of the centre's call control. One instance, one thread.

    ``on_fault`` is told of a handler that raised (our bug). ``journal`` is given, with its time, each event that the event journal must
    hold, in the order in which a replay needs them; it must not raise.
    """

    def __init__(
        self,
        on_fault: Callable[[Event | str, BaseException], None] | None = None,
        journal: Callable[[Event, float], None] | None = None,
    ) -> None:
        self.config = SwitchConfig()
        self.flows: tuple[Flow, ...] = ()
        self.now = 0.0
        self.calls: dict[CallId, Call] = {}
        self.cards: dict[CardId, Card] = {}
        self.branches_up: set[BranchId] = set()
        self.book = OrderBook(self)
        self.counters: Counter[str] = Counter()
        self.draining = False
        self._timers = Timers()
        self._effects: list[Effect] = []
        self._suspects: set[LegId] = set()
        self._asked: set[LegId] = set()
        self.decided: dict[LegId, CardId | None] = {}
        self._on_fault = on_fault
        self._journal = journal

    # --- the shell's side ---

    def handle(self, event: Event, now: float) -> list[Effect]:
        """Takes one event at ``now`` (UTC seconds, never going back) and gives what is to be done, in order."""
        self._run_timers(now)
        if not isinstance(event, DigitPressed):
            self.journal(event)
        self._guarded(event)
        return self._taken()

    def tick(self, now: float) -> list[Effect]:
        """Lets the deadlines pass that are due at ``now``."""
        self._run_timers(now)
        return self._taken()

    def next_deadline(self) -> float | None:
        return self._timers.next()

    def reconcile(self, live_legs: Iterable[LegId], now: float) -> list[Effect]:
        """Compares with the legs that the lines have, and repairs what differs twice running (once may be an event on its way)."""
        self._run_timers(now)
        live = frozenset(live_legs)
        ours = {
            leg.id: leg for call in self.calls.values() for leg in call.legs.values() if leg.state is not LegState.ENDED
        }
        expected = {leg for leg, state in ours.items() if state.incoming or state.state is not LegState.OPENING}
        differ = (expected - live) | (live - set(ours))
        for leg in sorted(differ & self._suspects):
            self.count("repaired_legs")
            if leg in ours:
                event = LegEnded(leg, EndCause.RECONCILED)
                self.journal(event)
                self._guarded(event)
            else:
                self.emit(HangUp(leg, EndCause.RECONCILED))
        self._suspects = differ
        return self._taken()

    def snapshot(self) -> SwitchSnapshot:
        return snapshot_of(self)

    # --- what calls and orders need (Switchboard, Board) ---

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

    def has_line(self, leg: Leg) -> bool:
        """May this leg be dialled: has its trunk a free line?"""
        trunk = next((t for t in self.config.trunks if t.name == leg.trunk and t.direction != "in"), None)
        free = trunk is not None and lines_used(self.calls.values(), leg.trunk) < trunk.lines
        card = self.decided.get(leg.id, leg.card if free else None)
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

    # --- events ---

    def _dispatch(self, event: Event) -> None:
        if isinstance(event, AnyLegFact):
            self._leg_fact(event)
        elif isinstance(event, OrderFact):
            self.book.handle(event)
        else:
            self._dispatch_more(event)

    def _dispatch_more(self, event: Event) -> None:
        match event:
            case CallOffered():
                self._offered(event)
            case AccountFound() | WrongPinCounted() | BranchAnswered():
                self._answer(event)
            case BranchUp(branch=branch):
                self.branches_up.add(branch)
                self.book.branch_up(branch)
            case BranchDown(branch=branch):
                self.branches_up.discard(branch)
            case CardUp(card=card, channels=channels):
                self.cards[card] = Card(channels)
            case CardDied(card=card):
                self._card_died(card)
            case Configured(config=config, flows=flows):
                self.config, self.flows = config, flows
            case HangUpOrdered(call=name):
                if (call := self.calls.get(name)) is not None:
                    call.end(EndCause.OPERATOR)
                    self._settled(call)
            case Draining():
                self._drain()
            case LegPlaced(leg=leg, card=card):
                self.decided[leg] = card
            case _:
                raise TypeError(f"not an event of the core: {type(event).__name__}")

    def _offered(self, event: CallOffered) -> None:
        call_id = call_of(event.leg)
        if call_id in self.calls:
            self.count("calls_offered_twice")
            return
        admitted = admit(self, event)
        self.journal(LegPlaced(event.leg, None if isinstance(admitted, Reject) else admitted[1]))
        if isinstance(admitted, Reject):
            self.count(admitted.cause.value)
            self.emit(admitted)
            return
        flow, card, far = admitted
        self.count("calls_taken")
        leg = Leg(event.leg, event.trunk, incoming=True, ani=event.ani, dnis=event.dnis, started=self.now)
        leg.card = card
        call = Call(call_id, leg, flow, self)
        self.calls[call_id] = call
        self.timer(f"{call_id}:call_max", self.config.limits.call_max)
        self.timer(f"{call_id}:setup", self.config.limits.teardown)
        records.call_offered(call)
        call.open_channel(leg, far)

    def _leg_fact(self, event: AnyLegFact) -> None:
        call = self.calls.get(call_of(event.leg))
        leg = call.legs.get(event.leg) if call else None
        if call is None or leg is None:
            self.count("events_of_no_leg")
            return
        if isinstance(event, LegRefreshed):
            self._asked.discard(leg.id)
        elif isinstance(event, MediaSilent):
            self._silent(leg, event.seconds)
        else:
            tell_call(call, leg, event)
        self._settled(call)

    def _silent(self, leg: Leg, seconds: int) -> None:
        """No RTP for a while: ask the far end whether it lives. It may be on hold, or its BYE may have been lost."""
        if seconds >= self.config.limits.media_lost and leg.state is LegState.UP and leg.id not in self._asked:
            self._asked.add(leg.id)
            self.count("legs_asked")
            self.emit(RefreshLeg(leg.id))

    def _answer(self, event: AccountFound | WrongPinCounted | BranchAnswered) -> None:
        call = self.calls.get(event.call)
        if call is None:
            self.count("answers_after_end")
            return
        match event:
            case AccountFound():
                call.services.account_found(event)
            case WrongPinCounted():
                call.services.wrong_pin_counted(event)
            case BranchAnswered():
                call.services.branch_answered(event)
            case _:
                assert_never(event)
        self._settled(call)

    def _card_died(self, card: CardId) -> None:
        dead = self.cards.get(card)
        if dead is None:
            return
        dead.up = False
        self.count("cards_died")
        for call in list(self.calls.values()):
            if call.caller.card == card:
                self._one_of_many(call, call.card_died)

    def _drain(self) -> None:
        self.draining = True
        for call in list(self.calls.values()):
            self._one_of_many(call, partial(call.end, EndCause.SWITCH_STOPPED))

    # --- deadlines ---

    def _run_timers(self, now: float) -> None:
        """Each deadline passes at its own time, however late the shell is, so that a replay has the same times."""
        now = max(self.now, now)
        while (due := self._timers.pop_due(now)) is not None:
            when, name = due
            self.now = max(self.now, when)
            self._guarded(name)
        self.now = now

    def _deadline(self, name: str) -> None:
        subject, _, what = name.partition(":")
        if subject == "order":
            self.book.timed_out(OrderKey(what))
            return
        call = self.calls[CallId(subject)]
        match what:
            case "answer":
                call.services.timed_out()
            case "teardown":
                self.count("repaired_calls")
                call.give_up()
            case "call_max":
                call.end(EndCause.OPERATOR)
            case "setup":
                call.end(EndCause.FAR_LOST)
            case _:
                call.ivr.timed_out(what)
        self._settled(call)

    # --- small things ---

    def _settled(self, call: Call) -> None:
        call.settle()
        if call.state is CallState.ENDED:
            self._forget(call)

    def _forget(self, call: Call) -> None:
        for leg in call.legs:
            self._asked.discard(leg)
        for name in TIMERS:
            self._timers.cancel(f"{call.id}:{name}")
        del self.calls[call.id]
        self.count(f"ended_{(call.cause or EndCause.FAULT).value}")

    def _guarded(self, work: Event | str) -> None:
        """Handles an event, or a deadline by name."""
        try:
            if isinstance(work, str):
                self._deadline(work)
            else:
                self._dispatch(work)
        except Exception as bug:  # noqa: BLE001  # whatever it is, it is ours, and costs one call at most
            self._failed(self.calls.get(self._about(work)), work, bug)

    def _one_of_many(self, call: Call, work: Callable[[], None]) -> None:
        try:
            work()
            self._settled(call)
        except Exception as bug:  # noqa: BLE001  # as above: the others still get their turn
            self._failed(call, call.id, bug)

    def _failed(self, call: Call | None, about: Event | str, bug: Exception) -> None:
        self._fault(about, bug)
        if call is not None:
            self._end_faulty(call)

    def _about(self, work: Event | str) -> CallId:
        if isinstance(work, str):
            owner, _, what = work.partition(":")
            return call_of_key(OrderKey(what)) if owner == "order" else CallId(owner)
        return call_about(work) or CallId("")

    def _end_faulty(self, call: Call) -> None:
        try:
            if call.state in (CallState.OPENING, CallState.UP):
                call.end(EndCause.FAULT)
                self._settled(call)
            else:  # its end is what failed
                self._abandon(call)
        except Exception as bug:  # noqa: BLE001  # not even its end works
            self._fault(call.id, bug)
            self._abandon(call)

    def _abandon(self, call: Call) -> None:
        """The lines and the card are told, and the call is forgotten."""
        for leg in call.legs.values():
            self.emit(HangUp(leg.id, EndCause.FAULT))
            call.to_card(leg, CloseChannel(leg.id))
        self._forget(call)

    def _fault(self, about: Event | str, bug: Exception) -> None:
        self.count("faults")
        if self._on_fault is not None:
            self._on_fault(about, bug)

    def _taken(self) -> list[Effect]:
        effects, self._effects = self._effects, []
        return effects
