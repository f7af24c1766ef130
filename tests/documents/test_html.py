"""Statements as HTML (``ports.faxes.Html``) as pages."""

from pathlib import Path

import pytest
from PIL import Image

from shared.desk_fax import FaxProblem
from shared.document_jobs import JobRefused, RenderHtml
from shared.documents import DocumentFault, PageOptions
from switch_server.documents.html_table import table_page
from switch_server.documents.work import work
from switch_server.services.fax_documents import PROBLEMS
from tests.documents.made import PLAIN, done, ink, ink_box, near, read, same

HEAD = "<html><head><meta charset='utf-8'><style>td{color:red}</style></head><body><h1>持仓清单</h1><p>客户: 李&lt;小&gt;明</p>"
TABLE = "<table><tr><th>代码</th><th>名称</th><th>数量</th></tr>{}</table><p>以营业部记录为准。</p></body></html>"


def page(rows: int) -> str:
    return HEAD + TABLE.format(
        "".join(
            f"<tr><td>{600000 + row}</td><td>浦发银行</td><td class=n>{10 ** (row % 6):,}</td></tr>"
            for row in range(rows)
        )
    )


def drawn(folder: Path, text: str, options: PageOptions = PLAIN) -> list[Image.Image]:
    target = folder / "html.tif"
    done(RenderHtml(text, str(target), options))
    return read(target, options.resolution)


def test_the_parts_of_a_page() -> None:
    found = table_page(page(2))
    assert (found.heading, found.above, found.below) == ("持仓清单", ["客户: 李<小>明"], ["以营业部记录为准。"])
    assert found.heads == ["代码", "名称", "数量"]
    assert found.rows == [["600000", "浦发银行", "1"], ["600001", "浦发银行", "10"]]
    assert found.numbers == {2}


def test_rows_of_different_lengths_and_unclosed_tags() -> None:
    found = table_page("<table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>rest<p>more")
    assert found.rows == [["a", ""], ["b", "c"]]
    assert found.below == ["rest", "more"]


def test_numbers_end_at_the_right_edge(tmp_path: Path) -> None:
    (one,) = drawn(tmp_path, page(6))
    left, _, right, _ = ink_box(one)
    assert (left, right) == (70, 1658)
    numbers = [ink_box(one.crop((1100, top, 1657, top + 38))) for top in (332, 378, 424, 470)]
    assert max(box[2] for box in numbers) - min(box[2] for box in numbers) <= 4
    assert numbers[0][0] > numbers[3][0]


def test_heads_stand_on_each_page(tmp_path: Path) -> None:
    first, second, *more = drawn(tmp_path, page(100))
    assert len(more) == 1
    assert ink(second) > 5000
    assert same(second.crop((0, 190, 1728, 238)), more[0].crop((0, 190, 1728, 238)))
    assert near(ink_box(first)[3], ink_box(second)[3], 3), "page of pages at the foot"


@pytest.mark.parametrize(
    ("text", "fault"), [("<p></p>", DocumentFault.EMPTY), (page(10_000), DocumentFault.TOO_MANY_PAGES)]
)
def test_refused(tmp_path: Path, text: str, fault: DocumentFault) -> None:
    reply = work(RenderHtml(text, str(tmp_path / "out.tif"), PageOptions()))
    assert isinstance(reply, JobRefused)
    assert reply.fault is fault


def test_each_fault_is_a_problem_of_the_desk() -> None:
    assert set(PROBLEMS) == set(DocumentFault)
    assert all(problem in FaxProblem for problem in PROBLEMS.values())
