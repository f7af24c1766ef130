"""Views of a desk's day, as values, for tests and screenshots of the window. All people are invented."""

from msgspec.structs import replace

from agent_app.model.desk import actions
from agent_app.model.desk.view import AudioView, DeskProblem, DeskView, LinkState, PhoneState, SearchView
from agent_app.model.sound.phone_messages import CallQuality, SoundDevice
from shared.aci import Funds, Holding, OrderRow
from shared.desk import (
    AccountFacts,
    Choice,
    Contact,
    CustomerCard,
    DeskCall,
    DeskSnapshot,
    Pop,
    QueueRow,
    Seat,
    Ticket,
    TrailStep,
)  # fmt: skip
from shared.enums import CallKind, HangingUp, Language, LockReason, Market, OrderStatus, Refusal, Role, SeatState, Side
from tests.agent_app.fakes import MEANS

NOW = 1773800130.0
"""2026-03-18 10:15:30 in Shanghai, UTC seconds."""
ZH, EN = Language.ZH, Language.EN
CALL = "20260318-101502-0042"
MARKUP = '<b onclick="x">张</b><img src=x>&amp;<script>alert(1)</script>'
LONG_NAME = (MARKUP + "欧阳娜娜·阿不都热合曼 von und zu Hohenlohe-Schillingsfürst " * 4)[:200]

QUEUES = (
    QueueRow("advice", {ZH: "投资咨询", EN: "Advice"}, 3, 83, 2, 6),
    QueueRow("orders", {ZH: "人工委托", EN: "Orders"}, 1, 12, 1, 4),
    QueueRow("complaints", {ZH: "投诉建议", EN: "Complaints"}, 0, 0, 1, 2),
)
DISPOSITIONS = (
    Choice("advice", {ZH: "业务咨询", EN: "Advice given"}),
    Choice("order", {ZH: "已委托", EN: "Order placed"}),
    Choice("complaint", {ZH: "投诉", EN: "Complaint"}),
    Choice("callback", {ZH: "需回电", EN: "To be called back"}),
)
TRAIL = (
    TrailStep(NOW - 150, "welcome", {ZH: "欢迎词", EN: "Welcome"}),
    TrailStep(NOW - 138, "main", {ZH: "主菜单：按 1 证券业务", EN: "Main menu: 1, securities"}),
    TrailStep(NOW - 120, "login", {ZH: "账号与密码：通过", EN: "Account and PIN: passed"}),
    TrailStep(NOW - 84, "funds", {ZH: "查询资金", EN: "Asked for funds"}),
    TrailStep(NOW - 60, "agent", {ZH: "按 0 转人工", EN: "0, to an agent"}),
)
HOLDINGS = (
    Holding(Market.SH, "600519", "贵州茅台", 200, 200, 1688_500, 1712_000),
    Holding(Market.SZ, "000001", "平安银行", 12_000, 10_000, 12_340, 11_980),
    Holding(Market.SH, "600036", "招商银行", 3_500, 3_500, 34_120, 36_450),
    Holding(Market.SH, "510300", "沪深300ETF", 50_000, 50_000, 3_871, 3_915),
    Holding(Market.SZ, "300750", "宁德时代", 600, 600, 201_330, 187_620),
)
ORDERS = (
    OrderRow("A000123", Market.SZ, "000001", "平安银行", Side.BUY, 11_950, 2_000, 2_000, 0, OrderStatus.FILLED, NOW - 2400),
    OrderRow("A000157", Market.SH, "600036", "招商银行", Side.SELL, 36_600, 500, 200, 0, OrderStatus.PART_FILLED, NOW - 1300),
    OrderRow("A000201", Market.SH, "600519", "贵州茅台", Side.BUY, 1_900_000, 100, 0, 0, OrderStatus.REJECTED, NOW - 700),
)  # fmt: skip
ACCOUNTS = (
    AccountFacts(
        "10000017", "GZ01", {ZH: "广州天河", EN: "Guangzhou Tianhe"}, funds=Funds(18_234_567, 15_000_000, 3_234_567, 104_381_650),
        holdings=HOLDINGS, orders=ORDERS, asked_at=NOW - 4,
    ),
    AccountFacts("20000345", "SZ02", {ZH: "深圳福田", EN: "Shenzhen Futian"}, problem=Refusal.BRANCH_SLOW, asked_at=NOW - 2),
)  # fmt: skip
CONTACTS = (
    Contact("c1", "phone", "in", NOW - 86400 * 2, "13800138000", "1003", "李敏", 245, "advice", "咨询创业板开户条件，已告知", "20260316-1", recording=True),
    Contact("c2", "sms", "out", NOW - 86400 * 2 + 300, "13800138000", summary="开户材料清单"),
    Contact("c3", "voicemail", "in", NOW - 86400 * 9, "02085551234", seconds=31, summary="询问新股中签"),
    Contact("c4", "phone", "out", NOW - 86400 * 40, "13800138000", "1007", "赵刚", 88, "callback", "回电：银证转账已恢复", "20260206-9", recording=True),
    Contact("c5", "fax", "in", NOW - 86400 * 300, "02085551234", summary="身份证复印件"),
)  # fmt: skip
TICKETS = (
    Ticket(41, 1001, "银证转账失败，等银行答复", "waiting", NOW - 86400, "1007", NOW - 3600,
           "03-17 10:02 赵刚：客户称转出未到账\n03-18 09:15 李敏：已致电银行，等回复"),
    Ticket(36, 1001, "补寄对账单", "closed", NOW - 86400 * 20, "1003", NOW - 86400 * 18, "02-26 14:00 李敏：已寄出"),
)  # fmt: skip
CUSTOMER = CustomerCard(
    1001, "王小芳", ("13800138000", "02085551234"), vip=True, accounts=ACCOUNTS, contacts=CONTACTS, tickets=TICKETS
)
OTHER = CustomerCard(1002, "王大明", ("13800138000",))
DEVICES = (
    SoundDevice("hw:1", "Jabra EVOLVE 20 MS 耳机", 1, 2, default_in=True, default_out=True),
    SoundDevice("hw:0", "内置音箱 Built-in Audio", 2, 2),
)
AUDIO = AudioView(
    devices=DEVICES, speaker="hw:1", microphone="hw:1", ring="hw:0", speaker_level=-24, microphone_level=-31
)


def seat(state: SeatState, since: float = 192, **more: object) -> Seat:
    return Seat("1005", "陈静", Role.AGENT, "desk-07", state, NOW - since, calls_today=17, **more)  # type: ignore[arg-type]


def call(state: SeatState, **more: object) -> DeskCall:
    made = DeskCall(
        CALL, f"{CALL}/2", "t" * 32, False, CallKind.IN, state, MEANS.get(state, HangingUp.END), "13800138000", "95500", "advice", 43, NOW - 20,
    )  # fmt: skip
    return replace(made, **more)


def pop(**more: object) -> Pop:
    return replace(Pop(CALL, "13800138000", "广东 广州", "10000017", TRAIL, CUSTOMER, (OTHER,), pending=False), **more)


def view(language: Language = ZH, **fields: object) -> DeskView:
    """A desk without problems, with ``fields`` of the view or of its state."""
    state_fields = {name: fields.pop(name) for name in ("seat", "call", "pop", "queues") if name in fields}
    state = replace(DeskSnapshot(NOW, queues=QUEUES, dispositions=DISPOSITIONS), **state_fields)
    whole = DeskView(
        link=LinkState.UP, phone=PhoneState.READY, state=state, stale=False, audio=AUDIO, language=language, needs_password=False,
        agent_name="1005", shown=state.pop.customer if state.pop else None,
    )  # fmt: skip
    return enabled(replace(whole, **fields))


def enabled(made: DeskView) -> DeskView:
    return replace(made, enabled=actions.enabled(made))


def scenes(language: Language = ZH) -> dict[str, DeskView]:
    """Name -> view, in the order of a day."""
    talk = {"call": call(SeatState.TALKING, answered_at=NOW - 75), "pop": pop()}
    long_card = replace(CUSTOMER, name=LONG_NAME, phones=tuple(f"1380013{n:04}" for n in range(12)))
    long_seat = replace(seat(SeatState.TALKING, 75), name=LONG_NAME)
    made = {
        "logged-out": view(language, needs_password=True, queues=()),
        "wrong-password": view(language, needs_password=True, queues=(), problem=DeskProblem(None, "too_many_tries", wait=27.2)),
        "connecting": replace(DeskView(), language=language, retry_in=3.0),
        "locked": view(language, seat=seat(SeatState.LOCKED, reason=LockReason.LUNCH)),
        "open": view(language, seat=seat(SeatState.OPEN)),
        "ringing": view(language, seat=seat(SeatState.RINGING, 3), call=call(SeatState.RINGING, rang_at=NOW - 3), pop=pop()),
        "ringing-pending": view(
            language, seat=seat(SeatState.RINGING, 1), call=call(SeatState.RINGING, rang_at=NOW - 1),
            pop=pop(verified=None, customer=replace(CUSTOMER, accounts=tuple(
                AccountFacts(facts.account, facts.branch, facts.branch_name, pending=True) for facts in ACCOUNTS
            ))),
        ),
        "ringing-unknown": view(
            language, seat=seat(SeatState.RINGING, 1), call=call(SeatState.RINGING, number="", rang_at=NOW - 1),
            pop=Pop(CALL, "", "", None, TRAIL[:2], pending=False),
        ),
        "talking": view(language, seat=seat(SeatState.TALKING, 75), note="客户想了解科创板权限。\n已说明条件。", quality=CallQuality(f"{CALL}/2", 0.002, 4.2, 18, 60, 40), **talk),
        "hold": view(
            language, seat=seat(SeatState.HOLDING, 12), call=call(SeatState.HOLDING, answered_at=NOW - 75, held_at=NOW - 12), pop=pop()
        ),
        "wrap-up": view(
            language, seat=seat(SeatState.WRAP_UP, 9, wrap_up_until=NOW + 21, wrap_up_call=CALL), pop=pop(), note="已说明条件，客户满意。"
        ),
        "search": view(
            language, seat=seat(SeatState.OPEN),
            search=SearchView("wxf", rows=(CUSTOMER, OTHER, CustomerCard(1044, "吴晓峰", ("18922223333",)))),
        ),
        "offline": replace(
            view(language, seat=seat(SeatState.TALKING, 75), **talk), link=LinkState.LOST, stale=True, retry_in=2.4,
            problem=DeskProblem(actions.Action.HOLD, "link_lost"),
        ),
        "desk-phone": replace(
            view(language, seat=seat(SeatState.RINGING, 3), call=call(SeatState.RINGING, rang_at=NOW - 3), pop=pop()), desk_phone="front-07"
        ),
        "headset-lost": replace(view(language, seat=seat(SeatState.TALKING, 75), **talk), audio=replace(AUDIO, lost_device="Jabra EVOLVE 20 MS")),
        "long-names": view(
            language, seat=replace(long_seat, lock_next=LockReason.MEETING), call=call(SeatState.TALKING, answered_at=NOW - 75, number="9" * 32),
            pop=pop(number="9" * 32, place=LONG_NAME, customer=replace(
                long_card, tickets=(replace(TICKETS[0], title=LONG_NAME, text=LONG_NAME * 4),),
                contacts=tuple(replace(one, summary=LONG_NAME, agent_name=LONG_NAME) for one in CONTACTS),
            )),
            note=LONG_NAME, queues=tuple(replace(row, title={ZH: LONG_NAME, EN: LONG_NAME}) for row in QUEUES),
            problem=DeskProblem(actions.Action.HOLD, "timed_out", LONG_NAME),
        ),
    }  # fmt: skip
    return {name: enabled(one) for name, one in made.items()}
