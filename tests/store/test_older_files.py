"""Files that older versions wrote: opened by today's store, with all their rows, which the operator's views can show."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.control_rows import ControlLegRow
from shared.enums import EndCause
from shared.ids import CallId, LegId, TrunkName
from switch_server.adapters.store import Store
from switch_server.adapters.store.migrations import MODULES
from switch_server.core.call import records
from switch_server.core.leg import Leg, LegRouted, Reason
from switch_server.services import operator_rows
from tests.store.samples import NOON, Clock, Posted, older_file

OLD, NEW = CallId("20251125-120000-0001"), CallId("20251125-120000-0002")
TRUNK = TrunkName("city")


def leg_of(call: CallId) -> Leg:
    """A leg out with all that a leg's record can have of the network."""
    leg = Leg(LegId(f"{call}/2"), TRUNK, incoming=False, ani="95500", dnis="10086", started=NOON)
    leg.sip_code, leg.reason, leg.redirected_to = 404, Reason(1, 404, "Unallocated"), "10010"
    leg.progressed(183)
    leg.routed(LegRouted(leg.id, "192.0.2.2:5060", 7, "192.0.2.1:5060 503"))
    leg.cause = EndCause.FAR_REFUSED
    return leg


@pytest.fixture(params=range(1, len(MODULES) + 1))
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of the version with so many migrations, with a call, its leg and a customer."""
    db = older_file(tmp_path / "huawu.db", request.param)
    db.execute(
        "INSERT INTO calls (id, trunk, direction, ani, started_at) VALUES (?, 'city', 'in', '13900012345', ?)",
        [OLD, NOON],
    )
    db.execute(
        "INSERT INTO legs (id, call, trunk, direction, ani, cause, mos) VALUES (?, ?, 'city', 'in', '13900012345', 'goodbye', 4.2)",
        [f"{OLD}/1", OLD],
    )
    db.execute("INSERT INTO customers VALUES (1, '李小明', 'lixiaoming', 'lxm', 1, 'zh_CN')")
    db.conn.commit()
    db.close()
    return tmp_path / "huawu.db"


@contextlib.contextmanager
def opened(file: Path) -> Iterator[Store]:
    store = Store(file, Posted(), clock=Clock())
    store.start()
    yield store
    assert store.counts.refused == 0
    assert store.stop() == 0


def test_old_rows_are_read(file: Path) -> None:
    with opened(file) as store:
        old = store.read.call(OLD)
        assert old is not None
        call = operator_rows.past_call(old)
        assert (call.call, call.ani, call.line) == (OLD, "13900012345", None)
        (leg,) = map(operator_rows.past_leg, old["legs"])
        assert leg == ControlLegRow(f"{OLD}/1", "ended", "city", "13900012345", cause="goodbye", mos=4.2)
        assert store.read.traced_number(OLD) is None
        assert store.line_blocks.blocked() == {}
        assert [each.name for each in store.read.search_customers("lxm", 10)] == ["李小明"]


def test_new_rows_are_written(file: Path) -> None:
    with opened(file) as store:
        out = leg_of(NEW)
        store.do(records.call_offered(NEW, out, NOON, "main"))
        store.do(records.leg(NEW, out))
        store.trace_number(NEW, "13912340987")
        store.line_blocks.put(TRUNK, 7, "operator", blocked=True)
        assert store.flush(20.0)
    with opened(file) as store:
        assert store.read.traced_number(NEW) == "13912340987"
        assert store.line_blocks.blocked() == {TRUNK: frozenset({7})}
        new = store.read.call(NEW)
        assert new is not None
        assert operator_rows.past_call(new).line == 7
        (row,) = new["legs"]
        assert operator_rows.past_leg(row) == ControlLegRow(
            f"{NEW}/2", "ended", "city", "10086", cause="far_refused", sip_code=404, q850=1, reason_sip=404, reason_text="Unallocated",
            progress="183", redirected_to="10010", line=7, far_end="192.0.2.2:5060", tried="192.0.2.1:5060 503",
        )  # fmt: skip
