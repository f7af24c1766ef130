"""The simulated counter's wire format: six ASCII digits of length, then one JSON object in GBK.

Request: ``{"FUNC": "403", "SN": 17, …}``. Answer: ``{"SN": 17, "RET": "0", "MSG": "成功", …}``; ``RET`` is an error number. Push:
``{"FUNC": "P505", …}`` without ``SN``. Numbers are text: prices ``"12.340"`` yuan, quantities ``"100"``, money ``"1234.50"`` yuan.
"""

from typing import Any

import msgspec

HEADER = 6
MOST = 900_000
Fields = dict[str, Any]


class WireError(Exception):
    """The bytes are not in this format; the connection must be closed."""


def pack(fields: Fields) -> bytes:
    body = msgspec.json.encode(fields).decode().encode("gbk", errors="replace")
    return b"%06d" % len(body) + body


class Unpacker:
    """Collects bytes and returns whole messages. ``feed`` raises ``WireError``."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[Fields]:
        buffer = self._buffer + data if self._buffer else data
        messages, start = [], 0
        while len(buffer) - start >= HEADER:
            end = start + HEADER + _length(buffer[start : start + HEADER])
            if len(buffer) < end:
                break
            messages.append(_fields(buffer[start + HEADER : end]))
            start = end
        self._buffer = buffer[start:]
        return messages


def _length(header: bytes) -> int:
    if not header.isdigit() or int(header) > MOST:
        raise WireError(f"not a length: {header!r}")
    return int(header)


def _fields(body: bytes) -> Fields:
    try:
        fields = msgspec.json.decode(body.decode("gbk"))
    except (ValueError, RecursionError):
        raise WireError("not JSON in GBK") from None
    if not isinstance(fields, dict):
        raise WireError("not an object")
    return fields
