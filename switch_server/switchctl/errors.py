"""The errors of a command.

``SwitchctlError``        root; ``status`` is the exit status, ``key`` and ``fields`` the text (``resources/texts/switchctl.yaml``)
├── ``CommandRefused``    1: refused, failed, or nothing was found
├── ``Usage``             2: the options make no sense
└── ``Unreachable``       3: no switch answers
"""

from typing import Any

OK, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3


class SwitchctlError(Exception):
    status = REFUSED

    def __init__(self, key: str, **fields: Any) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields


class CommandRefused(SwitchctlError):  # noqa: N818  these classes name results of a command
    status = REFUSED


class Usage(SwitchctlError):  # noqa: N818
    status = USAGE


class Unreachable(SwitchctlError):  # noqa: N818
    """``key`` is the text of the reason; ``fields`` has the socket."""

    status = UNREACHABLE
