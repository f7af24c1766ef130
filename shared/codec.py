"""Frames: msgspec structs in MessagePack, header first (``docs/protocol.md``, Frames).

A frame is one MessagePack array ``[version, id, in_reply_to, seq, type, sent_at, body]``. The body stays ``msgspec.Raw`` until
its type has been found in the receiver's table, so an unknown type is an ``Unknown`` value and never a crash. The same array in
JSON is used in golden files, never on the wire.

Errors: ``FrameError`` (a ``ValueError``) for everything that is not a valid frame: foreign bytes, mutated frames, another frame
version, a body that does not fit its type. ``decode`` raises no other exception. On mutated text msgspec raises ``UnicodeDecodeError``
besides its own errors, so ``ValueError`` is caught, only in this module; ``RecursionError`` comes from bodies nested a thousand deep.
"""

from collections.abc import Iterable
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Raw, Struct

FRAME_VERSION: Final = 1
_BAD = (ValueError, RecursionError)  # msgspec raises RecursionError on arrays nested a thousand deep
_Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class FrameError(ValueError):
    """The bytes are no valid frame. ``id`` and ``in_reply_to`` are those of the header if it could be read, else 0."""

    def __init__(self, reason: str, frame_id: int = 0, in_reply_to: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.id = frame_id
        self.in_reply_to = in_reply_to


class Unknown(Struct, frozen=True):
    """A well-formed frame whose type is not in the table; the receiver answers ``Unsupported``."""

    name: str


class _WireFrame(Struct, frozen=True, array_like=True, gc=False):
    version: _Count
    id: _Count
    in_reply_to: _Count
    seq: _Count
    type: Annotated[str, Meta(max_length=64)]
    sent_at: float
    body: Raw


class Frame(Struct, frozen=True):
    """A decoded frame. ``in_reply_to`` and ``seq`` are 0 where there is none; ``sent_at`` is UTC seconds by the sender's clock."""

    id: int
    in_reply_to: int
    seq: int
    sent_at: float
    message: Struct


def name_of(kind: type[Struct]) -> str:
    """The name of a message type on the wire: its tag."""
    tag = kind.__struct_config__.tag
    return tag if isinstance(tag, str) else kind.__name__


class MessageTable:
    """The message types that one side understands, by name, with their decoders."""

    def __init__(self, types: Iterable[type[Struct]]) -> None:
        self.types = {name_of(cls): cls for cls in types}
        self.binary = {name: msgspec.msgpack.Decoder(cls) for name, cls in self.types.items()}
        self.text = {name: msgspec.json.Decoder(cls) for name, cls in self.types.items()}


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(_WireFrame).decode
_unjson = msgspec.json.Decoder(_WireFrame).decode
_tojson = msgspec.json.Encoder().encode


def encode(message: Struct, *, frame_id: int, sent_at: float, in_reply_to: int = 0, seq: int = 0) -> bytes:
    """One frame as bytes for the wire."""
    body = Raw(_pack(message))
    return _pack(_WireFrame(FRAME_VERSION, frame_id, in_reply_to, seq, name_of(type(message)), sent_at, body))


def decode(data: bytes, table: MessageTable) -> Frame:
    """Bytes from the wire to a frame; raises ``FrameError`` and nothing else."""
    try:
        wire = _unpack(data)
    except _BAD as error:
        raise FrameError(f"not a frame: {error}") from None
    return _open(wire, table.binary)


def encode_json(message: Struct, *, frame_id: int, sent_at: float, in_reply_to: int = 0, seq: int = 0) -> str:
    """The JSON form of the same frame, for golden files. Never for a frame that carries a PIN."""
    body = Raw(_tojson(message))
    wire = _WireFrame(FRAME_VERSION, frame_id, in_reply_to, seq, name_of(type(message)), sent_at, body)
    return _tojson(wire).decode()


def decode_json(text: str, table: MessageTable) -> Frame:
    """Reads what ``encode_json`` wrote; raises ``FrameError`` and nothing else."""
    try:
        wire = _unjson(text)
    except _BAD as error:
        raise FrameError(f"not a frame: {error}") from None
    return _open(wire, table.text)


_Decoders = dict[str, msgspec.msgpack.Decoder[Struct]] | dict[str, msgspec.json.Decoder[Struct]]


def _open(wire: _WireFrame, decoders: _Decoders) -> Frame:
    if wire.version != FRAME_VERSION:
        raise FrameError(f"frame version {wire.version}, ours is {FRAME_VERSION}", wire.id, wire.in_reply_to)
    decoder = decoders.get(wire.type)
    if decoder is None:
        return Frame(wire.id, wire.in_reply_to, wire.seq, wire.sent_at, Unknown(wire.type))
    try:
        message = decoder.decode(wire.body)
    except _BAD as error:
        raise FrameError(f"bad body of {wire.type}: {error}", wire.id, wire.in_reply_to) from None
    return Frame(wire.id, wire.in_reply_to, wire.seq, wire.sent_at, message)
