"""Each completion code of spandsp has a result, and words in both languages."""

from pathlib import Path

import yaml

from switch_server.fax_card.results import RESULTS

FILE = Path(__file__).resolve().parents[2] / "resources" / "texts" / "fax.yaml"
CODES = range(62)


def test_every_code_has_a_result_and_words() -> None:
    texts = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert sorted(RESULTS) == list(CODES)
    for code in CODES:
        words = texts[f"fax.t30.{code}"]
        assert set(words) == {"zh_CN", "en"}
        assert all(words.values())
