"""The glossary: each word has its Chinese, occurs once, and names its only class or function in the code."""

import ast
import re
from collections import Counter

from tests.house.test_rooms import FILES, ROOT

PAGE = ROOT / "docs" / "glossary.md"
ROW = re.compile(
    r"^\| (?P<word>[^|]+) \| (?P<chinese>[^|]+) \| (?P<what>[^|]+) \| `(?P<name>\w+)` in `(?P<file>[\w/.]+)` \|$"
)


def rows() -> list[re.Match[str]]:
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    found = [ROW.match(line) for line in lines if not line.startswith("| word")]
    assert all(found), lines
    return [row for row in found if row is not None]


def test_each_word_stands_once_and_has_its_chinese() -> None:
    words = Counter(row["word"] for row in rows())
    assert len(words) > 40
    assert [word for word, times in words.items() if times > 1] == []
    assert all(re.search(r"[\u4e00-\u9fff]", row["chinese"]) for row in rows())


def test_each_word_is_where_the_page_says() -> None:
    for row in rows():
        text = (ROOT / row["file"]).read_text(encoding="utf-8")
        assert re.search(rf"(class|def) {row['name']}\b|^{row['name']}\b", text, re.MULTILINE), row[0]


def test_no_other_class_has_the_name() -> None:
    classes = Counter(
        node.name
        for path in FILES.values()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert sorted({row["name"] for row in rows() if classes[row["name"]] > 1}) == []
