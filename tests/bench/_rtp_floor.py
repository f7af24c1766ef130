"""The floor of the media benchmark: a loop of bare ``recvmmsg`` and ``sendmmsg`` on one socket, that does nothing else.

    python -m tests.bench._rtp_floor CHANNELS

First line out: its address as JSON. First line in: JSON list of [ip, port], where each channel's packets go.
"""

import json
import sys
import time

import numpy as np

from switch_server.card import sockets as udp
from switch_server.card.loop import raise_priority


def main(rows: int) -> None:
    raise_priority()  # as the card
    udp.SOCKET_BATCH = udp.BATCH
    sockets = udp.MmsgSockets(rows)
    rtp, rtcp = udp.bind_pair("127.0.0.1", 8 << 20)
    rtcp.close()
    rtp.setsockopt(1, udp.SO_TIMESTAMPNS, 0)
    sockets.add(rtp)
    print(json.dumps(rtp.getsockname()), flush=True)
    for row, (ip, port) in enumerate(json.loads(sys.stdin.readline())):
        sockets.set_far(row, udp.pack_address(ip, port))
    sockets.tx[:, 0], sockets.tx[:, 1] = 0x80, 8
    sockets.order(np.arange(rows), np.zeros(rows, np.int64))
    due = time.monotonic()
    while True:
        due += 0.02
        time.sleep(max(0.0, due - time.monotonic()))
        sockets.receive([0])
        sockets.send()


if __name__ == "__main__":
    main(int(sys.argv[1]))
