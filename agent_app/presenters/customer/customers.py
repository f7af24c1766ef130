"""The customer on screen, who is the pop's caller or was looked up; search, tickets, branch facts, recordings."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from agent_app.model.desk.problems import LocalProblem, NoAnswer
from agent_app.model.desk.view import Action, PlayerView, SearchView
from agent_app.presenters.parts.ports import Failed
from agent_app.presenters.parts.requests import QUESTION_S, Requests
from agent_app.presenters.parts.view_draft import ViewDraft
from shared.desk import (
    TEXT_MAX,
    AccountFacts,
    AccountShown,
    AskAccount,
    AskCustomer,
    AskRecording,
    CustomerCard,
    Customers,
    CustomerShown,
    DeskRefusal,
    FindCustomers,
    Pop,
    RecordingPart,
    Refused,
    SaveTicket,
    Ticket,
    TicketSaved,
)
from shared.enums import Refusal
from shared.ids import AccountNo, CallId, CustomerId, TicketId

DEBOUNCE_S = 0.25
LONGEST_SEARCH = 64
LONGEST_TITLE = 200
LARGEST_RECORDING = 256 * 1024 * 1024
"""Bytes, more than an eight-hour talk has. A larger size is a fault of the switch."""


class CustomerPresenter:
    def __init__(self, draft: ViewDraft, requests: Requests, clock: Callable[[], float]) -> None:
        self._draft, self._requests, self._clock = draft, requests, clock
        self._pop: Pop | None = None
        self._search_at: float | None = None
        self._facts: dict[AccountNo, AccountFacts] = {}
        """Facts that this desk has asked for, newer than those of the card."""
        self._tickets: dict[TicketId, Ticket] = {}

    # --- the pop ---

    def follow(self, pop: Pop | None) -> None:
        """A new caller's card is shown at once; a change of the same caller's card leaves a looked-up customer on the screen."""
        old, self._pop = self._pop, pop
        if pop is old:
            return
        if pop is not None and (old is None or old.call != pop.call):
            self._facts.clear()
            self._tickets.clear()
            self._draft.put(shown_is_pop=True)
        if self._draft.view.shown_is_pop:
            self._show(pop.customer if pop is not None else None, is_pop=True)

    def show_pop(self) -> None:
        self._requests.drop(Action.SEARCH)
        self._show(self._pop.customer if self._pop is not None else None, is_pop=True)

    def forget(self) -> None:
        """Nobody is logged in: all data of customers is removed from the view."""
        self._pop, self._search_at = None, None
        self._facts.clear()
        self._tickets.clear()
        self._draft.put(shown=None, shown_is_pop=True, search=SearchView(), player=None)

    # --- search ---

    def search(self, text: str) -> None:
        wanted = text[:LONGEST_SEARCH]
        self._requests.drop(Action.SEARCH)
        if not wanted.strip():
            self._search_at = None
            self._draft.put(search=SearchView(wanted))
            return
        if self._requests.may(Action.SEARCH):
            self._search_at = self._clock() + DEBOUNCE_S
            self._draft.put(search=SearchView(wanted, busy=True, rows=self._draft.view.search.rows))

    def tick(self, now: float) -> None:
        if self._search_at is not None and now >= self._search_at:
            self._search_at = None
            text = self._draft.view.search.text
            self._requests.send(
                Action.SEARCH, FindCustomers(text.strip()), Customers, self._found, failed=self._not_found
            )

    def _found(self, reply: Customers) -> None:
        self._draft.put(search=replace(self._draft.view.search, busy=False, rows=reply.rows))

    def _not_found(self, _: Failed | Refused) -> None:
        self._draft.put(search=replace(self._draft.view.search, busy=False, rows=()))

    def show_customer(self, customer: CustomerId) -> None:
        if self._requests.may(Action.SEARCH):
            self._requests.drop(Action.SEARCH)
            self._requests.send(
                Action.SEARCH,
                AskCustomer(customer),
                CustomerShown,
                lambda reply: self._show(reply.customer, is_pop=False),
            )

    # --- branches ---

    def ask_account(self, account: AccountNo) -> None:
        """The account is pending, not the ``Action``, and the account has the problem."""
        facts = self._find(account)
        if facts is None or facts.pending or not self._requests.may(Action.ASK_ACCOUNT):
            return
        self._know(replace(facts, pending=True, problem=""))
        self._requests.send(
            None,
            AskAccount(account),
            AccountShown,
            lambda reply: self._know(reply.account),
            failed=lambda why: self._know(replace(facts, pending=False, problem=_account_problem(why))),
            timeout=QUESTION_S,
        )

    def _find(self, account: AccountNo) -> AccountFacts | None:
        shown = self._draft.view.shown
        return next((row for row in shown.accounts if row.account == account), None) if shown is not None else None

    def _know(self, facts: AccountFacts) -> None:
        if self._draft.view.needs_password:
            return  # the agent who asked has logged out
        self._facts[facts.account] = facts
        shown = self._draft.view.shown
        if shown is not None:
            self._show(shown, is_pop=self._draft.view.shown_is_pop)

    # --- tickets ---

    def save_ticket(self, ticket: TicketId | None, title: str, state: str, note: str) -> None:
        if not self._requests.may(Action.NEW_TICKET):
            return
        view = self._draft.view
        assert view.shown is not None
        if not title.strip():
            self._draft.problem(Action.NEW_TICKET, LocalProblem.NO_TITLE)
        elif len(title.strip()) > LONGEST_TITLE or len(note) > TEXT_MAX:
            self._draft.problem(Action.NEW_TICKET, LocalProblem.TOO_LONG)
        else:
            call = self._pop.call if view.shown_is_pop and self._pop is not None else None
            request = SaveTicket(view.shown.id, ticket, title.strip(), state, note, call)
            self._requests.send(Action.NEW_TICKET, request, TicketSaved, self._saved)

    def _saved(self, reply: TicketSaved) -> None:
        self._tickets[reply.ticket.id] = reply.ticket
        shown = self._draft.view.shown
        if shown is not None:
            self._show(shown, is_pop=self._draft.view.shown_is_pop)

    # --- recordings ---

    def fetch_recording(self, call: CallId) -> None:
        player = self._draft.view.player
        if player is not None and player.call == call:
            return  # the recording is pending or fetched
        self._requests.drop(Action.PLAY_RECORDING)
        if self._requests.may(Action.PLAY_RECORDING):
            self._draft.put(player=PlayerView(call))
            self._fetch(call, [])

    def close_player(self) -> None:
        self._requests.drop(Action.PLAY_RECORDING)
        self._draft.put(player=None)

    def _fetch(self, call: CallId, parts: list[bytes]) -> None:
        self._requests.send(
            Action.PLAY_RECORDING,
            AskRecording(call, sum(map(len, parts))),
            RecordingPart,
            lambda part: self._part(part, parts),
            failed=lambda _: self._draft.put(player=None),
            timeout=QUESTION_S,
        )

    def _part(self, part: RecordingPart, parts: list[bytes]) -> None:
        have = sum(map(len, parts)) + len(part.data)
        fits = have == part.offset + len(part.data) and have <= part.size <= LARGEST_RECORDING
        if not fits or (not part.data and have < part.size):
            self._draft.put(player=None)
            self._draft.problem(Action.PLAY_RECORDING, NoAnswer.BAD_REPLY)
            return
        parts.append(part.data)
        whole = have == part.size
        self._draft.put(player=PlayerView(part.call, have, part.size, b"".join(parts) if whole else None))
        if not whole:
            self._fetch(part.call, parts)

    # --- inside ---

    def _show(self, card: CustomerCard | None, *, is_pop: bool) -> None:
        if card is not None:
            accounts = tuple(_newer(row, self._facts.get(row.account)) for row in card.accounts)
            card = replace(card, accounts=accounts, tickets=self._with_own(card.id, card.tickets))
        self._draft.put(shown=card, shown_is_pop=is_pop)

    def _with_own(self, customer: CustomerId, tickets: Sequence[Ticket]) -> tuple[Ticket, ...]:
        """The card's tickets, and tickets saved at this desk that the card does not have yet; the newest first."""
        rows = {ticket.id: ticket for ticket in tickets}
        for own in self._tickets.values():
            known = rows.get(own.id)
            if own.customer == customer and (known is None or own.updated_at >= known.updated_at):
                rows[own.id] = own
        if len(rows) == len(tickets) and all(rows[ticket.id] is ticket for ticket in tickets):
            return tuple(tickets)
        return tuple(sorted(rows.values(), key=lambda ticket: ticket.updated_at, reverse=True))


def _newer(card: AccountFacts, own: AccountFacts | None) -> AccountFacts:
    """The desk's own facts are shown until the card has facts that were asked for later."""
    if own is None or (card.asked_at or 0.0) > (own.asked_at or 0.0):
        return card
    return own


def _account_problem(why: Failed | Refused) -> str:
    """The ``Refusal`` for ``AccountFacts.problem``."""
    if isinstance(why, Failed):
        return Refusal.BRANCH_SLOW if why.code == NoAnswer.TIMED_OUT else Refusal.BRANCH_DOWN
    return Refusal.UNSUPPORTED if why.code == DeskRefusal.NOT_ALLOWED else Refusal.BRANCH_DOWN
