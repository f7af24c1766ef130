"""The formats of values in table cells. Times are shown in Asia/Shanghai, absent values as ``–``."""

from datetime import UTC, datetime

from shared.days import SHANGHAI
from shared.ids import Milli
from shared.money import format_price

NONE = "–"


def time_of_day(at: float | None) -> str:
    """``09:31:05``."""
    return _local(at).strftime("%H:%M:%S") if at else NONE


def moment(at: float | None) -> str:
    """``08-25 09:31:05``."""
    return _local(at).strftime("%m-%d %H:%M:%S") if at else NONE


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC) + SHANGHAI


def duration(seconds: float | None) -> str:
    """``0:42``, ``1:02:03``, ``2d 01:02:03``."""
    if seconds is None or seconds < 0:
        return NONE
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}d {hour:02}:{minute:02}:{second:02}"
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def milliseconds(ms: float | None) -> str:
    return NONE if ms is None else f"{ms:.1f} ms"


def offset(ms: int | None) -> str:
    """A position in a recording: ``1:02.5``."""
    return NONE if ms is None else f"{ms // 60_000}:{ms % 60_000 / 1000:04.1f}"


def number(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


def percent(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f} %"


def share(value: float | None) -> str:
    """A share of 0 to 1, as per cent."""
    return percent(None if value is None else value * 100)


def day(key: str) -> str:
    """``20260901`` as ``2026-09-01``."""
    return f"{key[:4]}-{key[4:6]}-{key[6:]}"


def price(value: int | None) -> str:
    return NONE if value is None else format_price(Milli(value))


def account(end: str | None) -> str:
    """An account, shown by its last digits."""
    return f"…{end}" if end else NONE


def plain(value: object) -> str:
    return NONE if value is None or value == "" else str(value)
