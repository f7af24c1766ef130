"""The ``fax`` section of the configuration file: each mistake is reported with its key and the allowed values."""

from pathlib import Path
from typing import Any

import pytest

from switch_server.core.words import FaxRetries, QuietHours
from switch_server.services.config_file import load_config
from tests.services.test_config_file import told


@pytest.mark.parametrize(
    ("fax", "expected"),
    [
        ({"ident": "広州"}, "fax.ident: at most 20 of + 0-9 and space"),
        ({"ident": "1" * 21}, "fax.ident: at most 20 of + 0-9 and space"),
        ({"header": "x" * 61}, "fax.header: at most 60 characters"),
        ({"at_once": 0}, "fax.at_once: 1 to 1000"),
        ({"per_trunk": 0}, "fax.per_trunk: at least 1"),
        ({"dedupe": -1}, "fax.dedupe: minutes; 0 for none"),
        ({"waiting": 0}, "fax.waiting: 1 to 100000"),
        ({"spool_mb": 1}, "fax.spool_mb: at least 100"),
        ({"keep_days": 0}, "fax.keep_days: at least 1"),
        ({"quiet": {"begin": "9pm", "until": "08:00"}}, "fax.quiet.begin: '9pm' is not HH:MM"),
        ({"quiet": {"begin": "21:00", "until": "24:00"}}, "fax.quiet.until: '24:00' is not HH:MM"),
        (
            {"quiet": {"begin": "08:00", "until": "08:00"}},
            "fax.quiet.until: another time than begin; without quiet hours leave quiet out",
        ),
        ({"allowed": ["020*", "evil;"]}, "fax.allowed[1]: 'evil;' is not a number, or a prefix that ends in *"),
        ({"keyed": [""]}, "fax.keyed[0]: '' is not a number, or a prefix that ends in *"),
        ({"numbers": {"abc": "east"}}, "fax.numbers.abc: a dialled number, or * for any other"),
        ({"retries": {"most": 0}}, "fax.retries.most: 1 to 20"),
        ({"retries": {"same": 21}}, "fax.retries.same: 1 to 20"),
        ({"retries": {"busy": 0}}, "fax.retries.busy: seconds, at least 1"),
    ],
)
def test_mistakes(fax: dict[str, Any], expected: str, tmp_path: Path) -> None:
    assert any(expected in line for line in told(tmp_path, fax=fax)), told(tmp_path, fax=fax)


def test_what_is_right(tmp_path: Path) -> None:
    path = tmp_path / "huawu.yaml"
    path.write_text(
        "trunks: [{name: carrier, far: [192.0.2.1]}]\n"
        "fax: {ident: '+86 20 8755', quiet: {begin: '21:00', until: '08:00'}, retries: {busy: 30}, numbers: {'02087550088': east}}\n"
    )
    fax = load_config(path)[0].fax
    assert (fax.quiet, fax.retries, fax.numbers) == (
        QuietHours("21:00", "08:00"), FaxRetries(busy=30), {"02087550088": "east"},
    )  # fmt: skip
