"""Far ends for the media benchmark, in a process of its own: one RTP packet each 20 ms for every channel, and a sink for what comes back.

    python -m tests.bench._rtp_load SOCKETS CHANNELS

First line out: the sockets' addresses as JSON. Then each line in is JSON: a list of [channel, socket, ip, port] that speak from now on.
"""

import json
import select
import sys
import time

import numpy as np

from switch_server.card import g711
from switch_server.card.loop import raise_priority
from switch_server.card.sockets import HEADER, MmsgSockets, bind_pair, pack_address

TALK = 100  # ticks: who talks falls silent after 2 s, and the other half begins


def speech(frames: int) -> np.ndarray:
    """Noise with the slow ups and downs of speech, as A-law frames."""
    noise = np.random.default_rng(1)
    loudness = np.repeat(np.abs(noise.normal(0, 2500, frames * 4)), 40)
    return g711.encode(
        (noise.normal(0, 1, frames * 160) * loudness).clip(-32000, 32000).astype(np.int16), g711.A
    ).reshape(-1, 160)


def main(count: int, rows: int) -> None:
    raise_priority()  # as the card
    sockets = MmsgSockets(rows)
    addresses, reports = [], []  # reports are taken by the system and never read
    for number in range(count):
        rtp, rtcp = bind_pair(f"127.0.1.{number + 1}")
        reports.append(rtcp)
        sockets.add(rtp)
        addresses.append(rtp.getsockname())
    print(json.dumps(addresses), flush=True)
    said, silence = speech(500), np.full(160, g711.SILENCE[g711.A], np.uint8)
    sockets.tx[:, 0], sockets.tx[:, 1] = 0x80, 8
    sockets.tx[:, 8:12] = np.arange(rows).astype(">u4").view(np.uint8).reshape(rows, 4)
    live: list[tuple[int, int]] = []
    due, tick = time.monotonic(), 0
    talkers = np.arange(rows) % 2
    while True:
        due += 0.02
        tick += 1
        while select.select([sys.stdin], [], [], max(0.0, due - time.monotonic()))[0]:
            line = sys.stdin.readline()
            if not line:
                return
            for channel, sock, ip, port in json.loads(line):
                sockets.set_far(channel, pack_address(ip, port))
                live.append((sock, channel))
            live.sort()
            order = np.array(live)
            sockets.order(order[:, 1], order[:, 0])
        sockets.tx[:, 2:4] = np.frombuffer((tick & 0xFFFF).to_bytes(2, "big"), np.uint8)
        sockets.tx[:, 4:8] = np.frombuffer((160 * tick & 0xFFFFFFFF).to_bytes(4, "big"), np.uint8)
        talking = talkers == tick // TALK % 2
        sockets.tx[talking, HEADER:] = said[tick % len(said)]
        if tick % TALK == 0:
            sockets.tx[~talking, HEADER:] = silence
        sockets.send()
        sockets.receive(list(range(count)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
