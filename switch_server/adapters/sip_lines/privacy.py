"""Whether a caller withholds the number (主叫号码隐藏). Pure.

``id`` (RFC 3325 §9.3) withholds the network's number, ``user`` (RFC 3323 §4.2) that of the From, ``header`` (RFC 5379 §5) the headers that name the
caller; ``full`` is an older word for all of them. A number that one of them withholds is mostly in the other headers, too, so each withholds
all. ``session``, ``history`` and ``critical`` do not speak of the number. ``none``: the number may be shown, whatever the From is.
"""

import re
from collections.abc import Iterable
from typing import Final

_WITHHOLDING: Final = frozenset({"id", "user", "header", "full"})
_ANONYMOUS: Final = frozenset({"anonymous", "private", "restricted", "withheld"})


def withholds(privacy: Iterable[str], from_user: str, from_host: str) -> bool:
    """``privacy``: the values of the Privacy headers. An anonymous From (RFC 3323 §4.1.1.3) withholds where they don't say ``none``."""
    asked = {value.strip().lower() for text in privacy for value in re.split("[;,]", text)}
    if asked & _WITHHOLDING:
        return True
    anonymous = from_user.lower() in _ANONYMOUS or from_host.lower().rstrip(".") == "anonymous.invalid"
    return anonymous and "none" not in asked
