"""ZeroMQ links between Huawu's programs: the only package that imports zmq, and the only I/O in ``shared``.

``LinkServer`` listens, ``LinkClient`` connects; both give the program a ``Channel`` for each open session and call its ``Handler``.
Everything runs on the asyncio loop that called ``start``. ``session`` is the pure part, ``docs/protocol.md`` the written protocol,
``errors`` the tree of errors.
"""

from shared.link.channel import Answer, Channel, Handler, OnReply, QuietHandler
from shared.link.client import LinkClient
from shared.link.errors import Failure, KeyFileError, LinkError, RequestFailed
from shared.link.keys import KeyPair, load_or_make_keys
from shared.link.server import LinkServer
from shared.link.session import Identity, Rules
from shared.link.zap import RefusedConnection

__all__ = [
    "Answer",
    "Channel",
    "Failure",
    "Handler",
    "Identity",
    "KeyFileError",
    "KeyPair",
    "LinkClient",
    "LinkError",
    "LinkServer",
    "OnReply",
    "QuietHandler",
    "RefusedConnection",
    "RequestFailed",
    "Rules",
    "load_or_make_keys",
]
