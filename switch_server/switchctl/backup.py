"""``switchctl backup``: has the switch make a backup, and shows its progress."""

import asyncio
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from shared.control import AskBackup, BackupProgress, BackupState, MakeBackup
from switch_server.switchctl.client import Link
from switch_server.switchctl.context import Context, current_user
from switch_server.switchctl.errors import OK, CommandRefused

EVERY = 0.2
"""Seconds between two requests for the progress."""


async def backup(context: Context) -> int:
    folder = _from_root(context.options.folder)
    async with Link(context.socket) as link:
        told = await link.ask(MakeBackup(folder, current_user()), BackupProgress)
        told = await _followed(context, link, told)
    if told.state is BackupState.FAILED:
        raise CommandRefused("backup_failed", path=told.folder, why=told.text)
    if context.json:
        context.show(told)
    else:
        context.say("did_backup", path=told.folder, size=f"{told.whole:,}")
    return OK


def _from_root(folder: str) -> str:
    """The absolute path, since the switch may have another current folder."""
    return str(Path(folder).absolute())


async def _followed(context: Context, link: Link, told: BackupProgress) -> BackupProgress:
    """Waits until the backup has ended, with a progress bar on a terminal; returns the last progress."""
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=context.err, transient=True, disable=not context.err.is_terminal) as bar:
        task = bar.add_task("", total=None)
        while told.state is BackupState.RUNNING:
            bar.update(task, completed=told.done, total=told.whole or None)
            await asyncio.sleep(EVERY)
            told = await link.ask(AskBackup(), BackupProgress)
    return told
