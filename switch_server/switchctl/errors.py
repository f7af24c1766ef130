"""What ends a command early.

``SwitchctlError``    root; ``status`` is the exit status, ``key`` and ``fields`` the text (``resources/texts/switchctl.yaml``)
├── ``Refused``       1: the switch said no, or nothing was found
├── ``Usage``         2: what was asked makes no sense
└── ``Unreachable``   3: no switch there
"""

from typing import Any

OK, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3


class SwitchctlError(Exception):
    status = REFUSED

    def __init__(self, key: str, **fields: Any) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields


class Refused(SwitchctlError):  # noqa: N818  they are outcomes of a command
    status = REFUSED


class Usage(SwitchctlError):  # noqa: N818
    status = USAGE


class Unreachable(SwitchctlError):  # noqa: N818
    """``key`` says why; ``fields`` has the socket."""

    status = UNREACHABLE
