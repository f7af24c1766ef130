"""The type of a file is told by its content."""

from pathlib import Path

import pytest

from shared.document_jobs import JobRefused, RenderFile
from shared.documents import DocumentFault, PageOptions
from switch_server.documents.work import work
from tests.documents.inputs import EXECUTABLE, drawing, pdf, saved
from tests.documents.made import pages_of, refused


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("fax.tif", EXECUTABLE, DocumentFault.EXECUTABLE),
        ("fax.tif", b"MZ" + bytes(100), DocumentFault.EXECUTABLE),
        ("letter.txt", b"<!DOCTYPE html>\n<html><body>Hello</body></html>", DocumentFault.WEB_PAGE),
        ("letter.txt", b"\xef\xbb\xbf  <!-- x --><HTML>", DocumentFault.WEB_PAGE),
        ("picture.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', DocumentFault.WEB_PAGE),
        ("letter.pdf", b"PK\x03\x04" + bytes(100), DocumentFault.OFFICE),
        ("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), DocumentFault.OFFICE),
        ("letter.rtf", b"{\\rtf1 hello}", DocumentFault.OFFICE),
    ],
)
def test_a_false_name_changes_nothing(tmp_path: Path, name: str, content: bytes, fault: DocumentFault) -> None:
    refused(tmp_path, content, fault, name=name)


def test_a_pdf_named_txt_and_a_picture_named_pdf(tmp_path: Path) -> None:
    assert len(pages_of(tmp_path, pdf(), name="a.txt")) == 1
    assert len(pages_of(tmp_path, saved(drawing(), "PNG"), name="a.pdf")) == 1


@pytest.mark.parametrize("source", ["/dev/zero", "/nonesuch", "/etc"])
def test_what_is_no_file_is_refused(tmp_path: Path, source: str) -> None:
    reply = work(RenderFile(source, str(tmp_path / "out.tif"), PageOptions()))
    assert reply == JobRefused(DocumentFault.NOT_FOUND)


def test_a_file_above_the_bound_is_refused_unread(tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(20_000_001)
    reply = work(RenderFile(str(large), str(tmp_path / "out.tif"), PageOptions()))
    assert reply == JobRefused(DocumentFault.TOO_LARGE, {"megabytes": 21, "limit": 20})
