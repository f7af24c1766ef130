"""The floor's messages: bounds hold, a message is decoded as it was sent, and the difference of two floors changes the first into the second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared import codec, desk, floor
from shared.enums import CallKind, Language, LockReason, Role, SeatState
from shared.floor import Rows
from shared.ids import AgentId, BranchId, CallId, DeskId, Fen, QueueName, SkillName
from shared.protocol import SESSION_MESSAGES

TABLE = codec.MessageTable((*SESSION_MESSAGES, *desk.REQUESTS, *floor.MESSAGES))
TITLE = {Language.ZH: "人工", Language.EN: "Agents"}
SEAT = floor.SeatRow(
    AgentId("8001"), "李芳", "lf", "一组", Role.AGENT, SeatState.TALKING, {SkillName("zh"): 3}, 7, DeskId("desk-01"), 5.0, LockReason.LUNCH,
    CallId("c1"), CallKind.IN, "13900000001", QueueName("agents"),
)  # fmt: skip
FULL = Rows(
    colleagues=(floor.ColleagueRow(SEAT.agent, SEAT.name, "lf", "一组", SEAT.state),),
    targets=(floor.TargetRow("queue", "agents", TITLE), floor.TargetRow("menu", "agents", {})),
    seats=(SEAT, replace(SEAT, agent=AgentId("8002"))),
    queues=(floor.QueueBoardRow(QueueName("agents"), TITLE, True, 2, 31.0, 1, 3, 20.0, 9, 7, 6, 1),),
    waiting=(floor.WaitingRow(CallId("c2"), QueueName("agents"), "13900000002", 31.0, 5, ringing=False),),
    lines=(floor.LineRow("trunk", "city", True, 3, 30), floor.LineRow("card", "city", None, 3, 1000)),
    branches=(floor.BranchRow(BranchId("GZ01"), TITLE, True, None, {"filled": 3}, Fen(12_345_600)),),
)


def through_the_wire(message: desk.Message) -> object:
    return codec.decode(codec.encode(message, frame_id=1, sent_at=1.0), TABLE).message


def patched(old: Rows, changed: Rows, gone: dict[str, tuple[str, ...]]) -> dict[str, dict[str, floor.Keyed]]:
    """The tables of a desk after a change."""
    after = {table: floor.by_key(getattr(old, table)) | floor.by_key(getattr(changed, table)) for table in floor.TABLES}
    for table, keys in gone.items():
        for key in keys:
            del after[table][key]
    return after


def shown(rows: Rows) -> dict[str, dict[str, floor.Keyed]]:
    return patched(rows, Rows(), {})


@pytest.mark.parametrize(
    "message",
    [
        floor.WatchFloor(floor.Watch.FLOOR),
        floor.SetSkills("8001", {"zh": 3}),
        floor.SendMessage("午餐后开会", ("8001", "8002")),
        floor.FloorSnapshot(floor.Watch.FLOOR, 9.0, 4, FULL),
        floor.FloorChanged(9.5, 5, FULL, {"waiting": ("c3",)}),
        floor.MessageSent((AgentId("8001"),)),
    ],
)
def test_a_message_is_decoded_as_it_was_sent(message: desk.Message) -> None:
    assert through_the_wire(message) == message


@pytest.mark.parametrize(
    "message",
    [
        floor.SetSkills("8001", {"zh": 0}),
        floor.SetSkills("8001", {"": 1}),
        floor.SetSkills("8001", {f"s{n}": 1 for n in range(65)}),
        floor.SetSkills("8" * 65, {}),
        floor.SendMessage(""),
        floor.SendMessage("x" * (desk.TEXT_MAX + 1)),
        floor.SendMessage("x", ("8001",) * 1001),
    ],
)
def test_bounds_hold(message: desk.Message) -> None:
    with pytest.raises(codec.FrameError, match="bad body"):
        through_the_wire(message)


def test_rows_of_a_table_have_keys_of_their_own() -> None:
    for table in floor.TABLES:
        rows = getattr(FULL, table)
        assert len(floor.by_key(rows)) == len(rows) > 0, table
    assert set(floor.TABLES) == {"colleagues", "targets", "seats", "queues", "waiting", "lines", "branches"}


def test_the_difference_of_equal_floors_is_none() -> None:
    assert floor.difference(FULL, FULL) is None
    assert floor.difference(FULL, replace(FULL, seats=FULL.seats[::-1])) is None, "the order means nothing"
    assert floor.difference(Rows(), Rows()) is None


def test_a_change_has_the_changed_row_only() -> None:
    open_now = replace(SEAT, state=SeatState.OPEN)
    changed = floor.difference(FULL, replace(FULL, seats=(FULL.seats[1], open_now), waiting=()))
    assert changed == (Rows(seats=(open_now,)), {"waiting": ("c2",)})


SEATS = st.lists(
    st.builds(
        lambda number, state: replace(SEAT, agent=AgentId(str(number)), state=state),
        st.integers(1, 6),
        st.sampled_from(SeatState),
    ),
    unique_by=lambda row: row.agent,
    max_size=6,
)
WAITING = st.lists(
    st.builds(
        lambda call, ringing: replace(FULL.waiting[0], call=CallId(call), ringing=ringing), st.sampled_from("abcd"), st.booleans()
    ),
    unique_by=lambda row: row.call,
    max_size=4,
)  # fmt: skip
FLOORS = st.builds(lambda seats, waiting: Rows(seats=tuple(seats), waiting=tuple(waiting)), SEATS, WAITING)


@given(FLOORS, FLOORS)
def test_the_difference_changes_the_first_floor_into_the_second(old: Rows, new: Rows) -> None:
    changed = floor.difference(old, new)
    rows, gone = changed if changed is not None else (Rows(), {})
    assert patched(old, rows, gone) == shown(new)
    assert (changed is None) == (shown(old) == shown(new))
