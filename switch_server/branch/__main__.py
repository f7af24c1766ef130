"""``branch-gateway``: ``python -m switch_server.branch --config gateway.yaml``; flags override the file.

Prints ``ready`` once both connections are being made, and runs until SIGTERM or SIGINT. Exit status 2: the gateway could not start.
``python -m switch_server.branch keys FILE`` creates the gateway's key pair, if there is none, and prints its public half.
"""

import asyncio
import logging
import signal
import sys
from pathlib import Path

from shared.link import KeyFileError
from shared.link.keys import load_or_create, load_public
from shared.link.rights import owner_only
from switch_server.branch import config as settings
from switch_server.branch.gateway import Gateway
from switch_server.branch.journal import Journal
from switch_server.disk.errors import StoreError


async def _serve(config: settings.Config) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    gateway = Gateway(
        config.branch,
        Journal(config.state),
        settings.ADAPTERS[config.adapter](config.trading, config.trading_timeout),
        centre=config.centre,
        keys=load_or_create(config.key),
        centre_key=load_public(config.centre_key),
    )
    await gateway.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await stop.wait()
    await gateway.stop()


def _keys(file: Path) -> None:
    """Prints the public key, to be carried to the centre (``branches: key:``); ``FILE`` itself never leaves the branch."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pair = load_or_create(file)
    sys.stdout.write(f"{pair.public.decode()}\n")


def main(argv: list[str] | None = None) -> int:
    owner_only()
    arguments = sys.argv[1:] if argv is None else argv
    try:
        if arguments[:1] == ["keys"]:
            _keys(settings.read_keys(arguments[1:]))
            return 0
        config = settings.read(argv)
        logging.basicConfig(level=config.log, format="%(asctime)s %(levelname)s %(name)s %(message)s")
        asyncio.run(_serve(config))
    except (settings.GatewayConfigError, KeyFileError, OSError, StoreError) as error:
        sys.stderr.write(f"branch-gateway: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
