"""``./run demo``: a whole centre with six invented branches, with agents, and with customers who call, trade and talk; runs until Ctrl-C."""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path

from rich.console import Console

from shared.control import SOCKET_NAME
from shared.ids import AgentId
from shared.link.rights import owner_only
from switch_server.adapters.cards import fax_library
from switch_server.demo import summary
from switch_server.demo.caller_processes import CallGenerator
from switch_server.demo.centre import DemoCentre
from switch_server.demo.desks import DemoDesks, has_screen
from switch_server.demo.errands import PATIENCE, WATCHED_PATIENCE, customer_calls
from switch_server.demo.live import LiveView
from switch_server.demo.outcome import read_outcome
from switch_server.demo.processes import ProgramFailed, free_port, is_free
from switch_server.demo.telephones import FAX_NUMBER
from switch_server.demo.telephones.caller import CallReport
from switch_server.demo.texts import CHOICES, DemoTexts, language_of
from switch_server.demo.world import NUMBER, OWN_FAX, DemoFolder, DemoPorts
from switch_server.services.demo_data import AGENTS, SEED

EXAMPLES = """examples:
  ./run demo                                  until Ctrl-C; an agent's window opens; call it from your own SIP phone meanwhile
  ./run demo --headless --calls 40 --for 90   40 calls within 90 seconds, then the summary; status 1 if one failed
  ./run demo --ip 192.168.1.20                reachable for SIP phones of the local network
  ./run demo --no-callers                     only the centre, its branches and agents, for your own calls
"""
SHOWN_CUSTOMERS = 6
CALL_SECONDS = 44.0
"""Longer than the longest errand takes. With ``--for`` and ``--calls``, the last call begins this long before the end."""
TELEPHONES = 32
DEFAULT_EVERY, WATCHED_EVERY = 3.0, 10.0
WATCHED_AGENTS = 5
"""One person at the window; the other agents are robots, to consult and to monitor."""


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 all went well; 1 a call failed or a talk lacks something; 2 a program could not start or ended by itself."""
    owner_only()
    given = _options(arguments)
    console = Console(highlight=False)
    texts = DemoTexts(language_of(given.lang, os.environ))
    try:
        return asyncio.run(_demo(given, console, texts))
    except (ProgramFailed, OSError) as error:
        console.print(texts("failed_to_start", why=error), style="red", markup=False)
        return 2


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run demo", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--headless", action="store_true", help="no person watches: plain lines, and an end")
    parser.add_argument("--calls", type=int, metavar="N", help="so many calls, then stop")
    parser.add_argument("--for", dest="seconds", type=float, metavar="SECONDS", help="stop after so long")
    parser.add_argument("--ip", default="127.0.0.1", help="address to be called at (127.0.0.1)")
    parser.add_argument("--port", type=int, default=5060, help="SIP port (5060, or a free one if that is taken)")
    parser.add_argument(
        "--folder", type=Path, default=Path("state") / "demo", help="where everything is written (state/demo)"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, other customers")
    parser.add_argument("--no-callers", action="store_true", help="nobody calls but you")
    parser.add_argument("--no-window", action="store_true", help="no agent's window: all agents are robots")
    parser.add_argument("--lang", choices=sorted(CHOICES), help="language of what is printed (by LANG)")
    return parser.parse_args(arguments)


async def _demo(given: argparse.Namespace, console: Console, texts: DemoTexts) -> int:
    begun = time.monotonic()
    watched = has_screen(os.environ) and not (given.headless or given.no_window)
    folder = DemoFolder(given.folder.resolve(), given.seed, WATCHED_AGENTS if watched else AGENTS)
    sip = given.port if is_free(given.ip, given.port) else free_port(socket.SOCK_DGRAM)
    ports = DemoPorts(
        sip=sip,
        link=free_port(socket.SOCK_STREAM),
        desks=free_port(socket.SOCK_STREAM),
        outside=free_port(socket.SOCK_DGRAM),
    )
    console.print(texts("laying_out"))
    folder.make(given.ip, ports)
    centre = DemoCentre(folder, given.ip, ports, given.seed, texts.language)
    desks = DemoDesks(folder, watched=watched, language=texts.language)
    uri = f"sip:{NUMBER}@{given.ip}:{ports.sip}"
    callers = CallGenerator(
        customer_calls(folder.world, uri, given.seed, WATCHED_PATIENCE if watched else PATIENCE),
        folder.folder / "logs",
        TELEPHONES,
        lambda report: _show(console, texts, report),
    )
    enough = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, enough.set)
    try:
        if await _started(centre, desks, enough):
            _invite(console, texts, folder, uri, time.monotonic() - begun)
            _introduce(console, texts, desks)
            _introduce_fax(console, texts, folder)
            view = LiveView(folder.state, console, texts, watched=console.is_terminal and not given.headless)
            await _run(given, centre, desks, callers, view, enough, _pace(given, watched=watched))
    finally:
        await callers.stop()
        await desks.stop()
        await centre.stop()
    return _sum_up(console, texts, given, folder, callers, {robot.agent for robot in desks.robots})


async def _started(centre: DemoCentre, desks: DemoDesks, enough: asyncio.Event) -> bool:
    """Starts centre and desks. ``False``: ``enough`` was set before all programs were up; the caller must stop both."""

    async def start() -> None:
        await centre.start()
        await desks.start()

    starting, waiting = asyncio.create_task(start()), asyncio.create_task(enough.wait())
    await asyncio.wait([starting, waiting], return_when=asyncio.FIRST_COMPLETED)
    up = starting.done()
    for task in (waiting, starting):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await starting
    return up


async def _run(
    given: argparse.Namespace,
    centre: DemoCentre,
    desks: DemoDesks,
    callers: CallGenerator,
    view: LiveView,
    enough: asyncio.Event,
    every: float,
) -> None:
    """Runs until the calls are over, the time is up or Ctrl-C is pressed. Raises ``ProgramFailed`` where a program ended by itself."""
    waiting = [asyncio.create_task(each) for each in (enough.wait(), _watch(centre, desks, callers), view.run())]
    if not given.no_callers:
        await callers.start()
        waiting.append(asyncio.create_task(_call(callers, view, given.calls, every)))
    done, rest = await asyncio.wait(waiting, timeout=given.seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    for task in done:
        task.result()


async def _call(callers: CallGenerator, view: LiveView, calls: int | None, every: float) -> None:
    """Returns when all calls are over, and the faxes that they have asked for."""
    await callers.call(calls, every)
    if not fax_library.missing():
        await view.faxes_over()


async def _watch(centre: DemoCentre, desks: DemoDesks, callers: CallGenerator) -> None:
    while not (exited := [*centre.exited(), *desks.exited()]) and not callers.exited():  # noqa: ASYNC110  no asyncio event is set when a process ends
        await asyncio.sleep(0.5)
    raise ProgramFailed(
        f"{exited[0].name} ended by itself: {exited[0].tail()}" if exited else f"{callers.exited()[0]} ended by itself"
    )


def _pace(given: argparse.Namespace, *, watched: bool) -> float:
    """Seconds from one call to the next. With a person at the window, they are long enough that a robot is free most of the time."""
    if given.calls and given.seconds:
        return float(max(0.05, min(DEFAULT_EVERY, (given.seconds - CALL_SECONDS) / given.calls)))
    if given.calls:
        return 1.5
    return WATCHED_EVERY if watched else DEFAULT_EVERY


def _invite(console: Console, texts: DemoTexts, folder: DemoFolder, uri: str, seconds: float) -> None:
    console.print(texts("up", seconds=f"{seconds:.0f}", uri=f"[bold]{uri}[/bold]"), soft_wrap=True)
    console.print(summary.customers_table(texts, folder.world.customers[:SHOWN_CUSTOMERS]))
    switchctl = Path(sys.executable).with_name("switchctl")
    accounts = f"{switchctl} demo accounts --demo-folder {folder.world_files}"
    status = f"{switchctl} --socket {folder.state / SOCKET_NAME} status --watch"
    for key, command in (("all_customers", accounts), ("watch", status)):
        console.print(texts(key, command=command), soft_wrap=True, markup=False)
    console.print(texts("watch_more"), soft_wrap=True)


def _introduce(console: Console, texts: DemoTexts, desks: DemoDesks) -> None:
    """Prints the person's agent id and password, hints for the window, and which agents are robots."""
    if desks.window is not None:
        console.print(
            texts("window", agent=desks.window.agent, password=desks.window.password), soft_wrap=True, markup=False
        )
        for key in ("try_calls", "try_supervising"):
            console.print(texts(key), soft_wrap=True, markup=False)
    elif desks.no_window:
        console.print(texts("no_window", why=desks.no_window), markup=False)
    console.print(texts("outside"), soft_wrap=True, markup=False)
    console.print(texts("robots", agents=", ".join(f"{each.agent} {each.name}" for each in desks.robots)), markup=False)


def _introduce_fax(console: Console, texts: DemoTexts, folder: DemoFolder) -> None:
    """Prints the fax machine's number and where its pages are, or what to install."""
    package = fax_library.missing()
    told = (
        texts("no_fax", package=package) if package else texts("fax", number=FAX_NUMBER, own=OWN_FAX, folder=folder.fax)
    )
    console.print(told, soft_wrap=True, markup=False)


def _show(console: Console, texts: DemoTexts, report: CallReport) -> None:
    console.print(summary.call_line(texts, report), style="" if summary.succeeded(report) else "red", markup=False)


def _sum_up(
    console: Console,
    texts: DemoTexts,
    given: argparse.Namespace,
    folder: DemoFolder,
    callers: CallGenerator,
    robots: set[AgentId],
) -> int:
    """Prints the summary; returns the exit status. Only the talks of ``robots`` must be complete: a person may leave out a disposition."""
    wrote = read_outcome(folder.state)
    failed = sum(not summary.succeeded(report) for report in callers.reports)
    unplaced = max(0, (given.calls or 0) - len(callers.reports)) if not given.no_callers else 0
    unrecorded = max(0, wrote.calls - len(wrote.recordings))
    lacking = any(talk.lacks for talk in wrote.talks if talk.agent in robots)
    console.print(summary.outcome_table(texts, wrote, failed=failed, unplaced=unplaced))
    for line in summary.talks_lacking(texts, wrote):
        console.print(line, style="red", markup=False)
    for line in summary.fax_lines(texts, wrote):
        console.print(line, soft_wrap=True, markup=False)
    console.print(texts("kept", folder=folder.folder), soft_wrap=True, markup=False)
    return 1 if failed or unplaced or unrecorded or wrote.unfinished or wrote.in_doubt or lacking else 0


if __name__ == "__main__":
    sys.exit(main())
