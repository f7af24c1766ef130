"""A report as CSV (RFC 4180): for ``switchctl report --csv`` and the supervisor's window alike."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import structs

from shared.reports import ReportRow

TOTAL = "*"
"""The key of the last line."""


def as_csv(rows: Iterable[ReportRow], total: ReportRow) -> str:
    """A header line with the fields' names, then the rows, then the total."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(ReportRow.__struct_fields__)
    for row in (*rows, structs.replace(total, key=TOTAL)):
        writer.writerow([_cell(value) for value in structs.asdict(row).values()])
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return " ".join(f"{key}={each}" for key, each in value.items())
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"  # an agent's name must not be read as a spreadsheet's formula
    return value
