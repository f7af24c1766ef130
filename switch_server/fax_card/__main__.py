"""The fax card process: ``python -m switch_server.fax_card --card fax-1 --fd N --ip IP --channels 32``.

``--fd`` is an inherited AF_UNIX SOCK_SEQPACKET socket to the switch. When the switch closes it, the card ends every fax and itself.
"""

import argparse
import logging
import signal
import socket
import sys

from shared.ids import CardId
from switch_server.card.control import Control
from switch_server.core.words import CARD_COMMANDS, CardReady
from switch_server.core.words import fax as f
from switch_server.fax_card import NoSpandsp
from switch_server.fax_card.card import FaxCard
from switch_server.fax_card.library import load
from switch_server.fax_card.loop import FaxLoop

LOG = logging.getLogger("huawu.fax_card")


def main() -> int:
    parser = argparse.ArgumentParser(prog="switch_server.fax_card", description="A fax card (T.30 process).")
    parser.add_argument("--card", required=True, help="this card's id")
    parser.add_argument("--fd", type=int, required=True, help="inherited control socket")
    parser.add_argument("--ip", required=True, help="IPv4 address of the RTP and UDPTL ports")
    parser.add_argument("--channels", type=int, default=32)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Ctrl-C and systemd's stop signal reach the whole process group; a card ends only when the switch closes the socket
        signal.signal(number, signal.SIG_IGN)
    try:
        library = load()
    except NoSpandsp as error:
        LOG.error("%s: %s", options.card, error)  # noqa: TRY400  # the text says all
        return 1
    control = Control(socket.socket(fileno=options.fd), (*CARD_COMMANDS, *f.FAX_COMMANDS))
    card = FaxCard(library, options.ip, options.channels, control.send)
    control.send(CardReady(CardId(options.card), options.channels, f.FAX))
    FaxLoop(CardId(options.card), card, control).run()
    control.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
