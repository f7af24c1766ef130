"""What the core saves fits the store's tables: one call, from the INVITE to its end, through both."""

from pathlib import Path

from msgspec import structs

from shared.enums import EndCause, Law, PlayEnd
from shared.ids import CallId, CardId, LegId, TrunkName, recording_of
from switch_server.adapters.store import Store
from switch_server.adapters.store.schema import open_store, record_tables
from switch_server.core.call import CallOffered
from switch_server.core.facts import CardUp
from switch_server.core.flow import Configured, Flow, HangUpStep, Say
from switch_server.core.leg import ChannelClosed, ChannelOpened, LegConfirmed, LegEnded, PlayEnded, RecordingEnded
from switch_server.core.switch import Switch
from switch_server.core.words import Audit, Event, Far, MediaStats, Near, Row, SaveRecord, SwitchConfig, Trunk
from tests.store.samples import NOON, Clock, Posted

CALL = CallId("20251125-120000-0001")
LEG = LegId(f"{CALL}/1")
FLOW = Flow("main", ("*",), "hello", {"hello": Say(say=("welcome",), next="bye"), "bye": HangUpStep()})
CONFIG = SwitchConfig(trunks=(Trunk(TrunkName("carrier"), far=("127.0.0.1",)),), recordings="recordings")
EVENTS: tuple[Event, ...] = (
    Configured(CONFIG, (FLOW,)),
    CardUp(CardId("card-1"), 10),
    CallOffered(LEG, TrunkName("carrier"), "13900012345", "95500", Far("127.0.0.1", 4000, Law.A)),
    ChannelOpened(LEG, Near("127.0.0.1", 5000, Law.A)),
    LegConfirmed(LEG),
    PlayEnded(LEG, 1, PlayEnd.DONE, 100),
    LegEnded(LEG, EndCause.GOODBYE),
    RecordingEnded(LEG, recording_of(CALL, 1), "closed", 2000),
    ChannelClosed(LEG, MediaStats(packets_in=100, mos=4.2)),
)


def test_each_row_of_the_core_has_its_table_s_columns(tmp_path: Path) -> None:
    db = open_store(tmp_path / "huawu.db")
    tables = record_tables(db)
    rows = {row.TABLE: {field.name for field in structs.fields(row)} for row in Row.__subclasses__()}
    assert set(rows) == set(tables)
    assert {name: sorted(columns - tables[name].columns) for name, columns in rows.items()} == {
        name: [] for name in rows
    }
    db.close()


def test_a_call_s_records_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "huawu.db", Posted(), clock=Clock())
    store.start()
    switch = Switch()
    for seconds, event in enumerate(EVENTS):
        for effect in switch.handle(event, NOON + seconds):
            if isinstance(effect, SaveRecord | Audit):
                store.do(effect)
    assert store.flush(20.0)
    assert store.counts.refused == 0
    call = store.read.call(CALL)
    assert call is not None
    assert (call["ani"], call["dnis"], call["cause"], call["ended_at_step"]) == (
        "13900012345",
        "95500",
        "goodbye",
        "bye",
    )
    assert call["started_at"] < call["answered_at"] < call["ended_at"]
    assert [(leg["id"], leg["packets_in"], leg["mos"]) for leg in call["legs"]] == [(LEG, 100, 4.2)]
    assert [(found["id"], found["duration_ms"]) for found in call["recordings"]] == [(recording_of(CALL, 1), 2000)]
    assert [(contact["call"], contact["channel"]) for contact in store.read.contacts()] == [(CALL, "phone")]
    assert store.stop() == 0
