"""``services.documents``: real renderers, good and bad files, kills, bounds; nothing is left behind."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.documents import CoverSheet, DocumentFault, PageHeader, PageOptions, PagesRefused, PreviewSize
from shared.enums import Language
from shared.fax import DocumentId
from switch_server.services import renderer
from switch_server.services.document_texts import fault_text
from switch_server.services.documents import DocumentSpool
from tests.documents.inputs import (
    BROKEN_PDF,
    EXECUTABLE,
    drawing,
    encrypted_pdf,
    fax_page,
    fax_tiff,
    huge_png,
    pdf,
    saved,
    write,
)
from tests.documents.made import read
from tests.documents.rows import AT, each_statement
from tests.house.docs import ROOT

pytestmark = pytest.mark.slow
OPTIONS = PageOptions(header=PageHeader("华务", "021", AT), cover=CoverSheet("张三", "华务", "021", AT))
SLOW_PDF = pdf(
    [(595, 842)] * 90,
    b"0 0 595 842 re f " + b"".join(b"%d %d m %d 0 l %d 842 l s " % (n, n, n % 600, n) for n in range(200_000)),
)
"""Takes far longer than a test."""
BAD: tuple[tuple[bytes, DocumentFault], ...] = (
    (b"", DocumentFault.EMPTY),
    (EXECUTABLE, DocumentFault.EXECUTABLE),
    (b"<html><body>", DocumentFault.WEB_PAGE),
    (encrypted_pdf(), DocumentFault.PDF_ENCRYPTED),
    (BROKEN_PDF, DocumentFault.BROKEN),
    (pdf([(595, 842)] * 500), DocumentFault.TOO_MANY_PAGES),
    (pdf([(595, 14_173)]), DocumentFault.PAGE_TOO_LONG),
    (huge_png(), DocumentFault.TOO_MANY_PIXELS),
    (saved(drawing(), "PNG")[:300], DocumentFault.BROKEN),
    (b"\0\1\2\3", DocumentFault.UNKNOWN_TYPE),
)


def run(folder: Path, work: Callable[[DocumentSpool], Coroutine[Any, Any, None]], *, spool_max: int = 10**9) -> None:
    async def whole() -> None:
        await work(DocumentSpool(folder / "documents", set, lambda: spool_max))

    asyncio.run(whole())


async def fault_of(job: Awaitable[object]) -> DocumentFault:
    with pytest.raises(PagesRefused) as caught:
        await job
    for language in Language:
        assert fault_text(caught.value.fault, caught.value.fields, language)
    return caught.value.fault


def left_over(folder: Path) -> list[str]:
    return [path.name for path in (folder / "documents" / "work").iterdir()]


def renderers() -> list[int]:
    """The process ids of this process's renderers."""
    children = map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
    return [child for child in children if b"documents.job" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_each_source_becomes_a_document(tmp_path: Path) -> None:
    async def work(documents: DocumentSpool) -> None:
        text = write(tmp_path, "letter", "春眠不觉晓".encode())
        for source in (text, saved(drawing(), "PNG"), pdf(), *each_statement(3)):
            made = await documents.render(source, OPTIONS)
            assert made.pages == 2
            assert documents.path_of(made.document) == made.path
            assert len(read(made.path)) == 2
            assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
        assert text.exists()

    run(tmp_path, work)
    assert left_over(tmp_path) == []
    assert stat.S_IMODE((tmp_path / "documents").stat().st_mode) == 0o700


def test_the_same_source_has_the_same_digest(tmp_path: Path) -> None:
    """Whatever is printed beside it."""

    async def work(documents: DocumentSpool) -> None:
        bare, printed = await documents.render(b"text", PageOptions()), await documents.render(b"text", OPTIONS)
        other = await documents.render(b"test", OPTIONS)
        assert len(bare.digest) == 64
        assert bare.digest == printed.digest
        assert bare.digest != other.digest

    run(tmp_path, work)


def test_previews(tmp_path: Path) -> None:
    async def work(documents: DocumentSpool) -> None:
        made = await documents.render(pdf(), OPTIONS)
        for size in PreviewSize:
            assert (await documents.preview(made.document, 2, size)).startswith(b"\x89PNG")
        assert await fault_of(documents.preview(made.document, 3)) is DocumentFault.NO_SUCH_PAGE
        assert await fault_of(documents.preview(DocumentId("d0123456789abcdef"), 1)) is DocumentFault.NOT_FOUND
        assert await fault_of(documents.preview(DocumentId("../../etc/passwd"), 1)) is DocumentFault.NOT_FOUND

    run(tmp_path, work)
    assert left_over(tmp_path) == []


def test_a_received_fax(tmp_path: Path) -> None:
    tiff = write(tmp_path, "r1.tif", fax_tiff([fax_page(), fax_page()]))

    async def work(documents: DocumentSpool) -> None:
        done = await documents.from_received(tiff)
        assert (done.pages, done.pdf, done.thumbnail) == (2, tmp_path / "r1.pdf", tmp_path / "r1.png")
        before = done.thumbnail.read_bytes()
        assert (await documents.from_received(tiff, 1)).pages == 2
        assert done.thumbnail.read_bytes() != before
        assert (await documents.preview(tiff, 1)).startswith(b"\x89PNG")
        assert await fault_of(documents.from_received(write(tmp_path, "r2.tif", b"II*\0"))) is DocumentFault.BROKEN

    run(tmp_path, work)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["documents", "r1.pdf", "r1.png", "r1.tif", "r2.tif"]


def test_fifty_bad_documents_leave_nothing(tmp_path: Path) -> None:
    """No process, no file, no descriptor, no memory; and a good one afterwards is made."""

    async def work(documents: DocumentSpool) -> None:
        for content, fault in BAD:
            assert await fault_of(documents.render(content, OPTIONS)) is fault
        before = resident_bytes(), descriptors()
        for _ in range(5):
            found = await asyncio.gather(*(fault_of(documents.render(content, OPTIONS)) for content, _ in BAD))
            assert found == [fault for _, fault in BAD]
        resident, left = resident_bytes(), descriptors()
        assert left <= before[1]
        assert resident - before[0] < 8_000_000
        assert renderers() == []
        assert (await documents.render(pdf(), OPTIONS)).pages == 2

    run(tmp_path, work)
    assert left_over(tmp_path) == []
    assert len(list((tmp_path / "documents").glob("*.tif"))) == 1


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def limits_of(process: int) -> str:
    return Path(f"/proc/{process}/limits").read_text()


async def renderer_of(job: "asyncio.Task[Any]") -> int:
    """The process id of the renderer that works on the job."""
    while True:
        assert not job.done()
        if found := renderers():
            return found[0]
        await asyncio.sleep(0)


def test_a_killed_renderer_costs_its_own_job_only(tmp_path: Path) -> None:
    async def work(documents: DocumentSpool) -> None:
        doomed = asyncio.create_task(documents.render(SLOW_PDF, OPTIONS))
        os.kill(await renderer_of(doomed), signal.SIGKILL)
        other = asyncio.create_task(documents.render(pdf(), OPTIONS))
        assert await fault_of(doomed) is DocumentFault.RENDERER_FAILED
        assert (await other).pages == 2

    run(tmp_path, work)
    assert left_over(tmp_path) == []


def test_a_cancelled_job_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    async def work(documents: DocumentSpool) -> None:
        job = asyncio.create_task(documents.render(SLOW_PDF, OPTIONS))
        await renderer_of(job)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert renderers() == []

    run(tmp_path, work)
    assert left_over(tmp_path) == []


def test_stop_ends_all_jobs(tmp_path: Path) -> None:
    async def work(documents: DocumentSpool) -> None:
        job = asyncio.create_task(documents.render(SLOW_PDF, OPTIONS))
        await renderer_of(job)
        waiting = [asyncio.create_task(documents.render(SLOW_PDF, OPTIONS)) for _ in range(3)]
        documents.stop()
        for each in (job, *waiting):
            assert await fault_of(each) is DocumentFault.RENDERER_FAILED
        assert renderers() == []

    run(tmp_path, work)


def test_a_slow_file_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "SECONDS", 1)

    async def work(documents: DocumentSpool) -> None:
        with pytest.raises(PagesRefused) as caught:
            await documents.render(SLOW_PDF, OPTIONS)
        assert (caught.value.fault, caught.value.fields) == (DocumentFault.TOO_SLOW, {"seconds": 1})
        assert renderers() == []

    run(tmp_path, work)
    assert left_over(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "fault"), [(signal.SIGALRM, DocumentFault.TOO_SLOW), (signal.SIGXCPU, DocumentFault.TOO_SLOW)]
)
def test_a_renderer_that_ends_itself_for_time(tmp_path: Path, number: signal.Signals, fault: DocumentFault) -> None:
    async def work(documents: DocumentSpool) -> None:
        job = asyncio.create_task(documents.render(SLOW_PDF, OPTIONS))
        os.kill(await renderer_of(job), number)
        assert await fault_of(job) is fault

    run(tmp_path, work)


def test_more_than_the_queue_are_refused_and_the_others_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer, "WAITING", 2)

    async def work(documents: DocumentSpool) -> None:
        jobs = [asyncio.create_task(documents.render(pdf(), OPTIONS)) for _ in range(6)]
        ends = await asyncio.gather(*jobs, return_exceptions=True)
        faults = [end.fault for end in ends if isinstance(end, PagesRefused)]
        assert faults == [DocumentFault.QUEUE_FULL] * 2

    run(tmp_path, work)
    assert len(list((tmp_path / "documents").glob("*.tif"))) == 4


def test_a_full_spool_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    async def work(documents: DocumentSpool) -> None:
        made = await documents.render(pdf(content=b"0 0 300 300 re f"), OPTIONS)
        assert await fault_of(documents.render(pdf(), OPTIONS)) is DocumentFault.SPOOL_FULL
        assert len(read(made.path)) == 2

    run(tmp_path, work, spool_max=1000)


def test_a_file_above_the_bound_is_refused(tmp_path: Path) -> None:
    async def work(documents: DocumentSpool) -> None:
        with pytest.raises(PagesRefused) as caught:
            await documents.render(bytes(20_000_001), OPTIONS)
        assert (caught.value.fault, caught.value.fields) == (DocumentFault.TOO_LARGE, {"megabytes": 21, "limit": 20})

    run(tmp_path, work)


def test_old_documents_are_removed_but_for_those_in_use(tmp_path: Path) -> None:
    kept: set[DocumentId] = set()

    async def work() -> None:
        documents = DocumentSpool(tmp_path / "documents", lambda: kept, lambda: 10**9)
        old, used, new = [await documents.render(b"text", OPTIONS) for _ in range(3)]
        kept.add(used.document)
        for each in (old, used):
            os.utime(each.path, (AT, AT))
        os.utime(new.path, (AT + 2 * 86400, AT + 2 * 86400))
        assert await documents.remove_old(AT + 30 * 86400 + 1) == 1
        assert [path.exists() for path in (old.path, used.path, new.path)] == [False, True, True]

    asyncio.run(work())


def test_what_an_ended_switch_left_is_removed(tmp_path: Path) -> None:
    work = tmp_path / "documents" / "work"
    work.mkdir(parents=True)
    write(work, "0123.tif", b"half")

    async def begin() -> None:
        DocumentSpool(tmp_path / "documents", set, lambda: 10**9)

    asyncio.run(begin())
    assert left_over(tmp_path) == []


def test_the_renderer_s_own_bounds(tmp_path: Path) -> None:
    """Read from outside: memory, processor time, length of files, number of files, niceness."""

    async def work(documents: DocumentSpool) -> None:
        job = asyncio.create_task(documents.render(SLOW_PDF, OPTIONS))
        number = await renderer_of(job)
        while "Max cpu time              30 " not in limits_of(number):
            assert not job.done()
            await asyncio.sleep(0)
        limits = limits_of(number)
        for line in (
            "Max address space         1073741824",
            "Max file size             64000000",
            "Max open files            32",
            "Max core file size        0",
        ):
            assert line in limits
        while os.getpriority(os.PRIO_PROCESS, number) - os.getpriority(os.PRIO_PROCESS, 0) < min(
            10, 19 - os.getpriority(os.PRIO_PROCESS, 0)
        ):
            assert not job.done()
            await asyncio.sleep(0)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)

    run(tmp_path, work)


WITHOUT_ROOM = """
import resource, signal, sys
from shared.document_jobs import RenderFile
from shared.documents import PageOptions
from switch_server.documents.work import work
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
print(work(RenderFile(sys.argv[1], sys.argv[2], PageOptions())).fault.value)
"""


@pytest.mark.parametrize("pages", [1, 2])
def test_pages_that_would_take_many_hours_to_send(tmp_path: Path, pages: int) -> None:
    """The bound of a file's length is lower here."""
    noise = Image.effect_noise((800, 1000), 90).convert("1")
    source = write(tmp_path, "noise", saved(noise, "TIFF", save_all=True, append_images=[noise] * (pages - 1)))
    argv = [sys.executable, "-c", WITHOUT_ROOM, str(source), str(tmp_path / "out.tif")]
    done = subprocess.run(argv, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == f"{DocumentFault.TOO_DENSE.value}\n"


@pytest.mark.parametrize("said", ["print('{')", "print('x' * 100_000)", "import os; os.abort()", "pass"])
def test_a_renderer_that_talks_nonsense(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    (tmp_path / "nonsense.py").write_text(said)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(renderer, "_MODULE", "nonsense")

    async def work(documents: DocumentSpool) -> None:
        assert await fault_of(documents.render(b"text", OPTIONS)) is DocumentFault.RENDERER_FAILED

    run(tmp_path, work)
