"""The base classes of all messages of the control protocol (``shared.control``)."""

from typing import Annotated

from msgspec import Meta, Struct

Limit = Annotated[int, Meta(ge=1, le=1000)]


class Message(Struct, frozen=True, tag=True, tag_field="type", forbid_unknown_fields=False):
    """The root of all messages on the control socket. Unknown fields are ignored, unknown types are answered ``unsupported``."""


class Request(Message, frozen=True):
    """Operator to switch."""


class Reply(Message, frozen=True):
    """Switch to operator, to one request."""
