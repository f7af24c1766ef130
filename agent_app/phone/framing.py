"""Messages over a pipe: four bytes of length (big endian), then a MessagePack struct. Pure."""

import struct
from collections.abc import Iterator
from functools import reduce
from operator import or_

import msgspec

from agent_app.model.sound.phone_messages import PHONE_COMMANDS, PHONE_EVENTS, PhoneCommand, PhoneEvent
from agent_app.phone import PhoneError

LENGTH = struct.Struct("!I")
LONGEST = 256 * 1024
"""Bytes of a message: a list of hundreds of devices fits; a stray byte in the stream does not."""

_commands = msgspec.msgpack.Decoder(reduce(or_, PHONE_COMMANDS))
_events = msgspec.msgpack.Decoder(reduce(or_, PHONE_EVENTS))


def pack(message: PhoneCommand | PhoneEvent) -> bytes:
    body = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(body)) + body


def command(body: bytes) -> PhoneCommand:
    """Raises ``PhoneError("bad_command")``."""
    try:
        return _commands.decode(body)
    except msgspec.MsgspecError as error:
        raise PhoneError("bad_command", str(error)) from None


def event(body: bytes) -> PhoneEvent:
    """Raises ``PhoneError("bad_event")``."""
    try:
        return _events.decode(body)
    except msgspec.MsgspecError as error:
        raise PhoneError("bad_event", str(error)) from None


class FrameReader:
    """Cuts the bytes of a pipe into message bodies."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are complete now. Raises ``PhoneError("bad_frame")`` for a length that no message has; the stream can't be read on then."""
        self._rest += data
        while len(self._rest) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._rest)
            if length > LONGEST:
                raise PhoneError("bad_frame", f"{length} bytes")
            end = LENGTH.size + length
            if len(self._rest) < end:
                return
            body = bytes(self._rest[LENGTH.size : end])
            del self._rest[:end]
            yield body
