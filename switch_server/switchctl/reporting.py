"""``switchctl report``: prints a report as a table, as CSV for a spreadsheet, or as JSON."""

import argparse
import sys
import time

from shared.control_reports import AskReport, ControlReport
from shared.days import day_after, day_start, shanghai_day
from shared.report_csv import as_csv
from shared.reports import By
from switch_server.switchctl.client import Link
from switch_server.switchctl.context import Context
from switch_server.switchctl.errors import OK, Usage

PATIENCE = 300.0
"""Seconds to wait for a report: a year of a large centre takes minutes."""


def day(text: str) -> str:
    """``2026-09-01``, ``20260901``, ``today`` or ``yesterday``, in Asia/Shanghai, as ``YYYYMMDD``."""
    today = shanghai_day(time.time())
    if text in ("today", "yesterday"):
        return today if text == "today" else day_after(today, -1)
    plain = text.replace("-", "") if len(text.split("-")) == 3 else text
    try:
        day_start(plain)
    except ValueError:
        raise argparse.ArgumentTypeError("bad_day") from None
    return plain


def days(options: argparse.Namespace) -> tuple[str, str]:
    """The first and the last day of the report; today without options. Raises ``Usage``."""
    today = shanghai_day(time.time())
    last = options.last or max(options.first or today, today)
    first = options.first or (last if options.last else today)
    if first > last:
        raise Usage("days_reversed", first=first, last=last)
    return first, last


async def report(context: Context) -> int:
    options = context.options
    if options.csv and context.json:
        raise Usage("csv_or_json")
    first, last = days(options)
    ask = AskReport(By(options.by), first, last, options.queue, options.agent, options.group)
    async with Link(context.socket) as link:
        reply = await link.ask(ask, ControlReport, seconds=PATIENCE)
    if options.csv:
        sys.stdout.write(as_csv(reply.rows, reply.total))
        sys.stdout.flush()
    else:
        context.show(reply)
    return OK
