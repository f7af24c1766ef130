"""The command line of ``./run``."""

import argparse
import os
import sys

from installers.house import HouseError
from installers.house.debian import FOR_TESTS, FOR_WINDOW, command, ensure, missing
from installers.house.kernel import compile_kernel
from installers.house.suites import CHECK, TEST, run_bench, run_demo, run_pytest, run_steps
from installers.house.venv import ensure_venv

EXAMPLES = """\
examples:
  ./run demo                                  a call centre to dial into, until Ctrl-C
  ./run demo --headless --calls 40 --for 90   the same without a person: 40 calls, 90 seconds at most
  ./run setup --apt                           everything, with the Debian packages of the tests and the window
  ./run test                                  all tests and the coverage gate
  ./run test tests/core -k order              pytest with these arguments
  ./run check                                 lint, types, imports, licences, sizes, fast tests: about a minute
  ./run bench media --json                    one benchmark, one JSON object a line
  HUAWU_PYTHON=python3.12 ./run setup         with this Python

Each command sets .venv up first if the locked versions changed. Exit status: 0 good, 1 something failed, 2 can't be done here.
"""

HELP = {
    "setup": "make .venv from the locked versions",
    "demo": "run a whole call centre with invented customers (see ./run demo --help)",
    "test": "run the tests; arguments go to pytest",
    "check": "the fast checks, all of them even if one fails",
    "bench": "run benchmarks: [NAME …] [--json]",
}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="./run",
        description="Huawu's one command.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="{" + ",".join(HELP) + "}")
    setup = commands.add_parser("setup", help=HELP["setup"], description=HELP["setup"])
    setup.add_argument(
        "--apt",
        action="store_true",
        help="also install the Debian packages that the tests and the agent's window need (asks sudo)",
    )
    setup.add_argument("--force", action="store_true", help="make .venv anew even if it is current")
    commands.add_parser("check", help=HELP["check"], description=HELP["check"])
    for name in PASS_THROUGH:  # for --help only: their arguments are parsed by another program
        commands.add_parser(name, help=HELP[name], add_help=False)
    return top


def main(argv: list[str]) -> int:
    try:
        if argv and argv[0] in PASS_THROUGH:
            return PASS_THROUGH[argv[0]](argv[1:])
        options = parser().parse_args(argv)
        return _check() if options.command == "check" else _setup(apt=options.apt, force=options.force)
    except HouseError as error:
        print(f"run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _setup(*, apt: bool, force: bool) -> int:
    ensure_venv(apt=apt, force=force)
    compile_kernel()
    if apt:
        ensure(FOR_TESTS, asked=True)
    elif lacking := missing(FOR_TESTS):
        print(f"For ./run test and the agent's window there are still to install: {command(lacking)}")
    print("Ready. Try ./run demo, or ./run check.")
    return 0


def _check() -> int:
    ensure_venv()
    return run_steps(CHECK)


def _test(arguments: list[str]) -> int:
    ensure_venv()
    if arguments:  # some tests may not need all Debian packages
        return run_pytest(arguments)
    ensure(FOR_TESTS, asked=False)
    return run_steps(TEST)


def _bench(arguments: list[str]) -> int:
    ensure_venv()
    return run_bench(arguments)


def _demo(arguments: list[str]) -> int:
    ensure_venv()
    return run_demo([*arguments, *without_a_window(arguments)])


def without_a_window(arguments: list[str]) -> list[str]:
    """The options for a demo on a screen without Qt's libraries: it runs without a window, and all agents are robots."""
    watched = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not watched or {"--headless", "--no-window", "--help", "-h"} & set(arguments):
        return []
    lacking = missing(FOR_WINDOW)
    if not lacking:
        return []
    print(f"For the agent's window there are still to install: {command(lacking)}")
    return ["--no-window"]


PASS_THROUGH = {"demo": _demo, "test": _test, "bench": _bench}
"""Commands whose arguments are passed on unchanged."""
