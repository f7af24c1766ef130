"""``ports.OrderJournalPort``: the same tests for the fake and for the real one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.aci import PlaceOrder
from switch_server.adapters.order_journal import SqliteOrderJournal
from switch_server.core.orders import JournalOrder, OrderJournalFailed, OrderJournalled, OrderRecovered
from tests.fakes.order_journal import FakeOrderJournal
from tests.store.samples import CONTRACT, Clock, Posted, cancel, place, report, state

Journal = FakeOrderJournal | SqliteOrderJournal


@pytest.fixture
def posted() -> Posted:
    return Posted()


@pytest.fixture(params=["fake", "sqlite"])
def journal(request: pytest.FixtureRequest, posted: Posted, tmp_path: Path) -> Iterator[Journal]:
    if request.param == "fake":
        yield FakeOrderJournal(posted)
        return
    real = SqliteOrderJournal(tmp_path / "orders.db", posted, clock=Clock())
    real.start()
    yield real
    real.stop()


def settle(journal: Journal) -> None:
    if isinstance(journal, SqliteOrderJournal):
        assert journal.flush()


def test_each_order_is_answered_in_order(journal: Journal, posted: Posted) -> None:
    orders = [place(n) for n in range(1, 201)]
    for order in orders:
        journal.do(order)
    assert posted.wait(200) == [OrderJournalled(order.key) for order in orders]


def test_a_key_is_journalled_once(journal: Journal, posted: Posted) -> None:
    journal.do(place(1))
    journal.do(place(1))
    journal.do(place(2))
    first, again, other = posted.wait(3)
    assert isinstance(first, OrderJournalled)
    assert isinstance(again, OrderJournalFailed)
    assert again.key == place(1).key
    assert again.text
    assert other == OrderJournalled(place(2).key)


def test_only_undecided_orders_are_unfinished(journal: Journal, posted: Posted) -> None:
    ends = ["captured", "sent", "in_doubt", "accepted", "working", "filled", "cancelled", "rejected", "refused", "void"]
    orders = [place(n) for n in range(len(ends))]
    for order, end in zip(orders, ends, strict=True):
        journal.do(order)
        if end != "captured":
            journal.do(state(order, "sent"))
        if end not in ("captured", "sent"):
            journal.do(state(order, end, "accepted"))
    posted.wait(len(ends))
    settle(journal)
    assert [found.key for found in journal.unfinished()] == [orders[0].key, orders[1].key, orders[2].key]


def test_an_unfinished_order_comes_back_as_captured(journal: Journal, posted: Posted) -> None:
    bought, cancelled = place(1), cancel(2)
    journal.do(bought)
    journal.do(cancelled)
    posted.wait(2)
    where = (bought.context.call, bought.context.branch)
    assert isinstance(bought.order, PlaceOrder)
    assert journal.unfinished() == [
        OrderRecovered(bought.key, *where, bought.order, None),
        OrderRecovered(cancelled.key, *where, None, CONTRACT),
    ]


def test_a_repeated_key_does_not_spoil_the_first(journal: Journal, posted: Posted) -> None:
    journal.do(place(1))
    journal.do(place(1))
    journal.do(state(place(1), "failed", "journal_failed"))
    posted.wait(2)
    settle(journal)
    assert [found.key for found in journal.unfinished()] == [place(1).key]


def states(journal: Journal, order: JournalOrder) -> list[str]:
    if isinstance(journal, FakeOrderJournal):
        return journal.states.get(order.key, [])
    found = journal.order(order.key)
    return [step.state for step in found.history] if found is not None else []


def test_a_report_is_written_once_and_only_for_an_order_of_its_branch_and_account(
    journal: Journal, posted: Posted
) -> None:
    ours, unknown = place(1), place(2)
    journal.do(ours)
    posted.wait(1)
    for step in (
        report(ours, 1),
        report(ours, 1),
        report(ours, 2, branch="GZ04"),
        report(ours, 2, account="60099999"),
        report(unknown, 1),
        report(ours, 2),
        report(ours, 1),
        report(ours, 1, day="20251126"),
    ):
        journal.do(step)
    settle(journal)
    assert states(journal, ours) == ["captured", "working", "working", "working"]
    assert states(journal, unknown) == []
    assert journal.not_theirs == {"GZ03": 1, "GZ04": 1}
