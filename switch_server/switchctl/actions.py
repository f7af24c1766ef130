"""Commands that change something in the switch, and ``recordings fetch``."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from shared.control import (
    AskRecording,
    Done,
    Drain,
    HangUpCall,
    RecordingPart,
    Reload,
    Reloaded,
    Reply,
    Request,
    UnlockAccount,
    UnlockNumber,
)
from shared.control_trunks import BlockLine
from shared.ids import CallId
from switch_server.disk.whole_file import whole_file
from switch_server.switchctl.client import Link
from switch_server.switchctl.context import Context, current_user
from switch_server.switchctl.errors import OK, REFUSED, CommandRefused, Usage

WITHHELD = "withheld"
"""On the command line, in place of a number: all callers without a number."""


async def hang_up(context: Context) -> int:
    call = context.options.call
    return await _do(context, HangUpCall(call, current_user()), "did_hangup", call=call)


async def unlock(context: Context) -> int:
    account = context.options.account
    return await _do(context, UnlockAccount(account, current_user()), "did_unlock", end=account[-2:])


async def unlock_number(context: Context) -> int:
    number = context.options.number
    asked = UnlockNumber("" if number == WITHHELD else number, current_user())
    return await _do(context, asked, "did_unlock_number", number=number)


async def block_line(context: Context) -> int:
    return await _line(context, "did_line_block", blocked=True)


async def free_line(context: Context) -> int:
    return await _line(context, "did_line_free", blocked=False)


async def _line(context: Context, said: str, *, blocked: bool) -> int:
    trunk, line = context.options.trunk, context.options.line
    return await _do(context, BlockLine(trunk, line, blocked, current_user()), said, trunk=trunk, line=line)


async def drain(context: Context) -> int:
    now = context.options.now
    return await _do(context, Drain(current_user(), now), "did_drain_now" if now else "did_drain")


async def reload(context: Context) -> int:
    async with Link(context.socket) as link:
        reply = await link.ask(Reload(current_user()), Reloaded)
    if context.json:
        context.show(reply)
    elif reply.problems:
        context.say("not_reloaded", number=len(reply.problems))
        context.print("\n".join(reply.problems))
    else:
        context.say("did_reload", flows=", ".join(reply.flows))
    return REFUSED if reply.problems else OK


async def _do(context: Context, request: Request, said: str, **fields: object) -> int:
    async with Link(context.socket) as link:
        reply: Reply = await link.ask(request, Done)
    if context.json:
        context.show(reply)
    else:
        context.say(said, **fields)
    return OK


# --- recordings ---


async def recording(context: Context) -> int:
    call, output = context.options.call, context.options.output
    if output == "-":
        if sys.stdout.isatty():
            raise Usage("terminal")
        async with Link(context.socket) as link:
            await _copy(_parts(link, call), sys.stdout.buffer)
        return OK
    path = _target(call, output, force=context.options.force)
    async with Link(context.socket) as link:
        size = await _fetch(link, call, path)
    context.say("did_fetch", path=path, size=f"{size:,}")
    return OK


def _target(call: str, output: str | None, *, force: bool) -> Path:
    path = Path(output or f"{Path(call).name}.wav")
    if path.exists() and not force:
        raise CommandRefused("file_exists", path=path)
    return path


async def _fetch(link: Link, call: str, path: Path) -> int:
    """Writes the recording to ``path``; a broken transfer leaves no file. Returns the file's size in bytes."""
    parts = _parts(link, call)
    first = await anext(parts)  # a refusal is raised here, before any file is made
    try:
        with whole_file(path) as file:
            file.write(first)
            return len(first) + await _copy(parts, file)
    except OSError as error:
        raise CommandRefused("file_failed", path=path, why=error.strerror) from error


async def _copy(parts: AsyncIterator[bytes], file: BinaryIO) -> int:
    written = 0
    async for part in parts:
        written += file.write(part)
    return written


async def _parts(link: Link, call: str) -> AsyncIterator[bytes]:
    """The file's parts, up to the size that the file had at the first part; a recording may still be growing."""
    offset, end = 0, None
    while end is None or offset < end:
        part = await link.ask(AskRecording(CallId(call), offset, current_user()), RecordingPart)
        end = part.size if end is None else end
        if not part.data:
            return
        yield part.data[: end - offset]
        offset += len(part.data)
