"""Session timers (RFC 4028): which end refreshes, when, and when a session is given up. Pure."""

import re
from typing import Final

from msgspec import Struct

_EXPIRES: Final = re.compile(r"\s*(\d{1,9})\s*((?:;[^;]*)*)")
_REFRESHER: Final = re.compile(r";\s*refresher\s*=\s*(uac|uas)\b", re.IGNORECASE)


class SessionTimer(Struct, frozen=True, gc=False):
    """The agreed timer. ``we_refresh``: we send re-INVITEs at half of ``expires`` (seconds); otherwise the far end does."""

    expires: int
    we_refresh: bool

    @property
    def wait_s(self) -> float:
        """Seconds until we refresh, or until we give up the session (RFC 4028 §10: min(32, a third) before it expires)."""
        return self.expires / 2 if self.we_refresh else self.expires - min(32.0, self.expires / 3)

    def header(self, *, as_uas: bool) -> str:
        """Value of Session-Expires; ``as_uas``: in a response that we send."""
        refresher = "uas" if self.we_refresh is as_uas else "uac"
        return f"{self.expires};refresher={refresher}"


class TooSmall(Struct, frozen=True, gc=False):
    """The request must be answered 422 with ``Min-SE``."""

    min_se: int


def read(value: str | None) -> tuple[int, str | None] | None:
    """(seconds, refresher) of a Session-Expires header; ``None`` if absent or nonsense."""
    match = _EXPIRES.fullmatch(value or "")
    if match is None:
        return None
    who = _REFRESHER.search(match[2])
    return int(match[1]), who[1].lower() if who else None


def as_uas(asked: str | None, min_se: str | None, *, supported: bool, ours: int, floor: int) -> SessionTimer | TooSmall:
    """The answer to a request (RFC 4028 §9, table 2). ``ours``: our preferred interval; ``floor``: our Min-SE."""
    wanted = read(asked)
    far_floor = (read(min_se) or (0, None))[0]
    if wanted is not None and wanted[0] < floor:
        if supported:
            return TooSmall(floor)
        wanted = None
    expires = max(min(wanted[0], ours) if wanted else ours, far_floor, floor)
    who = (wanted[1] if wanted else None) or ("uac" if supported else "uas")
    return SessionTimer(expires, we_refresh=who == "uas" or not supported)


def as_uac(said: str | None, *, ours: int) -> SessionTimer:
    """From a 2xx to our request (§7.2). A far end without session timers is refreshed by us, too: that shows whether it is alive."""
    agreed = read(said)
    if agreed is None:
        return SessionTimer(ours, we_refresh=True)
    return SessionTimer(max(agreed[0], 1), we_refresh=agreed[1] != "uas")
