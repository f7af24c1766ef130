"""Facts about accounts from branches: the number of requests at a time, and unusual answers."""

from collections.abc import Callable

from shared import aci
from shared.desk import AccountFacts
from shared.enums import Refusal
from shared.ids import AccountNo, BranchId
from switch_server.services.branch_facts import AT_ONCE, BranchFacts
from tests.fakes.branches import FakeBranches
from tests.services.customer_rig import FUNDS, script
from tests.store.samples import Clock

GZ01 = BranchId("GZ01")


def accounts(number: int) -> list[AccountFacts]:
    return [AccountFacts(AccountNo(f"6001{n:04}"), GZ01, {}) for n in range(number)]


def branches(answer: Callable[[aci.Request], aci.Reply | None] = script) -> FakeBranches:
    return FakeBranches(lambda _event: None, [GZ01], answer)


def test_a_customer_with_500_accounts_does_not_fill_the_link() -> None:
    at, changes = branches(), 0

    def changed() -> None:
        nonlocal changes
        changes += 1

    facts, wanted = BranchFacts(at, Clock(), changed), accounts(500)
    at.hold = True
    facts.want(wanted)
    most = 0
    while at.held:
        most = max(most, at.held)
        at.release(1)
    assert most == AT_ONCE
    assert changes == len(at.asked) == 1500
    assert not facts.pending
    assert all(facts.of(account).funds == FUNDS for account in wanted)


def test_500_accounts_of_a_branch_that_answers_at_once() -> None:
    at = branches()
    facts, wanted = BranchFacts(at, Clock(), lambda: None), accounts(500)
    facts.want(wanted)
    assert not facts.pending
    assert len(at.asked) == 1500


def test_what_is_asked_already_is_not_asked_again() -> None:
    at = branches()
    at.hold = True
    facts = BranchFacts(at, Clock(), lambda: None)
    for _ in range(3):
        facts.want(accounts(1))
    while at.held:
        at.release()
    assert len(at.asked) == 3


def test_a_no_to_one_question_leaves_the_others() -> None:
    def answer(query: aci.Request) -> aci.Reply | None:
        return aci.Refused(Refusal.UNKNOWN_ACCOUNT) if isinstance(query, aci.AskHoldings) else script(query)

    at = branches(answer)
    facts = BranchFacts(at, Clock(), lambda: None)
    (account,) = accounts(1)
    facts.want([account])
    known = facts.of(account)
    assert (known.problem, known.funds, len(known.orders), known.asked_at) == ("unknown_account", FUNDS, 1, None)


def test_an_answer_of_another_kind_is_a_problem() -> None:
    at = branches(lambda _query: aci.MaxQuantity(0))  # type: ignore[arg-type]
    facts = BranchFacts(at, Clock(), lambda: None)
    (account,) = accounts(1)
    facts.want([account])
    assert facts.of(account).problem == "bad_answer"


def test_an_account_that_moved_to_another_branch_starts_anew() -> None:
    at = branches()
    facts = BranchFacts(at, Clock(), lambda: None)
    (account,) = accounts(1)
    facts.want([account])
    moved = AccountFacts(account.account, BranchId("GZ02"), {})
    assert facts.of(moved) == moved
    facts.want([moved])
    assert (facts.of(moved).problem, facts.of(moved).funds) == ("branch_down", None)
