"""The faxes of the switch: those to be sent (``jobs``), those received (``receiving``), and the T.30 session of each call that has one."""

from collections import Counter
from typing import assert_never

from shared.enums import EndCause
from shared.fax import FaxId, FaxModem, FaxResult, FaxVerdict
from shared.ids import CallId, CardId
from switch_server.core.call import AnyLegFact, Call, LineSwitchboard, freest_card
from switch_server.core.fax.effects import MakeFaxDocument
from switch_server.core.fax.facts import (
    FaxAsked,
    FaxBegun,
    FaxCancelAsked,
    FaxConnected,
    FaxDocumentMade,
    FaxEnded,
    FaxesRecovered,
    FaxFact,
    FaxJob,
    FaxKeepFailed,
    FaxKept,
    FaxLegFact,
    FaxOutcome,
    FaxPage,
    FaxPlaced,
    FaxRetryAsked,
    FaxSpoolChanged,
    FaxStopped,
    FaxToneHeard,
)
from switch_server.core.fax.jobs import FaxJobs
from switch_server.core.fax.moves import FaxMove, FaxMoves
from switch_server.core.fax.receiving import Receiving, received_id
from switch_server.core.fax.schedule import result_of
from switch_server.core.fax.session import FaxSession
from switch_server.core.leg import Leg, LegReoffered, LegReofferRefused, LegState, Reoffer
from switch_server.core.words import FAX, FaxSettings, ReceiveFax, SendFax

CONNECT_WAIT = 120.0
"""Seconds from the answer to the far machine's first frame; a card that reports nothing by then is stuck (T.30 timers T0 and T1 end at 60 s and 35 s)."""
DOCUMENT_WAIT = 90.0
"""Seconds for making the pages of a document."""
PAGE_WAIT = 1800.0
"""Seconds for one page at most: a dense fine page at 2,400 bit/s."""


class FaxRoom:
    def __init__(self, switch: LineSwitchboard) -> None:
        self._switch = switch
        self.jobs = FaxJobs(switch, self._stop, self._job_answered)
        self._receiving = Receiving(switch)
        self._sessions: dict[CallId, FaxSession] = {}
        self._to_send: dict[CallId, SendFax] = {}
        """What the fax card is to be told once the far end has answered."""
        self._offered: dict[CallId, SendFax | ReceiveFax] = {}
        """Calls on a fax card whose far end has been offered T.38, and what the card is to be told then."""
        self.moves = FaxMoves(lambda: switch.config, self._move_begun, self._move_over)
        self._asked: Counter[CallId] = Counter()
        """The number of fax cards that each call has asked for."""
        self.replayed_cards: dict[tuple[CallId, int], CardId | None] = {}
        """For a replay: the choices in the journal."""
        self._making: dict[CallId, MakeFaxDocument] = {}
        """Calls whose walk waits for a document."""
        self._of_walks: dict[FaxId, CallId] = {}
        """Faxes for which the walk of a call waits."""

    def distribute(self) -> None:
        self.jobs.distribute()

    def look_again(self) -> None:
        """Lines, cards, rules or the time have changed: a waiting fax may have its turn."""
        self.jobs.dirty = True

    # --- facts ---

    def handle(self, event: FaxFact) -> None:
        match event:
            case FaxAsked():
                self.jobs.ask(event)
            case FaxKept(fax=fax):
                self.jobs.kept(fax)
            case FaxKeepFailed(fax=fax):
                self.jobs.keep_failed(fax)
            case FaxesRecovered(jobs=jobs):
                self.jobs.recovered(jobs)
            case FaxCancelAsked():
                self.jobs.cancel(event)
            case FaxRetryAsked():
                self.jobs.retry(event)
            case FaxBegun():
                self._begin_live(event)
            case FaxDocumentMade():
                self._document_made(event)
            case FaxOutcome(call=call, outcome=outcome):
                self._outcome(call, outcome)
            case FaxStopped(call=call):
                self._stopped(call)
            case FaxSpoolChanged(full=full):
                self.jobs.spool_full = full
            case FaxPlaced(call=call, number=number, card=card):
                self.replayed_cards[call, number] = card
            case _:
                assert_never(event)

    def leg_fact(self, call: Call, leg: Leg, event: FaxLegFact) -> None:
        """A card's report about a fax on the leg."""
        if isinstance(event, FaxToneHeard):
            self._tone(call, leg)
        else:
            self._session_fact(call, event)

    def takes(self, call: Call, leg: Leg, event: AnyLegFact) -> bool:
        """Whether a fact of the lines or cards is about the way of the leg's media to a fax card; it has been handled then."""
        if isinstance(event, LegReoffered | LegReofferRefused) and call.id in self._offered:
            if isinstance(event, LegReoffered):
                call.change_far(leg, event.far)
            call.to_card(leg, self._offered.pop(call.id))
            return True
        return self.moves.takes(call, leg, event)

    def _session_fact(self, call: Call, event: FaxConnected | FaxPage | FaxEnded) -> None:
        session = self._sessions.get(call.id)
        if session is None or session.fax != event.fax or session.ended is not None:
            self._switch.count("events_ignored")
            return
        match event:
            case FaxConnected():
                session.connected = event
                call.timer("fax", PAGE_WAIT)
                self.jobs.connected(event)
                self._receiving.connected(session)
            case FaxPage(pages=pages):
                session.pages = max(session.pages, pages)
                call.timer("fax", PAGE_WAIT)
                self.jobs.page(session.fax, session.first_page + session.pages)
                self._receiving.page(session)
            case FaxEnded():
                self._ended(call, session, event)
            case _:
                assert_never(event)

    def _ended(self, call: Call, session: FaxSession, event: FaxEnded) -> None:
        session.ended, session.pages = event, max(session.pages, event.pages)
        call.timer("fax", None)
        self.jobs.page(session.fax, session.first_page + session.pages)
        move = self.moves.items.get(call.id)
        received = session.pages > 0 and isinstance(move.command, ReceiveFax) if move is not None else True
        if move is None or received or move.on_tone:
            call.end(EndCause.GOODBYE)
        else:
            self.moves.ended(move, event.result)

    # --- calls (``core.talk.host.FaxHost``) ---

    def dialled(self, call: CallId, send: SendFax, number: str, fastest: FaxModem) -> None:
        trunk = self._switch.calls[call].caller.trunk
        settings = FaxSettings(self._switch.config.fax.ident, fastest=fastest)
        self._to_send[call] = SendFax(send.leg, send.fax, send.path, send.first_page, settings)
        self._sessions[call] = FaxSession(send.fax, call, number, trunk, send.first_page, self._switch.now)

    def answered(self, call: CallId) -> None:
        its = self._switch.calls[call]
        self._start(its, self._to_send[call])

    def receive(self, call: CallId) -> None:
        its = self._switch.calls[call]
        card = self._place(its)
        if card is None or its.id in self._sessions:
            self._refused(its)
            return
        command = self._new_reception(its)
        if its.is_fax:
            self._receiving.begin(self._sessions[call], its, command.path)
            self._start(its, command)
        else:
            self.moves.begin(FaxMove(its, self._sessions[call], command, card))

    def _new_reception(self, call: Call) -> ReceiveFax:
        fax = received_id(call.id, self._asked[call.id])
        self._sessions[call.id] = FaxSession(fax, call.id, call.number, call.caller.trunk, 0, self._switch.now)
        settings = FaxSettings(self._switch.config.fax.ident)
        return ReceiveFax(call.caller.id, fax, self._receiving.path(fax), settings)

    def _start(self, call: Call, command: SendFax | ReceiveFax) -> None:
        """On a call whose only leg is on a fax card. The far end is offered T.38 first where the trunk's rule says so."""
        leg, near = call.caller, call.caller.near
        call.timer("fax", CONNECT_WAIT)
        trunk = next((each for each in self._switch.config.trunks if each.name == leg.trunk), None)
        if near is not None and near.t38 and trunk is not None and trunk.fax == "t38":
            self._offered[call.id] = command
            self._switch.emit(Reoffer(leg.id, near, t38=True))
        else:
            call.to_card(leg, command)

    # --- fax-back ---

    def send(self, call: CallId, document: str, number: str) -> None:
        its = self._switch.calls[call]
        login = its.services.login
        assert login is not None  # the call has looked
        ask = self._making[call] = MakeFaxDocument(call, document, login.account, login.customer, number)
        its.timer("fax", DOCUMENT_WAIT)
        self._switch.emit(ask)

    def _document_made(self, event: FaxDocumentMade) -> None:
        ask, call = self._making.get(event.asked_in), self._switch.calls.get(event.asked_in)
        if ask is None or call is None:
            return
        if not event.pages:
            self._switch.apply_decision(FaxOutcome(call.id, "failed"))
            return
        job = FaxJob(
            fax=event.fax, number=ask.number, document=event.document, pages=event.pages, by="caller", title=event.title,
            digest=f"{ask.document} {ask.account}", customer=ask.customer, account=ask.account, call=call.id,
        )  # fmt: skip
        self._of_walks[event.fax] = call.id
        self.jobs.ask(FaxAsked(job, None if ask.number else call.id))

    def _job_answered(self, fax: FaxId, verdict: FaxVerdict) -> None:
        """A fax on the call itself is over only later."""
        call = self._of_walks.get(fax)
        if call is None:
            return
        live = call in self._making and not self._making[call].number
        if verdict is not FaxVerdict.ACCEPTED or not live:
            self._walk_outcome(
                fax, sent=verdict is FaxVerdict.ACCEPTED or (verdict is FaxVerdict.DUPLICATE and not live)
            )

    def _walk_outcome(self, fax: FaxId, *, sent: bool) -> None:
        call = self._of_walks.pop(fax, None)
        if call is not None and call in self._switch.calls:
            self._switch.apply_decision(FaxOutcome(call, "sent" if sent else "failed"))

    def _outcome(self, call: CallId, outcome: str) -> None:
        its = self._switch.calls.get(call)
        self._making.pop(call, None)
        if its is not None and its.cause is None:
            its.timer("fax", None)
            self._switch.run_for_call(its, lambda: its.outcome(outcome))

    # --- faxes on a live call ---

    def _begin_live(self, event: FaxBegun) -> None:
        call = self._switch.calls[event.call]  # there is one: ``FaxJobs`` has looked
        call.timer("fax", None)
        session = FaxSession(event.fax, call.id, call.number, call.caller.trunk, event.first_page, self._switch.now)
        card = self._place(call)
        if card is None or call.id in self._sessions or call.caller.state is not LegState.UP:
            self.jobs.try_over(session, FaxResult.NO_LINE, call.customer)
            self._walk_outcome(event.fax, sent=False)
            return
        self._sessions[call.id] = session
        settings = FaxSettings(self._switch.config.fax.ident, fastest=event.fastest)
        command = SendFax(call.caller.id, event.fax, event.document, event.first_page, settings)
        self.moves.begin(FaxMove(call, session, command, card))

    def _tone(self, call: Call, leg: Leg) -> None:
        """A caller's fax machine is heard before an agent talks: its fax is received, if the rules say so and the far end takes the offer."""
        up = leg is call.caller and leg.incoming and leg.state is LegState.UP
        waits = up and not call.is_fax and not call.ivr.is_talking
        if self._switch.config.fax.on_tone == "off" or not waits or call.id in self._sessions:
            return
        card = self._place(call)
        if card is not None:
            command = self._new_reception(call)
            self.moves.begin(FaxMove(call, self._sessions[call.id], command, card, on_tone=True))

    def _move_begun(self, move: FaxMove) -> None:
        call = move.call
        call.timer("fax", CONNECT_WAIT)
        if move.on_tone:
            call.ivr.abandon()
            call.leave_queue()
        if isinstance(move.command, ReceiveFax):
            self._receiving.begin(move.session, call, move.command.path)

    def _move_over(self, move: FaxMove) -> None:
        call, session = move.call, move.session
        call.timer("fax", None)
        del self._sessions[call.id]
        result = session.ended.result if session.ended is not None else move.result or FaxResult.DROPPED
        session.seconds = self._switch.now - session.began
        self._receiving.over(session, call, result)
        self.jobs.try_over(session, result, call.customer)
        self._walk_outcome(session.fax, sent=result is FaxResult.OK)
        if isinstance(move.command, ReceiveFax) and not move.on_tone:
            call.outcome("failed")

    def _refused(self, call: Call) -> None:
        self._switch.count("faxes_refused")
        if call.is_fax:  # nothing can be said on a fax card
            call.end(EndCause.REJECTED_FULL)
        else:
            call.outcome("failed")

    def _place(self, call: Call) -> CardId | None:
        """The fax card for the call's line; ``None``: there is none. The choice is journalled (``FaxPlaced``); a replay uses the journalled one."""
        self._asked[call.id] += 1
        request = call.id, self._asked[call.id]
        card = self.replayed_cards[request] if request in self.replayed_cards else self._free_card(call)
        self._switch.journal(FaxPlaced(*request, card))
        return card

    def _free_card(self, call: Call) -> CardId | None:
        if self.jobs.spool_full:
            return None
        return call.caller.card if call.is_fax else freest_card(self._switch, kind=FAX)

    def timed_out(self, call: Call) -> None:
        """The fax card reports nothing more, or no document has come."""
        if call.id in self._making and call.id not in self._sessions:
            self._outcome(call.id, "failed")
            return
        self._switch.count("faxes_stuck")
        move = self.moves.items.get(call.id)
        if move is None or move.on_tone:
            call.end(EndCause.FAR_LOST)
        else:
            self.moves.ended(move, FaxResult.NO_FAX if move.session.connected is None else FaxResult.DROPPED)

    def card_died(self, call: Call, card: CardId) -> None:
        """A card has died on which the call has no channel of its own, perhaps a second one."""
        self.moves.card_died(call, card)

    def _stop(self, call: CallId) -> None:
        self._switch.apply_decision(FaxStopped(call))

    def _stopped(self, call: CallId) -> None:
        its, move = self._switch.calls[call], self.moves.items.get(call)
        if move is not None:
            self._switch.run_for_call(its, lambda: self.moves.stop(move))
        else:
            self._switch.run_for_call(its, lambda: its.end(EndCause.CANCELLED))

    def call_over(self, call: Call) -> None:
        """The call has been removed."""
        self._asked.pop(call.id, None)
        self._to_send.pop(call.id, None)
        self._offered.pop(call.id, None)
        self._making.pop(call.id, None)
        self._of_walks = {fax: its for fax, its in self._of_walks.items() if its != call.id}
        self.moves.call_over(call.id)
        session = self._sessions.pop(call.id, None)
        self.jobs.dirty = True
        if session is None:
            return
        answered, connected = call.caller.answered is not None, session.connected is not None
        result = (
            session.ended.result
            if session.ended is not None
            else result_of(call.cause, answered=answered, connected=connected)
        )
        session.seconds = self._switch.now - session.began
        self._receiving.over(session, call, result)
        self.jobs.try_over(session, result, call.customer)
