"""Faxes for desks: whose document, fax, call and customer may be named, what is refused and why, what the others see of it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from shared.desk import PART_BYTES, AskCustomer, CustomerShown, DeskRefusal, Done, Refused
from shared.desk_fax import (
    AskFax,
    AskFaxes,
    AskFaxPage,
    AskPreview,
    BeginUpload,
    CancelFax,
    FaxBox,
    FaxChanged,
    FaxCover,
    FaxGone,
    FaxList,
    FaxPrepared,
    FaxProblem,
    FaxShown,
    FileFax,
    ForwardFax,
    PagePart,
    PrepareFax,
    Received,
    RetryFax,
    Statement,
    StatementKind,
    SubmitFax,
    TakeFax,
    Uploaded,
)
from shared.enums import Role
from shared.fax import DocumentId, FaxId, FaxState
from shared.ids import AccountNo, AgentId, CallId, CustomerId
from switch_server.services.desk_faxes import PREPARED_MOST, DeskFaxes
from switch_server.services.fax_rights import EVERY_ROLE
from tests.fakes.faxes import received
from tests.services.customer_rig import ANN, BOB, CALL, EVE, LI, MAX, Rig, run
from tests.services.fax_rig import NUMBER, FaxRig, is_refused

Test = Callable[[FaxRig], Awaitable[None]]
CAT = replace(ANN, agent=AgentId("1003"), name="Cat")
"""A colleague of Ann's in the same group."""
TODAY = "20251125"


def with_fax(folder: Path, test: Test, send: frozenset[Role] = EVERY_ROLE) -> None:
    async def main(rig: Rig) -> None:
        rig.store.agents.put_agent(CAT, "operator")
        await test(FaxRig(rig, folder, send))

    run(folder, main)


def test_a_file_is_prepared_seen_and_sent(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        made = await it.prepare(ANN, await it.upload(ANN, b"one\ftwo"), fine=True, cover=FaxCover("李", note="hello"))
        assert (made.pages, made.title) == (3, "letter.txt")
        (data, layout), *_ = it.documents.rendered
        assert (data, layout.number, layout.fine, layout.cover) == (
            b"one\ftwo",
            NUMBER,
            True,
            FaxCover("李", note="hello"),
        )
        page = await it.ask(ANN, AskPreview(made.document, 2))
        assert isinstance(page, PagePart)
        assert (page.data[:4], page.size) == (b"\x89PNG", len(page.data))
        assert is_refused(await it.ask(ANN, AskPreview(made.document, 3)), DeskRefusal.NOT_FOUND)
        shown = await it.ask(ANN, SubmitFax(made.document, at=2e9, customer=LI.id))
        assert isinstance(shown, FaxShown)
        assert (shown.fax.number, shown.fax.pages, shown.fax.agent_name) == (NUMBER, 3, ANN.name)
        (wanted,) = it.faxes.asked
        assert (wanted.agent, wanted.group, wanted.customer, wanted.not_before) == (ANN.agent, "east", LI.id, 2e9)
        mine = await it.ask(ANN, AskFaxes(FaxBox.MINE))
        assert isinstance(mine, FaxList)
        assert (mine.rows, mine.more, mine.off, mine.groups) == ((shown.fax,), False, "", ("east", "west"))

    with_fax(tmp_path, main)


def test_a_large_page_comes_in_parts(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        picture = bytes(range(256)) * 3000
        it.documents.picture = lambda _path, _page: picture
        made, got = await it.prepare(ANN, await it.upload(ANN, b"one")), b""
        while len(got) < len(picture):
            part = await it.ask(ANN, AskPreview(made.document, 0, len(got)))
            assert isinstance(part, PagePart)
            assert 0 < len(part.data) <= PART_BYTES
            got += part.data
        assert got == picture

    with_fax(tmp_path, main)


@pytest.mark.parametrize("problem", [FaxProblem.ENCRYPTED, FaxProblem.TOO_MANY_PAGES, FaxProblem.TOO_SLOW])
def test_a_document_that_can_t_be_sent_is_refused_with_its_reason(tmp_path: Path, problem: FaxProblem) -> None:
    async def main(it: FaxRig) -> None:
        source = await it.upload(ANN, b"one")
        it.documents.refuses = problem
        assert is_refused(await it.ask(ANN, PrepareFax(source, NUMBER)), DeskRefusal.FAX_REFUSED, problem)
        it.documents.reason = "too_many_pages pages=500 limit=100"
        reply = await it.ask(ANN, PrepareFax(source, NUMBER))
        assert reply == Refused(DeskRefusal.FAX_REFUSED, f"{problem} too_many_pages pages=500 limit=100")

    with_fax(tmp_path, main)


@pytest.mark.parametrize(
    ("set_up", "problem"),
    [
        (lambda faxes: setattr(faxes, "why_off", FaxProblem.NO_FAX), FaxProblem.NO_FAX),
        (lambda faxes: faxes.barred.add(NUMBER), FaxProblem.BARRED_NUMBER),
    ],
)
def test_a_fax_that_the_lines_refuse(tmp_path: Path, set_up: Callable[[object], None], problem: FaxProblem) -> None:
    async def main(it: FaxRig) -> None:
        made = await it.prepare(ANN, await it.upload(ANN, b"one"))
        set_up(it.faxes)
        assert is_refused(await it.ask(ANN, SubmitFax(made.document)), DeskRefusal.FAX_REFUSED, problem)

    with_fax(tmp_path, main)


def test_without_fax_each_question_is_refused_and_the_others_are_answered(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        desk = DeskFaxes(None, it.rig.desk)
        reply = await desk.answer(ANN, AskFaxes(FaxBox.MINE))
        assert is_refused(reply, DeskRefusal.FAX_REFUSED, FaxProblem.NO_FAX)
        assert isinstance(await desk.answer(ANN, AskCustomer(LI.id)), CustomerShown)

    with_fax(tmp_path, main)


# --- whose ---


def test_another_agent_s_upload_and_document_are_not_theirs_to_name(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        source = await it.upload(ANN, b"one")
        assert is_refused(await it.ask(BOB, PrepareFax(source, NUMBER)), DeskRefusal.NOT_FOUND)
        assert is_refused(await it.ask(ANN, PrepareFax(Uploaded("none"), NUMBER)), DeskRefusal.NOT_FOUND)
        made = await it.prepare(ANN, source)
        for question in (AskPreview(made.document, 0), SubmitFax(made.document)):
            assert is_refused(await it.ask(BOB, question), DeskRefusal.FAX_REFUSED, FaxProblem.GONE)
        assert it.faxes.asked == []

    with_fax(tmp_path, main)


def test_only_the_last_prepared_documents_are_remembered(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        source = await it.upload(ANN, b"one")
        made = [await it.prepare(ANN, source) for _ in range(PREPARED_MOST + 1)]
        reply = await it.ask(ANN, SubmitFax(made[0].document))
        assert is_refused(reply, DeskRefusal.FAX_REFUSED, FaxProblem.GONE)
        assert isinstance(await it.ask(ANN, SubmitFax(made[1].document)), FaxShown)

    with_fax(tmp_path, main)


def test_a_fax_names_the_agent_s_own_call(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        made = await it.prepare(ANN, await it.upload(ANN, b"one"))
        for asked in (
            SubmitFax(made.document, live=True), SubmitFax(made.document, call=CallId("c-other")),
            SubmitFax(made.document, call=CallId("c-other"), live=True),
        ):  # fmt: skip
            assert is_refused(await it.ask(ANN, asked), DeskRefusal.NO_SUCH_CALL)
        theirs = await it.prepare(BOB, await it.upload(BOB, b"one"))
        reply = await it.ask(BOB, SubmitFax(theirs.document, call=CALL, live=True))
        assert is_refused(reply, DeskRefusal.NO_SUCH_CALL)
        assert it.faxes.asked == []
        assert isinstance(await it.ask(ANN, SubmitFax(made.document, call=CALL, live=True)), FaxShown)
        assert it.faxes.asked[0].live

    with_fax(tmp_path, main)


def test_a_fax_names_a_customer_that_exists(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        made = await it.prepare(ANN, await it.upload(ANN, b"one"))
        assert is_refused(await it.ask(ANN, SubmitFax(made.document, customer=CustomerId(999))), DeskRefusal.NOT_FOUND)
        it.faxes.put(received())
        assert is_refused(await it.ask(ANN, FileFax(FaxId("r1"), CustomerId(999))), DeskRefusal.NOT_FOUND)

    with_fax(tmp_path, main)


def statement(of_customer: CustomerId = LI.id, account: str = "60010001", **more: object) -> Statement:
    values = {"of": StatementKind.HOLDINGS, "first": TODAY, "last": TODAY} | more
    return Statement(of_customer, AccountNo(account), **values)  # type: ignore[arg-type]


def test_a_statement_is_of_the_customer_s_own_account_and_stays_theirs(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        assert is_refused(
            await it.ask(ANN, PrepareFax(statement(account="60010002"), NUMBER)), DeskRefusal.NOT_FOUND
        )  # customer 2's
        made = await it.prepare(ANN, statement())
        assert it.said("statement_made") == [(ANN.agent, "…01")]
        assert is_refused(await it.ask(ANN, SubmitFax(made.document, customer=CustomerId(2))), DeskRefusal.NOT_ALLOWED)
        shown = await it.ask(ANN, SubmitFax(made.document))
        assert isinstance(shown, FaxShown)
        assert (it.faxes.asked[0].customer, it.faxes.asked[0].account) == (LI.id, "60010001")

    with_fax(tmp_path, main)


def test_a_statement_that_the_branch_gives_no_data_for(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        it.rig.branches._script = lambda _query: None  # the branch is slow
        reply = await it.ask(ANN, PrepareFax(statement(), NUMBER))
        assert is_refused(reply, DeskRefusal.FAX_REFUSED, FaxProblem.NO_DATA)

    with_fax(tmp_path, main)


@pytest.mark.parametrize(
    ("first", "last"), [("20251126", "20251125"), ("20251301", "20251301"), ("20990101", "20990102")]
)
def test_days_that_no_statement_has(tmp_path: Path, first: str, last: str) -> None:
    async def main(it: FaxRig) -> None:
        asked = PrepareFax(statement(of=StatementKind.SETTLEMENT, first=first, last=last), NUMBER)
        assert is_refused(await it.ask(ANN, asked), DeskRefusal.FAX_REFUSED, FaxProblem.BAD_DAYS)

    with_fax(tmp_path, main)


def test_who_may_send(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        fax = it.faxes.put(received(fax=FaxId("f1"), direction="out", agent=ANN.agent, state=FaxState.FAILED))
        for question in (
            BeginUpload("a", 1, "0" * 64), PrepareFax(Uploaded("x"), NUMBER), AskPreview(DocumentId("d1"), 0),
            SubmitFax(DocumentId("d1")), RetryFax(fax.fax),
        ):  # fmt: skip
            assert is_refused(await it.ask(ANN, question), DeskRefusal.NOT_ALLOWED)
        mine = await it.ask(ANN, AskFaxes(FaxBox.MINE))
        assert isinstance(mine, FaxList)
        assert mine.off == DeskRefusal.NOT_ALLOWED
        assert isinstance(await it.ask(EVE, RetryFax(fax.fax)), FaxShown)

    with_fax(tmp_path, main, frozenset({Role.SUPERVISOR, Role.MANAGER}))


def test_who_may_change_a_sent_fax(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        fax = (await it.submit(ANN, at=2e9)).fax.fax
        for agent in (BOB, CAT, replace(EVE, group="west")):
            assert is_refused(await it.ask(agent, CancelFax(fax)), DeskRefusal.NOT_ALLOWED)
            assert is_refused(await it.ask(agent, AskFax(fax)), DeskRefusal.NOT_ALLOWED)
            assert is_refused(await it.ask(agent, AskFaxPage(fax, 0)), DeskRefusal.NOT_ALLOWED)
        assert (BOB.agent, fax) in it.said("fax_denied")
        for question in (TakeFax(fax), FileFax(fax, LI.id), ForwardFax(fax, group="west")):
            assert is_refused(await it.ask(ANN, question), DeskRefusal.NOT_ALLOWED)  # not received
        assert isinstance(await it.ask(ANN, CancelFax(fax)), FaxShown)
        assert is_refused(await it.ask(ANN, CancelFax(fax)), DeskRefusal.FAX_REFUSED, FaxProblem.TOO_LATE)
        assert isinstance(await it.ask(EVE, RetryFax(fax)), FaxShown)
        assert isinstance(await it.ask(MAX, CancelFax(fax)), FaxShown)
        assert is_refused(await it.ask(ANN, CancelFax(FaxId("f-none"))), DeskRefusal.NOT_FOUND)

    with_fax(tmp_path, main)


def test_a_received_fax_is_its_group_s(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        path = tmp_path / "r1.tif"
        path.write_bytes(b"one")
        it.faxes.put(received(path=path))
        for question in (
            AskFax(FaxId("r1")), AskFaxPage(FaxId("r1"), 0), TakeFax(FaxId("r1")), FileFax(FaxId("r1"), LI.id),
            ForwardFax(FaxId("r1"), group="west"), PrepareFax(Received(FaxId("r1")), NUMBER),
        ):  # fmt: skip
            assert is_refused(await it.ask(BOB, question), DeskRefusal.NOT_ALLOWED)
        assert is_refused(await it.ask(ANN, CancelFax(FaxId("r1"))), DeskRefusal.NOT_ALLOWED)
        shown = await it.ask(ANN, TakeFax(FaxId("r1")))
        assert isinstance(shown, FaxShown)
        assert (shown.fax.taken_by, shown.fax.taken_by_name) == (ANN.agent, ANN.name)
        assert is_refused(await it.ask(CAT, TakeFax(FaxId("r1"))), DeskRefusal.FAX_REFUSED, FaxProblem.TOO_LATE)
        assert isinstance(await it.ask(CAT, AskFaxPage(FaxId("r1"), 0)), PagePart)

    with_fax(tmp_path, main)


def test_a_filed_fax_is_open_to_whoever_may_open_the_customer(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        path = tmp_path / "r1.tif"
        path.write_bytes(b"one")
        it.faxes.put(received(path=path))
        assert isinstance(await it.ask(ANN, FileFax(FaxId("r1"), LI.id)), FaxShown)
        for page in (0, 1):
            assert isinstance(await it.ask(BOB, AskFaxPage(FaxId("r1"), page)), PagePart)
        assert it.said("fax_opened") == [(BOB.agent, "r1")]  # one row for both pages
        assert is_refused(await it.ask(BOB, TakeFax(FaxId("r1"))), DeskRefusal.NOT_ALLOWED)

    with_fax(tmp_path, main)


def test_a_received_fax_is_sent_on(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        path = tmp_path / "r1.tif"
        path.write_bytes(b"one\ftwo")
        it.faxes.put(received(path=path))
        assert (await it.prepare(ANN, Received(FaxId("r1")))).pages == 2
        it.faxes.change(FaxId("r1"), path=None)
        for question in (AskFaxPage(FaxId("r1"), 0), PrepareFax(Received(FaxId("r1")), NUMBER)):
            assert is_refused(await it.ask(ANN, question), DeskRefusal.FAX_REFUSED, FaxProblem.GONE)

    with_fax(tmp_path, main)


def test_a_fax_is_forwarded_to_an_agent_or_a_group(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        it.faxes.put(received())
        for to, group in ((None, None), (AgentId("9999"), None), (None, "north"), (BOB.agent, "west")):
            assert is_refused(await it.ask(ANN, ForwardFax(FaxId("r1"), to, group)), DeskRefusal.NOT_FOUND)
        assert await it.ask(ANN, ForwardFax(FaxId("r1"), agent=BOB.agent)) == Done()
        for agent, sees in ((ANN, False), (CAT, False), (BOB, True), (EVE, False), (MAX, True)):
            box = await it.ask(agent, AskFaxes(FaxBox.INBOX))
            assert isinstance(box, FaxList)
            assert bool(box.rows) is sees, agent
        assert await it.ask(BOB, ForwardFax(FaxId("r1"), group="east")) == Done()
        assert it.faxes.kept[FaxId("r1")].agent is None
        box = await it.ask(CAT, AskFaxes(FaxBox.INBOX))
        assert isinstance(box, FaxList)
        assert [row.fax for row in box.rows] == ["r1"]

    with_fax(tmp_path, main)


def test_an_inbox_is_given_in_pages(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        for n in range(5):
            it.faxes.put(received(f"r{n}", created=100.0 + n))
        it.faxes.put(received("other", group="west"))
        seen: list[str] = []
        before = None
        while True:
            box = await it.ask(ANN, AskFaxes(FaxBox.INBOX, before, 2))
            assert isinstance(box, FaxList)
            seen += [row.fax for row in box.rows]
            before = box.rows[-1].created
            if not box.more:
                break
        assert seen == ["r4", "r3", "r2", "r1", "r0"]
        alone = await it.ask(replace(ANN, group=""), AskFaxes(FaxBox.INBOX))
        assert isinstance(alone, FaxList)
        assert alone.rows == ()

    with_fax(tmp_path, main)


def test_who_is_told_of_a_change(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        desk, here = it.desk, received()
        came = desk.report_for(ANN, here, None)
        assert isinstance(came, FaxChanged)
        assert came.new
        later = desk.report_for(ANN, received(taken_by=CAT.agent), here)
        assert isinstance(later, FaxChanged)
        assert (later.new, later.fax.taken_by_name) == (False, "Cat")
        assert desk.report_for(BOB, here, None) is None
        assert desk.report_for(ANN, received(group="west"), here) == FaxGone(here.fax)
        sent = received(direction="out", agent=ANN.agent)
        assert isinstance(desk.report_for(ANN, sent, None), FaxChanged)
        assert desk.report_for(CAT, sent, None) is None

    with_fax(tmp_path, main)


def test_a_refusal_s_text_is_a_fax_problem(tmp_path: Path) -> None:
    async def main(it: FaxRig) -> None:
        reply = await it.ask(ANN, SubmitFax(DocumentId("d-none")))
        assert isinstance(reply, Refused)
        assert FaxProblem(reply.text) is FaxProblem.GONE
        assert not isinstance(reply, FaxPrepared)

    with_fax(tmp_path, main)
