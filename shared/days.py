"""The exchange's day: dates are ``YYYYMMDD`` in Asia/Shanghai, whatever the machine's time zone.

China has kept UTC+8 without summer time since 1991, so no time zone database is asked.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

SHANGHAI = timedelta(hours=8)
SHANGHAI_S = SHANGHAI.total_seconds()
DAY_S = 24 * 3600


def shanghai_day(at: float) -> str:
    """The date at ``at`` (UTC seconds since 1970): ``0.0`` -> ``"19700101"``."""
    return _date(int((at + SHANGHAI_S) // DAY_S))


@lru_cache(4096)
def _date(days: int) -> str:
    """The date of a day by its number since 1970. Cached: events and rows of one day ask for it thousands of times a second."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days)).strftime("%Y%m%d")


def day_start(day: str) -> float:
    """UTC seconds of the midnight at which ``YYYYMMDD`` begins; raises ``ValueError`` if ``day`` is no date."""
    if len(day) != 8 or not day.isascii() or not day.isdecimal():
        raise ValueError(f"not a day as YYYYMMDD: {day!r}")
    return (datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) - SHANGHAI).timestamp()


def day_after(day: str, days: int = 1) -> str:
    """The date ``days`` later. Raises ``ValueError`` if ``day`` is no date."""
    return shanghai_day(day_start(day) + days * DAY_S)
