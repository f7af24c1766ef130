"""``switchctl staffing``: the number of agents needed, by Erlang C; from given figures or from recorded days."""

import argparse
import math
import time

from msgspec import Struct, to_builtins

from shared.control_reports import AskReport, ControlReport
from shared.days import day_after, shanghai_day
from shared.reports import By, ReportRow
from switch_server.services.erlang import MOST_LOAD, Staffing, load_of, staffing
from switch_server.switchctl import tables
from switch_server.switchctl.client import Link
from switch_server.switchctl.context import Context
from switch_server.switchctl.errors import OK, CommandRefused, Usage
from switch_server.switchctl.fitting_table import FittingTable
from switch_server.switchctl.reporting import PATIENCE

HOUR_S = 3600.0
LONGEST_CALL_S, MOST_CALLS, LONGEST_WAIT_S = 4 * HOUR_S, 1e6, HOUR_S


class StaffingRow(Struct, frozen=True, kw_only=True):
    """A row of the result. ``hour``: hour of the day; empty for given figures."""

    hour: str
    calls_per_hour: float
    aht: float
    """Seconds."""
    need: Staffing


# --- types of the arguments ---


def calls(text: str) -> float:
    return _number(text, 0.0, MOST_CALLS, "bad_calls")


def seconds(text: str) -> float:
    return _number(text, 1.0, LONGEST_CALL_S, "bad_aht")


def target(text: str) -> tuple[float, float]:
    """``80/20`` (80 % within 20 s) as a share and seconds."""
    share, slash, within = text.partition("/")
    if not slash:
        raise argparse.ArgumentTypeError("bad_target")
    return _number(share, 1.0, 99.9, "bad_target") / 100, _number(within, 0.0, LONGEST_WAIT_S, "bad_target")


def shrinkage(text: str) -> float:
    """A number of per cent as a share."""
    return _number(text.removesuffix("%"), 0.0, 90.0, "bad_shrinkage") / 100


def number_of_days(text: str) -> int:
    return int(_number(text, 1.0, 366.0, "bad_number_of_days", whole=True))


def _number(text: str, least: float, most: float, wrong: str, *, whole: bool = False) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most or (whole and value != int(value)):
        raise argparse.ArgumentTypeError(wrong)
    return value


# --- the command ---


async def run(context: Context) -> int:
    options = context.options
    given = options.calls_per_hour is not None or options.aht is not None
    if given == (options.from_days is not None) or (given and options.queue is not None):
        raise Usage("staffing_from_what")
    if given:
        if options.calls_per_hour is None or options.aht is None:
            raise Usage("staffing_from_what")
        rows = [_row(context, "", options.calls_per_hour, options.aht)]
        title = context.texts("title_staffing")
    else:
        rows, days = await _recorded(context)
        title = context.texts("title_staffing_days", days=days, queue=options.queue or context.texts("all_queues"))
    if context.json:
        context.print_json({"format": 1, "type": "Staffing", "rows": to_builtins(rows)})
        return OK
    share, within = options.target
    context.print(FittingTable(title, tables.STAFFING, rows, context.texts))
    context.say("staffing_target", percent=f"{share:.1%}".replace(".0%", "%"), within=f"{within:g}")
    return OK


def _row(context: Context, hour: str, calls_per_hour: float, aht: float) -> StaffingRow:
    options = context.options
    if load_of(calls_per_hour, aht) > MOST_LOAD:
        raise Usage("too_much_load", most=f"{MOST_LOAD:,.0f}")
    share, within = options.target
    need = staffing(calls_per_hour, aht, share, within, options.shrinkage)
    return StaffingRow(hour=hour, calls_per_hour=calls_per_hour, aht=aht, need=need)


async def _recorded(context: Context) -> tuple[list[StaffingRow], int]:
    """A row for each hour of the day, averaged over the past days (without today) that had calls; and the number of these days."""
    options = context.options
    last = day_after(shanghai_day(time.time()), -1)
    first = day_after(last, 1 - options.from_days)
    async with Link(context.socket) as link:
        by_day, by_hour = [
            await link.ask(AskReport(by, first, last, options.queue), ControlReport, seconds=PATIENCE)
            for by in (By.DAYS, By.HOURS)
        ]
    days = sum(row.offered > 0 for row in by_day.rows)
    usual = _aht(by_hour.total)
    if not days or usual is None:
        raise CommandRefused("no_days", first=first, last=last)
    rows = [_row(context, row.key, row.offered / days, _aht(row) or usual) for row in by_hour.rows if row.offered]
    return rows, days


def _aht(row: ReportRow) -> float | None:
    """The average handle time in seconds; ``None`` without talks."""
    return None if row.handle_average_ms is None else max(row.handle_average_ms / 1000, 1.0)
