"""Fax at the desk, without a window: the document's steps, a cut upload, the lists, notices, the viewer."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agent_app.model.desk.actions import Why
from agent_app.model.desk.view import Action
from agent_app.model.fax.view import (
    DraftStep,
    FaxSpec,
    FaxView,
    LocalFile,
    SendTime,
    Submission,
    is_mobile,
    local_file,
    may_cancel,
    may_retry,
    proposed_numbers,
    with_row,
    without,
)
from agent_app.presenters.fax.draft import REST_S
from agent_app.presenters.parts.ports import Failed
from shared.desk import PART_BYTES, DeskRefusal, Done, LoggedIn, Refused
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
    FaxRow,
    FaxShown,
    FileFax,
    ForwardFax,
    PagePart,
    PrepareFax,
    RetryFax,
    Statement,
    StatementKind,
    SubmitFax,
    TakeFax,
    Uploaded,
    UploadPart,
    UploadState,
)
from shared.fax import DocumentId, FaxId, FaxState
from shared.ids import AccountNo, AgentId, CallId, CustomerId
from tests.agent_app.fakes import AGENT, SEAT, World, at_work

DATA = b"a page of text\n" * 40_000
FILE = local_file("letter.txt", DATA)
NUMBER = "02085551234"
SPEC = FaxSpec(FILE, NUMBER)
ROW = FaxRow(FaxId("f1"), "out", NUMBER, "letter.txt", FaxState.WAITING, 100.0, 2, agent=AGENT)
CAME = FaxRow(FaxId("r1"), "in", NUMBER, "", FaxState.SENT, 90.0, 2, 2, group="east")


def desk(*, off: str = "", mine: tuple[FaxRow, ...] = (), inbox: tuple[FaxRow, ...] = ()) -> World:
    """A desk whose lists have come."""
    world = at_work()
    world.switch.show_faxes(
        FaxList(FaxBox.MINE, mine, more=False, off=off),
        FaxList(FaxBox.INBOX, inbox, more=False, off=off, groups=("east",)),
    )
    return world


def rest(world: World) -> None:
    world.pass_time(REST_S + 0.3)


def last(world: World) -> object:
    return world.switch.asked[-1][0]


def ready(world: World, spec: FaxSpec = SPEC, pages: int = 2) -> None:
    """Goes on until the first page is on the screen."""
    world.desk.fax.choose(spec)
    rest(world)
    upload(world)
    world.switch.answer(FaxPrepared(DocumentId("d1"), "letter.txt", pages))
    world.switch.answer(PagePart("d1", 0, 3, 0, b"png"))


def upload(world: World, have: int = 0) -> None:
    world.switch.answer(UploadState("u1", have, len(DATA)))
    while world.switch.open(UploadPart):
        (part,) = world.switch.open(UploadPart)
        assert isinstance(part, UploadPart)
        assert part.data == DATA[part.offset :][:PART_BYTES]
        world.switch.answer(UploadState("u1", part.offset + len(part.data), len(DATA)))


# --- pure ---


def test_numbers_that_may_have_a_fax_machine_are_proposed_first() -> None:
    assert proposed_numbers(("13800138000", NUMBER), "075512345678") == (NUMBER, "075512345678", "13800138000")
    assert proposed_numbers((), "") == ()
    assert [is_mobile(each) for each in ("13800138000", "013800138000", "10086", "12345678901")] == [
        True,
        True,
        False,
        False,
    ]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 9))))
def test_rows_stay_in_order_and_have_each_fax_once(changes: list[tuple[str, float]]) -> None:
    rows: tuple[FaxRow, ...] = ()
    newest: dict[str, float] = {}
    for fax, created in changes:
        rows = with_row(rows, replace(ROW, fax=FaxId(fax), created=created))
        newest[fax] = created
    assert {row.fax: row.created for row in rows} == newest
    assert [row.created for row in rows] == sorted((row.created for row in rows), reverse=True)
    assert all(row.fax != "a" for row in without(rows, FaxId("a")))


@pytest.mark.parametrize("state", FaxState)
def test_a_fax_can_be_cancelled_or_sent_again_or_neither(state: FaxState) -> None:
    row = replace(ROW, state=state)
    assert may_cancel(row) is (state in (FaxState.WAITING, FaxState.DIALLING, FaxState.SENDING))
    assert may_retry(row) is (state in (FaxState.FAILED, FaxState.CANCELLED))
    assert not may_cancel(replace(CAME, state=state))


# --- a document ---


def test_a_file_is_uploaded_rendered_shown_and_sent() -> None:
    world = desk()
    world.desk.fax.choose(SPEC)
    assert world.view.fax.draft.step is DraftStep.CHANGED
    assert world.switch.asked == []
    rest(world)
    assert last(world) == BeginUpload("letter.txt", len(DATA), hashlib.sha256(DATA).hexdigest())
    upload(world)
    assert world.view.fax.draft.step is DraftStep.RENDERING
    assert last(world) == PrepareFax(Uploaded("u1"), NUMBER)
    world.switch.answer(FaxPrepared(DocumentId("d1"), "letter.txt", 2))
    assert last(world) == AskPreview(DocumentId("d1"), 0)
    world.switch.answer(PagePart("d1", 0, 6, 0, b"abc"))
    assert last(world) == AskPreview(DocumentId("d1"), 0, 3)
    world.switch.answer(PagePart("d1", 0, 6, 3, b"def"))
    assert world.view.fax.draft.pages.pictures == {0: b"abcdef"}
    world.desk.fax.look(1)
    assert last(world) == AskPreview(DocumentId("d1"), 1)
    world.switch.answer(PagePart("d1", 1, 1, 0, b"g"))
    world.desk.fax.submit(Submission(customer=CustomerId(7)))
    assert last(world) == SubmitFax(DocumentId("d1"), customer=CustomerId(7))
    assert world.view.is_pending(Action.SEND_FAX)
    world.switch.answer(FaxShown(ROW))
    assert (world.view.fax.draft.step, world.view.fax.draft.fax) == (DraftStep.SUBMITTED, ROW.fax)


def test_a_fax_at_a_time_and_on_the_call() -> None:
    for how, wanted in (
        (Submission(SendTime.LATER, 2e9), SubmitFax(DocumentId("d1"), 2e9)),
        (Submission(SendTime.NOW, 2e9), SubmitFax(DocumentId("d1"))),
        (Submission(SendTime.LIVE, call=CallId("c1")), SubmitFax(DocumentId("d1"), call=CallId("c1"), live=True)),
    ):
        world = desk()
        ready(world)
        world.desk.fax.submit(how)
        assert last(world) == wanted


def test_each_change_makes_the_pages_anew_and_the_file_is_uploaded_once() -> None:
    world = desk()
    ready(world)
    world.desk.fax.choose(replace(SPEC, fine=False))
    assert world.view.fax.draft.step is DraftStep.CHANGED
    world.desk.fax.submit(Submission())
    assert world.switch.open(SubmitFax) == []  # what is on the screen would not go out
    world.pass_time(REST_S / 2)
    world.desk.fax.choose(replace(SPEC, fine=False, cover=FaxCover(note="n")))
    world.pass_time(REST_S / 2)
    assert world.switch.open(PrepareFax) == []
    rest(world)
    assert world.switch.open(PrepareFax) == [PrepareFax(Uploaded("u1"), NUMBER, fine=False, cover=FaxCover(note="n"))]
    assert len([each for each in world.switch.log if isinstance(each, BeginUpload)]) == 1
    world.desk.fax.choose(None)
    assert world.view.fax.draft.step is DraftStep.EMPTY
    world.switch.answer(FaxPrepared(DocumentId("d2"), "x", 1))
    assert world.view.fax.draft.step is DraftStep.EMPTY  # an answer that nobody waits for


def test_an_upload_that_was_cut_goes_on() -> None:
    world = desk()
    world.desk.fax.choose(SPEC)
    rest(world)
    world.switch.answer(UploadState("u1", 0, len(DATA)))
    world.switch.answer(UploadState("u1", PART_BYTES, len(DATA)))
    world.switch.cut()
    assert world.view.fax.draft.step is DraftStep.UPLOADING
    assert world.view.fax.draft.have == PART_BYTES
    world.open_link()
    world.switch.answer(LoggedIn("session-1", world.snapshot(seat=SEAT)))
    assert world.switch.open(BeginUpload) == [BeginUpload("letter.txt", len(DATA), FILE.sha256)]
    world.switch.answer(UploadState("u1", PART_BYTES, len(DATA)), BeginUpload)
    (part,) = world.switch.open(UploadPart)
    assert isinstance(part, UploadPart)
    assert part.offset == PART_BYTES


def test_an_upload_that_the_switch_has_lost_begins_anew() -> None:
    world = desk()
    world.desk.fax.choose(SPEC)
    rest(world)
    world.switch.answer(UploadState("u1", 0, len(DATA)))
    world.switch.answer(UploadState("u1", PART_BYTES, len(DATA)))
    world.switch.cut()
    world.open_link()
    world.switch.answer(LoggedIn("session-1", world.snapshot(seat=SEAT)))
    world.switch.answer(UploadState("u2", 0, len(DATA)), BeginUpload)
    (part,) = world.switch.open(UploadPart)
    assert isinstance(part, UploadPart)
    assert (part.upload, part.offset) == ("u2", 0)


@pytest.mark.parametrize("problem", list(FaxProblem))
def test_a_refused_document_shows_the_reason_and_a_change_tries_again(problem: FaxProblem) -> None:
    world = desk()
    world.desk.fax.choose(SPEC)
    rest(world)
    upload(world)
    world.switch.answer(Refused(DeskRefusal.FAX_REFUSED, problem.value))
    assert (world.view.fax.draft.step, world.view.fax.draft.problem) == (DraftStep.FAILED, problem)
    assert world.view.problem is None  # the window for sending shows it
    world.desk.fax.choose(SPEC)
    rest(world)
    assert world.switch.open(BeginUpload)


@pytest.mark.parametrize(
    ("data", "problem"), [(b"", FaxProblem.EMPTY), (b"x" * (20 * 1024 * 1024 + 1), FaxProblem.TOO_LARGE)]
)
def test_a_file_beyond_the_bound_is_not_sent(data: bytes, problem: FaxProblem) -> None:
    world = desk()
    world.desk.fax.choose(FaxSpec(LocalFile("x", data, "0" * 64), NUMBER))
    rest(world)
    assert world.view.fax.draft.problem == problem
    assert world.switch.log[-1:] != [BeginUpload("x", len(data), "0" * 64)]


def test_a_statement_needs_no_upload() -> None:
    world = desk()
    source = Statement(CustomerId(7), AccountNo("60010001"), StatementKind.SETTLEMENT, "20251101", "20251125")
    world.desk.fax.choose(FaxSpec(source, NUMBER))
    rest(world)
    assert last(world) == PrepareFax(source, NUMBER)


def test_a_fax_that_is_refused_stays_prepared() -> None:
    world = desk()
    ready(world)
    world.desk.fax.submit(Submission())
    world.switch.answer(Refused(DeskRefusal.FAX_REFUSED, "barred_number"))
    assert (world.view.fax.draft.step, world.view.fax.draft.problem) == (DraftStep.READY, "barred_number")
    world.desk.fax.submit(Submission())
    world.switch.cut()
    assert (world.view.fax.draft.step, world.view.fax.draft.problem) == (DraftStep.READY, "link_lost")


def test_a_switch_without_fax_and_a_role_that_may_not() -> None:
    world = at_work()
    world.switch.show_faxes(Refused(DeskRefusal.FAX_REFUSED, "no_fax"), Refused(DeskRefusal.FAX_REFUSED, "no_fax"))
    assert world.view.enabled[Action.SEND_FAX].why == Why.NO_FAX
    world.desk.fax.submit(Submission())
    assert world.problem == Why.NO_FAX
    world = desk(off="not_allowed", mine=(ROW,))
    assert world.view.enabled[Action.SEND_FAX].why == Why.FAX_NOT_ALLOWED
    assert world.view.enabled[Action.HANDLE_FAX].on


def test_a_page_that_makes_no_sense_is_a_problem() -> None:
    for part in (PagePart("d1", 0, 6, 1, b"abc"), PagePart("d1", 0, 6, 0, b""), PagePart("d1", 1, 3, 0, b"abc")):
        world = desk()
        world.desk.fax.choose(SPEC)
        rest(world)
        upload(world)
        world.switch.answer(FaxPrepared(DocumentId("d1"), "letter.txt", 2))
        world.switch.answer(part)
        assert world.view.fax.draft.pages.problem == "bad_reply"


# --- the lists ---


def test_the_lists_are_asked_for_after_a_log_in_a_gap_and_a_new_session() -> None:
    world = desk(mine=(ROW,), inbox=(CAME,))
    assert (world.view.fax.mine, world.view.fax.inbox, world.view.fax.unread) == ((ROW,), (CAME,), 1)
    world.desk.gap()
    world.switch.answer(world.snapshot(seat=SEAT))
    assert [request for request, _ in world.switch.boxes] == [AskFaxes(FaxBox.MINE), AskFaxes(FaxBox.INBOX)]
    world.switch.show_faxes(Failed("timed_out"), FaxList(FaxBox.INBOX, (), more=False))
    assert world.view.fax.inbox == ()
    world.desk.log_out()
    world.switch.answer(Done())
    assert world.view.fax == FaxView()


def test_progress_and_results_change_the_row_and_a_failure_is_told() -> None:
    world = desk(mine=(ROW,))
    sending = replace(ROW, state=FaxState.SENDING, pages_done=1, bit_rate=14400)
    world.report(FaxChanged(sending))
    assert world.view.fax.mine == (sending,)
    assert world.view.notices == ()
    failed = replace(sending, state=FaxState.FAILED)
    world.report(FaxChanged(failed), FaxChanged(failed))
    assert [each.notice.code for each in world.view.notices] == ["fax_failed"]
    theirs = replace(ROW, fax=FaxId("f9"), agent=AgentId("9999"))
    world.report(FaxChanged(theirs))
    assert world.view.fax.mine == (failed,)


def test_a_new_fax_is_told_of_once_and_leaves_when_it_is_forwarded() -> None:
    world = desk()
    world.report(FaxChanged(CAME, new=True))
    assert [each.notice.code for each in world.view.notices] == ["fax"]
    assert world.view.fax.unread == 1
    world.report(FaxChanged(replace(CAME, taken_by=AGENT)))
    assert (world.view.fax.unread, len(world.view.notices)) == (0, 1)
    world.report(FaxGone(CAME.fax))
    assert world.view.fax.inbox == ()


def test_commands_of_the_lists() -> None:
    world = desk(mine=(ROW,), inbox=(CAME,))
    fax = world.desk.fax
    for do, wanted in (
        (lambda: fax.cancel(ROW.fax), CancelFax(ROW.fax)), (lambda: fax.retry(ROW.fax), RetryFax(ROW.fax)),
        (lambda: fax.take(CAME.fax), TakeFax(CAME.fax)), (lambda: fax.file(CAME.fax, CustomerId(7)), FileFax(CAME.fax, CustomerId(7))),
    ):  # fmt: skip
        do()
        do()  # a double click
        assert world.switch.open(type(wanted)) == [wanted]
        world.switch.answer(FaxShown(replace(CAME if wanted.fax == CAME.fax else ROW, title="changed")))
    assert world.view.fax.mine[0].title == world.view.fax.inbox[0].title == "changed"
    fax.forward(CAME.fax, group="west")
    assert last(world) == ForwardFax(CAME.fax, None, "west")
    world.switch.answer(Refused(DeskRefusal.NOT_FOUND))
    assert world.problem == "not_found"
    fax.forward(CAME.fax)
    assert world.problem == "no_target"


def test_older_rows_come_after_those_that_are_there() -> None:
    world = at_work()
    world.switch.show_faxes(FaxList(FaxBox.MINE, (ROW,), more=True), FaxList(FaxBox.INBOX, (), more=False))
    world.desk.fax.more(FaxBox.MINE)
    assert world.switch.boxes[0][0] == AskFaxes(FaxBox.MINE, 100.0)
    older = replace(ROW, fax=FaxId("f0"), created=50.0)
    world.switch.show_faxes(FaxList(FaxBox.MINE, (older,), more=False))
    assert (world.view.fax.mine, world.view.fax.more_mine) == ((ROW, older), False)


# --- the viewer and the thumbnails ---


def test_a_fax_is_opened_looked_through_and_fetched_whole() -> None:
    world = desk(inbox=(CAME,))
    world.desk.fax.open(CAME.fax)
    assert last(world) == AskFax(CAME.fax)
    world.switch.answer(FaxShown(CAME))
    assert last(world) == AskFaxPage(CAME.fax, 0)
    world.desk.fax.want_all()
    world.switch.answer(PagePart("r1", 0, 1, 0, b"a"))
    world.switch.answer(PagePart("r1", 1, 1, 0, b"b"))
    opened = world.view.fax.open
    assert opened is not None
    assert (opened.pages.pictures, opened.wanted_all) == ({0: b"a", 1: b"b"}, True)
    world.desk.fax.close()
    assert world.view.fax.open is None


def test_a_fax_that_may_not_be_opened_says_so() -> None:
    world = desk()
    world.desk.fax.open(FaxId("r9"))
    world.switch.answer(Refused(DeskRefusal.NOT_ALLOWED))
    opened = world.view.fax.open
    assert opened is not None
    assert opened.pages.problem == "not_allowed"


def test_a_newer_fax_replaces_the_one_that_is_being_opened() -> None:
    world = desk(inbox=(CAME,), mine=(ROW,))
    world.desk.fax.open(CAME.fax)
    world.desk.fax.open(ROW.fax)
    world.switch.answer(FaxShown(CAME))  # dropped
    world.switch.answer(FaxShown(ROW))
    opened = world.view.fax.open
    assert opened is not None
    assert opened.row == ROW


def test_thumbnails_are_fetched_one_at_a_time() -> None:
    world = desk(inbox=(CAME,))
    world.desk.fax.show_thumbnails((FaxId("r1"), FaxId("r2")))
    assert world.switch.open(AskFaxPage) == [AskFaxPage(FaxId("r1"), 0, thumbnail=True)]
    world.switch.answer(PagePart("r1", 0, 1, 0, b"a"))
    world.switch.answer(Refused(DeskRefusal.NOT_ALLOWED))
    assert world.view.fax.thumbnails == {"r1": b"a", "r2": b""}
    world.desk.fax.show_thumbnails((FaxId("r1"), FaxId("r2")))
    assert world.switch.open(AskFaxPage) == []


def test_a_thumbnail_that_was_asked_for_too_early_is_asked_for_again() -> None:
    coming = replace(CAME, state=FaxState.SENDING, pages=0, pages_done=0)
    world = desk(inbox=(coming,))
    world.desk.fax.show_thumbnails((CAME.fax,))
    world.switch.answer(Refused(DeskRefusal.NOT_FOUND))
    world.desk.fax.show_thumbnails((CAME.fax,))
    assert world.switch.open(AskFaxPage) == []
    world.report(FaxChanged(CAME))
    world.desk.fax.show_thumbnails((CAME.fax,))
    assert world.switch.open(AskFaxPage) == [AskFaxPage(CAME.fax, 0, thumbnail=True)]
