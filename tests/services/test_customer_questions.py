"""An agent's requests about customers, with rights and errors."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from shared.desk import (
    PART_BYTES,
    AccountShown,
    AskAccount,
    AskCustomer,
    AskRecording,
    Customers,
    CustomerShown,
    DeskRefusal,
    FindCustomers,
    LogOut,
    RecordingPart,
    Refused,
    Reply,
    SaveTicket,
    TicketSaved,
)
from shared.ids import AccountNo, BranchId, CallId, CustomerId, TicketId
from switch_server.adapters.store.tickets import MOST_TEXT
from switch_server.ports.desks import AgentRecord
from switch_server.services import look_audit
from switch_server.services.customer_questions import HEARD_MOST
from tests.branch.programs import until
from tests.services.customer_rig import ANN, BOB, CALL, EVE, FUNDS, HOLDING, LONG_NAME, MAX, ORDER, Rig, run
from tests.store.samples import NOON

NOBODY = AgentRecord(ANN.agent.__class__("9"), "Nobody", EVE.role, "")


async def refused(rig: Rig, agent: AgentRecord, question: object) -> DeskRefusal:
    reply = await rig.desk.answer(agent, question)  # type: ignore[arg-type]
    assert isinstance(reply, Refused)
    return reply.code


# --- customers ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("13900012345", [1]),
        ("60020001", [1]),
        ("陈", [3, 2]),
        ("chenda", [2]),
        ("ce", [3]),
        ("CE ", [3]),
        ("cd", [2]),
        ("<b>", [1]),
        ("nobody", []),
        ("", []),
        ("'; DROP TABLE customers; --", []),
    ],
)
def test_customers_are_found(tmp_path: Path, text: str, found: list[int]) -> None:
    async def test(rig: Rig) -> None:
        reply = await rig.desk.answer(ANN, FindCustomers(text))
        assert isinstance(reply, Customers)
        assert [row.id for row in reply.rows] == found
        assert not any(row.contacts or row.tickets for row in reply.rows)

    run(tmp_path, test)


def test_at_most_as_many_as_asked_for(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        reply = await rig.desk.answer(ANN, FindCustomers("陈", 1))
        assert isinstance(reply, Customers)
        assert len(reply.rows) == 1

    run(tmp_path, test)


def test_a_card_has_contacts_tickets_and_accounts(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.save(
            "contacts", id="f1", channel="fax", direction="in", customer=1, started_at=NOON - 50, summary="开户资料"
        )
        rig.save("recordings", id=CALL, call=CALL, path="x.wav")
        rig.talk(f"{CALL}/2", ANN, customer=1, note="<i>查持仓</i>", disposition="enquiry", ended_at=NOON + 31)
        rig.written()
        await rig.desk.answer(BOB, SaveTicket(CustomerId(1), None, "交割单", note="请寄"))
        reply = await rig.desk.answer(BOB, AskCustomer(CustomerId(1)))
        assert isinstance(reply, CustomerShown)
        card = reply.customer
        assert card.name == LONG_NAME
        assert [
            (row.channel, row.agent_name, row.summary, row.disposition, row.recording) for row in card.contacts
        ] == [
            ("phone", "安妮", "<i>查持仓</i>", "enquiry", False),
            ("fax", "", "开户资料", "", False),
        ]
        assert [ticket.text for ticket in card.tickets] == ["2025-11-25 12:00 Bob (1002)\n请寄"]
        assert [(each.account, each.funds, each.pending) for each in card.accounts] == [
            ("60010001", None, False),
            ("60020001", None, False),
        ]
        assert await refused(rig, ANN, AskCustomer(CustomerId(99))) is DeskRefusal.NOT_FOUND

    run(tmp_path, test)


# --- accounts ---


def test_an_account_is_shown_once_its_branch_has_answered(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.branches.hold = True
        asked = asyncio.create_task(rig.desk.answer(ANN, AskAccount(AccountNo("60010001"))))
        while not asked.done():
            rig.branches.release()
            await asyncio.sleep(0.01)
        reply: Reply = asked.result()
        assert isinstance(reply, AccountShown)
        facts = reply.account
        assert (facts.funds, facts.holdings, facts.orders, facts.pending) == (FUNDS, (HOLDING,), (ORDER,), False)
        assert await refused(rig, ANN, AskAccount(AccountNo("99999999"))) is DeskRefusal.NOT_FOUND

    run(tmp_path, test)


def test_an_account_of_a_branch_that_is_down_says_so(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.branches.go_down(BranchId("GZ01"))
        reply = await rig.desk.answer(ANN, AskAccount(AccountNo("60010001")))
        assert isinstance(reply, AccountShown)
        assert (reply.account.problem, reply.account.pending, reply.account.funds) == ("branch_down", False, None)

    run(tmp_path, test)


def test_a_question_that_nobody_waits_for_any_more_leaves_nothing_behind(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.branches.hold = True
        asked = asyncio.create_task(rig.desk.answer(ANN, AskAccount(AccountNo("60010001"))))
        await until(lambda: rig.branches.held > 0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        rig.branches.release()
        assert not rig.branches.held

    run(tmp_path, test)


# --- the audit of looks at customers ---


def test_each_look_at_a_customer_is_audited(tmp_path: Path) -> None:
    """The row has the agent, the customer and the kind of search, but not the typed text, which may be a PIN in the wrong field."""

    async def test(rig: Rig) -> None:
        rig.branches.release()
        for question in (
            FindCustomers("02055501111"), FindCustomers("陈大"), FindCustomers("135790"),
            AskCustomer(CustomerId(1)), AskCustomer(CustomerId(99)),
            AskAccount(AccountNo("60010001")), AskAccount(AccountNo("69999999")),
        ):  # fmt: skip
            await rig.desk.answer(ANN, question)
        rig.written()
        rows = [row for row in reversed(rig.store.read.audit()) if row["actor"] == ANN.agent]
        assert [(row["action"], row["subject"], row["detail"]) for row in rows] == [
            ("customers_searched", "3 2", "by number, 2 found"), ("customers_searched", "2", "by name, 1 found"),
            ("customers_searched", "", "by number, 0 found"),
            ("customer_shown", "1", ""), ("customer_shown", "99", "not found"),
            ("account_shown", "…01", "customer 1"), ("account_shown", "…99", "not found"),
        ]  # fmt: skip
        assert rig.store.read.audit_broken() is None

    run(tmp_path, test)


def test_a_look_waits_for_no_disk(tmp_path: Path) -> None:
    """The audit's row is queued; the answer does not wait until it is written."""

    async def test(rig: Rig) -> None:
        blocker = sqlite3.connect(rig.folder / "huawu.db", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        try:
            assert isinstance(await rig.desk.answer(ANN, AskCustomer(CustomerId(1))), CustomerShown)
        finally:
            blocker.execute("ROLLBACK")
            blocker.close()
        rig.written()
        assert rig.store.read.audit()[0]["action"] == "customer_shown"

    run(tmp_path, test)


def test_a_row_names_so_many_customers() -> None:
    row = look_audit.searched("1001", "李", [CustomerId(n) for n in range(1, 31)])
    assert (row.subject.split()[0], row.subject.split()[-2:], row.detail) == ("1", ["20", "…"], "by name, 30 found")
    assert look_audit.account("1001", AccountNo("60010001"), None, found=True).detail == "of nobody"


# --- tickets ---


def test_notes_of_two_agents_stand_under_each_other(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        first = await rig.desk.answer(ANN, SaveTicket(CustomerId(1), None, "交割单", note="一", call=CALL))
        assert isinstance(first, TicketSaved)
        rig.clock.now += 3600
        second = await rig.desk.answer(BOB, SaveTicket(CustomerId(1), first.ticket.id, "交割单", "closed", "二\n三"))
        assert isinstance(second, TicketSaved)
        assert second.ticket.text == "2025-11-25 12:00 安妮 (1001)\n一\n2025-11-25 13:00 Bob (1002)\n二\n三"
        blank = await rig.desk.answer(BOB, SaveTicket(CustomerId(1), first.ticket.id, "交割单", "open", " \n"))
        assert isinstance(blank, TicketSaved)
        assert (blank.ticket.text, blank.ticket.state) == (second.ticket.text, "open")

    run(tmp_path, test)


def test_a_ticket_names_the_agent_s_own_call(tmp_path: Path) -> None:
    """A call that the seat has, or one in which the agent talked."""

    async def test(rig: Rig) -> None:
        earlier = CallId("20251124-120000-0001")
        rig.talk(f"{earlier}/2", BOB)
        rig.written()
        assert await refused(rig, BOB, SaveTicket(CustomerId(1), None, "x", call=CALL)) is DeskRefusal.NO_SUCH_CALL
        assert await refused(rig, ANN, SaveTicket(CustomerId(1), None, "x", call=earlier)) is DeskRefusal.NO_SUCH_CALL
        saved = await rig.desk.answer(BOB, SaveTicket(CustomerId(1), None, "x", call=earlier))
        assert isinstance(saved, TicketSaved)
        assert saved.ticket.call == earlier

    run(tmp_path, test)


def test_a_ticket_of_another_customer_is_refused(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        saved = await rig.desk.answer(ANN, SaveTicket(CustomerId(1), None, "x"))
        assert isinstance(saved, TicketSaved)
        theirs = SaveTicket(CustomerId(2), saved.ticket.id, "y", "closed")
        assert await refused(rig, BOB, theirs) is DeskRefusal.NOT_FOUND
        assert [ticket.title for ticket in rig.store.read.tickets(CustomerId(1))] == ["x"]

    run(tmp_path, test)


def test_a_ticket_that_can_t_be_is_refused(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        assert await refused(rig, ANN, SaveTicket(CustomerId(99), None, "x")) is DeskRefusal.NOT_FOUND
        assert await refused(rig, ANN, SaveTicket(CustomerId(1), TicketId(7), "x")) is DeskRefusal.NOT_FOUND
        saved = await rig.desk.answer(ANN, SaveTicket(CustomerId(1), None, "x", note="x" * (MOST_TEXT - 100)))
        assert isinstance(saved, TicketSaved)
        full = SaveTicket(CustomerId(1), saved.ticket.id, "x", note="x" * 200)
        assert await refused(rig, ANN, full) is DeskRefusal.NOT_ALLOWED

    run(tmp_path, test)


@pytest.mark.slow
def test_a_ticket_on_a_disk_that_takes_nothing_is_refused_and_can_be_tried_again(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        other = sqlite3.connect(tmp_path / "huawu.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        wanted = SaveTicket(CustomerId(1), None, "交割单", note="一")
        reply = await rig.desk.answer(ANN, wanted)
        assert isinstance(reply, Refused)
        assert reply.code is DeskRefusal.BUSY
        assert reply.text == ""  # a library's English text belongs in the log
        other.execute("ROLLBACK")
        other.close()
        saved = await rig.desk.answer(ANN, wanted)
        assert isinstance(saved, TicketSaved)
        assert rig.store.read.tickets(CustomerId(1)) == [saved.ticket]

    run(tmp_path, test)


# --- recordings ---


def recorded(rig: Rig, path: str | None = "2025/11/25/c.wav", call: CallId = CALL) -> Path:
    rig.talk(f"{call}/2", ANN, customer=1)
    rig.save("recordings", id=call, call=call, path=path)
    rig.written()
    file = rig.recordings / "2025" / "11" / "25" / "c.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def audits(rig: Rig) -> list[tuple[str, str]]:
    rig.written()
    return [(row["action"], row["actor"]) for row in reversed(rig.store.read.audit()) if "recording" in row["action"]]


def test_who_may_hear_a_recording(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        recorded(rig).write_bytes(b"RIFF")
        for agent in (ANN, EVE, MAX):
            assert isinstance(await rig.desk.answer(agent, AskRecording(CALL)), RecordingPart)
        for agent in (BOB, NOBODY):
            assert await refused(rig, agent, AskRecording(CALL)) is DeskRefusal.NOT_ALLOWED
        heard = [("recording_heard", agent.agent) for agent in (ANN, EVE, MAX)]
        assert audits(rig) == [*heard, ("recording_refused", "1002"), ("recording_refused", "9")]

    run(tmp_path, test)


def test_a_supervisor_hears_no_call_without_an_agent(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        rig.save("recordings", id="ivr", call="ivr", path="2025/11/25/c.wav")
        recorded(rig).write_bytes(b"RIFF")
        assert await refused(rig, EVE, AskRecording(CallId("ivr"))) is DeskRefusal.NOT_ALLOWED
        assert isinstance(await rig.desk.answer(MAX, AskRecording(CallId("ivr"))), RecordingPart)

    run(tmp_path, test)


def test_a_recording_comes_in_parts_and_is_audited_once(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        whole = bytes(range(256)) * 3000
        recorded(rig).write_bytes(whole)
        got = b""
        while len(got) < len(whole):
            part = await rig.desk.answer(ANN, AskRecording(CALL, len(got)))
            assert isinstance(part, RecordingPart)
            assert (part.call, part.size, part.offset) == (CALL, len(whole), len(got))
            assert len(part.data) <= PART_BYTES
            got += part.data
        assert got == whole
        beyond = await rig.desk.answer(ANN, AskRecording(CALL, len(whole) + 10**12))
        assert isinstance(beyond, RecordingPart)
        assert beyond.data == b""
        assert audits(rig) == [("recording_heard", "1001")]
        await rig.desk.answer(ANN, AskRecording(CALL))
        assert len(audits(rig)) == 2, "played again"

    run(tmp_path, test)


def test_one_that_still_runs_can_be_played_so_far(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        file = recorded(rig)
        file.write_bytes(b"x" * 100)
        first = await rig.desk.answer(ANN, AskRecording(CALL, 44))
        file.write_bytes(b"x" * 300)
        second = await rig.desk.answer(ANN, AskRecording(CALL, 100))
        assert isinstance(first, RecordingPart)
        assert isinstance(second, RecordingPart)
        assert (first.size, len(first.data), second.size, len(second.data)) == (100, 56, 300, 200)
        assert audits(rig) == [("recording_heard", "1001")]

    run(tmp_path, test)


def test_no_file_outside_the_folder_is_played(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test(rig: Rig) -> None:
        secret = tmp_path / "secret.key"
        secret.write_text("secret")
        file = recorded(rig)
        (file.parent / "link.wav").symlink_to(secret)
        wrong = ("../secret.key", str(secret), "2025/11/25/link.wav", "", ".", None, "../recordings/../secret.key")
        for number, path in enumerate(wrong):
            recorded(rig, path, CallId(f"c{number}"))
            assert await refused(rig, MAX, AskRecording(CallId(f"c{number}"))) is DeskRefusal.NOT_FOUND
        assert audits(rig) == []
        assert "outside" in caplog.text

    run(tmp_path, test)


def test_a_recording_that_is_gone_or_never_was_says_so(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        recorded(rig)
        assert await refused(rig, ANN, AskRecording(CALL)) is DeskRefusal.NOT_FOUND
        assert await refused(rig, ANN, AskRecording(CallId("nobody"))) is DeskRefusal.NOT_FOUND

    run(tmp_path, test)


def test_what_is_remembered_of_hearings_is_bounded(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        for number in range(HEARD_MOST + 5):
            rig.desk._audit_once(ANN.agent, CallId(f"c{number}"), starts=True)
        assert len(rig.desk._heard) == HEARD_MOST

    run(tmp_path, test)


# --- the rest ---


def test_a_store_that_can_t_be_read_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test(rig: Rig) -> None:
        rig.store.read.close()
        assert await refused(rig, ANN, AskCustomer(CustomerId(1))) is DeskRefusal.BUSY
        assert "can't be read" in caplog.text

    run(tmp_path, test)


def test_what_is_no_question_is_refused(tmp_path: Path) -> None:
    async def test(rig: Rig) -> None:
        assert await refused(rig, ANN, LogOut()) is DeskRefusal.FAULT

    run(tmp_path, test)
