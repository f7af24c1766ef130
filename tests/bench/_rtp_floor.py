"""The lower limit for the media benchmark: a loop that only calls ``recvmmsg`` and ``sendmmsg`` on one socket.

    python -m tests.bench._rtp_floor CHANNELS

The first line of output is the socket's address as JSON, the first line of input a JSON list of [ip, port]: each channel's far end.
"""

import json
import sys
import time

import numpy as np

from switch_server.card import sockets as udp
from switch_server.card.loop import raise_priority


def main(rows: int) -> None:
    raise_priority()  # as the card does
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
