"""The stored rows of seats: the states of a shift follow each other without a gap, and their durations add up to the shift."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import desk
from shared.enums import LockReason, SeatState
from shared.ids import AgentId, CallId, DeskId
from switch_server.core import catalogue as ev
from switch_server.core.desks import Seat
from switch_server.core.desks.records import SeatStateRow
from switch_server.core.words import Effect, SaveRecord
from tests.core.chaos import ACTIONS as ALL
from tests.core.chaos import Chaos
from tests.core.chaos_desks import ACTIONS
from tests.core.desk_world import ANN, BOB, DeskWorld

Row = dict[str, Any]


def ms(at: float) -> int:
    """Milliseconds, as in the reports."""
    return round(at * 1000)


class Shifts:
    """The rows of seat states as the store has them, by shift."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def take(self, effects: list[Any]) -> "Shifts":
        for effect in effects:
            if isinstance(effect, SaveRecord) and effect.table == SeatStateRow.TABLE:
                self.rows.setdefault(effect.row["id"], {}).update(effect.row)
        return self

    def by_shift(self) -> dict[str, list[Row]]:
        shifts: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows.values():
            shifts[row["shift"]].append(row)
        return {name: sorted(rows, key=lambda row: row["begun_at"]) for name, rows in shifts.items()}

    def check(self) -> None:
        """Checks that a shift's rows have no gap and no overlap, and that the shift's key names their agent."""
        for name, rows in self.by_shift().items():
            assert rows[0]["id"] == name
            for one, two in pairwise(rows):
                assert one["ended_at"] == two["begun_at"]
                assert one["begun_at"] < two["begun_at"]
            assert {row["agent"] for row in rows} == {name.partition("@")[0]}


def of(world: DeskWorld, agent: AgentId = ANN) -> list[Row]:
    """The agent's rows, in order."""
    shifts = Shifts().take(world.effects)
    shifts.check()
    return sorted(
        (row for row in shifts.rows.values() if row["agent"] == agent), key=lambda row: (row["begun_at"], row["id"])
    )


def states(rows: list[Row]) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"]) for row in rows]


def test_a_day_is_kept_stretch_by_stretch() -> None:
    world = DeskWorld()
    began = world.now
    world.online(open_=False)
    world.run(60.0)
    world.command(desk.OpenSeat())
    call = world.offer()
    world.run(10.0)
    world.command(desk.Hold(call))
    world.run(5.0)
    world.command(desk.Retrieve(call))
    world.run(5.0)
    world.command(desk.LockSeat(LockReason.LUNCH))
    world.put_down()
    world.run(100.0)
    world.command(desk.LockSeat(LockReason.TRAINING))
    world.run(1.5)
    world.tell(ev.DeskDown(ANN))
    world.run(2.0)
    world.tell(ev.AgentOnline(ANN, "Ann", DeskId("desk-ann"), "192.0.2.20:5070"))
    world.run(1.0)
    world.tell(ev.AgentOffline(ANN))
    rows = of(world)
    assert states(rows) == [
        ("locked", "logged_in"), ("open", None), ("ringing", None), ("talking", None), ("holding", None), ("talking", None),
        ("wrap_up", None), ("locked", "lunch"), ("locked", "training"), ("offline", None), ("locked", "training"), ("offline", None),
    ]  # fmt: skip
    calls = [row["call"] for row in rows]
    assert calls == [None, None, *[call] * 5, None, None, None, None, None]
    assert {row["queue"] for row in rows[2:7]} == {"agents"}
    assert [row["ended_by"] for row in rows][-3:] == ["online", "logged_out", "logged_out"]
    assert sum(ms(row["ended_at"]) - ms(row["begun_at"]) for row in rows) == ms(world.now) - ms(began)
    assert rows[-1]["begun_at"] == rows[-1]["ended_at"] == world.now
    assert len({row["shift"] for row in rows}) == 1


def test_the_lock_that_comes_after_the_call_is_known_before() -> None:
    """A switch that is killed during the talk restores the lock."""
    world = DeskWorld()
    world.talking()
    assert of(world)[-1]["lock"] is None
    world.command(desk.LockSeat(LockReason.LUNCH))
    row = of(world)[-1]
    assert (row["state"], row["reason"], row["lock"], row["ended_at"]) == ("talking", None, "lunch", None)
    world.command(desk.OpenSeat())
    assert of(world)[-1]["lock"] is None
    world.put_down()


@pytest.mark.parametrize("reason", [LockReason.LUNCH, LockReason.NO_ANSWER, None])
def test_a_seat_that_a_killed_switch_had_gets_its_lock_back(reason: LockReason | None) -> None:
    world = DeskWorld()
    online = ev.AgentOnline(ANN, "Ann", DeskId("desk-ann"), "192.0.2.20:5070", lock=reason)
    world.tell(online)
    assert (world.seat(), world.reason()) == (SeatState.LOCKED, reason or LockReason.LOGGED_IN)
    world.command(desk.OpenSeat())
    world.tell(online)  # the link was lost for a moment: the core keeps its own state
    assert world.seat() is SeatState.OPEN


def test_a_call_out_has_its_kind_and_no_queue() -> None:
    world = DeskWorld()
    world.online()
    world.command(desk.Dial("13900139000"), call=CallId("20261122T093000-0099"))
    world.run(10.0)
    assert [(row["state"], row["kind"], row["queue"]) for row in of(world)][-2:] == [
        ("dialling", "out", None),
        ("talking", "out", None),
    ]


def test_another_desk_begins_another_stretch() -> None:
    world = DeskWorld()
    world.online()
    world.run(1.0)
    world.tell(ev.DeskDown(ANN))
    world.tell(ev.AgentOnline(ANN, "Ann", DeskId("desk-9"), "192.0.2.20:5070"))
    world.run(1.0)
    assert [(row["desk"], row["state"]) for row in of(world)] == [("desk-ann", "open"), ("desk-9", "open")]


def test_two_shifts_are_two() -> None:
    world = DeskWorld()
    for agent in (ANN, BOB):
        for code in ("logged_out", "operator"):
            world.online(agent)
            world.run(30.0)
            world.tell(ev.AgentOffline(agent, code))
            world.run(30.0)
    shifts = Shifts().take(world.effects).by_shift()
    assert [rows[-1]["ended_by"] for rows in shifts.values()] == ["logged_out", "operator"] * 2
    assert [ms(rows[-1]["ended_at"]) - ms(rows[0]["begun_at"]) for rows in shifts.values()] == [30_000] * 4


class TimedChaos(Chaos):
    """The chaos, with a separate measurement of each shift's length, from the log-in to now or to the log-out."""

    def __init__(self, beginning: int) -> None:
        self.shifts, self.began, self.over, self.before = Shifts(), {}, 0, 0.0
        super().__init__(beginning)

    def _carry_out(self, effects: list[Effect]) -> None:
        super()._carry_out(effects)
        self.shifts.take(effects)
        self.shifts.check()
        now, seats = self.switch.now, self.switch.desks.seats
        by_shift = self.shifts.by_shift()
        for agent in seats:
            self.began.setdefault(agent, now)
        for agent, began in list(self.began.items()):
            last = [rows for rows in by_shift.values() if rows[0]["agent"] == agent][-1]
            end = now
            if last[-1]["ended_by"] == "link_lost":  # ended by a deadline, at the deadline's time
                end = last[-1]["ended_at"]
                assert self.before <= end <= now
            assert length(last, now) == ms(end) - ms(began)
            assert (last[-1]["ended_at"] is None) == (agent in seats)
            if agent in seats:
                self._explained(seats[agent], last[-1])
            else:
                del self.began[agent]
                self.over += 1
        self.before = now

    def _explained(self, seat: Seat, row: Row) -> None:
        locked = seat.state is SeatState.LOCKED
        assert (row["state"], row["reason"]) == (seat.state, seat.lock if locked else None)
        assert row["lock"] is (seat.lock_next or seat.lock)
        assert row["begun_at"] >= seat.since


def length(rows: list[Row], now: float) -> int:
    return sum(ms(now if row["ended_at"] is None else row["ended_at"]) - ms(row["begun_at"]) for row in rows)


NAMES = st.sampled_from(
    (*sorted(ACTIONS), "several_due", "several_due", "wait", "offer", "press", "reconcile", "stale")
)


@settings(max_examples=80, derandomize=True)
@given(st.lists(st.tuples(NAMES, st.integers(0, 255)), min_size=10, max_size=60), st.integers(0, 255))
def test_durations_add_up_to_the_shift_whatever_happens(steps: list[tuple[str, int]], beginning: int) -> None:
    """Calls, agents, phones and deadlines in any order."""
    chaos = TimedChaos(beginning)
    for name, pick in steps:
        ALL[name][1](chaos, pick)
    there = len(chaos.switch.desks.seats)
    over = chaos.over
    chaos.finish()
    assert chaos.over == over + there
    assert not chaos.began
