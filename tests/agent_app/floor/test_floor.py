"""The floor at a desk: the open windows decide what is watched, rows are applied by key, and lost changes are repaired."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agent_app.model.desk.mirror import ReportVerdict
from agent_app.model.desk.view import LinkState
from agent_app.model.floor.mirror import FloorDeskView, FloorMirror
from agent_app.presenters.parts.ports import Failed
from shared.desk import DeskRefusal, LoggedIn, LoggedOut, Refused, Resume, SeatChanged
from shared.enums import Language, Role, SeatState
from shared.floor import (
    TABLES,
    ColleagueRow,
    FloorChanged,
    FloorSnapshot,
    Rows,
    SeatRow,
    TargetRow,
    WaitingRow,
    Watch,
    WatchFloor,
    by_key,
    difference,
)
from shared.ids import AgentId, CallId, QueueName
from tests.agent_app.fakes import World, at_work, seat

TARGETS = (TargetRow("queue", "agents", {Language.ZH: "人工"}), TargetRow("menu", "main", {}))


def colleague(number: int, state: SeatState = SeatState.OPEN) -> ColleagueRow:
    return ColleagueRow(AgentId(str(number)), f"Agent {number}", f"a{number}", "one", state)


def seat_row(number: int, state: SeatState = SeatState.OPEN) -> SeatRow:
    return SeatRow(AgentId(str(number)), f"Agent {number}", "", "one", Role.AGENT, state, {}, 0)


def waiting(call: str) -> WaitingRow:
    return WaitingRow(CallId(call), QueueName("agents"), "139", 5.0, 0, ringing=False)


ROWS = Rows(colleagues=(colleague(2), colleague(1)), targets=TARGETS)


def snapshot(number: int = 7, what: Watch = Watch.COLLEAGUES, rows: Rows = ROWS) -> FloorSnapshot:
    return FloorSnapshot(what, 100.0, number, rows)


def watching(what: Watch = Watch.COLLEAGUES, rows: Rows = ROWS) -> World:
    world = at_work()
    if what is Watch.FLOOR:
        world.desk.floor.show_floor(on=True)
    else:
        world.desk.floor.show_colleagues(on=True)
    world.switch.answer(snapshot(what=what, rows=rows), WatchFloor)
    return world


def wishes(world: World) -> list[Any]:
    return [request.what for request in world.switch.log if isinstance(request, WatchFloor)]


# --- colleagues ---


def test_colleagues_are_fetched_when_a_list_of_them_is_open() -> None:
    world = at_work()
    assert world.view.colleagues == ()
    world.desk.floor.show_colleagues(on=True)
    assert world.switch.open(WatchFloor) == [WatchFloor(Watch.COLLEAGUES)]
    world.switch.answer(snapshot(), WatchFloor)
    assert world.view.colleagues == (colleague(1), colleague(2))
    assert world.view.targets == TARGETS
    assert (world.desk.floor.view.what, world.desk.floor.view.stale) == (Watch.COLLEAGUES, False)
    world.report(
        FloorChanged(101.0, 8, Rows(colleagues=(colleague(1, SeatState.TALKING), colleague(3))), {"colleagues": ("2",)})
    )
    assert world.view.colleagues == (colleague(1, SeatState.TALKING), colleague(3))
    assert world.view.targets == TARGETS
    assert world.desk.floor.view.at == 101.0


def test_with_no_open_list_the_colleagues_stay_and_changes_are_ignored() -> None:
    world = watching()
    world.desk.floor.show_colleagues(on=False)
    assert world.switch.open(WatchFloor) == [WatchFloor(Watch.OFF)]
    world.switch.answer(snapshot(9, Watch.OFF, Rows()), WatchFloor)
    assert world.view.colleagues == (colleague(1), colleague(2))
    assert world.desk.floor.view.stale
    views = len(world.views)
    world.report(FloorChanged(102.0, 10, Rows(colleagues=(colleague(5),))))
    assert len(world.views) == views


def test_the_main_window_gets_no_view_for_a_change_of_the_floor_s_seats() -> None:
    world = watching(Watch.FLOOR)
    views, seen = len(world.views), []
    world.desk.floor.listen(seen.append)
    world.report(FloorChanged(101.0, 8, Rows(seats=(seat_row(1),))))
    assert len(world.views) == views
    assert [list(view.seats) for view in seen] == [["1"]]


# --- what is watched ---


def test_nothing_is_watched_before_the_log_in() -> None:
    world = World()
    world.connect()
    world.desk.floor.show_colleagues(on=True)
    assert wishes(world) == []
    world.log_in()
    assert wishes(world) == [], "another log-in is another person: they must wish for themselves"
    world.desk.floor.show_colleagues(on=True)
    assert wishes(world) == [Watch.COLLEAGUES]


def test_the_floor_is_watched_instead_of_the_colleagues_that_it_contains() -> None:
    world = watching()
    world.desk.floor.show_floor(on=True)
    world.desk.floor.show_floor(on=True)
    world.switch.answer(snapshot(what=Watch.FLOOR), WatchFloor)
    world.desk.floor.show_colleagues(on=False)
    world.desk.floor.show_colleagues(on=True)
    world.desk.floor.show_floor(on=False)
    assert wishes(world) == [Watch.COLLEAGUES, Watch.FLOOR, Watch.COLLEAGUES]


def test_a_change_of_what_to_watch_during_a_request_ends_with_the_last_choice() -> None:
    world = at_work()
    world.desk.floor.show_floor(on=True)
    world.desk.floor.show_floor(on=False)
    world.desk.floor.show_colleagues(on=True)
    assert wishes(world) == [Watch.FLOOR]
    world.switch.answer(snapshot(what=Watch.FLOOR), WatchFloor)
    assert world.view.colleagues == ()
    world.switch.answer(snapshot(), WatchFloor)
    assert wishes(world) == [Watch.FLOOR, Watch.COLLEAGUES]
    assert world.desk.floor.view.what is Watch.COLLEAGUES


def test_a_refused_watch_is_shown_once_and_not_repeated() -> None:
    world = at_work()
    seen: list[FloorDeskView] = []
    world.desk.floor.listen(seen.append)
    world.desk.floor.show_floor(on=True)
    world.switch.answer(Refused(DeskRefusal.NOT_ALLOWED), WatchFloor)
    world.pass_time(60)
    assert wishes(world) == [Watch.FLOOR]
    assert [view.refused for view in seen] == [DeskRefusal.NOT_ALLOWED]
    assert world.problem == ""


@pytest.mark.parametrize("why", [Failed("timed_out"), Refused(DeskRefusal.FAULT), Refused(DeskRefusal.BUSY)])
def test_a_failed_watch_is_asked_for_again(why: Failed | Refused) -> None:
    world = at_work()
    world.desk.floor.show_colleagues(on=True)
    world.switch.answer(why, WatchFloor)
    world.pass_time(1)
    assert wishes(world) == [Watch.COLLEAGUES]
    world.pass_time(2)
    assert wishes(world) == [Watch.COLLEAGUES] * 2
    world.switch.answer(snapshot(), WatchFloor)
    assert world.view.colleagues == (colleague(1), colleague(2))


# --- losses ---


def test_a_gap_in_the_numbers_asks_for_one_snapshot() -> None:
    world = watching()
    world.report(FloorChanged(101.0, 9, Rows(colleagues=(colleague(1, SeatState.TALKING),))))
    world.report(FloorChanged(102.0, 11, Rows(colleagues=(colleague(1, SeatState.WRAP_UP),))))
    assert wishes(world) == [Watch.COLLEAGUES] * 2
    assert world.desk.floor.view.stale
    assert world.view.colleagues[0] == colleague(1, SeatState.WRAP_UP), "what is known is newer than before"
    world.switch.answer(snapshot(11), WatchFloor)
    assert not world.desk.floor.view.stale
    world.report(FloorChanged(103.0, 12, Rows(colleagues=(colleague(4),))))
    assert wishes(world) == [Watch.COLLEAGUES] * 2


def test_a_change_from_before_the_snapshot_is_ignored() -> None:
    world = watching()
    world.report(FloorChanged(99.0, 7, Rows(), {"colleagues": ("1",)}))
    assert world.view.colleagues == (colleague(1), colleague(2))


def test_a_change_with_number_0_empties_the_floor_and_asks_again() -> None:
    world = watching(Watch.FLOOR)
    world.report(FloorChanged(101.0, 0))
    assert world.view.colleagues == ()
    assert wishes(world) == [Watch.FLOOR] * 2
    world.switch.answer(Refused(DeskRefusal.NOT_ALLOWED), WatchFloor)
    assert world.desk.floor.view == FloorDeskView(refused=DeskRefusal.NOT_ALLOWED)


def test_a_gap_of_the_link_asks_for_the_floor_again() -> None:
    world = watching()
    world.seq += 1
    world.report(SeatChanged(seat()))
    assert wishes(world) == [Watch.COLLEAGUES] * 2
    world.switch.answer(snapshot(8), WatchFloor)
    world.desk.gap()
    assert wishes(world) == [Watch.COLLEAGUES] * 3


def test_a_repeated_report_of_the_link_is_ignored() -> None:
    world = watching()
    changed = FloorChanged(101.0, 8, Rows(), {"colleagues": ("1",)})
    world.report(changed)
    world.desk.told(FloorChanged(102.0, 9, Rows(colleagues=(colleague(1),))), world.seq)
    assert world.view.colleagues == (colleague(2),)


def test_a_lost_link_makes_the_floor_stale_until_the_session_is_resumed() -> None:
    world = watching()
    world.switch.cut()
    world.desk.link_state(LinkState.LOST)
    assert world.desk.floor.view.stale
    assert world.view.colleagues == (colleague(1), colleague(2))
    world.open_link()
    assert wishes(world) == [Watch.COLLEAGUES], "not before the log-in is resumed"
    world.switch.answer(LoggedIn("session-1", world.snapshot(seat=seat())), Resume)
    assert wishes(world) == [Watch.COLLEAGUES] * 2
    world.switch.answer(snapshot(1), WatchFloor)
    assert not world.desk.floor.view.stale
    world.report(FloorChanged(101.0, 2, Rows(), {"colleagues": ("1",)}))
    assert world.view.colleagues == (colleague(2),)


def test_a_log_out_empties_the_floor() -> None:
    world = watching(Watch.FLOOR, replace(ROWS, seats=(seat_row(1),)))
    world.report(LoggedOut("operator"))
    assert world.view.colleagues == ()
    assert world.desk.floor.view == FloorDeskView()
    assert wishes(world) == [Watch.FLOOR]


# --- the copy ---


def test_an_unchanged_row_stays_the_same_object() -> None:
    mirror = FloorMirror()
    mirror.take(snapshot(rows=replace(ROWS, seats=(seat_row(1), seat_row(2)))))
    before = mirror.view
    assert mirror.told(FloorChanged(101.0, 8, Rows(seats=(seat_row(1, SeatState.TALKING),)))) is ReportVerdict.APPLIED
    assert mirror.view.colleagues is before.colleagues
    assert mirror.view.seats["2"] is before.seats["2"]
    mirror.take(snapshot(8, rows=replace(ROWS, seats=(seat_row(1, SeatState.TALKING), seat_row(2)))))
    assert mirror.view.colleagues is before.colleagues
    assert mirror.view.seats["2"] is before.seats["2"]


FLOORS = st.builds(
    lambda seats, calls: Rows(
        seats=tuple(seat_row(n, s) for n, s in seats.items()), waiting=tuple(map(waiting, calls))
    ),
    st.dictionaries(st.integers(1, 6), st.sampled_from(SeatState)),
    st.sets(st.sampled_from("abcd")),
)


@given(st.lists(FLOORS, min_size=2, max_size=8), st.sets(st.integers(1, 8)))
def test_lost_changes_end_in_a_gap_and_a_snapshot_in_the_switch_s_rows(floors: list[Rows], lost: set[int]) -> None:
    """The switch's ``difference`` and the desk's copy together."""
    mirror, number, is_right = FloorMirror(), 0, True
    mirror.take(FloorSnapshot(Watch.FLOOR, 1.0, 0, floors[0]))
    now = floors[0]
    for now, before in zip(floors[1:], floors, strict=False):
        if (changed := difference(before, now)) is None:
            continue
        number += 1
        if number in lost:
            is_right = False
        elif mirror.told(FloorChanged(1.0, number, *changed)) is ReportVerdict.GAP:
            assert not is_right
            mirror.take(FloorSnapshot(Watch.FLOOR, 1.0, number, now))
            is_right = True
        if is_right:
            assert tables(mirror.view) == {table: by_key(getattr(now, table)) for table in TABLES}
    assert mirror.view.stale is False


def tables(view: FloorDeskView) -> dict[str, Mapping[str, Any]]:
    return {table: getattr(view, table) for table in TABLES}
