"""``docs/carriers.md`` matches the code: every example loads, names no unknown key, and does what the page says."""

import re
from pathlib import Path

import pytest
import yaml

from switch_server.adapters.sip_lines import card_lines, far_ends, registration
from switch_server.adapters.sip_lines.leg import Timing
from switch_server.adapters.sip_lines.trunk_table import LONGEST_WAIT_S
from switch_server.core.words import Trunk, changed, trunk_rules
from switch_server.core.words.number_rules import NumberRule
from switch_server.services.config_file import load_config

PAGE = (Path(__file__).parents[2] / "docs" / "carriers.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"\n```yaml\n(.*?)```", PAGE, re.DOTALL)


def trunks(folder: Path) -> dict[str, Trunk]:
    """All trunks of the page, each example loaded as a file of its own."""
    found: dict[str, Trunk] = {}
    for number, example in enumerate(EXAMPLES):
        file = folder / f"huawu{number}.yaml"
        file.write_text(example, encoding="utf-8")
        config, _ = load_config(file)
        found |= {str(trunk.name): trunk for trunk in config.trunks}
    return found


def test_each_example_loads(tmp_path: Path) -> None:
    assert set(trunks(tmp_path)) == {"telecom", "unicom", "mobile", "e1", "box"}


def out(rules: tuple[NumberRule, ...], number: str) -> str:
    return changed(rules, number, incoming=False)


def test_the_examples_write_numbers_as_the_page_says(tmp_path: Path) -> None:
    found = trunks(tmp_path)
    telecom, mobile, e1 = (found[name].number_rules for name in ("telecom", "mobile", "e1"))
    assert changed(telecom.caller_in, "55550101", incoming=True) == "02155550101"
    assert changed(telecom.caller_in, "+8613900012345", incoming=True) == "13900012345"
    assert (out(telecom.caller_out, "02155550100"), out(telecom.called_out, "02155550199")) == (
        "+862155550100",
        "55550199",
    )
    assert [out(mobile.called_out, number) for number in ("13900012345", "075583001234", "10086")] == [
        "+8613900012345", "+8675583001234", "10086",
    ]  # fmt: skip
    assert (out(e1.called_out, "13900012345"), changed(e1.caller_in, "913900012345", incoming=True)) == (
        "913900012345",
        "13900012345",
    )
    assert found["box"].capacity == 30


def test_every_key_of_the_rules_is_named() -> None:
    kinds = (
        trunk_rules.NumberHeaders, trunk_rules.FailOver, trunk_rules.CallsPerSecond, trunk_rules.CarrierRegistration,
        trunk_rules.CardLines, NumberRule,
    )  # fmt: skip
    for kind in kinds:
        for key in kind.__struct_encode_fields__:
            assert re.search(rf"(?<!\w){key}(?!\w)", PAGE), f"{kind.__name__}.{key}"


def test_the_figures() -> None:
    assert (registration.FIRST_WAIT_S, registration.LONGEST_WAIT_S, registration.REFRESH_AT) == (30, 1800, 0.8)
    assert (far_ends.SILENT_S, far_ends.LONGEST_OUT_S) == (30, 3600)
    assert (card_lines.FAULT_S, card_lines.TRIES, LONGEST_WAIT_S) == (300, 4, 5)
    assert f"silence ({Timing().options:.0f} s)" in PAGE


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_comments_speak_both_languages(example: str) -> None:
    assert yaml.safe_load(example)["trunks"]
    comments = re.findall(r"#\s*(.+)", example)
    assert all(re.search(r"[\u4e00-\u9fff]", comment) for comment in comments)
