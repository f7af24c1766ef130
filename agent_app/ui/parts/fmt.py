"""Formats of money, prices, times and texts on the screen. Pure; numbers are formatted only here."""

import html
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from shared.ids import Fen, Milli
from shared.money import format_price, format_yuan

ZONE = ZoneInfo("Asia/Shanghai")
NOTHING = "–"
MINUS = "−"
TIP_MAX = 1000


def yuan(fen: Fen | int) -> str:
    """123456 -> ``1,234.56``; a negative amount has a real minus sign."""
    return format_yuan(Fen(fen)).replace("-", MINUS)


def price(milli: Milli | int) -> str:
    """12340 (1/1000 yuan) -> ``12.34``; ``–`` for 0, which is no price."""
    return format_price(Milli(milli)) if milli else NOTHING


def count(shares: int) -> str:
    return f"{shares:,}".replace("-", MINUS)


def duration(seconds: float) -> str:
    """``0:07``, ``12:34``, ``1:02:03``. Never negative: ``0:00`` if a clock is wrong."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def clock(at: float) -> str:
    """UTC seconds -> ``14:05:33`` in Asia/Shanghai; ``–`` for a value that is no time."""
    moment = _local(at)
    return moment.strftime("%H:%M:%S") if moment else NOTHING


def day_time(at: float, now: float) -> str:
    """``14:05`` today, ``05-17 14:05`` this year, else ``2025-05-17 14:05``; all in Asia/Shanghai."""
    moment, today = _local(at), _local(now)
    if moment is None or today is None:
        return NOTHING
    if moment.date() == today.date():
        return moment.strftime("%H:%M")
    return moment.strftime("%m-%d %H:%M" if moment.year == today.year else "%Y-%m-%d %H:%M")


def day(at: float, now: float) -> str:
    """``14:05`` today, ``05-17`` this year, else ``2025-05-17``: for narrow columns."""
    text = day_time(at, now)
    return text if len(text) <= 5 else text.rpartition(" ")[0]


def _local(at: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(at, UTC).astimezone(ZONE)
    except (OverflowError, OSError, ValueError):
        return None


def one_line(text: str) -> str:
    """A foreign text for one line: line ends and other control characters become spaces."""
    return "".join(char if char.isprintable() else " " for char in text).strip()


def tip(text: str) -> str:
    """A foreign text as a tooltip, escaped since Qt reads tooltips as markup; cut at ``TIP_MAX``."""
    if not text:
        return ""
    shown = text if len(text) <= TIP_MAX else text[:TIP_MAX] + "…"
    return f'<p style="white-space:pre-wrap">{html.escape(shown)}</p>'


def button_text(text: str) -> str:
    """A foreign text for a button or tab, where ``&`` would mark a key."""
    return one_line(text).replace("&", "&&")
