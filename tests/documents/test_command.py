"""The renderer's command line, as an operator types it, and the texts of all faults."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from shared.desk_fax import StatementKind
from shared.documents import DocumentFault
from shared.enums import Language, Side
from switch_server.documents.__main__ import EXAMPLES, parser
from switch_server.services.document_texts import FILE, fault_text
from tests.documents.inputs import fax_page, fax_tiff, pdf, write
from tests.documents.made import read
from tests.house.docs import ROOT

FIELDS = {"megabytes": 21, "limit": 20, "pages": 500, "page": 1, "millimetres": 5000, "megapixels": 900, "seconds": 30}


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "switch_server.documents", *arguments]
    return subprocess.run(
        argv, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.slow
def test_a_document_with_previews(tmp_path: Path) -> None:
    write(tmp_path, "letter", pdf())
    done = command(
        tmp_path, "letter", "-o", "out.tif", "--preview", "pages", "--cover", "--from", "华务", "--to", "张三"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "out.tif: 2 pages\n", "")
    assert len(read(tmp_path / "out.tif")) == 2
    names = sorted(path.name for path in (tmp_path / "pages").iterdir())
    assert names == ["page-001-half.png", "page-001.png", "page-002-half.png", "page-002.png", "thumbnail.png"]


@pytest.mark.slow
def test_a_received_fax(tmp_path: Path) -> None:
    write(tmp_path, "in.tif", fax_tiff([fax_page()] * 2))
    done = command(tmp_path, "in.tif", "--pdf", "out.pdf")
    assert (done.returncode, done.stdout) == (0, "out.pdf: 2 pages\n")
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.slow
def test_a_bad_file_is_explained_in_both_languages(tmp_path: Path) -> None:
    write(tmp_path, "letter.tif", b"\x7fELF" + bytes(100))
    done = command(tmp_path, "letter.tif", "-o", "out.tif")
    assert done.returncode == 1
    assert done.stderr == "".join(f"{fault_text(DocumentFault.EXECUTABLE, {}, language)}\n" for language in Language)
    assert not (tmp_path / "out.tif").exists()


@pytest.mark.slow
def test_nothing_to_make_is_an_error(tmp_path: Path) -> None:
    assert command(tmp_path, "letter").returncode == 2


def test_the_examples_are_right() -> None:
    lines = re.findall(r"-m switch_server\.documents (.*)", EXAMPLES)
    assert len(lines) == 4
    for line in lines:
        assert parser().parse_args(line.split()).file


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("fault", list(DocumentFault))
def test_each_fault_has_its_text(fault: DocumentFault, language: Language) -> None:
    text = fault_text(fault, FIELDS, language)
    assert text
    assert "{" not in text


def test_no_text_is_of_no_use() -> None:
    by_value = {
        *(f"fault_{fault.value}" for fault in DocumentFault),
        *(f"statement_{kind.value}" for kind in StatementKind),
        *(f"side_{side.value}" for side in Side),
    }
    server = ROOT / "switch_server"
    sources = (*(server / "documents").glob("*.py"), server / "services" / "fax_statements.py")
    used = "".join(path.read_text(encoding="utf-8") for path in sources)
    for key in yaml.safe_load(FILE.read_text(encoding="utf-8")):
        group, _, name = key.partition("_")
        by_name = group in ("statement", "head", "item") and f'"{name}"' in used
        assert key in by_value or by_name or f'"{key}"' in used, key
