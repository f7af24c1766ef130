"""Screen pops: known data at once, the rest part by part, whatever the branches do."""

from pathlib import Path

import pytest

from shared import aci
from shared.desk import SaveTicket, TrailStep
from shared.enums import Language
from shared.ids import AccountNo, BranchId, CallId, CustomerId, TicketId, TrunkName
from switch_server.core.desks import ShowPop
from switch_server.ports.records import TicketDraft
from tests.services.customer_rig import (
    ANN,
    BOB,
    CALL,
    EVE,
    FUNDS,
    HOLDING,
    LI,
    LONG_NAME,
    MAX,
    NAMES,
    ORDER,
    Rig,
    accounts,
    run,
)
from tests.store.samples import NOON

TRAIL = (TrailStep(NOON, "menu", {Language.ZH: "主菜单"}),)
OLD = CallId("20251124-120000-0007")


def test_a_ring_waits_for_nothing(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.branches.hold = True
        rig.show(trail=TRAIL)
        (agent, first), *rest = rig.told
        assert not rest
        assert (agent, first.number, first.place, first.trail) == ("1001", "13900012345", "of carrier", TRAIL)
        assert first.pending
        assert first.customer is None

    run(tmp_path, test)


def test_parts_are_shown_as_they_come(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.branches.hold = True
        rig.show()
        pop = await rig.pop(lambda pop: pop.customer is not None)
        assert not pop.pending
        assert all(account.pending and account.funds is None for account in accounts(pop))
        assert rig.branches.held == 4, "two questions at a time to each of two branches"
        rig.branches.release(1)
        pop = await rig.pop(lambda pop: accounts(pop)[0].funds is not None)
        assert accounts(pop)[0].pending
        while rig.branches.held:
            rig.branches.release()
        pop = await rig.whole()
        first, second = accounts(pop)
        assert (first.funds, first.holdings, first.orders) == (FUNDS, (HOLDING,), (ORDER,))
        assert (first.branch_name, first.asked_at, first.problem) == (NAMES[BranchId("GZ01")], rig.clock.now, "")
        assert (second.branch_name, second.funds) == ({}, FUNDS)

    run(tmp_path, test)


def test_answers_of_one_turn_are_told_once(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.show()
        await rig.whole()
        assert len(rig.told) == 2, "at once, and with all that six answers brought"

    run(tmp_path, test)


def test_a_name_of_200_characters_with_markup_passes_as_it_is(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        assert len(LONG_NAME) == 200
        rig.show()
        pop = await rig.whole()
        assert pop.customer is not None
        assert (pop.customer.name, pop.customer.vip) == (LONG_NAME, True)

    run(tmp_path, test)


@pytest.mark.parametrize("number", ["02088888888", "", "anonymous", "'; DROP TABLE customers; --"])
def test_an_unknown_number_is_a_pop_without_a_customer(tmp_path: Path, number: str) -> None:
    async def test(rig: Rig) -> None:
        rig.show(number)
        pop = await rig.whole()
        assert (pop.customer, pop.others, pop.number) == (None, (), number)
        assert not rig.branches.asked

    run(tmp_path, test)


def test_of_several_with_the_number_none_is_taken_for_the_caller(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.show("02055501111")
        pop = await rig.whole()
        assert pop.customer is None
        assert [other.name for other in pop.others] == ["陈大", "陈二"]
        assert not rig.branches.asked, "whose accounts, nobody knows yet"

    run(tmp_path, test)


def test_who_keyed_the_pin_is_the_customer_whatever_the_number_says(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.show("02055501111", customer=CustomerId(2))
        await rig.whole()
        rig.show("02055501111", account=AccountNo("60010003"), customer=CustomerId(2))
        assert rig.last.verified == "60010003"
        pop = await rig.pop(lambda pop: pop.customer is not None and pop.customer.id == 3)
        assert [other.name for other in pop.others] == ["陈大"]

    run(tmp_path, test)


def test_nothing_of_another_customer_is_left_when_the_caller_turns_out_to_be_one(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.show()
        await rig.whole()
        rig.show(account=AccountNo("60010002"), customer=CustomerId(2))
        assert rig.last.customer is None
        assert rig.last.pending
        pop = await rig.whole()
        assert pop.customer is not None
        assert pop.customer.name == "陈大"

    run(tmp_path, test)


def test_a_longer_trail_is_told_without_asking_anybody(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.show()
        before = await rig.whole()
        asked = len(rig.branches.asked)
        rig.show(trail=TRAIL)
        assert (rig.last.trail, rig.last.customer) == (TRAIL, before.customer)
        await rig.turns()
        assert len(rig.branches.asked) == asked

    run(tmp_path, test)


# --- the next agent ---


def test_the_next_agent_has_at_once_what_is_known(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.show()
        before = await rig.whole()
        asked = len(rig.branches.asked)
        rig.clock.now += 29.0
        rig.show(agent=BOB)
        agent, first = rig.told[-1]
        assert agent == BOB.agent
        assert first.customer == before.customer
        await rig.turns()
        assert len(rig.branches.asked) == asked, "the branches' answers are good for 30 s"
        await rig.pop(lambda pop: rig.told[-1][0] == BOB.agent and not pop.pending)

    run(tmp_path, test)


def test_old_facts_are_asked_for_again_and_stay_to_be_seen(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.show()
        await rig.whole()
        asked = len(rig.branches.asked)
        rig.clock.now += 31.0
        rig.branches.hold = True
        rig.show(agent=BOB)
        pop = await rig.pop(lambda pop: any(each.pending for each in accounts(pop)))
        assert all(each.funds == FUNDS for each in accounts(pop))
        while rig.branches.held:
            rig.branches.release()
        pop = await rig.whole()
        assert len(rig.branches.asked) == 2 * asked
        assert accounts(pop)[0].asked_at == rig.clock.now

    run(tmp_path, test)


def test_the_next_agent_reads_what_the_one_before_wrote(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.show()
        await rig.whole()
        rig.talk(f"{CALL}/2", ANN, customer=1, note="要转人工", outcome="lost")
        rig.written()
        rig.show(agent=BOB)
        pop = await rig.pop(lambda pop: pop.customer is not None and bool(pop.customer.contacts))
        assert pop.customer is not None
        (contact,) = pop.customer.contacts
        assert (contact.agent, contact.agent_name, contact.summary) == (ANN.agent, "安妮", "要转人工")

    run(tmp_path, test)


def test_recordings_are_marked_by_the_rights_of_who_looks(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.save("contacts", id=OLD, call=OLD, channel="phone", direction="in", customer=1, started_at=NOON - 9)
        rig.save("recordings", id=OLD, call=OLD, path="x.wav")
        rig.talk(f"{OLD}/2", ANN, customer=1)
        rig.written()
        seen = {}
        for agent in (ANN, BOB, EVE, MAX):
            rig.show(agent=agent)
            pop = await rig.whole()
            assert pop.customer is not None
            seen[agent.name] = pop.customer.contacts[0].recording
        assert seen == {"安妮": True, "Bob": False, "Eve": True, "Max": True}

    run(tmp_path, test)


def test_open_tickets_come_first_and_follow_the_customer(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        def draft(title: str, state: str, ticket: TicketId | None = None) -> TicketDraft:
            return TicketDraft(
                agent=ANN.agent, customer=LI.id, ticket=ticket, title=title, state=state, entry="", call=CALL
            )

        rig.store.save_ticket(draft("交割单", "open"))
        rig.clock.now += 60
        rig.store.save_ticket(draft("密码", "closed"))
        rig.show(agent=BOB)
        pop = await rig.whole()
        assert pop.customer is not None
        assert [(ticket.title, ticket.state) for ticket in pop.customer.tickets] == [
            ("交割单", "open"),
            ("密码", "closed"),
        ]

    run(tmp_path, test)


def test_a_ticket_saved_in_the_talk_is_in_the_pop(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.show()
        before = await rig.whole()
        asked = len(rig.branches.asked)
        await rig.desk.answer(BOB, SaveTicket(CustomerId(2), None, "别人的"))
        await rig.desk.answer(ANN, SaveTicket(LI.id, None, "交割单"))
        pop = await rig.pop(lambda pop: pop.customer is not None and bool(pop.customer.tickets))
        assert pop.customer is not None
        assert before.customer is not None
        assert [ticket.title for ticket in pop.customer.tickets] == ["交割单"]
        assert pop.customer.accounts == before.customer.accounts
        assert len(rig.branches.asked) == asked

    run(tmp_path, test)


# --- branches in trouble ---


def test_a_branch_that_is_down_shows_it_and_costs_the_others_nothing(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.branches.go_down(BranchId("GZ02"))
        rig.show()
        first, second = accounts(await rig.whole())
        assert (first.problem, first.funds) == ("", FUNDS)
        assert (second.problem, second.funds, second.pending) == ("branch_down", None, False)
        assert len([at for at, _ in rig.branches.asked if at == "GZ02"]) == 1

    run(tmp_path, test)


def test_a_slow_branch_is_waited_for_once(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.branches._script = lambda query: None if isinstance(query, aci.AskFunds) else script_rest(query)
        rig.branches.hold = True
        rig.show()
        await rig.pop(lambda pop: pop.customer is not None)
        while rig.branches.held:
            rig.branches.release()
        first, _second = accounts(await rig.whole())
        assert (first.problem, first.funds, first.holdings) == ("branch_slow", None, (HOLDING,))
        kinds = [type(query).__name__ for at, query in rig.branches.asked if at == "GZ01"]
        assert kinds == ["AskFunds", "AskHoldings"], "the third would only have been as slow"
        rig.clock.now += 1
        rig.show(agent=BOB)
        await rig.pop(lambda pop: any(each.pending for each in accounts(pop)))

    def script_rest(query: aci.Request) -> aci.Reply:
        return aci.Holdings((HOLDING,)) if isinstance(query, aci.AskHoldings) else aci.Orders((ORDER,))

    run(tmp_path, test)


def test_an_answer_after_the_call_does_nothing(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.branches.hold = True
        rig.show()
        await rig.pop(lambda pop: pop.customer is not None)
        told, asked = len(rig.told), len(rig.branches.asked)
        rig.pops.forget(CALL)
        rig.pops.forget(CALL)
        rig.branches.release()
        await rig.turns()
        assert (len(rig.told), len(rig.branches.asked)) == (told, asked)

    run(tmp_path, test)


def test_a_store_s_answer_after_the_call_does_nothing(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.show()
        rig.pops.forget(CALL)
        other = CallId("20251125-120000-0002")
        rig.show("02088888888", call=other)  # queued behind the first pop in the thread
        await rig.pop(lambda pop: pop.call == other and not pop.pending)
        assert [pop.call for _, pop in rig.told] == [CALL, other, other]
        assert not rig.branches.asked

    run(tmp_path, test)


def test_a_store_that_can_t_be_read_leaves_number_and_trail(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test(rig: Rig) -> None:
        rig.store.read_pops.close()
        rig.show(trail=TRAIL)
        pop = await rig.whole()
        assert (pop.customer, pop.trail, pop.number) == (None, TRAIL, "13900012345")
        assert "the store can't be read" in caplog.text

    run(tmp_path, test)


def test_a_desk_that_can_t_be_told_costs_nobody_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test(rig: Rig) -> None:
        def breaks(_pop: object) -> None:
            raise RuntimeError("the link is gone")

        rig.pops.show(ShowPop(ANN.agent, CALL, "13900012345", TrunkName("carrier"), None, None, ()), breaks)
        rig.show(agent=BOB)
        pop = await rig.whole()
        assert pop.customer is not None
        assert "could not be told" in caplog.text

    run(tmp_path, test)
