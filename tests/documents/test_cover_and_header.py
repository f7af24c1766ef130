"""Cover sheet and header line."""

from pathlib import Path

import pytest

from shared.documents import PageHeader, PageOptions, PrintedCover, Resolution
from shared.enums import Language
from tests.documents.inputs import A4, pdf
from tests.documents.made import AT, HEADER, each_resolution, ink, ink_box, pages_of, same

HEAD = PageHeader("华务证券上海分公司", "021-55550100", AT)
COVER = PrintedCover("张三 先生", "华务证券", "021-55550100", AT, "对账单", "请查收。", "华务证券有限责任公司")
SQUARE = b"72 400 72 72 re f"


@each_resolution
def test_the_header_stands_in_its_rows_and_changes_no_other(tmp_path: Path, resolution: Resolution) -> None:
    """Rows 0 to 31, in standard resolution 0 to 15."""
    rows = HEADER if resolution is Resolution.FINE else HEADER // 2
    content = pdf([A4] * 3, SQUARE)
    without = pages_of(tmp_path, content, PageOptions(resolution=resolution))
    with_header = pages_of(tmp_path, content, PageOptions(resolution=resolution, header=HEAD))
    for bare, headed in zip(without, with_header, strict=True):
        assert ink(headed, (0, 0, 1728, rows)) > 500
        assert ink(bare, (0, 0, 1728, rows)) == 0
        assert same(bare.crop((0, rows, 1728, bare.height)), headed.crop((0, rows, 1728, headed.height)))


def test_each_page_has_its_number(tmp_path: Path) -> None:
    pages = pages_of(tmp_path, pdf([A4] * 3, SQUARE), PageOptions(header=HEAD))
    heads = [page.crop((0, 0, 1728, HEADER)) for page in pages]
    left = [head.crop((0, 0, 900, HEADER)) for head in heads]
    assert len({head.tobytes() for head in heads}) == 3
    assert same(left[0], left[1])


def test_the_time_is_shanghai_s(tmp_path: Path) -> None:
    """08:53 at ``AT``; a minute later the line differs, ten seconds later it does not."""
    heads = [
        pages_of(tmp_path, pdf(), PageOptions(header=PageHeader("a", "b", AT + later)))[0] for later in (0, 10, 60)
    ]
    assert same(heads[0], heads[1])
    assert not same(heads[0], heads[2])


def test_the_language(tmp_path: Path) -> None:
    chinese, english = (
        pages_of(tmp_path, pdf(), PageOptions(header=PageHeader("a", "b", AT, each)))[0] for each in Language
    )
    assert not same(chinese, english)


@pytest.mark.parametrize(("sender", "recipient"), [("发" * 256, "to"), ("from", "收" * 256), ("W" * 256, "W" * 256)])
def test_long_names_take_no_other_s_place(tmp_path: Path, sender: str, recipient: str) -> None:
    (short,) = pages_of(tmp_path, pdf(), PageOptions(header=PageHeader("a", "b", AT)))
    (long,) = pages_of(tmp_path, pdf(), PageOptions(header=PageHeader(sender, recipient, AT)))
    right = (1340, 0, 1728, HEADER)
    assert same(short.crop(right), long.crop(right))
    assert ink_box(long.crop((0, 0, 1728, HEADER)))[0] >= 55


@each_resolution
def test_the_cover_sheet_is_the_first_page_and_counted(tmp_path: Path, resolution: Resolution) -> None:
    options = PageOptions(resolution=resolution, cover=COVER, header=HEAD)
    pages = pages_of(tmp_path, pdf([A4] * 2, SQUARE), options)
    assert len(pages) == 3
    assert len({page.size for page in pages}) == 1
    assert ink(pages[0]) > 10_000
    (more, *_) = pages_of(tmp_path, pdf([A4] * 4, SQUARE), options)
    assert not same(pages[0], more), "the number of pages stands on it"


def test_a_note_of_full_length_stays_on_the_page(tmp_path: Path) -> None:
    note = "附言很长。" * 200
    cover, _ = pages_of(tmp_path, pdf(), PageOptions(cover=PrintedCover("a", "b", "1", AT, note=note)))
    left, _, right, bottom = ink_box(cover)
    assert (left >= 130, right <= 1728 - 130, bottom <= 2292 - 20) == (True, True, True)
    whole, _ = pages_of(tmp_path, pdf(), PageOptions(cover=PrintedCover("a", "b", "1", AT, note=note[:-5])))
    assert not same(whole, cover), "the last sentence is drawn"


def test_line_breaks_and_controls_in_fields(tmp_path: Path) -> None:
    cover, _ = pages_of(tmp_path, pdf(), PageOptions(cover=PrintedCover("a\nb", "b\x1b[31m", "1", AT, note="one\ntwo")))
    flat, _ = pages_of(tmp_path, pdf(), PageOptions(cover=PrintedCover("a b", "b [31m", "1", AT, note="one\ntwo")))
    assert same(cover, flat)


def test_a_cover_needs_room_within_the_limit(tmp_path: Path) -> None:
    options = PageOptions(cover=COVER, pages_max=3)
    assert len(pages_of(tmp_path, pdf([A4] * 2), options)) == 3
