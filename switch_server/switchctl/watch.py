"""``--watch``: repeats a request until Ctrl-C, on the terminal's alternate screen. While the switch is away, it waits."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from shared.control import Reply, Request
from switch_server.switchctl import cells
from switch_server.switchctl.client import Link
from switch_server.switchctl.context import Context
from switch_server.switchctl.errors import Unreachable
from switch_server.switchctl.views import view


async def watch(context: Context, link: Link, request: Request, expected: type[Reply], every: float) -> None:
    """Runs until it is cancelled (Ctrl-C, SIGTERM). Raises ``CommandRefused``, and ``Unreachable`` where the output is no terminal."""
    with _until_terminated():
        if context.json or not context.out.is_terminal:
            await _lines(context, link, request, expected, every)
        else:
            await _screen(context, link, request, expected, every)


async def _lines(context: Context, link: Link, request: Request, expected: type[Reply], every: float) -> None:
    """For a pipe: prints one reply after another; JSON documents have one line each."""
    while True:
        context.show(await link.ask(request, expected), line=True)
        await asyncio.sleep(every)


async def _screen(context: Context, link: Link, request: Request, expected: type[Reply], every: float) -> None:
    shown: RenderableType = ""
    with Live(console=context.out, screen=True, auto_refresh=False) as live:
        async for reply in _answers(link, request, expected, every):
            if reply is None:
                live.update(Group(Text(context.texts("gone_waiting"), style="red"), "", shown), refresh=True)
                continue
            shown = Group(view(reply, context.texts), "", _foot(reply, every))
            live.update(shown, refresh=True)


async def _answers(link: Link, request: Request, expected: type[Reply], every: float) -> AsyncIterator[Reply | None]:
    """The replies; ``None`` while the switch is away, since the link reconnects by itself."""
    while True:
        try:
            yield await link.ask(request, expected)
        except Unreachable:
            yield None
        await asyncio.sleep(every)


def _foot(reply: Reply, every: float) -> Text:
    return Text(f"{cells.time_of_day(getattr(reply, 'at', None))}  ·  {every:g} s  ·  Ctrl-C", style="dim")


@contextlib.contextmanager
def _until_terminated() -> Iterator[None]:
    """SIGTERM cancels the task as Ctrl-C does, so that the terminal returns to its normal screen."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
