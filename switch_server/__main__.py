"""``switch-server``: the centre's call control on a headless Linux box."""

import argparse
import asyncio
import itertools
import logging
import signal
import sys
from pathlib import Path

from shared.link.rights import owner_only
from switch_server.bootstrap import Server, version
from switch_server.disk.log_file import LogFile
from switch_server.services.engine import TRANSITIONS
from switch_server.services.settings import SwitchSettings, read_settings
from switch_server.services.strict_yaml import ConfigError

EXAMPLES = """examples:
  switch-server --config huawu.yaml            run until SIGTERM, SIGINT or `switchctl drain`; running calls go on
                                               to their end, the second signal hangs them up
  switch-server --config huawu.yaml --check    read and check the configuration, flows and prompts, then exit
"""
LOG_BYTES, LOG_FILES = 16 << 20, 8


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 stopped in order, 1 could not start, 2 the configuration is wrong."""
    owner_only()
    parser = argparse.ArgumentParser(
        prog="switch-server", description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="configuration (huawu.yaml)")
    parser.add_argument("--check", action="store_true", help="check the configuration and exit")
    parser.add_argument("--version", action="version", version=f"switch-server {version()}")
    given = parser.parse_args(arguments)
    try:
        settings = read_settings(given.config)
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201  the operator's terminal
        return 2
    if given.check:
        print(f"{given.config}: good; flows: {', '.join(flow.flow for flow in settings.flows)}")  # noqa: T201
        return 0
    handler = _set_up_logging(settings)
    try:
        asyncio.run(_run(settings, handler))
    except Exception as error:
        logging.getLogger(__name__).exception("could not run")
        print(f"switch-server: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


async def _run(settings: SwitchSettings, handler: LogFile) -> None:
    logged = logging.getLogger(TRANSITIONS).isEnabledFor(logging.INFO)
    server = Server(settings, handler.writer(TRANSITIONS) if logged else None)
    loop = asyncio.get_running_loop()
    signals = itertools.count()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: server.stopping.begin(now=next(signals) > 0))
    try:
        await server.start()
        if await server.takes_calls():
            print(f"switch-server {version()} is up", flush=True)  # noqa: T201  what starts it may wait for this line
        await server.stopping.stopped.wait()
    finally:
        await server.stop()


def _set_up_logging(settings: SwitchSettings) -> LogFile:
    folder = settings.state / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    handler = LogFile(folder / "switch.log", most=LOG_BYTES, files=LOG_FILES)
    # no line has these (Python's logging HOWTO, "Optimization")
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001
    logging.basicConfig(level=settings.server.log_level.upper(), handlers=[handler])
    return handler


if __name__ == "__main__":
    sys.exit(main())
