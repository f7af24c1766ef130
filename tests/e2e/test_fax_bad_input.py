"""Faxes against bad documents, odd far machines, a full disk and agents who name what is not theirs, through the whole switch.

One centre: faxes to and from the odd machines are under way, and the space for faxes is used up, while the first tests run; the last ones judge
how the faxes have ended.
"""

import hashlib
import itertools
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from shared.desk import Refused
from shared.desk_fax import (
    AskFax,
    AskFaxes,
    AskFaxPage,
    AskPreview,
    BeginUpload,
    CancelFax,
    FaxBox,
    FaxList,
    FaxPrepared,
    PrepareFax,
    Received,
    SubmitFax,
    TakeFax,
    Uploaded,
    UploadPart,
    UploadState,
)
from shared.fax import DocumentId, FaxId
from shared.ids import CallId, CustomerId
from tests.documents.inputs import A4, BROKEN_PDF, EXECUTABLE, encrypted_pdf, pdf
from tests.e2e.centre import ROOT
from tests.e2e.desk import Desk
from tests.e2e.fax_exchange import FarCall, FaxExchange
from tests.e2e.kill_fax import FAX_NUMBER, RECEIVE, fax_centre, fax_is_up, letter, placed
from tests.e2e.test_replay import replayed, transitions
from tests.fax_card import pages
from tests.fax_card.pages import text_like
from tests.rtp_peer import sine
from tests.sip_tools import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SLOW, PLAIN, STAYS, VOICE, REFRESHES, IS_REFRESHED = "0201", "0202", "0203", "0204", "0205", "0206"
"""A machine with V.27 ter only, one without ECM, one that never hangs up, a voice, and two sessions that are refreshed in mid-page."""
GOOD = (SLOW, PLAIN, STAYS, REFRESHES, IS_REFRESHED)
FREE_WITHIN = 5.0
"""Seconds from the end of a fax until its line is free."""
BAD: dict[str, tuple[bytes, str, str, str]] = {
    "locked.pdf": (encrypted_pdf(), "encrypted", "password", "密码"),
    "broken.pdf": (BROKEN_PDF, "broken", "damaged", "损坏"),
    "500.pdf": (pdf([A4] * 500), "too_many_pages", "too many pages", "页数过多"),
    "5m.pdf": (pdf([(595, 14173)]), "page_too_long", "too long", "过长"),
    "page.tif": (EXECUTABLE, "unknown_format", "no text, PDF or picture", "不是文本"),
}
"""Content, the problem, and words of its text in both languages."""
IN_A_ROW = 50
NOTICED_WITHIN = 45.0
"""Seconds; the space is measured each half minute."""
MOST_GROWTH = 8 << 20
"""Bytes by which the switch's memory may differ after ``IN_A_ROW`` bad documents."""


class Day:
    """The centre, its exchange, and the faxes that are under way."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.folder = folder
        self.centre = fax_centre(folder, port, {"fax": RECEIVE}, numbers={FAX_NUMBER: "nobody"}, spool_mb=100)
        self.exchange = FaxExchange(
            self.centre.sip, port, folder / "far", machines={SLOW: {"modems": "v27ter"}, PLAIN: {"ecm": False}},
            expires={IS_REFRESHED: "16;refresher=uac"},
        )  # fmt: skip
        self.exchange.stays, self.exchange.refreshing = {STAYS}, {REFRESHES: 2, FAX_NUMBER: 1}
        self.exchange.voices = {VOICE: sine(400, 8000).astype("<i2").tobytes()}
        self.faxes: dict[str, str] = {}
        self.incoming: FarCall

    def begin(self) -> None:
        self.centre.until(lambda: fax_is_up(self.centre))
        with ThreadPoolExecutor(2) as both:
            self.faxes = dict(zip((*GOOD, VOICE), both.map(self._ask, (*GOOD, VOICE)), strict=True))
        sent = pages.save(self.folder / "sent.tif", [text_like(400, seed) for seed in (1, 2)])
        self.incoming = self.exchange.dials(FAX_NUMBER, sent)
        self.centre.until(lambda: any(row["direction"] == "in" for row in self.centre.rows("faxes")))
        with self.filler.open("wb") as big:
            big.truncate(101_000_000)

    def _ask(self, number: str) -> str:
        text = letter(self.folder, number, 2, lines=40 if number in (REFRESHES, IS_REFRESHED) else 6)
        return str(self.centre.ctl("fax", "send", str(text), "--to", number)["fax"])

    def row(self, fax: str) -> dict[str, Any]:
        return next(row for row in self.centre.rows("faxes") if row["id"] == fax)

    def send(self, file: Path, *more: str) -> str:
        """What ``switchctl fax send`` says on standard error."""
        command = ["-m", "switch_server.switchctl", "--socket", str(self.centre.state / "control.sock"), "fax", "send"]
        done = subprocess.run(
            [sys.executable, *command, str(file), "--to", "0299", *more], cwd=ROOT, capture_output=True, check=False, timeout=60
        )  # fmt: skip
        assert done.returncode == 1, done
        return done.stderr.decode()

    def kept(self) -> set[str]:
        """Documents, and rows of faxes to be sent."""
        files = {path.name for path in (self.centre.state / "fax" / "documents").rglob("*") if path.is_file()}
        return files | {row["id"] for row in self.centre.rows("faxes") if row["direction"] == "out"}

    @property
    def filler(self) -> Path:
        return self.centre.state / "fax" / "filler"

    def is_full(self) -> bool:
        return any(trouble["code"] == "fax_space" for trouble in self.centre.ctl("status")["troubles"])


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    made = Day(tmp_path_factory.mktemp("centre"))
    with made.centre, made.exchange:
        made.begin()
        yield made


# --- documents ---


@pytest.mark.parametrize(("name", "language"), list(zip(BAD, itertools.cycle(("en", "zh")), strict=False)))
def test_a_bad_document_is_refused_in_words(day: Day, tmp_path: Path, name: str, language: str) -> None:
    content, _, *words = BAD[name]
    file = tmp_path / name
    file.write_bytes(content)
    before = day.kept()
    assert words[language == "zh"] in day.send(file, "--lang", language)
    assert day.kept() == before


# --- a full disk ---


def test_with_the_space_used_up_no_fax_is_taken_or_received(day: Day, tmp_path: Path) -> None:
    file = letter(tmp_path, "late", 1, lines=3)
    day.centre.until(day.is_full, NOTICED_WITHIN)
    before = day.kept()
    assert "no room" in day.send(file, "--lang", "en")
    assert "没有空间" in day.send(file, "--lang", "zh")
    assert day.kept() == before
    with Desk(day.centre) as desk:
        shown = desk.do(AskFaxes(FaxBox.MINE))
        assert isinstance(shown, FaxList)
        assert shown.off == "spool_full"
    refused = day.exchange.dials(FAX_NUMBER, day.folder / "sent.tif", "02155550001")
    day.exchange.until(lambda: refused.over_at)
    day.filler.unlink()


# --- many bad documents ---


def uploaded(desk: Desk, name: str, content: bytes) -> Uploaded:
    state = desk.do(BeginUpload(name, len(content), hashlib.sha256(content).hexdigest()))
    assert isinstance(state, UploadState)
    while state.have < state.size:
        part = content[state.have : state.have + 60_000]
        state = desk.do(UploadPart(state.upload, state.have, part))
        assert isinstance(state, UploadState)
    return Uploaded(state.upload)


def memory(pid: int) -> int:
    """The resident bytes of a process."""
    pages_, size = Path(f"/proc/{pid}/statm").read_text().split()[1], 4096
    return int(pages_) * size


def renderers(day: Day) -> list[str]:
    """The command lines of renderers that run."""
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return [line.decode() for line in lines if b"switch_server.documents" in line and str(day.folder).encode() in line]


def test_fifty_bad_documents_in_a_row_leave_nothing(day: Day) -> None:
    """Uploaded at a desk; of the files the agent's last three stay until the next uploads."""
    before = day.kept()
    with Desk(day.centre) as desk:
        for number, (name, (content, problem, _, _)) in enumerate(
            itertools.islice(itertools.cycle(BAD.items()), IN_A_ROW)
        ):
            refused = desk.do(PrepareFax(uploaded(desk, name, content), "0299"))
            assert isinstance(refused, Refused)
            assert refused.text.split()[0] == problem
            if number == 2 * len(BAD):
                begin = memory(day.centre.switch.pid)
        grown = memory(day.centre.switch.pid) - begin
    print(f"the switch has grown by {grown / 1e6:.1f} MB")
    assert grown < MOST_GROWTH
    assert day.kept() == before
    assert renderers(day) == []
    assert len(list((day.centre.state / "fax" / "uploads").iterdir())) <= 3


# --- nobody is believed ---


def test_a_desk_names_only_what_is_its_own(day: Day) -> None:
    content = "一页\f两页".encode()
    with Desk(day.centre, 0) as ann, Desk(day.centre, 1) as bob:
        upload = uploaded(ann, "letter.txt", content)
        made = ann.do(PrepareFax(upload, "0299"))
        assert isinstance(made, FaxPrepared)
        others: list[tuple[Any, str]] = [
            (UploadPart(upload.upload, 0, content), "not_found"),
            (PrepareFax(upload, "0299"), "not_found"),
            (AskPreview(made.document, 0), "fax_refused"),
            (SubmitFax(made.document), "fax_refused"),
            (CancelFax(FaxId(day.faxes[SLOW])), "not_allowed"),
            (AskFax(FaxId(day.faxes[SLOW])), "not_allowed"),
            (AskFax(FaxId("f0")), "not_found"),
            (TakeFax(FaxId(day.faxes[SLOW])), "not_allowed"),
            (AskFaxPage(FaxId("../../huawu.db"), 0), "not_found"),
            (AskPreview(DocumentId("../../huawu"), 0), "fax_refused"),
            (PrepareFax(Received(FaxId(day.faxes[SLOW])), "0299"), "not_allowed"),
        ]
        for question, code in others:
            refused = bob.do(question)
            assert isinstance(refused, Refused), (question, refused)
            assert refused.code == code, (question, refused)
        own: list[tuple[Any, str]] = [
            (AskPreview(made.document, 2), "not_found"),
            (SubmitFax(made.document, customer=CustomerId(999_999)), "not_found"),
            (SubmitFax(made.document, call=CallId("1"), live=True), "no_such_call"),
        ]
        for question, code in own:
            refused = ann.do(question)
            assert isinstance(refused, Refused), (question, refused)
            assert refused.code == code, (question, refused)
        for desk in (ann, bob):
            inbox = desk.do(AskFaxes(FaxBox.INBOX))
            assert isinstance(inbox, FaxList)
            assert inbox.rows == (), "the fax number's group is nobody's"


def test_with_space_again_a_fax_is_taken(day: Day, tmp_path: Path) -> None:
    day.centre.until(lambda: not day.is_full(), NOTICED_WITHIN)
    file = letter(tmp_path, "late", 1, lines=3)
    assert day.centre.ctl("fax", "send", str(file), "--to", "0299")["pages"] == 1


# --- far machines ---


def ends(day: Day, number: str) -> tuple[dict[str, Any], list[FarCall]]:
    """Waits until the fax has ended; its row, and its calls. On a busy machine a try may fail; the next one goes on."""
    day.centre.until(lambda: day.row(day.faxes[number])["ended"], 150)
    calls = day.exchange.of(number)
    day.exchange.until(lambda: all(call.over_at for call in calls))
    return day.row(day.faxes[number]), calls


def is_free_at_once(day: Day, row: dict[str, Any], calls: list[FarCall]) -> bool:
    """Whether each call was over soon after the card had reported the end of its fax."""
    ended = [
        entry["at"]
        for entry in day.centre.journal()
        if entry["event"].get("fax") == row["id"] and entry["event"]["type"] == "FaxEnded"
    ]
    return all(
        call.over_at is not None and call.over_at < at + FREE_WITHIN for call, at in zip(calls, ended, strict=False)
    )


@pytest.mark.parametrize("number", GOOD)
def test_an_odd_machine_gets_its_fax_and_its_line_is_free(day: Day, number: str) -> None:
    row, calls = ends(day, number)
    assert (row["state"], row["result"], row["pages_done"]) == ("sent", "ok", 2)
    assert row["modem"] == "v27ter" or number != SLOW
    assert row["ecm"] == (number != PLAIN)
    document = pages.load(Path(row["document"]))
    if number == PLAIN:  # without error correction a busy machine costs rows of a page
        assert sum(len(call.page_times) for call in calls) >= 2
    else:
        assert {place for call in calls for place in placed(document, call)} == {0, 1}
    assert is_free_at_once(day, row, calls)


def test_a_session_is_refreshed_in_the_middle_of_a_page(day: Day) -> None:
    """By the machine, and by the switch; the fax goes on."""
    _, theirs = ends(day, REFRESHES)
    _, ours = ends(day, IS_REFRESHED)
    assert any(call.offers_taken and set(call.offers_taken) == {200} and call.code == 0 for call in theirs)
    assert any(call.offers and call.code == 0 for call in ours)


def test_a_voice_costs_its_line_no_longer_than_a_machine_is_waited_for(day: Day) -> None:
    (call, *_), fax = day.exchange.of(VOICE), day.faxes[VOICE]
    day.exchange.until(lambda: call.over_at)
    day.centre.until(lambda: day.row(fax)["result"])
    row = day.row(fax)
    assert (row["result"], row["pages_done"]) == ("no_fax", 0)
    assert is_free_at_once(day, row, [call])
    day.centre.ctl("fax", "cancel", fax)


def test_a_fax_that_comes_in_is_whole_after_a_refresh(day: Day) -> None:
    day.exchange.until(lambda: day.incoming.over_at)
    assert set(day.incoming.offers_taken) == {200}
    assert day.incoming.code == 0
    day.centre.until(lambda: any(row["state"] == "new" for row in day.centre.rows("faxes")))
    (row,) = [row for row in day.centre.rows("faxes") if row["direction"] == "in" and row["pages"]]
    assert (row["result"], row["pages"], row["group_name"]) == ("ok", 2, "nobody")
    assert pages.same(pages.load(Path(row["document"])), pages.load(day.folder / "sent.tif"))


def test_all_lines_are_free_and_the_calls_can_be_replayed(day: Day) -> None:
    day.centre.until(lambda: sum(row["used_in"] + row["used_out"] for row in day.centre.ctl("lines")["rows"]) == 0)
    logged = transitions(day.centre)
    of = {row["dnis"]: row["id"] for row in day.centre.rows("calls")}
    for number in (FAX_NUMBER, IS_REFRESHED, VOICE):
        assert replayed(day.centre, of[number]) == logged[of[number]]
        assert len(logged[of[number]]) >= 4
