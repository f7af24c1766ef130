"""The faxes of the switch: those to be sent (``jobs``), those received (``receiving``), and the T.30 session of each call that has one."""

from collections import Counter

from shared.enums import EndCause
from shared.fax import FaxModem
from shared.ids import CallId, CardId
from switch_server.core.call import Call, LineSwitchboard, freest_card
from switch_server.core.fax.facts import (
    FaxAsked,
    FaxCancelAsked,
    FaxConnected,
    FaxEnded,
    FaxesRecovered,
    FaxFact,
    FaxKeepFailed,
    FaxKept,
    FaxPage,
    FaxPlaced,
    FaxRetryAsked,
    FaxSpoolChanged,
)
from switch_server.core.fax.jobs import FaxJobs
from switch_server.core.fax.receiving import Receiving, received_id
from switch_server.core.fax.schedule import result_of
from switch_server.core.fax.session import FaxSession
from switch_server.core.words import FAX, FaxSettings, ReceiveFax, SendFax

CONNECT_WAIT = 120.0
"""Seconds from the answer to the far machine's first frame; a card that reports nothing by then is stuck (T.30 timers T0 and T1 end at 60 s and 35 s)."""
PAGE_WAIT = 1800.0
"""Seconds for one page at most: a dense fine page at 2,400 bit/s."""


class FaxRoom:
    def __init__(self, switch: LineSwitchboard) -> None:
        self._switch = switch
        self.jobs = FaxJobs(switch, self._stop)
        self._receiving = Receiving(switch)
        self._sessions: dict[CallId, FaxSession] = {}
        self._to_send: dict[CallId, SendFax] = {}
        """What the fax card is to be told once the far end has answered."""
        self._asked: Counter[CallId] = Counter()
        """The number of fax cards that each call has asked for."""
        self.replayed_cards: dict[tuple[CallId, int], CardId | None] = {}
        """For a replay: the choices in the journal."""
        self._spool_full = False

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
            case FaxSpoolChanged(full=full):
                self._spool_full = full
            case FaxPlaced(call=call, number=number, card=card):
                self.replayed_cards[call, number] = card
            case _:
                self._switch.count("faxes_without_meaning")

    def session_fact(self, call: Call, event: FaxConnected | FaxPage | FaxEnded) -> None:
        """A fax card's report about the call's session."""
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

    def _ended(self, call: Call, session: FaxSession, event: FaxEnded) -> None:
        session.ended, session.pages = event, max(session.pages, event.pages)
        call.timer("fax", None)
        self.jobs.page(session.fax, session.first_page + session.pages)
        call.end(EndCause.GOODBYE)

    # --- calls (``core.talk.host.FaxHost``) ---

    def dialled(self, call: CallId, send: SendFax, number: str, fastest: FaxModem) -> None:
        trunk = self._switch.calls[call].caller.trunk
        settings = FaxSettings(self._switch.config.fax.ident, fastest=fastest)
        self._to_send[call] = SendFax(send.leg, send.fax, send.path, send.first_page, settings)
        self._sessions[call] = FaxSession(send.fax, call, number, trunk, send.first_page, self._switch.now)

    def answered(self, call: CallId) -> None:
        its = self._switch.calls[call]
        its.timer("fax", CONNECT_WAIT)
        its.to_card(its.caller, self._to_send[call])

    def receive(self, call: CallId) -> None:
        its = self._switch.calls[call]
        card = self._place(its)
        if card is None or card != its.caller.card:
            self._refused(its)
            return
        fax, path = received_id(call, self._asked[call]), self._receiving.path(received_id(call, self._asked[call]))
        session = self._sessions[call] = FaxSession(fax, call, its.number, its.caller.trunk, 0, self._switch.now)
        self._receiving.begin(session, its, path)
        its.makes_contact = not its.is_fax
        its.timer("fax", CONNECT_WAIT)
        its.to_card(its.caller, ReceiveFax(its.caller.id, fax, path, FaxSettings(self._switch.config.fax.ident)))

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
        if self._spool_full:
            return None
        return call.caller.card if call.is_fax else freest_card(self._switch, kind=FAX)

    def timed_out(self, call: Call) -> None:
        """The fax card reports nothing more."""
        self._switch.count("faxes_stuck")
        call.end(EndCause.FAR_LOST)

    def _stop(self, call: CallId) -> None:
        its = self._switch.calls.get(call)
        if its is not None:
            self._switch.run_for_call(its, lambda: its.end(EndCause.CANCELLED))

    def call_over(self, call: Call) -> None:
        """The call has been removed."""
        self._asked.pop(call.id, None)
        self._to_send.pop(call.id, None)
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
        session.seconds = self._switch.now - (call.caller.answered or self._switch.now)
        self._receiving.over(session, call, result)
        self.jobs.try_over(session, result, call.customer)
