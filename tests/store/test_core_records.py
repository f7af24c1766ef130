"""What the core saves fits the store's tables: one call, from the INVITE to its end, through both."""

from pathlib import Path

from shared.enums import EndCause, Law, PlayEnd
from shared.ids import CallId, CardId, LegId, RecordingId, TrunkName
from switch_server.adapters.store import Store
from switch_server.core.config import SwitchConfig, Trunk
from switch_server.core.effects import Audit, SaveRecord
from switch_server.core.events import (
    CallOffered,
    CardUp,
    ChannelClosed,
    ChannelOpened,
    Configured,
    Event,
    LegConfirmed,
    LegEnded,
    PlayEnded,
    RecordingEnded,
)
from switch_server.core.flow import Flow, HangUpStep, Say
from switch_server.core.media import Far, MediaStats, Near
from switch_server.core.switch import Switch
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
    RecordingEnded(LEG, RecordingId(CALL), "closed", 2000),
    ChannelClosed(LEG, MediaStats(packets_in=100, mos=4.2)),
)


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
    assert [(found["id"], found["duration_ms"]) for found in call["recordings"]] == [(CALL, 2000)]
    assert [(contact["call"], contact["channel"]) for contact in store.read.contacts()] == [(CALL, "phone")]
    assert store.stop() == 0
