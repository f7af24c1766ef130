"""The counter's wire format: six ASCII digits of length, one JSON object in GBK. Errors: ``ForeignBytes``."""

from typing import Any

import msgspec

_HEADER = 6


class ForeignBytes(Exception):  # noqa: N818
    """The bytes are not in the counter's format; the connection can't be used any more."""


def pack(fields: dict[str, Any]) -> bytes:
    body = msgspec.json.encode(fields).decode().encode("gbk", errors="replace")
    return b"%06d" % len(body) + body


class Splitter:
    """Splits bytes into objects."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Raises ``ForeignBytes``."""
        rest, found, at = self._rest + data, [], 0
        while len(rest) >= at + _HEADER:
            size = rest[at : at + _HEADER]
            if not size.isdigit():
                raise ForeignBytes(f"not a length: {size!r}")
            end = at + _HEADER + int(size)
            if len(rest) < end:
                break
            found.append(_object(rest[at + _HEADER : end]))
            at = end
        self._rest = rest[at:]
        return found


def _object(body: bytes) -> dict[str, Any]:
    try:
        fields = msgspec.json.decode(body.decode("gbk"))
    except (ValueError, RecursionError):
        raise ForeignBytes("not JSON in GBK") from None
    if not isinstance(fields, dict):
        raise ForeignBytes("not an object")
    return fields
