"""Views of calls with more than two parties, of monitoring, and of a supervisor's notices. All people are invented."""

from msgspec.structs import replace

from agent_app.model.desk.view import DeskView, Returned, ShownNotice
from agent_app.model.phonebook.people import CallWay, PastCall, Person
from shared.desk import CameBack, Notice, Party
from shared.enums import CallKind, Language, ListenMode, PartyState, Role, SeatState
from shared.floor import ColleagueRow, Rows, TargetRow
from tests.ui.scenes import CALL, CUSTOMER, EN, NOW, ZH, call, pop, seat, view

WAITS = Party(f"{CALL}/1", "customer", "", "13800138000", PartyState.WAITING, NOW - 34)
TALKS = replace(WAITS, state=PartyState.TALKING, since=NOW - 12)
LI = Party(f"{CALL}/3", "seat", "1003", "", PartyState.RINGING, NOW - 6)
BANK = Party(f"{CALL}/4", "outside", "", "02088886666", PartyState.TALKING, NOW - 20)
QUEUE = Party("", "queue", "orders", "", PartyState.ASKED, NOW - 15)
PIN = Party("", "pin", "", "", PartyState.ASKED, NOW - 15)
LISTENER = Party("", "listener", "1001", "", PartyState.LISTENING, NOW - 8)

COLLEAGUES = (
    ColleagueRow("1001", "黄志强", "hzq", "一组", SeatState.OPEN), ColleagueRow("1003", "李敏", "lm", "一组", SeatState.OPEN),
    ColleagueRow("1005", "陈静", "cj", "一组", SeatState.TALKING), ColleagueRow("1007", "赵刚", "zg", "二组", SeatState.TALKING),
    ColleagueRow("1008", "刘洋", "ly", "二组", SeatState.LOCKED), ColleagueRow("1011", "周婷", "zt", "二组", SeatState.WRAP_UP),
    ColleagueRow("1012", "吴磊", "wl", "二组", SeatState.OFFLINE),
)  # fmt: skip
TARGETS = (
    TargetRow("queue", "advice", {ZH: "投资咨询", EN: "Advice"}), TargetRow("queue", "orders", {ZH: "人工委托", EN: "Orders"}),
    TargetRow("menu", "main", {ZH: "总机", EN: "Main menu"}),
)  # fmt: skip
FLOOR = Rows(COLLEAGUES, TARGETS)
PEOPLE = (
    Person(1, "林经理 天河营业部", "02085551000", "大客户", "linjingli ljl"),
    Person(2, "银证转账 工行", "02088886666", "", "yinzhengzhuanzhang yzzz"),
)
CALLS = (
    PastCall(NOW - 300, CallWay.IN, "13800138000", "王小芳", 245), PastCall(NOW - 900, CallWay.MISSED, "13911112222"),
    PastCall(NOW - 1500, CallWay.OUT, "02088886666", "银证转账 工行", 61), PastCall(NOW - 2000, CallWay.INTERNAL, "1003", "李敏", 18),
    PastCall(NOW - 90000, CallWay.OUT, "02085551000", "林经理 天河营业部", 420),
)  # fmt: skip
KNOWN = {"colleagues": COLLEAGUES, "targets": TARGETS, "people": PEOPLE, "calls": CALLS}
NOTICES = tuple(
    ShownNotice(number, Notice(NOW - 60 + number, code, "黄志强", text))
    for number, (code, text) in enumerate(
        [
            ("skills", ""), ("opened", ""), ("locked", ""),
            ("message", "开盘高峰，请缩短话后处理时间；创业板权限问题统一转投资咨询队列，不要在电话里答复客户能否开通，谢谢各位。"),
        ],
        1,
    )
)  # fmt: skip


def _call(state: SeatState, *parties: Party, **more: object) -> dict[str, object]:
    return {
        "call": call(state, answered_at=NOW - 95, parties=parties, **more),
        "pop": pop(),
        "seat": seat(state, 12),
        **KNOWN,
    }


def party_scenes(language: Language = ZH) -> dict[str, DeskView]:
    """Name -> view."""
    lead = replace(seat(SeatState.MONITORING, 32), role=Role.SUPERVISOR)
    listens = {
        mode: {
            "seat": lead,
            "call": call(
                SeatState.MONITORING, kind=CallKind.MONITOR, listening=mode, target="1007", auto=True, queue=None, waited=0.0, dnis="",
                rang_at=NOW - 33, answered_at=NOW - 32,
            ),
            **KNOWN,
        }
        for mode in ListenMode
    }  # fmt: skip
    held = {"held_at": NOW - 34}
    talking = {
        "call": call(SeatState.TALKING, answered_at=NOW - 95),
        "pop": pop(),
        "seat": seat(SeatState.TALKING, 12),
        **KNOWN,
    }
    return {
        "consult-ringing": view(language, **_call(SeatState.CONSULTING, WAITS, LI, **held)),
        "consult-talking": view(language, **_call(SeatState.CONSULTING, WAITS, BANK, **held)),
        "consult-swapped": view(
            language, **_call(SeatState.CONSULTING, TALKS, replace(BANK, state=PartyState.WAITING, since=NOW - 12))
        ),
        "consult-queue": view(language, **_call(SeatState.CONSULTING, WAITS, QUEUE, **held)),
        "consult-pin": view(language, **_call(SeatState.CONSULTING, replace(WAITS), PIN, **held)),
        "conference-3": view(language, **_call(SeatState.CONFERENCE, TALKS, BANK)),
        "conference-5": view(
            language,
            **_call(
                SeatState.CONFERENCE, TALKS, BANK, replace(LI, state=PartyState.TALKING),
                Party(f"{CALL}/6", "outside", "", "13922223333", PartyState.TALKING, NOW - 3), LISTENER,
            ),
        ),
        "came-back": view(language, returned=Returned(CameBack.NO_ANSWER, "seat", "1003"), **talking),
        "pin-passed": view(language, returned=Returned(CameBack.PIN_PASSED, "pin", ""), **talking),
        "busy-seat": view(
            language, seat=replace(seat(SeatState.DIALLING, 4), role=Role.SUPERVISOR),
            call=call(SeatState.DIALLING, kind=CallKind.INTERNAL, number="1007", busy="1007", queue=None, waited=0, dnis="", rang_at=NOW - 4),
            **KNOWN,
        ),
        "monitor": view(language, **listens[ListenMode.MONITOR]),
        "whisper": view(language, **listens[ListenMode.WHISPER]),
        "barge": view(language, **listens[ListenMode.BARGE]),
        "supervisor": view(language, seat=replace(lead, state=SeatState.OPEN), **KNOWN),
        "notices": view(language, notices=NOTICES, **talking),
        "known": view(language, seat=seat(SeatState.OPEN), shown=CUSTOMER, shown_is_pop=False, **KNOWN),
    }  # fmt: skip
