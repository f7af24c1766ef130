"""``switchctl fax``: lists, one fax, send, retry, cancel."""

import argparse
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.control import Done, Reply, Request
from shared.control_fax import (
    ControlFaxDetail,
    ControlFaxes,
    DropFax,
    FaxFileTaken,
    ListFaxes,
    SendFaxFile,
    ShowFax,
    TryFaxAgain,
)
from shared.days import SHANGHAI
from switch_server.switchctl import cells
from switch_server.switchctl.client import Link
from switch_server.switchctl.context import Context, current_user
from switch_server.switchctl.errors import OK, Usage
from switch_server.switchctl.queries import Query, since

RENDER_WAIT = 90.0
"""Seconds for the pages of a file."""
DIRECTIONS = ("in", "out")


def number(text: str) -> str:
    if re.fullmatch(r"\+?[0-9]{1,32}", text, re.ASCII) is None:
        raise argparse.ArgumentTypeError("bad_fax_number")
    return text


def moment(text: str) -> float:
    """UTC seconds of ``HH:MM`` (the next one) or ``YYYY-MM-DD HH:MM``, Asia/Shanghai."""
    now = datetime.fromtimestamp(time.time(), UTC) + SHANGHAI
    try:
        if re.fullmatch(r"\d{2}:\d{2}", text, re.ASCII):
            hour, minute = map(int, text.split(":"))
            at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
            at += timedelta(days=at <= now)
        else:
            at = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError("bad_fax_time") from None
    return (at - SHANGHAI).timestamp()


def _list(options: argparse.Namespace) -> Request:
    return ListFaxes(options.direction, options.state, options.agent, options.open, since(options.since), options.limit)


list_ = Query(_list, ControlFaxes)
show = Query(lambda options: ShowFax(options.fax, current_user()), ControlFaxDetail)


async def send(context: Context) -> int:
    options = context.options
    file = _file(options.file)
    asked = SendFaxFile(
        str(file), options.to, not_before=options.at, dry_run=options.dry_run, title=file.name, actor=current_user()
    )
    reply = await _ask(context, asked, FaxFileTaken, RENDER_WAIT)
    if isinstance(reply, FaxFileTaken) and not context.json:
        said = "did_fax_dry_run" if options.dry_run else "did_fax_send"
        at = cells.moment(reply.not_before) if reply.not_before else context.texts("word_now")
        context.say(said, fax=reply.fax or cells.NONE, number=reply.number, pages=reply.pages, at=at)
    return OK


def _file(given: str) -> Path:
    file = Path(given).absolute()
    if not file.is_file():
        raise Usage("bad_fax_file", file=given)
    return file


async def retry(context: Context) -> int:
    fax = context.options.fax
    await _ask(context, TryFaxAgain(fax, current_user()), Done)
    if not context.json:
        context.say("did_fax_retry", fax=fax)
    return OK


async def cancel(context: Context) -> int:
    fax = context.options.fax
    await _ask(context, DropFax(fax, current_user()), Done)
    if not context.json:
        context.say("did_fax_cancel", fax=fax)
    return OK


async def _ask(context: Context, request: Request, expected: type[Reply], seconds: float = 10.0) -> Reply:
    async with Link(context.socket) as link:
        reply = await link.ask(request, expected, seconds)
    if context.json:
        context.show(reply)
    return reply
