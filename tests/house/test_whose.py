"""``docs/who-may-name-what.md`` against the code: each message has a row; each file and each test named in a row exists."""

import ast
import re
from functools import cache

import pytest

from shared import aci, control, desk, desk_fax, desk_reports, floor
from shared.protocol import SESSION_MESSAGES
from switch_server.adapters.sip_lines import messages as sip
from tests.house.docs import ROOT, SPAN

TABLE = ROOT / "docs" / "who-may-name-what.md"
NAME = re.compile(r"^[A-Za-z]+$")
COLUMNS = 6


def names(*groups: tuple[type, ...]) -> set[str]:
    return {kind.__name__ for group in groups for kind in group}


SECTIONS = {
    "Any link": names(SESSION_MESSAGES),
    "Desk": names(desk.REQUESTS, desk.TOLD, desk_reports.QUESTIONS),
    "Fax": names(desk_fax.QUESTIONS),
    "Floor": names(floor.REQUESTS),
    "Operator": names(control.REQUESTS),
    "Branch": names(aci.REPLIES, aci.REPORTS),
    "Trunk and desk phone": {*sip.KNOWN, "ACK", "CANCEL"},
}


@cache
def rows() -> dict[str, list[list[str]]]:
    """The cells of each section's rows, without the headings, by the section's English name."""
    found: dict[str, list[list[str]]] = {}
    for part in TABLE.read_text(encoding="utf-8").split("\n## ")[1:]:
        title = re.split(r" (?=[^ -~])", part.partition("\n")[0])[0]
        lines = [line for line in part.splitlines() if line.startswith("| ")][1:]
        found[title] = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return found


ROWS = [(section, row) for section, of_section in rows().items() for row in of_section]
EACH_ROW = pytest.mark.parametrize(
    ("section", "row"), ROWS, ids=[f"{section}-{n}" for n, (section, _) in enumerate(ROWS)]
)


def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_sections() -> None:
    assert list(rows()) == list(SECTIONS)


@pytest.mark.parametrize("section", SECTIONS)
def test_each_message_has_a_row_and_each_row_a_message(section: str) -> None:
    named = {word for row in rows()[section] for word in SPAN.findall(row[0]) if NAME.match(word)}
    assert named == SECTIONS[section]


@EACH_ROW
def test_a_row_is_whole(section: str, row: list[str]) -> None:
    assert len(row) == COLUMNS, f"{section}: {row}"
    assert all(row), f"{section}: an empty cell in {row}"


@EACH_ROW
def test_a_row_s_files_and_tests_exist(section: str, row: list[str]) -> None:
    judged, tests = SPAN.findall(row[3]), SPAN.findall(row[5])
    assert judged, f"{section}: nobody judges {row[0]}"
    assert [path for path in judged if not (ROOT / path).is_file()] == []
    assert tests, f"{section}: no test of {row[0]}"
    for each in tests:
        file, _, function = each.partition("::")
        assert file.startswith("tests/"), each
        assert function in functions_of(file), each
