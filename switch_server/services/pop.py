"""Screen pops (来电弹屏), ``ports.desks.Pops``: number, place and trail at once, then the store's part, then the branches'.

A ring waits for nothing: ``show`` shows the known facts before it returns. The store is read in a thread of its own; the branches are
asked side by side. The found facts stay until the call is over, so the call's next agent sees them at once.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from shared.desk import AccountFacts, Pop
from shared.ids import AccountNo, CallId, CustomerId, TrunkName
from switch_server.core.desks import ShowPop
from switch_server.ports.desks import AgentBook, BranchQuestions
from switch_server.ports.records import Customer, CustomerRecords
from switch_server.services.branch_facts import BranchFacts
from switch_server.services.customer_cards import BranchName, CustomerCards, StoredCustomer

log = logging.getLogger(__name__)

CONTACTS = 20
TICKETS = 20
OTHERS = 20


class _StoredFacts(Struct, frozen=True):
    """The store's part. ``known=None``: no customer, or several, or the store can't be read."""

    known: StoredCustomer | None = None
    others: tuple[Customer, ...] = ()


class _CallPop:
    """The known facts of one call."""

    def __init__(self, effect: ShowPop, tell: Callable[[Pop], None]) -> None:
        self.effect, self.tell = effect, tell
        self.found: _StoredFacts | None = None
        self.reading = 0
        """Counts the reads of the store: the result of an earlier read is ignored."""
        self.telling = False
        self.facts: BranchFacts


class ScreenPops:
    """On the loop. ``records`` is read in a thread; ``place`` gives the region of a trunk's callers (``""``: unknown)."""

    def __init__(
        self,
        records: CustomerRecords,
        branches: BranchQuestions,
        agents: AgentBook,
        *,
        place: Callable[[TrunkName], str],
        branch_name: BranchName,
        clock: Callable[[], float],
    ) -> None:
        self._records, self._branches, self._agents = records, branches, agents
        self._place, self._clock = place, clock
        self._cards = CustomerCards(agents, branch_name)
        self._calls: dict[CallId, _CallPop] = {}
        self._thread = ThreadPoolExecutor(1, "pops")  # the reader serves one query at a time

    def show(self, effect: ShowPop, tell: Callable[[Pop], None]) -> None:
        kept = self._calls.get(effect.call)
        if kept is None:
            kept = self._calls[effect.call] = _CallPop(effect, tell)
            kept.facts = BranchFacts(self._branches, self._clock, lambda: self._tell_soon(kept))
            asked_before = None
        else:
            asked_before = _subject_of(kept.effect)
            if asked_before[1:] != _subject_of(effect)[1:] and not _still_shows(kept.found, effect):
                kept.found = None  # another customer: the earlier one is not shown any longer
            kept.effect, kept.tell = effect, tell
        self._tell(kept)
        if asked_before != _subject_of(effect):
            self._read(kept)

    def forget(self, call: CallId) -> None:
        kept = self._calls.pop(call, None)
        if kept is not None:
            kept.facts.stop()

    def refresh(self, customer: CustomerId) -> None:
        """A ticket of this customer was saved: every pop that shows the customer reads the store again."""
        for kept in self._calls.values():
            if kept.found and kept.found.known and kept.found.known.customer.id == customer:
                self._read(kept)

    def stop(self) -> None:
        """No pop is shown afterwards."""
        for call in list(self._calls):
            self.forget(call)
        self._thread.shutdown(wait=True, cancel_futures=True)

    # --- the store ---

    def _read(self, kept: _CallPop) -> None:
        kept.reading += 1
        reading, effect = kept.reading, kept.effect
        answer = asyncio.get_running_loop().run_in_executor(
            self._thread, self._look_up, effect.number, effect.account, effect.customer
        )
        answer.add_done_callback(lambda done: self._take(kept, reading, done))

    def _look_up(self, number: str, account: AccountNo | None, customer: CustomerId | None) -> _StoredFacts:
        """In the thread. The customer whose PIN was keyed, else the core's customer, else the only customer with this number."""
        by_phone = self._records.customers_by_phone(number, OTHERS)
        verified = self._records.account(account) if account else None
        shown = verified[1] if verified else customer
        if shown is None and len(by_phone) == 1:
            shown = by_phone[0].id
        found = self._records.customer(shown) if shown is not None else None
        others = tuple(each for each in by_phone if found is None or each.id != found.id)
        if found is None:
            return _StoredFacts(None, others)
        history = self._records.history(found.id, CONTACTS)
        return _StoredFacts(StoredCustomer(found, history, self._records.tickets(found.id, TICKETS)), others)

    def _take(self, kept: _CallPop, reading: int, answer: "asyncio.Future[_StoredFacts]") -> None:
        if answer.cancelled() or not self._is_current(kept) or reading != kept.reading:
            return
        if fault := answer.exception():
            log.error("pop of call %s: the store can't be read", kept.effect.call, exc_info=fault)
            kept.found = kept.found or _StoredFacts()
        else:
            kept.found = answer.result()
        kept.facts.want(self._accounts(kept.found))
        self._tell_soon(kept)

    def _accounts(self, found: _StoredFacts) -> tuple[AccountFacts, ...]:
        return self._cards.accounts(found.known.customer.accounts) if found.known else ()

    # --- reports to the desk ---

    def _tell_soon(self, kept: _CallPop) -> None:
        """Parts that arrive in the same turn of the loop are reported once."""
        if not kept.telling and self._is_current(kept):
            kept.telling = True
            asyncio.get_running_loop().call_soon(self._tell_now, kept)

    def _tell_now(self, kept: _CallPop) -> None:
        if kept.telling and self._is_current(kept):
            self._tell(kept)

    def _tell(self, kept: _CallPop) -> None:
        kept.telling = False
        try:
            kept.tell(self._pop(kept))
        except Exception:  # the call and its other agents must not suffer
            log.exception("pop of call %s could not be told", kept.effect.call)

    def _pop(self, kept: _CallPop) -> Pop:
        effect, found = kept.effect, kept.found or _StoredFacts()
        reader = self._agents.agent(effect.agent)
        return Pop(
            call=effect.call,
            number=effect.number,
            place=self._place(effect.trunk),
            verified=effect.account,
            trail=effect.trail,
            customer=self._cards.card(found.known, reader, kept.facts.of) if found.known else None,
            others=tuple(self._cards.card(StoredCustomer(other), reader) for other in found.others),
            pending=kept.found is None,
        )

    def _is_current(self, kept: _CallPop) -> bool:
        return self._calls.get(kept.effect.call) is kept


def _subject_of(effect: ShowPop) -> tuple[object, ...]:
    """If one of these changes, the store is read again; the agent is one, since contacts and tickets may have changed meanwhile."""
    return effect.agent, effect.number, effect.account, effect.customer


def _still_shows(found: _StoredFacts | None, effect: ShowPop) -> bool:
    return found is not None and found.known is not None and found.known.customer.id == effect.customer
