"""The customer on screen: pop, search, look-ups, tickets, branch facts, recordings."""

import pytest
from msgspec.structs import replace

from agent_app.model.desk.view import Action, LinkState, SearchView
from agent_app.presenters.parts.ports import Failed
from shared.desk import (
    AccountFacts,
    AccountShown,
    AskAccount,
    AskCustomer,
    AskRecording,
    CallChanged,
    Customers,
    CustomerShown,
    DeskRefusal,
    FindCustomers,
    PopChanged,
    RecordingPart,
    Refused,
    SaveTicket,
    Ticket,
    TicketSaved,
)
from shared.ids import AccountNo, AgentId, BranchId, CallId, CustomerId, TicketId
from tests.agent_app.fakes import World, at_work, card, pop

ACCOUNT = AccountNo("88001234")
FACTS = AccountFacts(ACCOUNT, BranchId("GZ01"), {})
TICKET = Ticket(TicketId(7), CustomerId(1), "Refund", "open", 1.0, AgentId("8001"), 5.0)


def shown(world: World) -> int | None:
    return world.view.shown.id if world.view.shown is not None else None


# --- the pop ---


def test_the_pop_s_customer_is_on_screen_and_is_updated_by_later_pops() -> None:
    world = at_work()
    world.report(PopChanged(pop(pending=True)))
    assert world.view.shown is None
    world.report(PopChanged(pop(customer=card())))
    assert world.view.shown == card()
    filled = card(accounts=(replace(FACTS, asked_at=9.0),))
    world.report(PopChanged(pop(customer=filled)))
    assert world.view.shown == filled
    world.report(PopChanged(None))
    assert world.view.shown is None


def test_a_looked_up_customer_stays_until_the_agent_returns_to_the_pop_or_a_new_call_comes() -> None:
    world = at_work(pop=pop(customer=card(1)))
    world.desk.show_customer(CustomerId(2))
    world.switch.answer(CustomerShown(card(2)), AskCustomer)
    world.report(PopChanged(pop(customer=card(1, vip=True))))
    assert (shown(world), world.view.shown_is_pop) == (2, False)
    world.desk.show_pop()
    assert (world.view.shown, world.view.shown_is_pop) == (card(1, vip=True), True)
    world.desk.show_customer(CustomerId(2))
    world.switch.answer(CustomerShown(card(2)), AskCustomer)
    world.report(PopChanged(pop("c2", card(3))))
    assert (shown(world), world.view.shown_is_pop) == (3, True)


def test_a_looked_up_customer_stays_when_the_pop_ends() -> None:
    world = at_work(pop=pop(customer=card(1)))
    world.desk.show_customer(CustomerId(2))
    world.switch.answer(CustomerShown(card(2)), AskCustomer)
    world.report(PopChanged(None))
    assert shown(world) == 2


def test_names_of_200_characters_and_markup_pass_through_as_they_are() -> None:
    name = "<b>" + "长" * 194 + "</b>"
    world = at_work(pop=pop(customer=card(name=name)))
    assert world.view.shown is not None
    assert world.view.shown.name == name


# --- search ---


def test_search_waits_for_the_last_key_and_asks_once() -> None:
    world = at_work()
    for text in ("z", "zh", " zhang"):
        world.desk.search(text)
        assert world.view.search.busy
    world.pass_time(0.1)
    assert world.switch.open(FindCustomers) == []
    world.pass_time(0.4)
    assert world.switch.open(FindCustomers) == [FindCustomers("zhang")]
    world.switch.answer(Customers((card(1), card(2))))
    assert world.view.search == SearchView(" zhang", busy=False, rows=(card(1), card(2)))


def test_the_answer_to_an_older_search_is_left_out() -> None:
    world = at_work()
    world.desk.search("zhang")
    world.pass_time(0.4)
    world.desk.search("zhao")
    world.pass_time(0.4)
    world.switch.answer(Customers((card(1),)))  # zhang's
    assert world.view.search.rows == ()
    world.switch.answer(Customers((card(2),)))
    assert world.view.search.rows == (card(2),)


def test_an_emptied_search_clears_the_rows() -> None:
    world = at_work()
    world.desk.search("zhang")
    world.desk.search("")
    world.pass_time(1.0)
    assert (world.view.search, world.switch.open(FindCustomers)) == (SearchView(""), [])


def test_a_search_that_failed_is_not_busy() -> None:
    world = at_work()
    world.desk.search("zhang")
    world.pass_time(0.4)
    world.switch.answer(Failed("timed_out"))
    assert (world.view.search.busy, world.problem) == (False, "timed_out")


def test_no_search_without_a_link() -> None:
    world = at_work()
    world.desk.link_state(LinkState.LOST)
    world.desk.search("zhang")
    assert world.problem == "never_left"


def test_a_customer_that_does_not_exist() -> None:
    world = at_work()
    world.desk.show_customer(CustomerId(9))
    world.switch.answer(Refused(DeskRefusal.NOT_FOUND))
    assert (world.problem, world.view.shown) == ("not_found", None)


# --- branches ---


def account_on_screen() -> World:
    return at_work(pop=pop(customer=card(accounts=(FACTS,))))


def facts(world: World) -> AccountFacts:
    assert world.view.shown is not None
    return world.view.shown.accounts[0]


def test_an_account_is_pending_until_its_branch_answers() -> None:
    world = account_on_screen()
    world.desk.ask_account(ACCOUNT)
    world.desk.ask_account(ACCOUNT)
    world.desk.ask_account(AccountNo("other"))
    assert facts(world).pending
    assert world.switch.open(AskAccount) == [AskAccount(ACCOUNT)]
    answer = replace(FACTS, asked_at=50.0, locked=True)
    world.switch.answer(AccountShown(answer))
    assert facts(world) == answer
    world.report(PopChanged(pop(customer=card(accounts=(replace(FACTS, asked_at=40.0),)))))
    assert facts(world) == answer  # the branch was asked later than for the pop
    world.report(PopChanged(pop(customer=card(accounts=(replace(FACTS, asked_at=60.0),)))))
    assert facts(world).asked_at == 60.0


@pytest.mark.parametrize(
    ("end", "problem"),
    [
        (Failed("timed_out"), "branch_slow"), (Failed("link_lost"), "branch_down"),
        (Refused(DeskRefusal.NOT_ALLOWED), "unsupported"), (Refused(DeskRefusal.FAULT), "branch_down"),
    ],
)  # fmt: skip
def test_an_account_whose_branch_does_not_answer_shows_a_problem(end: Failed, problem: str) -> None:
    world = account_on_screen()
    world.desk.ask_account(ACCOUNT)
    world.switch.answer(end)
    assert (facts(world).pending, facts(world).problem, world.problem) == (False, problem, "")


# --- tickets ---


def test_a_new_ticket_belongs_to_the_customer_on_screen_and_to_the_call() -> None:
    world = at_work(pop=pop(customer=card()))
    world.desk.save_ticket(None, " Refund ", note="promised")
    world.desk.save_ticket(None, "Refund")
    assert world.switch.open(SaveTicket) == [
        SaveTicket(CustomerId(1), None, "Refund", "open", "promised", CallId("c1"))
    ]
    world.switch.answer(TicketSaved(TICKET))
    assert world.view.shown is not None
    assert world.view.shown.tickets == (TICKET,)
    world.report(PopChanged(pop(customer=card(vip=True))))
    assert world.view.shown.tickets == (TICKET,)  # the pop was made before the ticket
    newer = replace(TICKET, state="closed", updated_at=9.0)
    world.report(PopChanged(pop(customer=card(tickets=(newer,)))))
    assert world.view.shown.tickets == (newer,)


def test_a_ticket_of_a_looked_up_customer_belongs_to_no_call() -> None:
    world = at_work(pop=pop(customer=card()))
    world.desk.show_customer(CustomerId(2))
    world.switch.answer(CustomerShown(card(2)))
    world.desk.save_ticket(TicketId(3), "Old", "closed")
    assert world.switch.open(SaveTicket) == [SaveTicket(CustomerId(2), TicketId(3), "Old", "closed", "", None)]


@pytest.mark.parametrize(
    ("title", "note", "code"), [(" ", "", "no_title"), ("x" * 201, "", "too_long"), ("x", "y" * 4001, "too_long")]
)
def test_a_ticket_out_of_bounds_is_not_sent(title: str, note: str, code: str) -> None:
    world = at_work(pop=pop(customer=card()))
    world.desk.save_ticket(None, title, note=note)
    assert (world.problem, world.switch.open(SaveTicket)) == (code, [])


def test_a_ticket_needs_a_customer() -> None:
    world = at_work()
    world.desk.save_ticket(None, "Refund")
    assert world.problem == "no_customer"


# --- recordings ---


def test_a_recording_comes_in_parts() -> None:
    world = at_work()
    world.desk.fetch_recording(CallId("old"))
    world.desk.fetch_recording(CallId("old"))
    assert world.switch.open(AskRecording) == [AskRecording(CallId("old"), 0)]
    world.switch.answer(RecordingPart(CallId("old"), 5, 0, b"RIF"))
    player = world.view.player
    assert player is not None
    assert (player.have, player.size, player.wav) == (3, 5, None)
    assert world.switch.open(AskRecording) == [AskRecording(CallId("old"), 3)]
    world.switch.answer(RecordingPart(CallId("old"), 5, 3, b"Fx"))
    assert world.view.player is not None
    assert world.view.player.wav == b"RIFFx"
    world.desk.close_player()
    assert world.view.player is None


def test_another_recording_replaces_the_one_that_is_being_fetched() -> None:
    world = at_work()
    world.desk.fetch_recording(CallId("a"))
    world.desk.fetch_recording(CallId("b"))
    world.switch.answer(RecordingPart(CallId("a"), 2, 0, b"aa"))
    assert world.view.player is not None
    assert (world.view.player.call, world.view.player.have) == ("b", 0)


@pytest.mark.parametrize(
    "part",
    [
        RecordingPart(CallId("a"), 9, 4, b"xx"), RecordingPart(CallId("a"), 1, 0, b"xx"),
        RecordingPart(CallId("a"), 9, 0, b""), RecordingPart(CallId("a"), 1 << 40, 0, b"x"),
    ],
)  # fmt: skip
def test_parts_with_a_wrong_size_or_offset_end_the_fetch(part: RecordingPart) -> None:
    world = at_work()
    world.desk.fetch_recording(CallId("a"))
    world.switch.answer(part)
    assert (world.view.player, world.problem, world.view.pending) == (None, "bad_reply", ())


def test_a_refused_recording_closes_the_player() -> None:
    world = at_work()
    world.desk.fetch_recording(CallId("a"))
    world.switch.answer(Refused(DeskRefusal.NOT_ALLOWED))
    assert (world.view.player, world.problem) == (None, "not_allowed")
    assert world.view.enabled[Action.PLAY_RECORDING].on


def test_a_new_call_drops_the_old_call_s_question_to_a_branch() -> None:
    world = account_on_screen()
    world.desk.ask_account(ACCOUNT)
    world.report(PopChanged(pop("c2", card(accounts=(FACTS,)))), CallChanged(None))
    assert not facts(world).pending
