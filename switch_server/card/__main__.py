"""The card process: ``python -m switch_server.card --card card-1 --fd N --ip IP --prompts DIR [--prompts DIR2] --channels 1000``.

``--fd`` is an inherited AF_UNIX SOCK_SEQPACKET socket to the switch. When the switch closes it, the card closes every recording and ends.
"""

import argparse
import logging
import signal
import socket
from pathlib import Path

from shared.ids import CardId
from switch_server.card.card import Card
from switch_server.card.control import Control
from switch_server.card.kernel import Kernel
from switch_server.card.kernel_library import NoKernel, load
from switch_server.card.loop import TickLoop
from switch_server.card.prompts import Prompts
from switch_server.core.words import CardReady

LOG = logging.getLogger("huawu.card")


def main() -> None:
    parser = argparse.ArgumentParser(prog="switch_server.card", description="A voice card (media process).")
    parser.add_argument("--card", required=True, help="this card's id")
    parser.add_argument("--fd", type=int, required=True, help="inherited control socket")
    parser.add_argument("--ip", required=True, help="IPv4 address of the RTP ports")
    parser.add_argument("--prompts", type=Path, action="append", default=[], help="prompt folder, first one wins")
    parser.add_argument("--channels", type=int, default=1000)
    parser.add_argument("--ports", type=int, default=32, help="UDP ports shared by the channels")
    parser.add_argument(
        "--plain", action="store_true", help="one system call a datagram, as on systems without recvmmsg"
    )
    parser.add_argument("--numpy", action="store_true", help="without compiled code, as on systems without a compiler")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Ctrl-C and systemd's stop signal reach the whole process group; a card ends only when the switch closes the socket
        signal.signal(number, signal.SIG_IGN)
    control = Control(socket.socket(fileno=options.fd))
    prompts = Prompts(options.prompts)
    prompts.preload()
    kernel = None if options.numpy or options.plain else compiled(options.card)
    card = Card(
        options.ip, options.channels, prompts, control.send, ports=options.ports, plain=options.plain, kernel=kernel
    )
    control.send(CardReady(CardId(options.card), options.channels))
    TickLoop(CardId(options.card), card, control, kernel).run()
    control.flush()


def compiled(card: str) -> Kernel | None:
    """The compiled tick, ``None`` where there is none; logs which way the card calculates."""
    try:
        kernel = Kernel(load())
    except NoKernel as reason:
        LOG.warning("%s: calculates with numpy, which takes more CPU: %s", card, reason)
        return None
    LOG.info("%s: calculates in compiled code", card)
    return kernel


if __name__ == "__main__":
    main()
