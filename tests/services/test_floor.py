"""The board's rows, combined from core, agent book, links and store."""

from msgspec.structs import replace

from shared import desk
from shared.aci import GatewayStatus
from shared.enums import CallKind, Language, LockReason, Role, SeatState
from shared.floor import BranchRow, ColleagueRow, LineRow, QueueBoardRow, Rows, SeatRow, TargetRow, WaitingRow
from shared.ids import AgentId, BranchId, Fen, SkillName, TrunkName
from switch_server.core.words import SwitchConfig
from switch_server.ports.floor import OrderCounts, QueueCounts
from switch_server.ports.operations import BranchState
from switch_server.services.config_file import BranchSettings
from switch_server.services.floor import FloorRows, FloorSources
from tests.core.a_flow import OUT, TRUNK
from tests.core.desk_world import AGENTS, ANN, BOB, CONFIG, FLOW, DeskWorld
from tests.fakes.desks import FakeBook, agent

TITLE = {Language.ZH: "人工", Language.EN: "Agents"}
WITH_TITLE: SwitchConfig = replace(CONFIG, queues=(replace(CONFIG.queues[0], title=TITLE),))
TIANHE, FUTIAN = BranchId("GZ01"), BranchId("SZ02")
STATUS = GatewayStatus(TIANHE, trading_system_up=False, trade_date="20261122", session="open", pending=0, last_report=0)


class Rig:
    def __init__(self) -> None:
        self.world = DeskWorld(config=WITH_TITLE)
        self.book = FakeBook(
            agent(ANN, name="曾安妮", group="east", role=Role.SUPERVISOR),
            agent(BOB, name="Bob"),
            agent("old", disabled=True),
        )
        self.book.today[BOB] = 4
        switch = self.world.switch
        self.floor = FloorRows(
            FloorSources(
                clock=lambda: switch.now, config=lambda: switch.config, flows=lambda: switch.flows,
                branches=lambda: (BranchSettings(TIANHE, "天河", "Tianhe"), BranchSettings(FUTIAN, "福田")), floor=switch.floor, desk_state=switch.desk_state,
                book=self.book, trunk_states=lambda: {TRUNK: "up", TrunkName("gone"): "down"},
                branch_states=lambda: {TIANHE: BranchState(link_up=True, status=STATUS)},
                queue_counts=lambda: {AGENTS: QueueCounts(9, 7, 6, 1)},
                order_counts=lambda: {FUTIAN: OrderCounts({"filled": 2}, Fen(700))},
            )
        )  # fmt: skip


def test_everything_of_a_centre_at_work() -> None:
    on = Rig()
    call = on.world.talking(ANN)
    waiting = on.world.offer()
    on.world.run(5.0)
    assert on.world.command(desk.LockSeat(LockReason.LUNCH)) == desk.Done()
    seat, number = on.world.switch.desks.seats[ANN], on.world.switch.calls[call].number
    since = on.world.switch.acd.waiting[waiting].since
    cards = on.world.switch.floor(0.0).cards
    assert on.floor.whole() == Rows(
        colleagues=(
            ColleagueRow(ANN, "曾安妮", "can zan", "east", SeatState.TALKING),
            ColleagueRow(BOB, "Bob", "b", "", SeatState.OFFLINE),
        ),
        targets=(TargetRow("queue", AGENTS, TITLE, is_open=True), TargetRow("menu", FLOW.flow, {})),
        seats=(
            SeatRow(
                ANN, "曾安妮", "can zan", "east", Role.SUPERVISOR, SeatState.TALKING, {SkillName("zh"): 2}, 1, seat.desk, seat.since,
                LockReason.LUNCH, call, CallKind.IN, number, AGENTS,
            ),
            SeatRow(BOB, "Bob", "b", "", Role.AGENT, SeatState.OFFLINE, {SkillName("zh"): 2}, 4),
        ),
        queues=(QueueBoardRow(AGENTS, TITLE, True, 1, since, 0, 1, 20.0, 9, 7, 6, 1),),
        waiting=(WaitingRow(waiting, AGENTS, number, since, 0, ringing=False),),
        lines=(
            LineRow("trunk", TRUNK, True, 2, 30), LineRow("trunk", OUT, None, 0, 3),
            *(LineRow("card", card.card, True, card.used, card.channels) for card in cards),
        ),
        branches=(
            BranchRow(TIANHE, {Language.ZH: "天河", Language.EN: "Tianhe"}, True, False, {}, Fen(0)),
            BranchRow(FUTIAN, {Language.ZH: "福田", Language.EN: "福田"}, False, None, {"filled": 2}, Fen(700)),
        ),
    )  # fmt: skip
    assert sum(card.used for card in cards) == 3
    on.world.finish()


def test_the_directory_is_the_whole_s() -> None:
    on = Rig()
    on.world.talking(ANN)
    whole = on.floor.whole()
    assert on.floor.directory() == Rows(colleagues=whole.colleagues, targets=whole.targets)
    on.world.finish()


def test_nothing_changes_by_itself() -> None:
    """Otherwise each tick would send the row."""
    on = Rig()
    on.world.talking(ANN)
    on.world.offer()
    on.world.run(5.0)
    before = on.floor.whole()
    on.world.switch.now += 30.0
    assert on.floor.whole() == before
    on.world.switch.now -= 30.0
    on.world.finish()


def test_a_lock_s_reason_without_a_call() -> None:
    on = Rig()
    on.world.online(AgentId(BOB), open_=False)
    assert on.floor.whole().seats[1].reason is LockReason.LOGGED_IN
