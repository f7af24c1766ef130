"""``./run demo``: a whole centre with six invented branches, agents, and customers who call, trade and talk, until Ctrl-C."""

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
from switch_server.demo import summary
from switch_server.demo.centre import DemoCentre
from switch_server.demo.customers import Customers
from switch_server.demo.desks import DemoDesks, has_screen
from switch_server.demo.errands import PATIENCE, WATCHED_PATIENCE, visits
from switch_server.demo.live import LiveView
from switch_server.demo.outcome import outcome
from switch_server.demo.processes import ProgramFailed, free_port, is_free
from switch_server.demo.telephones.caller import Report
from switch_server.demo.words import CHOICES, Words, language_of
from switch_server.demo.world import NUMBER, DemoFolder, Ports
from switch_server.services.demo_data import AGENTS, SEED

EXAMPLES = """examples:
  ./run demo                                  until Ctrl-C; an agent's window opens; call it from your own SIP phone meanwhile
  ./run demo --headless --calls 40 --for 90   40 calls within 90 seconds, then the summary; status 1 if one failed
  ./run demo --ip 192.168.1.20                reachable for SIP phones of the local network
  ./run demo --no-callers                     only the centre, its branches and agents, for your own calls
"""
SHOWN_CUSTOMERS = 6
CALL_SECONDS = 44.0
"""More than the longest errand takes; calls begin early enough to end in time."""
TELEPHONES = 32
DEFAULT_EVERY, WATCHED_EVERY = 3.0, 10.0
WATCHED_AGENTS = 5
"""A person at the window, and colleagues to call, to ask and to listen to."""


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 all went well, 1 a call failed or a talk lacks something, 2 it could not start."""
    owner_only()
    given = _options(arguments)
    console = Console(highlight=False)
    words = Words(language_of(given.lang, os.environ))
    try:
        return asyncio.run(_demo(given, console, words))
    except (ProgramFailed, OSError) as error:
        console.print(words("failed_to_start", why=error), style="red", markup=False)
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


async def _demo(given: argparse.Namespace, console: Console, words: Words) -> int:
    begun = time.monotonic()
    watched = has_screen(os.environ) and not (given.headless or given.no_window)
    folder = DemoFolder(given.folder.resolve(), given.seed, WATCHED_AGENTS if watched else AGENTS)
    sip = given.port if is_free(given.ip, given.port) else free_port(socket.SOCK_DGRAM)
    ports = Ports(
        sip=sip,
        link=free_port(socket.SOCK_STREAM),
        desks=free_port(socket.SOCK_STREAM),
        outside=free_port(socket.SOCK_DGRAM),
    )
    console.print(words("laying_out"))
    folder.make(given.ip, ports)
    centre = DemoCentre(folder, ports, given.seed, words.language)
    desks = DemoDesks(folder, watched=watched, language=words.language)
    uri = f"sip:{NUMBER}@{given.ip}:{ports.sip}"
    customers = Customers(
        visits(folder.world, uri, given.seed, WATCHED_PATIENCE if watched else PATIENCE),
        folder.folder / "logs",
        TELEPHONES,
        lambda report: _show(console, words, report),
    )
    enough = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, enough.set)
    try:
        if await _started(centre, desks, enough):
            _invite(console, words, folder, uri, time.monotonic() - begun)
            _introduce(console, words, desks)
            view = LiveView(folder.state, console, words, watched=console.is_terminal and not given.headless)
            await _run(given, centre, desks, customers, view, enough, _pace(given, watched=watched))
    finally:
        await customers.stop()
        await desks.stop()
        await centre.stop()
    return _sum_up(console, words, given, folder, customers, {robot.agent for robot in desks.robots})


async def _started(centre: DemoCentre, desks: DemoDesks, enough: asyncio.Event) -> bool:
    """``False``: somebody had enough before everything was up; what runs by then is for the ``stop`` of both."""

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
    customers: Customers,
    view: LiveView,
    enough: asyncio.Event,
    every: float,
) -> None:
    """Until the calls are done, the time is up, a program falls or somebody presses Ctrl-C."""
    waiting = [asyncio.create_task(each) for each in (enough.wait(), _watch(centre, desks, customers), view.run())]
    if not given.no_callers:
        await customers.start()
        waiting.append(asyncio.create_task(customers.call(given.calls, every)))
    done, rest = await asyncio.wait(waiting, timeout=given.seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    for task in done:
        task.result()


async def _watch(centre: DemoCentre, desks: DemoDesks, customers: Customers) -> None:
    while not (fallen := [*centre.fallen(), *desks.fallen()]) and not customers.fallen():  # noqa: ASYNC110  processes end without an event of ours
        await asyncio.sleep(0.5)
    raise ProgramFailed(
        f"{fallen[0].name} ended by itself: {fallen[0].tail()}"
        if fallen
        else f"{customers.fallen()[0]} ended by itself"
    )


def _pace(given: argparse.Namespace, *, watched: bool) -> float:
    """Seconds from one call to the next; at a person's window so many that a colleague is mostly free."""
    if given.calls and given.seconds:
        return float(max(0.05, min(DEFAULT_EVERY, (given.seconds - CALL_SECONDS) / given.calls)))
    if given.calls:
        return 1.5
    return WATCHED_EVERY if watched else DEFAULT_EVERY


def _invite(console: Console, words: Words, folder: DemoFolder, uri: str, seconds: float) -> None:
    console.print(words("up", seconds=f"{seconds:.0f}", uri=f"[bold]{uri}[/bold]"), soft_wrap=True)
    console.print(summary.customers(words, folder.world.customers[:SHOWN_CUSTOMERS]))
    switchctl = Path(sys.executable).with_name("switchctl")
    accounts = f"{switchctl} demo accounts --demo-folder {folder.world_files}"
    status = f"{switchctl} --socket {folder.state / SOCKET_NAME} status --watch"
    for key, command in (("all_customers", accounts), ("watch", status)):
        console.print(words(key, command=command), soft_wrap=True, markup=False)
    console.print(words("watch_more"), soft_wrap=True)


def _introduce(console: Console, words: Words, desks: DemoDesks) -> None:
    """The agents: who is a robot, and what to key into the window."""
    if desks.window is not None:
        console.print(
            words("window", agent=desks.window.agent, password=desks.window.password), soft_wrap=True, markup=False
        )
        for key in ("try_calls", "try_supervising"):
            console.print(words(key), soft_wrap=True, markup=False)
    elif desks.no_window:
        console.print(words("no_window", why=desks.no_window), markup=False)
    console.print(words("outside"), soft_wrap=True, markup=False)
    console.print(words("robots", agents=", ".join(f"{each.agent} {each.name}" for each in desks.robots)), markup=False)


def _show(console: Console, words: Words, report: Report) -> None:
    console.print(summary.call_line(words, report), style="" if summary.fine(report) else "red", markup=False)


def _sum_up(
    console: Console,
    words: Words,
    given: argparse.Namespace,
    folder: DemoFolder,
    customers: Customers,
    robots: set[AgentId],
) -> int:
    """``robots``: what their talks lack is a failure; a person at the window may leave a disposition out."""
    wrote = outcome(folder.state)
    failed = sum(not summary.fine(report) for report in customers.reports)
    unplaced = max(0, (given.calls or 0) - len(customers.reports)) if not given.no_callers else 0
    unrecorded = max(0, wrote.calls - len(wrote.recordings))
    lacking = any(talk.lacks for talk in wrote.talks if talk.agent in robots)
    console.print(summary.outcome_table(words, wrote, failed=failed, unplaced=unplaced))
    for line in summary.talks_lacking(words, wrote):
        console.print(line, style="red", markup=False)
    console.print(words("kept", folder=folder.folder), soft_wrap=True, markup=False)
    return 1 if failed or unplaced or unrecorded or wrote.unfinished or wrote.in_doubt or lacking else 0


if __name__ == "__main__":
    sys.exit(main())
