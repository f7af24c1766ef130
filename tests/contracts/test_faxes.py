"""The contracts of ``ports.faxes``, on each implementation of ``MAKERS``."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.desk_fax import FaxCover, FaxProblem
from shared.fax import FINAL_FAX_STATES, FaxId, FaxState
from shared.ids import AgentId, CustomerId
from switch_server.ports.faxes import (
    DocumentRefused,
    Documents,
    Faxes,
    FaxLayout,
    FaxNotTaken,
    FaxRecord,
    Html,
    WantedFax,
)
from switch_server.services.documents import DocumentSpool
from switch_server.services.fax_documents import FaxDocuments
from tests.fakes.faxes import FakeDocuments, FakeFaxes
from tests.services.fax_service import RIGS, service


def spool(folder: Path) -> Documents:
    return FaxDocuments(DocumentSpool(folder, set, lambda: 10**9), lambda: "华务证券", lambda: 1_796_000_000.0)


MakeDocuments = Callable[[Path], Documents]
DOCUMENTS: dict[str, MakeDocuments] = {"fake": FakeDocuments, "spool": spool}
FAXES: dict[str, Callable[[Path], Faxes]] = {"fake": lambda _folder: FakeFaxes(), "switch": service}
each_documents = pytest.mark.parametrize("make", DOCUMENTS.values(), ids=list(DOCUMENTS))
each_faxes = pytest.mark.parametrize("make", FAXES.values(), ids=list(FAXES))
LAYOUT = FaxLayout("letter.txt", "02085551234")
A, B = AgentId("1001"), AgentId("1002")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _rigs() -> Iterator[None]:
    yield
    while RIGS:
        RIGS.pop().stop()


def problem(error: pytest.ExceptionInfo[DocumentRefused] | pytest.ExceptionInfo[FaxNotTaken]) -> FaxProblem:
    return error.value.code


# --- documents ---


@each_documents
def test_a_text_becomes_pages_with_pictures(make: MakeDocuments, tmp_path: Path) -> None:
    async def main() -> None:
        documents = make(tmp_path / "spool")
        source = tmp_path / "letter.txt"
        source.write_text("第一页\f第二页", encoding="utf-8")
        plain = await documents.render(source, LAYOUT)
        assert (plain.pages, plain.path.exists()) == (2, True)
        covered = await documents.render(source, FaxLayout("letter.txt", "1", cover=FaxCover("王先生", note="请查收")))
        assert covered.pages == 3
        assert covered.document != plain.document
        assert covered.digest == plain.digest
        page, small = await documents.page(plain.path, 0), await documents.page(plain.path, 0, thumbnail=True)
        assert page.startswith(PNG)
        assert small.startswith(PNG)
        assert len(small) < len(page)
        assert page != await documents.page(plain.path, 1)

    asyncio.run(main())


@each_documents
def test_a_statement_becomes_pages(make: MakeDocuments, tmp_path: Path) -> None:
    async def main() -> None:
        documents = make(tmp_path)
        page = "<html><body><h1>持仓清单</h1><table><tr><td>600519</td></tr></table></body></html>"
        assert (await documents.render(Html(page), LAYOUT)).pages == 1

    asyncio.run(main())


@each_documents
def test_what_is_no_document_is_refused(make: MakeDocuments, tmp_path: Path) -> None:
    async def main() -> None:
        documents = make(tmp_path / "spool")
        program, empty = tmp_path / "page.tif", tmp_path / "empty.txt"
        program.write_bytes(b"MZ\x90\0" * 100)
        empty.write_bytes(b"")
        with pytest.raises(DocumentRefused) as error:
            await documents.render(program, LAYOUT)
        assert problem(error) is FaxProblem.UNKNOWN_FORMAT
        with pytest.raises(DocumentRefused) as error:
            await documents.render(empty, LAYOUT)
        assert problem(error) is FaxProblem.EMPTY
        with pytest.raises(DocumentRefused) as error:
            await documents.page(tmp_path / "spool" / "gone.tif", 0)
        assert problem(error) is FaxProblem.GONE

    asyncio.run(main())


# --- faxes ---


async def asked(faxes: Faxes, folder: Path, **more: object) -> FaxRecord:
    source = folder / "letter.txt"
    source.write_text("one\ftwo", encoding="utf-8")
    rendered = await FakeDocuments(folder / "spool").render(source, LAYOUT)
    return await faxes.ask(WantedFax(rendered, "02085551234", "letter.txt", A, "east", **more))  # type: ignore[arg-type]


@each_faxes
def test_a_fax_that_is_asked_for_is_listed_and_told_of(make: Callable[[Path], Faxes], tmp_path: Path) -> None:
    async def main() -> None:
        faxes, told = make(tmp_path), list[tuple[FaxRecord, FaxRecord | None]]()
        faxes.listen(lambda fax, before: told.append((fax, before)))
        assert faxes.off() is None
        made = await asked(faxes, tmp_path, not_before=2e9, customer=CustomerId(7))
        assert (made.direction, made.state, made.pages, made.pages_done) == ("out", FaxState.WAITING, 2, 0)
        assert (made.agent, made.group, made.customer, made.not_before) == (A, "east", CustomerId(7), 2e9)
        assert told[0] == (made, None)
        assert await faxes.fax(made.fax) == made
        assert list(await faxes.sent_by(A, before=None, limit=10)) == [made]
        assert list(await faxes.sent_by(A, before=made.created, limit=10)) == []
        assert list(await faxes.sent_by(B, before=None, limit=10)) == []
        assert await faxes.fax(FaxId("f-none")) is None

    asyncio.run(main())


@each_faxes
def test_a_fax_is_cancelled_once_and_sent_again(make: Callable[[Path], Faxes], tmp_path: Path) -> None:
    async def main() -> None:
        faxes = make(tmp_path)
        made = await asked(faxes, tmp_path, not_before=2e9)
        with pytest.raises(FaxNotTaken) as error:
            await faxes.retry(made.fax, A)
        assert problem(error) is FaxProblem.TOO_LATE
        ended = await faxes.cancel(made.fax, A)
        assert ended.state is FaxState.CANCELLED
        with pytest.raises(FaxNotTaken) as error:
            await faxes.cancel(made.fax, A)
        assert problem(error) is FaxProblem.TOO_LATE
        again = await faxes.retry(made.fax, A)
        assert (again.fax, again.state in FINAL_FAX_STATES) == (made.fax, False)

    asyncio.run(main())


@each_faxes
def test_the_same_document_goes_to_a_number_once_at_a_time(make: Callable[[Path], Faxes], tmp_path: Path) -> None:
    async def main() -> None:
        faxes = make(tmp_path)
        source = tmp_path / "letter.txt"
        source.write_text("one", encoding="utf-8")
        rendered = await FakeDocuments(tmp_path / "spool").render(source, LAYOUT)
        wanted = WantedFax(rendered, "02085551234", "letter.txt", A, "east", not_before=2e9)
        await faxes.ask(wanted)
        with pytest.raises(FaxNotTaken) as error:
            await faxes.ask(wanted)
        assert problem(error) is FaxProblem.REPEATED

    asyncio.run(main())


@each_faxes
def test_a_fax_that_is_not_there_can_t_be_changed(make: Callable[[Path], Faxes], tmp_path: Path) -> None:
    async def main() -> None:
        faxes, gone = make(tmp_path), FaxId("f-none")
        for change in (
            faxes.cancel(gone, A), faxes.retry(gone, A), faxes.take(gone, A), faxes.file(gone, CustomerId(1), A),
            faxes.forward(gone, A, agent=None, group="east"),
        ):  # fmt: skip
            with pytest.raises(FaxNotTaken) as error:
                await change
            assert problem(error) is FaxProblem.GONE

    asyncio.run(main())
