"""``docs/statistics.md`` defines every figure and table of the code, and names no others."""

import re
from pathlib import Path

from shared.enums import LockReason
from shared.ids import QueueName
from shared.reports import By, ReportRow
from switch_server.adapters.store import left_open
from switch_server.adapters.store.schema import RECORD_TABLES
from switch_server.core.words import Queue
from switch_server.services.report_service import MOST_DAYS

PAGE = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> list[str]:
    section = PAGE.split(f"## {heading}")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def test_every_figure_is_defined_and_no_other() -> None:
    assert set(first_cells("What is counted")) == set(ReportRow.__struct_fields__) - {"key", "name"}


def test_the_tables_are_the_store_s() -> None:
    assert set(first_cells("What is recorded")) <= {*RECORD_TABLES, "orders"}


def test_the_page_s_figures_match_the_code() -> None:
    assert f"switchctl report {'|'.join(By)}" in PAGE
    assert f"writes one each {left_open.EVERY:g} s" in PAGE
    assert f"over {MOST_DAYS} days at most" in PAGE
    assert f"({Queue(QueueName('any')).service_level:g} s)" in PAGE
    assert f"`{LockReason.LOGGED_IN}`" in PAGE
