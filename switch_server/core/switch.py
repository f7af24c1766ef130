# Over 400 lines: every fact of the core is dispatched here, to one room each, and every fault of a handler is caught here.
"""The switch (交换机): every event goes in here, every effect comes out (``ARCHITECTURE.md``).

Pure: no clock, no I/O. ``handle`` and ``tick`` first run all timers that are due, so that a journal replayed with its times gives
the same transitions. An exception in a handler is a bug of the core: it ends the event's call, is counted (``faults``), and is
reported to ``on_fault``.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import assert_never

from shared import desk
from shared.enums import EndCause
from shared.ids import AgentId, CallId, CardId, LegId, OrderKey, call_of
from switch_server.core.acd import CallbackJudged, CallbackRecovered, CallbacksCounted, CallbackVerdict, QueueJudged
from switch_server.core.call import (
    TIMERS,
    AnyLegFact,
    Call,
    CallerFound,
    CallOffered,
    CallPlaced,
    CallState,
    KnownCard,
    LegPlaced,
    TrunkChanged,
    make_call,
    take_offer,
    tell_call,
)
from switch_server.core.desks import DeskCommanded, DeskFact, PhoneTold, for_journal
from switch_server.core.event_call import call_of_event
from switch_server.core.facts import BranchDown, BranchUp, CardDied, CardUp, Draining, HangUpOrdered
from switch_server.core.fax import FaxFact, FaxLegFact
from switch_server.core.flow import Configured
from switch_server.core.ivr import AccountFound, BranchAnswered, WrongPinCounted
from switch_server.core.leg import (
    DigitPressed,
    HangUp,
    Leg,
    LegEnded,
    LegRefreshed,
    LegState,
    MediaLatched,
    MediaSilent,
)
from switch_server.core.orders import OrderFact, OrderReported, call_of_key
from switch_server.core.room import Outcome
from switch_server.core.snapshot import FloorView, SwitchSnapshot
from switch_server.core.state import SwitchState
from switch_server.core.talk import AgentAssigned, Consulted, DeskGone, ListenerCame
from switch_server.core.views import floor_of, rows_of, snapshot_of
from switch_server.core.words import CloseChannel, Effect, Event

CallEvent = AgentAssigned | DeskGone | CallPlaced | Consulted | ListenerCame


class Switch(SwitchState):
    """All state of the centre's call control. One instance, one thread.

    ``on_fault`` gets each exception of a handler, with the event (a bug of the core). ``journal`` gets each event that the event journal
    must hold, with its time, in the order in which a replay needs them; ``journal`` must not raise.
    """

    # --- called by the engine ---

    def handle(self, event: Event, now: float) -> list[Effect]:
        """Handles one event at ``now`` (UTC seconds, never going back). Returns the effects in the order in which they must be done."""
        self._run_timers(now)
        if self._is_journalled(event):
            self.journal(for_journal(event) if isinstance(event, DeskCommanded) else event)
        self._guarded(event)
        return self._take_effects()

    def tick(self, now: float) -> list[Effect]:
        """Runs the timers that are due at ``now``."""
        self._run_timers(now)
        return self._take_effects()

    def next_deadline(self) -> float | None:
        return self._timers.next()

    def reconcile(self, live_legs: Iterable[LegId], now: float) -> list[Effect]:
        """Compares the legs with those of the lines, and repairs each leg that differs twice in a row (once may be an event on its way)."""
        self._run_timers(now)
        live = frozenset(live_legs)
        ours = {
            leg.id: leg for call in self.calls.values() for leg in call.legs.values() if leg.state is not LegState.ENDED
        }
        expected = {leg for leg, state in ours.items() if state.incoming or state.state is not LegState.OPENING}
        differ = (expected - live) | (live - set(ours))
        for leg in sorted(differ & self._differing_legs):
            self.count("repaired_legs")
            if leg in ours:
                event = LegEnded(leg, EndCause.RECONCILED)
                self.journal(event)
                self._guarded(event)
            else:
                self.emit(HangUp(leg, EndCause.RECONCILED))
        self._differing_legs = differ
        if self.use.repair(leg for call in self.calls.values() for leg in call.legs.values()):
            self.count("repaired_line_use")
        for seat in list(self.desks.seats.values()):
            self._attempt("reconcile", partial(self.desks.reconcile, seat))
        return self._take_effects()

    def snapshot(self) -> SwitchSnapshot:
        return snapshot_of(self)

    def desk_state(self, agent: AgentId) -> tuple[desk.Seat | None, desk.DeskCall | None]:
        """Seat and call as the agent's desk shows them. The call's ``token`` is empty: the desks' adapter fills it in."""
        return self.desks.desk_state(agent)

    def has_call(self, agent: AgentId, call: CallId) -> bool:
        """Whether the agent's seat has this call, or is wrapping it up."""
        return self.desks.has_call(agent, call)

    def queue_rows(self) -> tuple[desk.QueueRow, ...]:
        """For desks."""
        return rows_of(self)

    def floor(self, now: float) -> FloorView:
        """For supervisors' desks. ``now``: UTC seconds."""
        return floor_of(self, now)

    # --- events ---

    def _is_journalled(self, event: Event) -> bool:
        """Key presses, reports of phones and of trunks are not journalled; of a branch's reports only those on an order in memory of that branch and
        account; of the begins of media only those of legs that ring.
        """
        if isinstance(event, OrderReported):
            return self.book.concerns(event)
        if isinstance(event, MediaLatched):
            return (leg := self._leg_of(event.leg)) is not None and leg.state is LegState.RINGING
        return not isinstance(event, (DigitPressed, PhoneTold, TrunkChanged))

    def apply_decision(self, event: Event) -> None:
        self.journal(event)
        self._dispatch(event)

    def _dispatch(self, event: Event) -> None:
        if isinstance(event, AnyLegFact | FaxLegFact):
            self._leg_fact(event)
        elif isinstance(event, OrderFact):
            self.book.handle(event)
        elif isinstance(event, DeskFact):
            self.desks.handle(event)
        elif isinstance(event, FaxFact):
            self.faxes.handle(event)
        elif isinstance(event, DeskCommanded):
            self.desks.answer(event, self.commands.do(event))
        else:
            self._dispatch_more(event)

    def _dispatch_more(self, event: Event) -> None:
        match event:
            case CallOffered():
                take_offer(self, event)
            case AccountFound() | WrongPinCounted() | BranchAnswered() | CallerFound():
                self._handle_answer(event)
            case AgentAssigned() | DeskGone() | CallPlaced() | Consulted() | ListenerCame():
                self._handle_decision(event)
            case BranchUp(branch=branch):
                self.branches_up.add(branch)
                self.book.branch_up(branch)
            case BranchDown(branch=branch):
                self.branches_up.discard(branch)
            case CardUp(card=card, channels=channels, kind=kind):
                self.cards[card] = KnownCard(channels, kind)
                self.faxes.look_again()
            case CardDied(card=card):
                self._card_died(card)
            case Configured(config=config, flows=flows):
                self.config, self.flows = config, flows
                self.acd.dirty = True
                self.faxes.look_again()
            case CallbackRecovered():
                self.acd.callbacks.recovered(event)
                self.acd.dirty = True
            case CallbacksCounted(numbers=numbers):
                self.acd.callbacks.counted(numbers)
            case HangUpOrdered(call=name):
                if (call := self.calls.get(name)) is not None:
                    call.end(EndCause.OPERATOR)
                    self.call_changed(call)
            case Draining(at_once=at_once):
                self._drain(at_once=at_once)
            case TrunkChanged():
                self.trunk_choice.changed(event)
            case LegPlaced(leg=leg, card=card):
                self.replayed_cards[leg] = card
            case CallbackJudged(call=name, number=number, verdict=verdict):
                self.acd.callbacks.replayed_verdicts[name, number] = CallbackVerdict(verdict)
            case QueueJudged(call=name, number=number, verdict=verdict):
                self.acd.replayed_verdicts[name, number] = verdict
            case _:
                raise TypeError(f"not an event of the core: {type(event).__name__}")

    def _handle_decision(self, event: CallEvent) -> None:
        """A decision of the core about one call; in a replay it comes from the journal."""
        match event:
            case AgentAssigned(call=name):
                if (call := self.calls.get(name)) is not None:
                    call.desk.ring(event)
            case DeskGone(call=name, leg=leg):
                call = self.calls.get(name)
                talk = call.desk.talks.get(leg) if call is not None else None
                if call is not None and talk is not None and event.outcome == Outcome.REFUSED:
                    call.desk.ended_by_agent(talk)
                elif call is not None and talk is not None:
                    call.desk.seat_gone(talk, Outcome(event.outcome))
            case Consulted(call=name):
                if (call := self.calls.get(name)) is not None:
                    call.desk.consults.begin(event)
            case ListenerCame(call=name):
                if (call := self.calls.get(name)) is not None:
                    call.desk.listening.come(event)
            case CallPlaced():
                make_call(self, event)
            case _:
                assert_never(event)
        if (call := self.calls.get(event.call)) is not None:
            self.call_changed(call)

    def _leg_of(self, name: LegId) -> Leg | None:
        call = self.calls.get(call_of(name))
        return call.legs.get(name) if call is not None else None

    def _leg_fact(self, event: AnyLegFact | FaxLegFact) -> None:
        call = self.calls.get(call_of(event.leg))
        if call is None or (leg := call.legs.get(event.leg)) is None:
            self.count("events_of_no_leg")
            return
        if isinstance(event, LegRefreshed):
            self._refreshing.discard(leg.id)
        elif isinstance(event, MediaSilent):
            if event.seconds >= self.config.limits.media_lost and leg.state is LegState.UP:
                self.refresh(leg)
        elif isinstance(event, FaxLegFact):
            self.faxes.leg_fact(call, leg, event)
        elif not self.faxes.takes(call, leg, event):
            tell_call(call, leg, event)
        self.call_changed(call)

    def _handle_answer(self, event: AccountFound | WrongPinCounted | BranchAnswered | CallerFound) -> None:
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
            case CallerFound():
                call.caller_found(event)
            case _:
                assert_never(event)
        self.call_changed(call)

    def _card_died(self, card: CardId) -> None:
        dead = self.cards.get(card)
        if dead is None:
            return
        dead.up = False
        self.count("cards_died")
        for call in list(self.calls.values()):
            if call.caller.card == card:
                self.run_for_call(call, call.card_died)
            else:
                self.run_for_call(call, partial(self.faxes.card_died, call, card))

    def _drain(self, *, at_once: bool) -> None:
        self.draining = True
        for call in list(self.calls.values()) if at_once else ():
            self.run_for_call(call, partial(call.end, EndCause.SWITCH_STOPPED))

    # --- deadlines ---

    def _run_timers(self, now: float) -> None:
        """Each timer runs with its own due time as ``now``, even if the engine is late, so that a replay has the same times."""
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
        elif subject == "orders":
            self.book.day_over()
        elif subject == "seat":
            self.desks.timed_out(what)
        elif subject == "acd":
            self.acd.dirty = True
        elif subject == "fax":
            self.faxes.look_again()
        else:
            self._call_deadline(self.calls[CallId(subject)], what)

    def _call_deadline(self, call: Call, what: str) -> None:
        match what:
            case "answer":
                call.services.timed_out()
            case "teardown":
                self.count("repaired_calls")
                call.give_up()
            case "call_max":
                call.end(EndCause.TOO_LONG)
            case "setup" if call.busy is not None:
                call.end(EndCause.FAR_BUSY)
            case "setup":
                call.end(EndCause.FAR_LOST if call.caller.incoming else EndCause.NO_ANSWER)
            case "fax":
                self.faxes.timed_out(call)
            case "ring":
                call.desk.ring_timed_out()
            case _:
                call.ivr.timed_out(what)
        self.call_changed(call)

    # --- the end of a call, and faults ---

    def call_changed(self, call: Call) -> None:
        call.settle()
        if call.state is CallState.ENDED:
            self._forget(call)

    def _forget(self, call: Call) -> None:
        for leg in call.legs:
            self._refreshing.discard(leg)
            self.use.forget(leg)
        for name in TIMERS:
            self._timers.cancel(f"{call.id}:{name}")
        self.acd.leave(call.id)
        del self.calls[call.id]
        call.desk.call_ends(EndCause.FAULT)
        self.acd.call_over(call)
        self.faxes.call_over(call)
        self.count(f"ended_{(call.cause or EndCause.FAULT).value}")

    def _guarded(self, work: Event | str) -> None:
        """Handles an event, or the timer of that name."""
        try:
            if isinstance(work, str):
                self._deadline(work)
            else:
                self._dispatch(work)
        except Exception as bug:  # noqa: BLE001  # any exception is a bug of the core, and ends one call at most
            self._failed(self.calls.get(self._call_of_work(work)), work, bug)

    def run_for_call(self, call: Call, work: Callable[[], None]) -> None:
        try:
            work()
            self.call_changed(call)
        except Exception as bug:  # noqa: BLE001  # as above: the other calls are still handled
            self._failed(call, call.id, bug)

    def _failed(self, call: Call | None, about: Event | str, bug: Exception) -> None:
        self._fault(about, bug)
        if isinstance(about, DeskCommanded):
            self.desks.answer(about, desk.Refused(desk.DeskRefusal.FAULT))
        if call is not None:
            self._end_faulty(call)

    def _call_of_work(self, work: Event | str) -> CallId:
        if isinstance(work, str):
            owner, _, what = work.partition(":")
            return call_of_key(OrderKey(what)) if owner == "order" else CallId(owner)
        return call_of_event(work) or CallId("")

    def _end_faulty(self, call: Call) -> None:
        try:
            if call.state in (CallState.OPENING, CallState.UP):
                call.end(EndCause.FAULT)
                self.call_changed(call)
            else:  # ending the call is what failed
                self._abandon(call)
        except Exception as bug:  # noqa: BLE001  # ending the call fails too
            self._fault(call.id, bug)
            self._abandon(call)

    def _abandon(self, call: Call) -> None:
        """Hangs up all legs, closes their channels, and removes the call."""
        call.services.stop()
        for leg in call.legs.values():
            self.emit(HangUp(leg.id, EndCause.FAULT))
            call.to_card(leg, CloseChannel(leg.id))
        self._forget(call)

    def _attempt(self, about: str, work: Callable[[], None]) -> None:
        """Runs work that belongs to no single event; after an exception the next event runs it again."""
        try:
            work()
        except Exception as bug:  # noqa: BLE001  # as above
            self._fault(about, bug)

    def _fault(self, about: Event | str, bug: Exception) -> None:
        self.count("faults")
        if self._on_fault is not None:
            self._on_fault(about, bug)

    def _take_effects(self) -> list[Effect]:
        """Last part of each event: gives callers to free seats, tells the desks what changed, and returns all effects."""
        self._attempt("acd", self.acd.distribute)
        self._attempt("faxes", self.faxes.distribute)
        self.desks.tell(self._attempt)
        effects, self._effects = self._effects, []
        return effects
