"""The floor over the link: rights to see it, changes by key and number, nothing made without viewers; rights for skills and messages."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from shared import floor
from shared.desk import DeskRefusal, Done, LogOut, Notice
from shared.enums import Language, Role, SeatState
from shared.floor import (
    ColleagueRow,
    FloorChanged,
    FloorSnapshot,
    LineRow,
    MessageSent,
    Rows,
    SeatRow,
    SendMessage,
    SetSkills,
    TargetRow,
    Watch,
    WatchFloor,
)
from shared.ids import AgentId, SkillName
from switch_server.adapters.desks import floor as floor_module
from switch_server.core.desks import AgentOffline, AgentSkilled
from switch_server.core.words import Audit
from switch_server.ports.desks import AgentRecord
from tests.desk_client import DeskClient
from tests.desks.rig import A, B, Rig, refused, rig, until
from tests.fakes.desks import agent

Test = Callable[[Rig], Awaitable[None]]
C = AgentId("1003")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor_module, "EVERY_S", 0.05)


def run(test: Test) -> None:
    async def go() -> None:
        async with rig("desk-01", "desk-02", "desk-03") as on:
            on.core.floor.rows = ROWS
            on.book.put_agent(agent(A, role=Role.SUPERVISOR, group="east"), "operator")
            on.book.put_agent(agent(B, group="west"), "operator")
            on.book.put_agent(agent(C, group="east"), "operator")
            await test(on)

    asyncio.run(go())


def test_a_bug_costs_one_turn() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        assert isinstance(await client.ask(WatchFloor(Watch.FLOOR)), FloorSnapshot)
        asked, agent_of = on.core.floor.asked, on.book.agent
        left = [1]

        def once(agent: AgentId) -> AgentRecord | None:
            if left and left.pop():
                raise RuntimeError("a bug of ours")
            return agent_of(agent)

        on.book.agent = once  # type: ignore[method-assign]
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        await until(lambda: not left and on.core.floor.asked > asked + 2)

    run(test)


def colleague(agent: AgentId, state: SeatState = SeatState.OPEN) -> ColleagueRow:
    return ColleagueRow(agent, f"agent {agent}", "a", "east", state)


def seat(agent: AgentId, group: str, state: SeatState = SeatState.OPEN) -> SeatRow:
    return SeatRow(agent, f"agent {agent}", "a", group, Role.AGENT, state, {}, 0)


ROWS = Rows(
    colleagues=(colleague(A), colleague(B)),
    targets=(TargetRow("queue", "agents", {Language.ZH: "人工"}),),
    seats=(seat(A, "east"), seat(B, "west"), seat(C, "east")),
    lines=(LineRow("trunk", "city", True, 3, 30),),
)
DIRECTORY = Rows(colleagues=ROWS.colleagues, targets=ROWS.targets)
EAST = replace(ROWS, seats=(ROWS.seats[0], ROWS.seats[2]))


async def watch(client: DeskClient, what: Watch = Watch.FLOOR) -> FloorSnapshot:
    reply = await client.do(WatchFloor(what))
    assert isinstance(reply, FloorSnapshot), reply
    return reply


def changes(client: DeskClient) -> list[FloorChanged]:
    return [report for report in client.reports if isinstance(report, FloorChanged)]


async def change(on: Rig, **tables: object) -> None:
    """Changes the tables and waits for two ticks."""
    on.core.floor.rows = replace(on.core.floor.rows, **tables)
    before = on.core.floor.asked
    await until(lambda: on.core.floor.asked >= before + 3)


# --- rights ---


def test_a_supervisor_sees_their_group_and_a_manager_all() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        assert await watch(client) == FloorSnapshot(Watch.FLOOR, on.now, 0, EAST)
        on.book.put_agent(agent(A, role=Role.MANAGER), "operator")
        assert await watch(client) == FloorSnapshot(Watch.FLOOR, on.now, 0, ROWS)

    run(test)


def test_an_agent_sees_colleagues_only() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in(B, "desk-02")
        refused(await client.do(WatchFloor(Watch.FLOOR)), DeskRefusal.NOT_ALLOWED)
        assert await watch(client, Watch.COLLEAGUES) == FloorSnapshot(Watch.COLLEAGUES, on.now, 0, DIRECTORY)
        await change(on, seats=(), lines=())
        await change(on, colleagues=(colleague(A, SeatState.TALKING),))
        await client.until(lambda: changes(client))
        assert changes(client) == [
            FloorChanged(on.now, 1, Rows(colleagues=(colleague(A, SeatState.TALKING),)), {"colleagues": (B,)})
        ]

    run(test)


def test_a_supervisor_of_no_group_supervises_nobody() -> None:
    async def test(on: Rig) -> None:
        on.book.put_agent(agent(A, role=Role.SUPERVISOR), "operator")
        on.book.put_agent(agent(B), "operator")
        client = await on.logged_in()
        refused(await client.do(WatchFloor(Watch.FLOOR)), DeskRefusal.NOT_ALLOWED)
        refused(await client.do(SetSkills(B, {"zh": 1})), DeskRefusal.NOT_ALLOWED)

    run(test)


@pytest.mark.parametrize("request_", [WatchFloor(Watch.OFF), SetSkills(B, {}), SendMessage("hello")])
def test_nothing_works_without_a_log_in(request_: floor.Message) -> None:
    async def test(on: Rig) -> None:
        client = await on.desk()
        refused(await client.do(request_), DeskRefusal.NOT_LOGGED_IN)  # type: ignore[arg-type]
        assert (await client.log_in(B)) is not None
        on.book.remove_agent(B, "operator")
        refused(await client.do(request_), DeskRefusal.NOT_LOGGED_IN)  # type: ignore[arg-type]
        assert on.core.floor.asked == 0

    run(test)


def test_rights_that_change_end_the_watching_with_number_nought() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        await watch(client)
        on.book.put_agent(agent(A, role=Role.SUPERVISOR, group="west"), "operator")
        await client.until(lambda: changes(client))
        assert changes(client) == [FloorChanged(on.now, 0)]
        assert (await watch(client)).rows.seats == (ROWS.seats[1],)

    run(test)


# --- changes ---


def test_changes_are_rows_by_key_numbered_and_the_same_for_all_who_watch() -> None:
    async def test(on: Rig) -> None:
        first, second = await on.logged_in(), await on.desk("desk-02")
        on.book.put_agent(agent(B, role=Role.SUPERVISOR, group="east"), "operator")
        await second.log_in(B)
        await watch(first)
        await change(
            on, seats=(seat(A, "east"), seat(B, "west", SeatState.TALKING), seat(C, "east", SeatState.TALKING))
        )
        late = await watch(second)
        assert (late.number, late.rows.seats[1].state) == (1, SeatState.TALKING)
        await change(on, seats=(seat(A, "east"),), lines=())
        await first.until(lambda: len(changes(first)) == 2)
        await second.until(lambda: changes(second))
        assert changes(first) == [
            FloorChanged(on.now, 1, Rows(seats=(seat(C, "east", SeatState.TALKING),))),
            FloorChanged(on.now, 2, Rows(), {"seats": (C,), "lines": ("trunk:city",)}),
        ]
        assert changes(second) == changes(first)[1:]

    run(test)


def test_many_changes_are_one_frame_a_tick_and_none_where_nothing_changed() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        await watch(client)
        began, asked = asyncio.get_running_loop().time(), on.core.floor.asked
        for used in range(100):
            on.core.floor.rows = replace(ROWS, lines=(LineRow("trunk", "city", True, used, 30),))
            await asyncio.sleep(0.005)
        took = asyncio.get_running_loop().time() - began
        await client.until(lambda: changes(client) and changes(client)[-1].rows.lines[0].used == 99)
        assert len(changes(client)) <= on.core.floor.asked - asked <= took / 0.05 + 3
        told = len(changes(client))
        await change(on)
        await change(on)
        assert len(changes(client)) == told

    run(test)


def test_while_nobody_watches_nothing_is_computed() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        await watch(client)
        assert (await watch(client, Watch.OFF)).rows == Rows()
        await asyncio.sleep(0.2)
        before = on.core.floor.asked
        on.core.floor.rows = Rows()
        await asyncio.sleep(0.2)
        assert on.core.floor.asked == before
        await watch(client)
        client.cut()
        await asyncio.sleep(0.2)
        before = on.core.floor.asked
        await asyncio.sleep(0.2)
        assert on.core.floor.asked == before, "its link is gone"
        assert changes(client) == []

    run(test)


def test_who_logs_out_is_told_nothing_more() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        await watch(client)
        assert await client.do(LogOut()) == Done()
        await on.core.wait(AgentOffline)
        await client.log_in(B)
        on.core.floor.rows = Rows()
        await asyncio.sleep(0.2)
        assert changes(client) == []

    run(test)


# --- skills ---


def test_skills_are_kept_told_to_the_core_and_to_the_agent() -> None:
    async def test(on: Rig) -> None:
        client, other = await on.logged_in(), await on.logged_in(C, "desk-03")
        assert await client.do(SetSkills(C, {"trade": 3, "en": 1})) == Done()
        record = on.book.agent(C)
        assert record is not None
        assert record.skills == {SkillName("trade"): 3, SkillName("en"): 1}
        assert await on.core.wait(AgentSkilled) == AgentSkilled(C, record.name, Role.AGENT, record.skills, "east")
        await other.until(lambda: other.reports)
        assert other.reports[-1] == Notice(on.now, "skills", "agent 1001", "en 1 trade 3")

    run(test)


def test_skills_of_somebody_who_is_not_there_are_kept() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        assert await client.do(SetSkills(C, {})) == Done()
        record = on.book.agent(C)
        assert record is not None
        assert record.skills == {}
        assert on.core.of(AgentSkilled) == []

    run(test)


def test_skills_that_may_not_be_set() -> None:
    async def test(on: Rig) -> None:
        client, plain = await on.logged_in(), await on.logged_in(C, "desk-03")
        refused(await client.do(SetSkills(B, {"zh": 1})), DeskRefusal.NOT_ALLOWED)
        refused(await client.do(SetSkills("nobody", {"zh": 1})), DeskRefusal.NOT_FOUND)
        refused(await client.do(SetSkills(C, {"a\nb": 1})), DeskRefusal.NOT_FOUND)
        refused(await plain.do(SetSkills(C, {"zh": 9})), DeskRefusal.NOT_ALLOWED)
        on.book.put_agent(agent(C, group="east", disabled=True), "operator")
        refused(await client.do(SetSkills(C, {"zh": 1})), DeskRefusal.NOT_FOUND)

    run(test)


# --- messages ---


def test_a_message_to_all_reaches_the_group_s_screens() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        other, stranger = await on.logged_in(C, "desk-03"), await on.logged_in(B, "desk-02")
        assert await client.do(SendMessage("午餐后开会")) == MessageSent((C,))
        await other.until(lambda: other.reports)
        assert other.reports == [Notice(on.now, "message", "agent 1001", "午餐后开会")]
        assert on.said("message_sent") == [Audit(A, "message_sent", C, "午餐后开会")]
        await stranger.snapshot()
        assert stranger.reports == []
        on.book.put_agent(agent(A, role=Role.MANAGER), "operator")
        assert await client.do(SendMessage("x" * 400)) == MessageSent((B, C))
        assert on.said("message_sent")[-1] == Audit(A, "message_sent", f"{B}, {C}", "x" * 200)

    run(test)


def test_messages_that_reach_nobody() -> None:
    async def test(on: Rig) -> None:
        client = await on.logged_in()
        refused(await client.do(SendMessage("hello")), DeskRefusal.NOT_HERE)
        refused(await client.do(SendMessage("hello", (C,))), DeskRefusal.NOT_HERE)
        refused(await client.do(SendMessage("hello", ("nobody",))), DeskRefusal.NOT_HERE)
        refused(await client.do(SendMessage(" \n")), DeskRefusal.NOT_FOUND)
        refused(await client.do(SendMessage("hello", (C, B))), DeskRefusal.NOT_ALLOWED)
        assert on.said("message_sent") == []
        plain = await on.logged_in(C, "desk-03")
        refused(await plain.do(SendMessage("hello")), DeskRefusal.NOT_ALLOWED)
        assert await client.do(SendMessage("to you", (C, "nobody"))) == MessageSent((C,))

    run(test)
