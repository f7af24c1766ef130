"""``./run demo``: a whole centre with six invented branches and customers who call and trade, until Ctrl-C."""

import argparse
import asyncio
import contextlib
import signal
import socket
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from shared.control import SOCKET_NAME
from switch_server.demo.caller import Report
from switch_server.demo.centre import DemoCentre
from switch_server.demo.customers import Customers
from switch_server.demo.errands import visits
from switch_server.demo.live import LiveView
from switch_server.demo.processes import ProgramFailed, free_port, is_free
from switch_server.demo.world import NUMBER, DemoFolder, Outcome, Ports, outcome, recordings
from switch_server.services.demo_data import SEED

EXAMPLES = """examples:
  ./run demo                                  until Ctrl-C; call it from your own SIP phone meanwhile
  ./run demo --headless --calls 40 --for 90   40 calls within 90 seconds, then the summary; status 1 if one failed
  ./run demo --ip 192.168.1.20                reachable for SIP phones of the local network
  ./run demo --no-callers                     only the centre and its branches, for your own calls
"""
SHOWN_CUSTOMERS = 6
CALL_SECONDS = 34.0
"""More than the longest errand takes; calls begin early enough to end in time."""
TELEPHONES = 24
DEFAULT_EVERY = 3.0


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 all went well, 1 a call failed, 2 it could not start."""
    given = _options(arguments)
    console = Console(highlight=False)
    try:
        return asyncio.run(_demo(given, console))
    except (ProgramFailed, OSError) as error:
        console.print(f"[red]demo: {error}[/red]")
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
    return parser.parse_args(arguments)


async def _demo(given: argparse.Namespace, console: Console) -> int:
    begun = time.monotonic()
    folder = DemoFolder(given.folder.resolve(), given.seed)
    sip = given.port if is_free(given.ip, given.port) else free_port(socket.SOCK_DGRAM)
    ports = Ports(sip=sip, link=free_port(socket.SOCK_STREAM))
    console.print("Laying out six branches and their customers … 正在准备六个营业部")
    folder.make(given.ip, ports)
    centre = DemoCentre(folder, ports, given.seed)
    uri = f"sip:{NUMBER}@{given.ip}:{ports.sip}"
    customers = Customers(
        visits(folder.world, uri, given.seed), folder.folder / "logs", TELEPHONES, lambda report: _show(console, report)
    )
    enough = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, enough.set)
    try:
        if await _started(centre, enough):
            _invite(console, folder, uri, time.monotonic() - begun)
            view = LiveView(folder.state, console, watched=console.is_terminal and not given.headless)
            await _run(given, centre, customers, view, enough)
    finally:
        await customers.stop()
        await centre.stop()
    return _sum_up(console, given, folder, customers)


async def _started(centre: DemoCentre, enough: asyncio.Event) -> bool:
    """``False``: somebody had enough before everything was up; what runs by then is for ``centre.stop``."""
    starting, waiting = asyncio.create_task(centre.start()), asyncio.create_task(enough.wait())
    await asyncio.wait([starting, waiting], return_when=asyncio.FIRST_COMPLETED)
    up = starting.done()
    for task in (waiting, starting):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await starting
    return up


async def _run(
    given: argparse.Namespace, centre: DemoCentre, customers: Customers, view: LiveView, enough: asyncio.Event
) -> None:
    """Until the calls are done, the time is up, a program falls or somebody presses Ctrl-C."""
    waiting = [asyncio.create_task(enough.wait()), asyncio.create_task(_watch(centre)), asyncio.create_task(view.run())]
    if not given.no_callers:
        await customers.start()
        waiting.append(asyncio.create_task(customers.call(given.calls, _pace(given))))
    done, rest = await asyncio.wait(waiting, timeout=given.seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    for task in done:
        task.result()


async def _watch(centre: DemoCentre) -> None:
    while not (fallen := centre.fallen()):  # noqa: ASYNC110  processes end without an asyncio event of ours
        await asyncio.sleep(0.5)
    raise ProgramFailed(f"{fallen[0].name} ended by itself: {fallen[0].tail()}")


def _pace(given: argparse.Namespace) -> float:
    """Seconds from one call to the next."""
    if given.calls and given.seconds:
        return float(max(0.05, min(DEFAULT_EVERY, (given.seconds - CALL_SECONDS) / given.calls)))
    return DEFAULT_EVERY if not given.calls else 1.5


def _invite(console: Console, folder: DemoFolder, uri: str, seconds: float) -> None:
    console.print(f"The centre is up after {seconds:.0f} s. Call it 请拨打: [bold]{uri}[/bold]")
    table = Table(
        "branch 营业部", "account 资金账号", "PIN 密码", "cash 资金", "holds 持有", title="Customers to try 可用客户"
    )
    for customer in folder.world.customers[:SHOWN_CUSTOMERS]:
        account = customer.account
        holds = ", ".join(f"{holding.code}×{holding.quantity}" for holding in account.holdings[:2])
        table.add_row(account.branch, account.account, account.pin, f"{account.cash_fen / 100:,.0f}", holds)
    console.print(table)
    switchctl = Path(sys.executable).with_name("switchctl")
    socket_at = folder.state / SOCKET_NAME
    console.print(f"All customers: {switchctl} demo accounts --demo-folder {folder.world_files}", soft_wrap=True)
    console.print(f"Watch it: {switchctl} --socket {socket_at} status --watch", soft_wrap=True)
    console.print("(also lines, cards, calls, orders, branches; each --help has examples)")


def _show(console: Console, report: Report) -> None:
    good = "[green]ok[/green]" if _fine(report) else f"[red]failed ({report.code})[/red]"
    heard = "heard the centre" if report.heard else "heard nothing"
    console.print(f"call {report.number:>4}  {report.kind:<10} {report.seconds:5.1f} s  {heard}  {good}")


def _fine(report: Report) -> bool:
    return report.answered and report.heard


def _sum_up(console: Console, given: argparse.Namespace, folder: DemoFolder, customers: Customers) -> int:
    wrote: Outcome = outcome(folder.state)
    playable = recordings(folder.state / "recordings")
    failed = sum(not _fine(report) for report in customers.reports)
    unplaced = max(0, (given.calls or 0) - len(customers.reports)) if not given.no_callers else 0
    unrecorded = max(0, wrote.calls - len(playable))
    table = Table("", "", title="Summary 小结", show_header=False)
    table.add_row("calls answered 接通", str(wrote.calls))
    table.add_row("calls failed 失败", str(failed))
    table.add_row("calls not finished in time 未完成", str(unplaced))
    table.add_row("orders 委托", str(wrote.orders))
    table.add_row("with contract number 有合同号", str(wrote.with_contract))
    table.add_row("in doubt 待确认", str(wrote.in_doubt))
    table.add_row("stereo recordings 录音", f"{len(playable)} ({sum(each.seconds for each in playable):.0f} s)")
    table.add_row("ended by a fault 异常结束", str(wrote.unfinished))
    console.print(table)
    console.print(f"Everything is kept in {folder.folder}")
    return 1 if failed or unplaced or unrecorded or wrote.unfinished or wrote.in_doubt else 0


if __name__ == "__main__":
    sys.exit(main())
