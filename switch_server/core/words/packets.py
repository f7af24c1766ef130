"""Packets of the switch and its cards: each is a MessagePack array of messages, so that those of one moment cost one system call."""

from collections import deque

MOST_BYTES = 64 << 10
MOST_MESSAGES = 32


def next_packet(waiting: deque[bytes]) -> tuple[bytes, int]:
    """The encoded messages at the front of the queue, which stay there, as one packet, and their number: at least one."""
    number = size = 0
    for message in waiting:
        size += len(message)
        if number and (size > MOST_BYTES or number == MOST_MESSAGES):
            break
        number += 1
    parts = [waiting[place] for place in range(number)]
    return b"\xdc" + number.to_bytes(2, "big") + b"".join(parts), number
