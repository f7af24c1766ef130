"""Text files as pages."""

import codecs
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from shared.documents import DocumentFault, PageOptions, Resolution
from switch_server.documents.fonts import font, font_file
from switch_server.documents.sniff import decoded
from switch_server.documents.text import COLUMNS, LINES
from tests.documents.made import HEADER, each_resolution, ink, ink_box, pages_of, refused, same

CHINESE = "春眠不觉晓，处处闻啼鸟。\n夜来风雨声，花落知多少。\n"
NOT_IN_UTF8 = "gbk"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", NOT_IN_UTF8, "utf-16"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    (expected,) = pages_of(tmp_path, CHINESE.encode())
    (page,) = pages_of(tmp_path, CHINESE.encode(encoding))
    assert ink(page) > 2000
    assert same(page, expected)


def test_a_character_of_four_bytes_is_gb18030() -> None:
    assert decoded("㐀龥𠀀".encode("gb18030")) == "㐀龥𠀀"


@each_resolution
def test_a_page_is_an_a4_page(tmp_path: Path, resolution: Resolution) -> None:
    (page,) = pages_of(tmp_path, CHINESE.encode(), PageOptions(resolution=resolution))
    assert page.size == ((1728, 2292) if resolution is Resolution.FINE else (1728, 1143))


def test_chinese_characters_are_drawn_and_no_boxes(tmp_path: Path) -> None:
    """Each character looks different from the others and from the font's box for a missing one."""
    box = _glyph("\U0010fffd")
    glyphs = [_glyph(char) for char in "春眠不觉晓处闻啼鸟"]
    assert all(glyph != box for glyph in glyphs)
    assert len(set(glyphs)) == len(glyphs)
    (page,) = pages_of(tmp_path, "春".encode())
    left, top, right, bottom = ink_box(page)
    assert 24 <= right - left <= 36
    assert 24 <= bottom - top <= 40


def _glyph(char: str) -> bytes:
    image = Image.new("1", (48, 48), 1)
    ImageDraw.Draw(image).text((4, 4), char, 0, font(36))
    return image.tobytes()


def test_tabs_go_to_the_eighth_column(tmp_path: Path) -> None:
    (tabs,) = pages_of(tmp_path, "代码\t名称\n600000\t浦发\n1234567890\tX\n".encode())
    (spaces,) = pages_of(tmp_path, "代码    名称\n600000  浦发\n1234567890      X\n".encode())
    assert same(tabs, spaces)


def test_a_long_line_is_wrapped_at_the_margin(tmp_path: Path) -> None:
    (long,) = pages_of(tmp_path, ("字" * 50 + "\n").encode())
    (broken,) = pages_of(tmp_path, ("字" * (COLUMNS // 2) + "\n" + "字" * (50 - COLUMNS // 2)).encode())
    assert same(long, broken)
    assert ink_box(long)[2] <= 1728 - 100


def test_words_are_kept_whole_and_no_line_begins_with_a_stop(tmp_path: Path) -> None:
    (words,) = pages_of(tmp_path, ("x" * 80 + " wrapped").encode())
    assert same(words, pages_of(tmp_path, ("x" * 80 + "\nwrapped").encode())[0])
    (stop,) = pages_of(tmp_path, ("字" * (COLUMNS // 2) + "。").encode())
    assert same(stop, pages_of(tmp_path, ("字" * (COLUMNS // 2 - 1) + "\n字。").encode())[0])


def test_a_word_longer_than_the_line_is_broken(tmp_path: Path) -> None:
    (page,) = pages_of(tmp_path, b"x" * 200)
    assert same(page, pages_of(tmp_path, b"\n".join([b"x" * COLUMNS] * 2 + [b"x" * (200 - 2 * COLUMNS)]))[0])


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["x", "\tx", "a\u0301", "字 "])
def test_a_line_of_megabytes_takes_no_longer_than_many_lines(tmp_path: Path, unit: str) -> None:
    """Its pages are counted in time: a wrapping whose work grows with the square of the length would take hours."""
    fields = refused(tmp_path, (unit * 1_000_000 + "x").encode(), DocumentFault.TOO_MANY_PAGES)
    assert fields["pages"] > 200


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("a\n" * LINES, 1),
        ("a\n" * (LINES + 1), 2),
        ("a\fb\fc", 3),
        ("a\f", 1),
        ("a\r\nb\rc\n" * LINES, 3),
        ("a\x1a", 1),
    ],
)
def test_pages(tmp_path: Path, text: str, pages: int) -> None:
    made = pages_of(tmp_path, text.encode())
    assert len(made) == pages
    assert all(ink(page) for page in made)


def test_nothing_is_drawn_in_the_header_s_rows(tmp_path: Path) -> None:
    (page,) = pages_of(tmp_path, ("字" * 42 + "\n").encode() * LINES)
    assert ink(page, (0, 0, 1728, HEADER)) == 0
    assert ink(page) > 100_000


def test_too_many_pages_are_refused_with_their_number(tmp_path: Path) -> None:
    text = "字\n" * (LINES * 500)
    assert refused(tmp_path, text.encode(), DocumentFault.TOO_MANY_PAGES) == {"pages": 500, "limit": 100}
    assert len(pages_of(tmp_path, ("字\n" * LINES * 3).encode(), PageOptions(pages_max=3))) == 3


@pytest.mark.parametrize("blank", [b"", b" \n\t\r\n\f", codecs.BOM_UTF8, "　\n".encode()])
def test_an_empty_text_is_refused(tmp_path: Path, blank: bytes) -> None:
    refused(tmp_path, blank, DocumentFault.EMPTY)


@pytest.mark.parametrize(
    "noise", [bytes(range(256)), b"\x00\x01\x02", b"abc\x00def", b"\xff\xff\xff\xff", "中".encode() + b"\xff"]
)
def test_what_is_no_text_is_refused(tmp_path: Path, noise: bytes) -> None:
    refused(tmp_path, noise, DocumentFault.UNKNOWN_TYPE, name="letter.txt")


def test_without_a_chinese_font_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="no_font"):
        font_file((tmp_path,))
