"""A fake of ``ports.operations.Operations`` with fixed replies."""

from msgspec import structs

from shared.control import (
    PART_BYTES,
    AskAudit,
    AskCalls,
    AskOrders,
    AskRecording,
    AuditTrail,
    BackupProgress,
    BackupState,
    Branches,
    CallDetail,
    Calls,
    Cards,
    Counters,
    Customers,
    Done,
    FindCustomers,
    Lines,
    Orders,
    RecordingPart,
    RefusedCode,
    Reloaded,
    Status,
    TracedNumber,
)
from shared.control_agents import (
    AddPhone,
    AgentPut,
    Agents,
    AskTalks,
    ControlDesks,
    Phones,
    PutAgent,
    PutDeskKey,
    Queues,
    Talks,
)
from shared.control_fax import ControlFaxDetail, ControlFaxes, FaxFileTaken, ListFaxes, SendFaxFile
from shared.control_reports import AskReport, ControlReport
from shared.control_rows import (
    AccountRow,
    AgentRow,
    AuditRow,
    CardRow,
    ControlBranchRow,
    ControlCallRow,
    ControlLegRow,
    ControlLineRow,
    ControlOrderRow,
    ControlQueueRow,
    ControlRecordingRow,
    ControlTalkRow,
    CustomerRow,
    DeskRow,
    PhoneRow,
    Trouble,
    TroubleCode,
)
from shared.control_trunks import CardLineRow, ControlCardLines, FarRow, RegistrationRow, Trunks
from shared.fax import FaxId
from shared.ids import AccountNo, AgentId, CallId, DeskId, Fen, PhoneName, TrunkName
from shared.reports import ReportRow
from switch_server.ports.operations import OperationRefused

NOW = 1_756_085_465.0  # 2025-08-25 09:31:05 in Shanghai
CALL = "2025082501302000000"
PAST = "2025082501200000000"
ACCOUNT = "60011234"

LIVE_ROW = ControlCallRow(
    call=CALL, live=True, state="up", trunk="city", ani="13900001234", dnis="95500", started_at=NOW - 45, card="card-1",
    flow="main", where="trade_menu", language="zh_CN", branch="GZ01", account_end="34",
)  # fmt: skip
PAST_ROW = ControlCallRow(
    call=PAST, live=False, state="ended", trunk="city", ani="02055501234", dnis="95500", started_at=NOW - 700,
    ended_at=NOW - 638, cause="caller_hung_up", card="card-2", flow="main", where="confirm", language="en",
)  # fmt: skip
ORDER = ControlOrderRow(
    key=f"{CALL}-1", at=NOW - 10, kind="place", state="filled", call=CALL, branch="GZ01", account_end="34", channel="phone",
    code="600036", side="buy", price=41260, quantity=1200, contract="A0001", filled=1200, read_back_ms=20_000, yes_ms=62_500,
)  # fmt: skip


def trouble(text: str) -> Trouble:
    return Trouble(TroubleCode.PART, "store", text)


AGENT_ROW = AgentRow(
    agent="1001", name="张三", role="supervisor", group="A", skills={"trading": 3}, disabled=False, has_password=True, state="locked",
    calls_today=12, since=NOW - 90, reason="lunch", desk="desk-07", address="192.0.2.7", round_trip_ms=1.25,
    phone_problem="no_headset", phone_loss=0.01, phone_jitter_ms=3.0,
)  # fmt: skip
GONE_ROW = AgentRow("1002", "Li Si", "agent", "", {}, disabled=True, has_password=False, state="offline", calls_today=0)
QUEUE_ROW = ControlQueueRow(
    queue="trading", title={"zh_CN": "交易", "en": "Trading"}, is_open=True, waiting=3, longest_s=75.0, callbacks=1,
    open_seats=2, seats=5, answered=1234, abandoned=17, skill="trading", level=2,
)  # fmt: skip
SHUT_ROW = ControlQueueRow("night", {}, False, 0, 0.0, 0, 0, 0, 0, 0)
TALK_ROW = ControlTalkRow(
    talk=f"{CALL}/2", call=CALL, agent="1001", kind="in", number="13900001234", queue="trading", offered_at=NOW - 100,
    answered_at=NOW - 95, ended_at=NOW - 33, hold_ms=12_000, waited_ms=4_000, pop_ms=35.5, outcome="answered", disposition="order",
)  # fmt: skip
MISSED_ROW = ControlTalkRow(f"{CALL}/3", CALL, "1002", "callback", "13900001234", outcome="no_answer")
KEY, OTHER_KEY, SERVER_KEY = "a" * 40, "b" * 40, "s" * 40
DESK_ROW = DeskRow("desk-07", KEY, True, "1001", "192.0.2.7", 1.25, "no_headset", "agent-app 0.3.0")

PHONE_ROW = PhoneRow("front-1", "desk-07", True, "192.0.2.9:5062", NOW - 100, NOW + 200, "Yealink T46", "1001")


REPORT_ROW = ReportRow(
    key="1001", name="=张三", offered=120, answered=100, abandoned=15, left=5, within=90, service_level=0.75, wait_average_ms=12_500,
    wait_longest_ms=185_000, talks=110, dialled=10, missed=3, transfers=4, talk_ms=9_000_000, hold_ms=600_000, wrap_up_ms=1_200_000,
    handle_average_ms=180_000, orders=7, turnover=Fen(123_456_789), faxes_sent=8, fax_pages_sent=21, faxes_failed=1, faxes_received=2, fax_pages_received=6, dispositions={"enquiry": 60, "order": 40}, shift_ms=28_800_000,
    open_ms=14_400_000, busy_ms=10_800_000, away_ms=0, locked_ms={"break": 600_000, "lunch": 3_000_000}, occupancy=0.4286,
)  # fmt: skip


class FakeStaff:
    """``ports.operations.Staff`` with one agent and one desk; ``done`` is shared with ``FakeSwitch``."""

    def __init__(self, done: list[tuple[object, ...]], asked: list[object]) -> None:
        self.done, self.asked = done, asked
        self.unused: tuple[str, ...] = ()

    def agents(self) -> Agents:
        return Agents(NOW, (AGENT_ROW, GONE_ROW))

    def queues(self) -> Queues:
        return Queues(NOW, (QUEUE_ROW, SHUT_ROW))

    def desks(self) -> ControlDesks:
        return ControlDesks(NOW, "tcp://192.0.2.1:5581", SERVER_KEY, (DESK_ROW, DeskRow("desk-08", OTHER_KEY, False)))

    async def talks(self, ask: AskTalks) -> Talks:
        self.asked.append(ask)
        return Talks(NOW, (TALK_ROW, MISSED_ROW))

    async def report(self, ask: AskReport) -> ControlReport:
        self.asked.append(ask)
        if ask.queue == "nowhere":
            raise OperationRefused(RefusedCode.NO_SUCH_QUEUE, ask.queue)
        rows = () if ask.queue == "night" else (REPORT_ROW,)
        return ControlReport(
            NOW, ask.by, ask.first, ask.last, rows, structs.replace(REPORT_ROW, name=""), ask.queue, ask.agent
        )

    async def put_agent(self, put: PutAgent) -> AgentPut:
        if put.new and put.agent == "1001":
            raise OperationRefused(RefusedCode.AGENT_EXISTS, put.agent)
        if put.password is not None and len(put.password) < 8:
            raise OperationRefused(RefusedCode.WEAK_PASSWORD, "8")
        self.done.append(("put", put))
        return AgentPut(put.agent, put.new, self.unused)

    async def set_password(self, agent: AgentId, password: str, actor: str) -> Done:
        self._known(agent)
        self.done.append(("password", agent, password, actor))
        return Done(agent)

    def disable(self, agent: AgentId, actor: str, *, disabled: bool) -> Done:
        self._known(agent)
        self.done.append(("disable" if disabled else "enable", agent, actor))
        return Done(agent)

    def remove(self, agent: AgentId, actor: str) -> Done:
        self._known(agent)
        self.done.append(("remove", agent, actor))
        return Done(agent)

    def log_out(self, agent: AgentId, actor: str) -> Done:
        self._known(agent)
        self.done.append(("log_out", agent, actor))
        return Done(agent)

    def _known(self, agent: AgentId) -> None:
        if agent != "1001":
            raise OperationRefused(RefusedCode.NO_SUCH_AGENT, agent)

    def put_desk_key(self, put: PutDeskKey) -> Done:
        if put.desk == "desk-07" and not put.replace:
            raise OperationRefused(RefusedCode.DESK_EXISTS, put.desk)
        self.done.append(("put_desk_key", put))
        return Done(put.desk)

    def remove_desk_key(self, desk: DeskId, actor: str) -> Done:
        if desk != "desk-07":
            raise OperationRefused(RefusedCode.NO_SUCH_DESK, desk)
        self.done.append(("remove_desk_key", desk, actor))
        return Done(desk)

    def phones(self) -> Phones:
        return Phones(NOW, (PHONE_ROW, PhoneRow("any-1", None, registered=False)))

    def add_phone(self, add: AddPhone) -> Done:
        self.done.append(("add_phone", add))
        return Done(add.phone)

    def set_phone_password(self, phone: PhoneName, password: str, actor: str) -> Done:
        self.done.append(("set_phone_password", phone, password, actor))
        return Done(phone)

    def remove_phone(self, phone: PhoneName, actor: str) -> Done:
        self.done.append(("remove_phone", phone, actor))
        return Done(phone)


class FakeTrunks:
    def __init__(self, done: list[tuple[object, ...]]) -> None:
        self.done = done

    def trunks(self) -> Trunks:
        far = FarRow("city", "sip", "both", "192.0.2.10:5060", "paused", 12.0, 3, 7, 2)
        ours = RegistrationRow("ims", "+862155550100", "waiting", "192.0.2.20:5060", None, "403", 4, 3)
        return Trunks(NOW, (far, FarRow("ims", "sip", "out", "192.0.2.20:5060", "up")), (ours,))

    def card_lines(self, trunk: TrunkName) -> ControlCardLines:
        rows = (
            CardLineRow("box", 1, "in", blocked=True, call=CALL, number="13900001234", calls_in=3),
            CardLineRow("box", 2, "faulty", faults=1),
        )
        return ControlCardLines(NOW, tuple(row for row in rows if trunk in ("", row.trunk)))

    def block_line(self, trunk: TrunkName, line: int, actor: str, *, blocked: bool) -> Done:
        if line > 2:
            raise OperationRefused(RefusedCode.NO_SUCH_LINE, f"{trunk} {line}")
        self.done.append(("block_line", trunk, line, actor, blocked))
        return Done(f"{trunk} {line}")


class NoFaxes:
    """``tests/switchctl/test_faxes.py`` has the real ones."""

    async def faxes(self, ask: ListFaxes) -> ControlFaxes:
        return ControlFaxes(NOW, ())

    async def fax(self, fax: FaxId, actor: str) -> ControlFaxDetail:
        raise OperationRefused(RefusedCode.NO_SUCH_FAX, fax)

    async def send_file(self, send: SendFaxFile) -> FaxFileTaken:
        raise OperationRefused(RefusedCode.FAX_REFUSED, "no_fax")

    async def try_again(self, fax: FaxId, actor: str) -> Done:
        raise OperationRefused(RefusedCode.NO_SUCH_FAX, fax)

    async def drop(self, fax: FaxId, actor: str) -> Done:
        raise OperationRefused(RefusedCode.NO_SUCH_FAX, fax)


class FakeSwitch:
    """Fixed replies; ``done`` has the commands that were called. ``recording_bytes`` is the only recording."""

    def __init__(self) -> None:
        self.done: list[tuple[object, ...]] = []
        self.asked: list[object] = []
        self.staff = FakeStaff(self.done, self.asked)
        self.trunks = FakeTrunks(self.done)
        self.faxes = NoFaxes()
        self.problems: tuple[str, ...] = ()
        self.recording_bytes = bytes(range(256)) * ((PART_BYTES * 2 + 1000) // 256)
        self.troubles: tuple[Trouble, ...] = ()
        self.broken: int | None = None
        self.bug = self.full = False
        self.ani = LIVE_ROW.ani

    def status(self) -> Status:
        if self.bug:
            raise RuntimeError("a bug")
        self.asked.append("status")
        return Status(
            version="0.1.0", pid=4711, at=NOW, started_at=NOW - 3723, draining=False, calls=1, lines_used=1, lines=30,
            cards_up=2, cards=2, channels_used=1, channels=1000, branches_up=5, branches=6, orders={"filled": 3, "in_doubt": 1},
            flows=("main",), troubles=self.troubles, seats=5, seats_open=2, waiting=3,
        )  # fmt: skip

    def lines(self) -> Lines:
        row = ControlLineRow("city", "centre", "both", ("192.0.2.10:5060",), "up", 30, 1, 0)
        return Lines(NOW, (row,), {"messages": 1234, "malformed": 0})

    def cards(self) -> Cards:
        up = CardRow("card-1", True, 500, 1, 12.34, 1.5, 1000, 2000, 0, 0, 0)
        return Cards(NOW, (up, CardRow("card-2", False, 500, 0)))

    def branches(self) -> Branches:
        up = ControlBranchRow("GZ01", True, True, "open", "20250825", 0, 0.8, 12, 1)
        return Branches(NOW, (up, ControlBranchRow("GZ02", False)))

    def counters(self) -> Counters:
        return Counters(NOW, {"core": {"calls_offered": 7}, "store": {"rows": 12345}})

    def hang_up(self, call: CallId, actor: str) -> Done:
        if call != CALL:
            raise OperationRefused(RefusedCode.NO_SUCH_CALL, call)
        self.done.append(("hang_up", call, actor))
        return Done(call)

    def drain(self, actor: str, *, now: bool) -> Done:
        self.done.append(("drain", actor, str(now)))
        return Done()

    async def calls(self, ask: AskCalls) -> Calls:
        self.asked.append(ask)
        live = structs.replace(LIVE_ROW, ani=self.ani)
        return Calls(NOW, (live, PAST_ROW) if ask.past else (live,))

    async def call(self, call: CallId) -> CallDetail:
        if call != CALL:
            raise OperationRefused(RefusedCode.NO_SUCH_CALL, call)
        leg = ControlLegRow(
            f"{CALL}/1", "up", "city", "95500", "card-1", packets_in=2250, packets_out=2251, lost=0, mos=4.4
        )
        recording = ControlRecordingRow(CALL, f"/recordings/{CALL}.wav", NOW - 44)
        return CallDetail(NOW, LIVE_ROW, (leg,), (recording,), (ORDER,), (TALK_ROW,))

    async def orders(self, ask: AskOrders) -> Orders:
        self.asked.append(ask)
        return Orders(NOW, (ORDER,) if ask.branch in {None, "GZ01"} else ())

    async def recording(self, ask: AskRecording) -> RecordingPart:
        if ask.call != CALL:
            raise OperationRefused(RefusedCode.NO_RECORDING, ask.call)
        self.asked.append(ask)
        data = self.recording_bytes[ask.offset : ask.offset + PART_BYTES]
        return RecordingPart(CALL, len(self.recording_bytes), ask.offset, data)

    async def traced_number(self, call: CallId, actor: str) -> TracedNumber:
        if call != CALL:
            raise OperationRefused(RefusedCode.NO_TRACED_NUMBER, call)
        self.done.append(("traced", call, actor))
        return TracedNumber(call, "13900005678")

    async def customers(self, ask: FindCustomers) -> Customers:
        found = CustomerRow(7, "李小明", ("13900001234",), (AccountRow(ACCOUNT, "GZ01", True),), False, "zh_CN")
        return Customers(NOW, (found,) if ask.text in {"李", "lxm"} else ())

    async def audit(self, ask: AskAudit) -> AuditTrail:
        row = AuditRow(1, NOW, "operator", "account_unlocked", "…34", "")
        return AuditTrail(NOW, (row,)[: ask.limit], self.broken)

    async def reload(self, actor: str) -> Reloaded:
        self.done.append(("reload", actor))
        return Reloaded(problems=self.problems, flows=() if self.problems else ("main",))

    def unlock_number(self, number: str, actor: str) -> Done:
        if number not in {"", "13900001234"}:
            raise OperationRefused(RefusedCode.NO_WRONG_PINS, number)
        self.done.append(("unlock_number", number, actor))
        return Done(number)

    async def backup(self, folder: str, actor: str) -> BackupProgress:
        if folder == "/there":
            raise OperationRefused(RefusedCode.FOLDER_EXISTS, folder)
        self.done.append(("backup", folder, actor))
        return self.backup_progress()

    def backup_progress(self) -> BackupProgress:
        """First half of the backup, then its end."""
        _, folder, _ = self.done[-1]
        self.asked.append("backup")
        if self.asked.count("backup") < 3:
            return BackupProgress(str(folder), BackupState.RUNNING, 1_000_000, 2_000_000)
        end = BackupState.FAILED if self.full else BackupState.DONE
        return BackupProgress(str(folder), end, 2_000_000, 2_000_000, "No space left on device" if self.full else "")

    async def unlock(self, account: AccountNo, actor: str) -> Done:
        if account != ACCOUNT:
            raise OperationRefused(RefusedCode.NO_SUCH_ACCOUNT, account[-2:])
        self.done.append(("unlock", account, actor))
        return Done(account[-2:])
