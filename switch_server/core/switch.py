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
from shared.ids import BranchId, CallId, CardId, LegId, OrderKey, TrunkName, call_of
from shared.secret import Secret
from switch_server.core import records
from switch_server.core.admission import Card, admit, lines_used
from switch_server.core.call import Call, CallState
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
    ChannelClosed,
    ChannelFailed,
    ChannelOpened,
    Configured,
    DigitPressed,
    DigitUsed,
    Draining,
    Event,
    HangUpOrdered,
    LegAnswered,
    LegChanged,
    LegConfirmed,
    LegEnded,
    LegRefreshed,
    LegRinging,
    MediaSilent,
    OrderAnswered,
    OrderJournalFailed,
    OrderJournalled,
    OrderRecovered,
    OrderReported,
    OrderSilent,
    PlayEnded,
    RecordingEnded,
    WrongPinCounted,
)
from switch_server.core.flow import Flow
from switch_server.core.leg import ChannelState, Leg, LegState
from switch_server.core.order import Order
from switch_server.core.orders import OrderBook
from switch_server.core.snapshot import SwitchSnapshot
from switch_server.core.timers import Timers
from switch_server.core.views import snapshot_of

LegFact = (
    LegRinging | LegAnswered | LegConfirmed | LegChanged | LegRefreshed | LegEnded | DigitPressed | DigitUsed
    | ChannelOpened | ChannelFailed | ChannelClosed | PlayEnded | MediaSilent | RecordingEnded
)  # fmt: skip


class Switch:
    """All state of the centre's call control. One instance, one thread."""

    def __init__(self, on_fault: Callable[[Event | str, BaseException], None] | None = None) -> None:
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
        self._on_fault = on_fault

    # --- the shell's side ---

    def handle(self, event: Event, now: float) -> list[Effect]:
        """Takes one event at ``now`` (UTC seconds, never going back) and gives what is to be done, in order."""
        self._run_timers(now)
        self._guarded(event, partial(self._dispatch, event))
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
        for leg in differ & self._suspects:
            self.count("repaired_legs")
            if leg in ours:
                self._guarded(f"{leg}", partial(self._dispatch, LegEnded(leg, EndCause.RECONCILED)))
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

    def trunk_free(self, trunk: TrunkName) -> bool:
        lines = next((t.lines for t in self.config.trunks if t.name == trunk and t.direction != "in"), 0)
        return lines_used(self.calls.values(), trunk) < lines

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
        match event:
            case CallOffered():
                self._offered(event)
            case (
                LegRinging() | LegAnswered() | LegConfirmed() | LegChanged() | LegRefreshed() | LegEnded()
                | DigitPressed() | DigitUsed() | ChannelOpened() | ChannelFailed() | ChannelClosed() | PlayEnded()
                | MediaSilent() | RecordingEnded()
            ):  # fmt: skip
                self._leg_fact(event)
            case AccountFound() | WrongPinCounted() | BranchAnswered():
                self._answer(event)
            case (
                OrderJournalled() | OrderJournalFailed() | OrderAnswered() | OrderSilent() | OrderReported()
                | OrderRecovered()
            ):  # fmt: skip
                self.book.handle(event)
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
            case HangUpOrdered(call=call):
                if call in self.calls:
                    self.calls[call].end(EndCause.OPERATOR)
                    self._settled(call)
            case Draining():
                self._drain()
            case _:
                raise TypeError(f"not an event of the core: {type(event).__name__}")

    def _offered(self, event: CallOffered) -> None:
        call_id = call_of(event.leg)
        if call_id in self.calls:
            self.count("calls_offered_twice")
            return
        admitted = admit(self, event)
        if isinstance(admitted, Reject):
            self.count(admitted.cause.value)
            self.emit(admitted)
            return
        flow, card, far = admitted
        self.count("calls_taken")
        leg = Leg(event.leg, event.trunk, incoming=True, ani=event.ani, dnis=event.dnis, started=self.now)
        leg.card = card
        self.cards[card].legs.add(leg.id)
        call = Call(call_id, leg, flow, self)
        self.calls[call_id] = call
        self.timer(f"{call_id}:call_max", self.config.limits.call_max)
        records.call_offered(call)
        call.open_channel(leg, far)

    def _leg_fact(self, event: LegFact) -> None:
        call = self.calls.get(call_of(event.leg))
        leg = call.legs.get(event.leg) if call else None
        if call is None or leg is None:
            self.count("events_of_no_leg")
            return
        self._to_call(call, leg, event)
        if leg.channel in (ChannelState.CLOSED, ChannelState.NONE):
            self._free_channel(leg)
        self._settled(call.id)

    def _to_call(self, call: Call, leg: Leg, event: LegFact) -> None:
        match event:
            case ChannelOpened(near=near):
                call.channel_opened(leg, near)
            case ChannelFailed():
                call.channel_failed(leg)
            case ChannelClosed(stats=stats):
                leg.stats = stats
                call.channel_closed(leg)
            case LegConfirmed():
                call.leg_confirmed(leg)
            case LegRinging(far=far):
                call.leg_ringing(leg, far)
            case LegAnswered(far=far):
                call.leg_answered(leg, far)
            case LegChanged(far=far):
                call.leg_changed(leg, far)
            case LegEnded(cause=cause):
                call.leg_ended(leg, cause)
            case LegRefreshed():
                self._asked.discard(leg.id)
            case MediaSilent(seconds=seconds):
                self._silent(leg, seconds)
            case RecordingEnded(cause=text, duration_ms=duration_ms, text=why):
                call.recording_ended(text, duration_ms, why)
            case DigitPressed() | DigitUsed() | PlayEnded():
                self._to_ivr(call, leg, event)
            case _:
                assert_never(event)

    def _to_ivr(self, call: Call, leg: Leg, event: DigitPressed | DigitUsed | PlayEnded) -> None:
        if leg is not call.caller or call.state is not CallState.UP:
            return
        match event:
            case DigitPressed(digit=digit, recording_ms=recording_ms):
                call.ivr.key(digit, recording_ms)
            case DigitUsed(digit=""):
                call.ivr.barged()
            case DigitUsed(digit=text, recording_ms=recording_ms):
                call.ivr.key(Secret(text if text != "•" else "0"), recording_ms)
            case PlayEnded(play=play):
                call.ivr.played(play)
            case _:
                assert_never(event)

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
        self._settled(call.id)

    def _card_died(self, card: CardId) -> None:
        dead = self.cards.get(card)
        if dead is None:
            return
        dead.up = False
        self.count("cards_died")
        for call in list(self.calls.values()):
            if call.caller.card == card:
                call.card_died()
                self._settled(call.id)
        dead.legs.clear()

    def _drain(self) -> None:
        self.draining = True
        for call in list(self.calls.values()):
            call.end(EndCause.SWITCH_STOPPED)
            self._settled(call.id)

    # --- deadlines ---

    def _run_timers(self, now: float) -> None:
        self.now = max(self.now, now)
        while (name := self._timers.pop_due(self.now)) is not None:
            self._guarded(name, partial(self._deadline, name))

    def _deadline(self, name: str) -> None:
        subject, _, what = name.partition(":")
        if subject == "order":
            self.book.timed_out(OrderKey(what))
            return
        call = self.calls.get(CallId(subject))
        if call is None:
            return
        match what:
            case "answer":
                call.services.timed_out()
            case "teardown":
                self.count("repaired_calls")
                call.give_up()
            case "call_max":
                call.end(EndCause.OPERATOR)
            case _:
                call.ivr.timed_out(what)
        self._settled(call.id)

    # --- small things ---

    def _settled(self, call_id: CallId) -> None:
        call = self.calls.get(call_id)
        if call is None:
            return
        call.settle()
        if call.state is CallState.ENDED:
            for leg in call.legs.values():
                self._free_channel(leg)
                self._asked.discard(leg.id)
            self._timers.cancel_all(f"{call_id}:")
            del self.calls[call_id]
            self.count(f"ended_{call.cause.value if call.cause else EndCause.FAULT.value}")

    def _free_channel(self, leg: Leg) -> None:
        if leg.card in self.cards:
            self.cards[leg.card].legs.discard(leg.id)

    def _guarded(self, about: Event | str, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as bug:  # noqa: BLE001  # whatever it is, it is ours, and costs one call at most
            self.count("faults")
            if self._on_fault is not None:
                self._on_fault(about, bug)
            self._end_faulty(about)

    def _end_faulty(self, about: Event | str) -> None:
        name = getattr(about, "call", None) or getattr(about, "leg", "") or (about if isinstance(about, str) else "")
        call = self.calls.get(CallId(str(name).partition(":")[0].partition("/")[0]))
        if call is not None:
            call.end(EndCause.FAULT)
            self._settled(call.id)

    def _taken(self) -> list[Effect]:
        effects, self._effects = self._effects, []
        return effects
