"""The core's records of agents' work fit the store's tables: talks, an outgoing call, a callback request, through both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared import desk
from shared.enums import SeatState
from shared.ids import CallId, CustomerId, leg_of
from switch_server.adapters.store import Store
from switch_server.core import catalogue as ev
from switch_server.core.call import FindCaller
from switch_server.core.words import Audit, SaveRecord, Trunk
from tests.core.desk_world import ANN, CONFIG, OUT, TRUNK, DeskWorld
from tests.store.samples import Clock, Posted, customer

ANI = "13800138000"


class Rig:
    """The core in its test world, with its records in a real store's file."""

    def __init__(self, folder: Path) -> None:
        self.posted, self.clock = Posted(), Clock()
        self.store = Store(folder / "huawu.db", self.posted, clock=self.clock)
        self.store.start()
        self.store.put_customers([customer(7, "李小明", phones=(ANI,), account="60010001")])
        trunks = (Trunk(TRUNK, lines=30, direction="in"), Trunk(OUT, lines=3, direction="out"))
        self.world = DeskWorld(config=replace(CONFIG, trunks=trunks))
        self.world.online()
        self.clock.now = self.world.now

    def written(self) -> None:
        """Passes the core's new effects to the store."""
        self.clock.now = self.world.now
        for effect in self.world.effects:
            if isinstance(effect, SaveRecord | Audit | FindCaller):
                self.store.do(effect)
        assert self.store.flush(20.0)
        assert self.store.counts.refused == 0


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    assert rig.store.stop() == 0


def test_a_talk_and_what_was_agreed_in_it(rig: Rig) -> None:
    world = rig.world
    call = world.offer(ani=ANI)
    world.tell(ev.CallerFound(call, CustomerId(7)))
    world.run(4.0)
    assert world.seat() is SeatState.TALKING
    assert world.command(desk.Hold(call)) == desk.Done()
    world.run(1.25)
    assert world.command(desk.Retrieve(call)) == desk.Done()
    world.tell(ev.PopSeen(ANN, call, 41.75))
    rig.written()
    assert [(past.id, past.agents) for past in rig.store.read.history(CustomerId(7))] == [(call, (ANN,))], (
        "while it runs"
    )
    assert world.put_down() == desk.Done()
    world.run(5.0)
    assert world.command(desk.WrapUp(call, "enquiry", "问交割单")) == desk.Done()
    rig.written()
    (talk,) = rig.store.read.talks(call=call)
    assert (talk["id"], talk["kind"], talk["number"], talk["pop_ms"]) == (leg_of(call, 2), "in", ANI, 41.75)
    assert talk["hold_ms"] >= 1000
    (past,) = rig.store.read.history(CustomerId(7))
    assert (past.agents, past.disposition, past.summary, past.recorded) == ((ANN,), "enquiry", "问交割单", True)
    assert rig.store.agents.calls_today(ANN) == 1
    assert rig.store.read.agents_of(call) == {ANN}
    row = rig.store.read.call(call)
    assert row is not None
    assert (row["agent"], row["queue"]) == (ANN, "agents")


def test_a_call_out_is_a_contact(rig: Rig) -> None:
    world = rig.world
    assert world.command(desk.Dial(ANI), call=CallId("20251125-120000-0099")) == desk.Done()
    world.run(8.0)
    assert world.seat() is SeatState.TALKING
    world.put_down()
    world.run(40.0)
    rig.written()
    (talk,) = rig.store.read.talks()
    assert (talk["kind"], talk["number"], talk["outcome"]) == ("out", ANI, "answered")
    assert [(row["direction"], row["number"]) for row in rig.store.read.contacts()] == [("out", ANI)]


def test_who_asked_for_a_callback_is_there_after_a_restart(rig: Rig) -> None:
    world = rig.world
    assert world.command(desk.LockSeat()) == desk.Done()
    call = world.offer(ani=ANI)
    world.run(2.0)
    world.press(call, "1")
    world.run(5.0)
    rig.written()
    (waits,) = rig.store.callbacks_waiting()
    assert (waits.id, waits.number, waits.queue, waits.tries) == (call, ANI, "agents", 0)
    assert rig.store.callbacks_counted() == ev.CallbacksCounted({ANI: 1})
    rig.clock.now += 24 * 3600.0
    assert rig.store.callbacks_counted() == ev.CallbacksCounted({}), "a new day"
    assert world.command(desk.OpenSeat()) == desk.Done()
    world.run(20.0)
    rig.written()
    assert rig.store.callbacks_waiting() == []
