"""``python -m switch_server.branch.sim --branch GZ01 --accounts FILE --stocks FILE --state DIR``

Prints ``listening ENDPOINT`` once it accepts connections, and runs until SIGTERM or SIGINT.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from shared.ids import BranchId
from shared.link.rights import owner_only
from switch_server.branch.sim.book import Book
from switch_server.branch.sim.counter import TradingCounter
from switch_server.branch.sim.hours import AlwaysOpen, RealHours
from switch_server.branch.sim.model import SpecError, load_accounts, load_stocks
from switch_server.branch.sim.prices import SimMarket
from switch_server.branch.sim.server import SimServer
from switch_server.branch.sim.store import SimStore
from switch_server.disk.errors import StoreError


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m switch_server.branch.sim", description="simulated trading system")
    parser.add_argument("--branch", required=True)
    parser.add_argument("--accounts", required=True, type=Path, help="YAML or JSON, see model.AccountSpec")
    parser.add_argument("--stocks", required=True, type=Path, help="YAML or JSON, see model.StockSpec")
    parser.add_argument("--state", required=True, type=Path, help="folder for what must survive")
    parser.add_argument("--listen", default="tcp://127.0.0.1:0", help="tcp://HOST:PORT or ipc://PATH")
    parser.add_argument("--trading-day", choices=("sim", "real"), default="sim", help="sim: always trades")
    parser.add_argument("--seed", type=int, default=2000, help="of the market; the same for all branches")
    parser.add_argument("--faults", action="store_true", help="tests only: faults by function 900")
    return parser.parse_args(argv)


async def _serve(options: argparse.Namespace) -> None:
    hours = AlwaysOpen() if options.trading_day == "sim" else RealHours()
    stocks = load_stocks(options.stocks)
    specs = load_accounts(options.accounts, BranchId(options.branch))
    store = SimStore(options.state)
    market = SimMarket(stocks, hours, options.seed)
    book = Book(market, hours, store.load(specs, stocks))
    book.touched.update(book.accounts)
    store.load_day(book)
    server = SimServer(TradingCounter(book, market, hours), book, store, hours, allow_faults=options.faults)
    matching = asyncio.create_task(server.run())
    endpoint = await server.listen(options.listen)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, matching.cancel)
    sys.stdout.write(f"listening {endpoint}\n")
    sys.stdout.flush()
    try:
        await matching
    except asyncio.CancelledError:
        server.stop()


def main(argv: list[str] | None = None) -> int:
    """Exit status 2: the files, the state folder or the endpoint can't be used."""
    owner_only()
    try:
        asyncio.run(_serve(_options(argv)))
    except (SpecError, OSError, StoreError) as error:
        sys.stderr.write(f"simulated trading system: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
