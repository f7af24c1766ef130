"""Runs benchmarks, and prints a table for people or a JSON object for each figure."""

import argparse
import inspect
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import cast

import msgspec

from tests.bench import Figure
from tests.bench._switches import PEER_HELP

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The names of the benchmarks: all modules beside this one without an underscore."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def as_json(figure: Figure) -> str:
    line = msgspec.structs.asdict(figure) | {"ok": figure.ok}
    return msgspec.json.encode(line).decode()


def as_row(figure: Figure) -> str:
    sign = "≤" if figure.better == "lower" else "≥"
    target = "" if figure.target is None else f"{sign} {figure.target:g} {figure.unit}"
    verdict = "" if figure.target is None else ("ok" if figure.ok else "MISSED")
    return f"{figure.figure:<66} {figure.value:>12.4g} {figure.unit:<12} {target:<22} {verdict}"


def _figures(name: str) -> Callable[..., Iterator[Figure]]:
    return cast("Callable[..., Iterator[Figure]]", import_module(f"tests.bench.{name}").figures)


def takes_peer(name: str) -> bool:
    """Whether the benchmark can measure another SIP server."""
    return "peer" in inspect.signature(_figures(name)).parameters


def measure(name: str, *, short: bool, peer: str | None = None) -> Iterator[Figure]:
    more = {"peer": peer} if peer is not None else {}
    yield from _figures(name)(short=short, **more)


def main(argv: list[str]) -> int:
    """Runs the named benchmarks; the exit status is 1 if a target was missed."""
    known = names()
    parser = argparse.ArgumentParser(prog="./run bench", description="Measures; the names: " + ", ".join(known) + ".")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to run; all if none is named")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--short", action="store_true", help="seconds instead of minutes: does it run, not how fast is it"
    )
    parser.add_argument("--peer", metavar="COMMAND", help=PEER_HELP.replace("%", "%%"))
    options = parser.parse_args(argv)
    unknown = sorted(set(options.names) - set(known))
    if unknown:
        parser.error(f"no benchmark named {', '.join(unknown)}; there are: {', '.join(known)}")
    if options.peer is not None and (others := [name for name in options.names if not takes_peer(name)]):
        parser.error(f"--peer: {', '.join(others)} measures ours alone")
    chosen = options.names or [name for name in known if options.peer is None or takes_peer(name)]
    missed = 0
    for name in chosen:
        if not options.json:
            print(f"── {name}", flush=True)
        for figure in measure(name, short=options.short, peer=options.peer):
            print(as_json(figure) if options.json else as_row(figure), flush=True)
            missed += not figure.ok
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
