"""Names by their initials, compared with a dictionary of all readings (pypinyin)."""

import pytest
from pypinyin import lazy_pinyin

from shared.initials import COLUMNS, FIRST_ROW, SURNAMES, initials
from shared.pinyin import name_keys


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("李小明", "lxm"), ("欧阳娜娜", "oynn"), ("曾琪", "cq zq"), ("单雄信", "dxx sxx"), ("Li Na", "ln"), ("agent 8001", "a8"),
        ("张 3", "z3"), ("王A", "wa"), ("", ""), ("  ", ""), ("𠮷", ""), ("☎ 李", "l"), ("·", ""), ("é", ""),
    ],
)  # fmt: skip
def test_initials_of_names(name: str, found: str) -> None:
    assert initials(name) == found


def test_every_character_has_its_usual_reading() -> None:
    wrong = []
    for row in range(FIRST_ROW, FIRST_ROW + 72):
        for column in range(1, COLUMNS + 1):
            try:
                char = bytes((0xA0 + row, 0xA0 + column)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            usual = lazy_pinyin(char)[0][0]
            if usual.isascii() and initials(char).split()[0] != usual:
                wrong.append(char)
    assert wrong == []


def test_a_surname_s_other_reading_is_found() -> None:
    for surname, other in SURNAMES.items():
        assert other in name_keys(surname)[1].split(), surname
