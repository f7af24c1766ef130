"""Search keys for names: ``李小明`` is found by ``lixiaoming``, ``lxm``, the beginning of ``xiaoming``, or ``李小``.

A surname may be read in several ways (单: dan, shan; 曾: ceng, zeng), and ü is keyed as v, yu or u: every reading is kept, the usual one
first, separated by spaces.
"""

from itertools import islice, product

MOST_WAYS = 16
"""The most readings of a name: a name of many ü must not fill the table."""


def _readings(name: str) -> list[list[str]]:
    """The readings of each syllable or Latin word, lower case."""
    from pypinyin import Style, lazy_pinyin, pinyin  # imported here since it takes 0.3 s, and only saved names need it

    usual = lazy_pinyin(name)
    rows = [_spellings(syllable.lower()) for part in usual for syllable in part.split()]
    if rows and usual[0] != name[: len(usual[0])]:  # a Chinese first character: the surname
        rows[0] = _unique(
            rows[0] + [s for r in pinyin(name[0], style=Style.NORMAL, heteronym=True)[0] for s in _spellings(r)]
        )
    return rows


def _spellings(syllable: str) -> list[str]:
    syllable = "".join(c for c in syllable if c.isalnum())
    if syllable in ("lv", "nv", "lve", "nve"):
        return [syllable, syllable.replace("v", "yu"), syllable.replace("v", "u")]
    return [syllable] if syllable else []


def _unique(items: list[str]) -> list[str]:
    return list(dict.fromkeys(items))


def name_keys(name: str) -> tuple[str, str]:
    """Full pinyin and initials: ``("danxiongxin chanxiongxin shanxiongxin", "dxx cxx sxx")``."""
    ways = [list(way) for way in islice(product(*(row for row in _readings(name) if row)), MOST_WAYS)]
    full = _unique(["".join(way) for way in ways if way])
    initials = _unique(["".join(syllable[0] for syllable in way) for way in ways if way])
    return " ".join(full), " ".join(initials)
