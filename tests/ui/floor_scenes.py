"""Floors as values: a small, a large and an empty floor. All people are invented."""

from collections.abc import Mapping
from random import Random

from msgspec.structs import replace

from agent_app.model.floor.mirror import FloorDeskView
from shared.desk_reports import ReportShown
from shared.enums import CallKind, Language, LockReason, Role, SeatState
from shared.floor import BranchRow, Keyed, LineRow, QueueBoardRow, SeatRow, WaitingRow, Watch, by_key
from shared.reports import By, ReportRow
from tests.ui.scenes import LONG_NAME, NOW

ZH, EN = Language.ZH, Language.EN
SURNAMES, GIVEN = (
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗",
    ("敏", "静", "小芳", "志强", "丽", "伟", "思远", "婷婷", "建国", "雨桐"),
)
QUEUES = (
    QueueBoardRow("advice", {ZH: "投资咨询", EN: "Advice"}, True, 3, NOW - 83, 2, 6, 20.0, 143, 128, 101, 9),
    QueueBoardRow("orders", {ZH: "人工委托", EN: "Orders"}, True, 1, NOW - 12, 1, 4, 20.0, 88, 86, 81, 1),
    QueueBoardRow("complaints", {ZH: "投诉建议", EN: "Complaints"}, True, 0, None, 1, 2, 30.0, 6, 4, 2, 2),
    QueueBoardRow("night", {ZH: "夜市委托", EN: "Night orders"}, False, 0, None, 0, 0, 20.0),
)
WAITING = (
    WaitingRow("w1", "advice", "13800138000", NOW - 83, 10, ringing=True),
    WaitingRow("w2", "advice", "02085551234", NOW - 41, 0, ringing=False),
    WaitingRow("w3", "advice", "", NOW - 7, 0, ringing=False),
    WaitingRow("w4", "orders", "13512345678", NOW - 12, 5, ringing=False),
)
LINES = (
    LineRow("trunk", "city", True, 28, 30), LineRow("trunk", "unicom", True, 7, 30), LineRow("trunk", "mobile-gw", False, 0, 60),
    LineRow("card", "card-1", True, 61, 1000), LineRow("card", "card-2", True, 12, 1000),
)  # fmt: skip
BRANCHES = (
    BranchRow("GZ01", {ZH: "广州天河", EN: "Guangzhou Tianhe"}, True, True, {"filled": 61, "working": 12, "cancelled": 9, "refused": 3}, 184_322_450),
    BranchRow("GZ02", {ZH: "广州越秀", EN: "Guangzhou Yuexiu"}, True, False, {"filled": 20, "in_doubt": 1}, 9_120_000),
    BranchRow("SZ02", {ZH: "深圳福田", EN: "Shenzhen Futian"}, False, None, {}, 0),
)  # fmt: skip
SMALL_SEATS = (
    SeatRow("1003", "李敏", "lm", "一组", Role.AGENT, SeatState.OPEN, {"advice": 3, "orders": 1}, 21, "desk-03", NOW - 37),
    SeatRow("1005", "陈静", "cj", "一组", Role.AGENT, SeatState.TALKING, {"advice": 2}, 17, "desk-07", NOW - 192, None, "c1", CallKind.IN, "13800138000", "advice"),
    SeatRow("1007", "赵刚", "zg", "一组", Role.AGENT, SeatState.LOCKED, {"orders": 4}, 12, "desk-02", NOW - 1260, LockReason.LUNCH),
    SeatRow("1008", "曾婷婷", "ctt ztt", "一组", Role.AGENT, SeatState.CONSULTING, {"advice": 1, "complaints": 5}, 9, "desk-04", NOW - 15, LockReason.MEETING, "c2", CallKind.IN, "02085551234", "complaints"),
    SeatRow("1010", "王主任", "wzr", "一组", Role.SUPERVISOR, SeatState.MONITORING, {}, 0, "desk-01", NOW - 60, None, "c1", CallKind.MONITOR, "", None, "1005"),
    SeatRow("1011", "何雨桐", "hyt", "一组", Role.AGENT, SeatState.OFFLINE, {"orders": 2}, 0),
)  # fmt: skip


def floor_of(
    seats: tuple[SeatRow, ...] = SMALL_SEATS, queues: tuple[QueueBoardRow, ...] = QUEUES, waiting: tuple[WaitingRow, ...] = WAITING,
    lines: tuple[LineRow, ...] = LINES, branches: tuple[BranchRow, ...] = BRANCHES, **more: object,
) -> FloorDeskView:  # fmt: skip
    tables: dict[str, Mapping[str, Keyed]] = {
        "seats": by_key(seats), "queues": by_key(queues), "waiting": by_key(waiting), "lines": by_key(lines), "branches": by_key(branches),
    }  # fmt: skip
    return FloorDeskView(what=Watch.FLOOR, stale=False, at=NOW, **tables, **more)  # type: ignore[arg-type]


EMPTY = floor_of((), (), (), (), ())


def many_seats(number: int = 200, seed: int = 7) -> tuple[SeatRow, ...]:
    chance = Random(seed)
    states = [state for state in SeatState if state is not SeatState.MONITORING]
    return tuple(_seat(at, chance, states) for at in range(number))


def _seat(at: int, chance: Random, states: list[SeatState]) -> SeatRow:
    state = chance.choice(states)
    in_call = state in {
        SeatState.RINGING,
        SeatState.DIALLING,
        SeatState.TALKING,
        SeatState.HOLDING,
        SeatState.CONSULTING,
        SeatState.CONFERENCE,
    }
    row = SeatRow(
        f"{2001 + at}", chance.choice(SURNAMES) + chance.choice(GIVEN), "", f"{chance.choice('一二三四五')}组", Role.AGENT, state,
        {name: chance.randint(1, 5) for name in chance.sample(("advice", "orders", "complaints"), 2)}, chance.randint(0, 60), f"desk-{at:03}",
        NOW - chance.uniform(0, 4000), chance.choice(list(LockReason)) if state is SeatState.LOCKED else None,
    )  # fmt: skip
    if not in_call:
        return row
    return replace(
        row,
        call=f"c{at}",
        kind=CallKind.IN,
        number=f"138{chance.randrange(10**8):08}",
        queue=chance.choice(QUEUES).queue,
    )


def many_lines(number: int = 1000, seed: int = 7) -> tuple[LineRow, ...]:
    chance = Random(seed)
    return tuple(
        LineRow("trunk", f"trunk-{at:04}", chance.random() > 0.03, chance.randint(0, 30), 30) for at in range(number)
    )


def many_waiting(number: int = 60, seed: int = 7) -> tuple[WaitingRow, ...]:
    chance = Random(seed)
    return tuple(
        WaitingRow(f"w{at}", chance.choice(QUEUES).queue, f"139{at:08}", NOW - chance.uniform(0, 600), 0, ringing=False)
        for at in range(number)
    )


FULL = floor_of(
    many_seats(), waiting=many_waiting(), lines=many_lines(),
    branches=tuple(replace(BRANCHES[0], branch=f"B{at:03}", turnover=at * 1_234_567) for at in range(60)),
)  # fmt: skip
LONG = floor_of(
    tuple(replace(row, name=LONG_NAME, group=LONG_NAME, skills={LONG_NAME[:60]: 1, "b" * 60: 2}) for row in SMALL_SEATS),
    tuple(replace(row, title={ZH: LONG_NAME, EN: LONG_NAME}) for row in QUEUES),
    branches=tuple(replace(row, title={ZH: LONG_NAME, EN: LONG_NAME}, turnover=10**15) for row in BRANCHES),
)  # fmt: skip
SMALL = floor_of()
FLOORS = {"small": SMALL, "full": FULL, "empty": EMPTY, "long": LONG, "stale": replace(SMALL, stale=True)}


def report_rows(by: By, number: int, seed: int = 7) -> tuple[ReportRow, ...]:
    chance = Random(seed)
    keys = {
        By.HOURS: [f"{hour:02}" for hour in range(8, 8 + number)], By.DAYS: [f"202603{day:02}" for day in range(1, number + 1)],
        By.QUEUES: [row.queue for row in QUEUES], By.BRANCHES: [row.branch for row in BRANCHES],
    }.get(by, [str(2001 + at) for at in range(number)])  # fmt: skip
    return tuple(_report_row(key, chance) for key in keys)


def _report_row(key: str, chance: Random) -> ReportRow:
    offered = chance.randint(10, 160)
    answered = round(offered * chance.uniform(0.7, 1.0))
    within = round(answered * chance.uniform(0.5, 1.0))
    return ReportRow(
        key=key, name=chance.choice(SURNAMES) + chance.choice(GIVEN), offered=offered, answered=answered, abandoned=offered - answered,
        within=within, service_level=within / offered, wait_average_ms=chance.randint(2000, 30_000), wait_longest_ms=chance.randint(30_000, 200_000),
        talks=answered, dialled=chance.randint(0, 20), missed=chance.randint(0, 5), transfers=chance.randint(0, 9),
        talk_ms=answered * chance.randint(60_000, 200_000), hold_ms=answered * 9000, wrap_up_ms=answered * 21_000,
        handle_average_ms=chance.randint(90_000, 230_000), orders=chance.randint(0, 80), turnover=chance.randint(0, 10**9),
        shift_ms=8 * 3_600_000, occupancy=chance.random(), dispositions={"order": 3, "advice": 9},
    )  # fmt: skip


def report(by: By = By.HOURS, number: int = 10) -> ReportShown:
    rows = report_rows(by, number)
    total = ReportRow(
        offered=sum(row.offered for row in rows),
        answered=sum(row.answered for row in rows),
        service_level=0.81,
        wait_average_ms=9000,
    )
    return ReportShown(NOW, by, "20260318", "20260318", rows, total, group="一组" if by is By.AGENTS else None)
