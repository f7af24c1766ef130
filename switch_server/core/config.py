"""Configuration that the core and the lines read, as data. Files are loaded and checked by ``services.strict_yaml``."""

from typing import Literal

from msgspec import Struct

from shared.enums import DigitMode, Law
from shared.ids import BranchId, StockCode, TrunkName


class Trunk(Struct, frozen=True, forbid_unknown_fields=True):
    """A trunk (中继) or a group of lines towards one far side."""

    name: TrunkName
    far: tuple[str, ...] = ()
    """``ip``, ``ip:port`` or CIDR networks: who may call in without digest; the first with a single address is where calls go out."""
    lines: int = 30
    numbers: tuple[str, ...] = ("*",)
    """Dialled numbers, or prefixes ending in ``*``, that it may offer (in) and carry (out)."""
    laws: tuple[Law, ...] = (Law.A, Law.MU)
    """In order of preference."""
    digits: DigitMode = DigitMode.AUTO
    direction: Literal["in", "out", "both"] = "both"
    username: str = ""
    password: str = ""
    """Digest (RFC 7616, MD5): asked of callers that ``far`` does not name, given to a far side that asks."""
    options_interval: float = 30.0
    """Seconds between OPTIONS that keep watch; 0: none."""
    session_expires: int = 1800
    """RFC 4028, seconds, at least 90."""
    group: str = "centre"
    """The branch, or ``centre``, that the lines belong to."""


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """Waits in seconds, and tries."""

    wrong_pins_per_call: int = 3
    order_wait: float = 12.0
    """From the caller's "1" to "the state is being confirmed"."""
    answer_wait: float = 8.0
    """For a branch's or the store's answer to a question."""
    media_lost: int = 20
    """Without RTP before the far end is asked whether it lives."""
    teardown: float = 40.0
    """For the lines and the card to say that a leg is gone, before it is given up and counted as repaired."""
    call_max: float = 4 * 3600.0


class SwitchConfig(Struct, frozen=True):
    """What the core decides by."""

    trunks: tuple[Trunk, ...] = ()
    branches: tuple[BranchId, ...] = ()
    stocks: frozenset[StockCode] = frozenset()
    """Codes whose name has a prompt."""
    recordings: str = ""
    """Folder of recordings."""
    limits: Limits = Limits()
