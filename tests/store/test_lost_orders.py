"""Orders that are in the order journal but missing in the store are restored at start; with two real files."""

from pathlib import Path

import pytest

from shared.ids import BranchId, Fen
from switch_server.adapters import integrity
from switch_server.adapters.order_journal import SqliteOrderJournal
from switch_server.adapters.store import Store, StoreUnusable
from switch_server.core.orders import JournalOrder, RecordOrderState
from switch_server.ports.floor import OrderCounts
from tests.store.samples import NOON, Clock, Posted, place, report, state
from tests.store.test_start import spoil

GZ03 = BranchId("GZ03")
DAY = 86_400.0
Effect = JournalOrder | RecordOrderState


class Rig:
    """Both files; the journal gets all effects, the store all except those that are to be lost."""

    def __init__(self, folder: Path) -> None:
        self.path, self.journal_path, self.clock = folder / "huawu.db", folder / "orders.db", Clock()
        self.journal = SqliteOrderJournal(self.journal_path, Posted(), clock=self.clock)
        self.journal.start()
        self.store = Store(self.path, Posted(), clock=self.clock)
        self.store.start()

    def do(self, *effects: Effect, lost: bool = False) -> None:
        for effect in effects:
            self.journal.do(effect)
            if not lost:
                self.store.do(effect)

    def again(self) -> None:
        assert self.journal.flush(20.0)
        assert self.store.stop(20.0) == 0
        self.store = Store(self.path, Posted(), clock=self.clock)
        self.store.copy_lost_orders(self.journal_path)
        self.store.start()
        assert self.store.flush(20.0)

    def is_whole(self) -> bool:
        assert self.store.flush(20.0)
        return {order.key: order for order in self.store.read.orders()} == {o.key: o for o in self.journal.orders()}

    def stop(self) -> None:
        self.store.stop()
        self.journal.stop()


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_orders_come_back_with_their_history(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """A whole order, an order that was only captured, and the last steps of an order whose earlier state the store has."""
    gone, captured, moved, kept = place(1), place(2), place(3), place(4)
    rig.do(moved, state(moved, "sent"), kept, state(kept, "filled", "filled", filled=400))
    rig.do(gone, state(gone, "sent"), report(gone, 1, filled=0), report(gone, 2, filled=60), captured, lost=True)
    rig.do(report(moved, 3, filled=20), state(moved, "filled", "filled", filled=300), lost=True)
    rig.again()
    assert rig.is_whole()
    expected = {GZ03: OrderCounts({"captured": 1, "filled": 2, "working": 1}, Fen((400 + 60 + 300) * 1035))}
    assert rig.store.today.orders() == expected
    rig.do(report(gone, 2, filled=60), report(gone, 4, filled=80))  # the branch reports the day again
    assert rig.journal.flush(20.0)
    assert rig.is_whole()
    rig.again()
    assert rig.is_whole()
    assert [record.message for record in caplog.records if "anew" in record.message] == [
        "store: 3 orders copied anew from the order journal"
    ]
    rig.stop()


def test_rows_that_only_the_store_has_stay(rig: Rig) -> None:
    """Rows that only the store has stay: an order that could not be journalled, and rows written just before a kill."""
    failed, known = place(1), place(2)
    rig.do(known, state(known, "sent"))
    for effect in (failed, state(failed, "failed", "journal_failed"), state(known, "in_doubt", "timed_out")):
        rig.store.do(effect)
    rig.again()
    found = {order.key: (order.state, len(order.history)) for order in rig.store.read.orders()}
    assert found == {known.key: ("in_doubt", 3), failed.key: ("failed", 2)}
    rig.stop()


def test_a_start_reaches_back_a_day_and_to_what_is_undecided(rig: Rig) -> None:
    old, doubtful = place(1), place(2)
    rig.clock.now = NOON - 2 * DAY
    rig.do(
        old, state(old, "filled", "filled", filled=100), doubtful, state(doubtful, "in_doubt", "timed_out"), lost=True
    )
    rig.clock.now = NOON
    rig.again()
    assert [order.key for order in rig.store.read.orders()] == [doubtful.key]
    assert rig.store.today.orders() == {}
    rig.stop()


@pytest.mark.parametrize(("name", "part"), [("orders.db", "order_history"), ("huawu.db", "idx_order_history_key")])
def test_the_damaged_file_is_named(rig: Rig, monkeypatch: pytest.MonkeyPatch, name: str, part: str) -> None:
    monkeypatch.setattr(integrity, "AT_START", 0)
    rig.do(place(1), state(place(1), "sent"))
    rig.stop()
    spoil(rig.path.with_name(name), part)
    store = Store(rig.path, Posted(), clock=rig.clock)
    with pytest.raises(StoreUnusable, match=rf"/{name}: database disk image is malformed"):
        store.copy_lost_orders(rig.journal_path)
    store.stop()
