"""Packets between switch and card."""

from collections import deque

import msgspec
import pytest

from switch_server.core.words import next_packet
from switch_server.core.words.packets import MOST_BYTES, MOST_MESSAGES


@pytest.mark.parametrize(
    ("sizes", "packets"),
    [
        ([1], [1]),
        ([5] * 3, [3]),
        ([5] * (MOST_MESSAGES + 1), [MOST_MESSAGES, 1]),
        ([MOST_BYTES // 2, MOST_BYTES // 2, 5], [1, 2]),
        ([MOST_BYTES * 2, 5], [1, 1]),
    ],
)
def test_the_messages_come_in_order_in_packets_of_limited_size(sizes: list[int], packets: list[int]) -> None:
    texts = [f"{number} " + "x" * size for number, size in enumerate(sizes)]
    waiting, read, numbers = deque(map(msgspec.msgpack.encode, texts)), [], []
    while waiting:
        packet, number = next_packet(waiting)
        read += msgspec.msgpack.decode(packet, type=list[str])
        numbers.append(number)
        for _ in range(number):
            waiting.popleft()
    assert (read, numbers) == (texts, packets)
