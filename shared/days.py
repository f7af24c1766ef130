"""The exchange's day: dates are ``YYYYMMDD`` in Asia/Shanghai, whatever the machine's time zone.

China has kept UTC+8 without summer time since 1991, so no time zone database is asked.
"""

from datetime import UTC, datetime, timedelta

SHANGHAI = timedelta(hours=8)


def shanghai_day(at: float) -> str:
    """The date at ``at`` (UTC seconds since 1970): ``0.0`` -> ``"19700101"``."""
    return (datetime.fromtimestamp(at, UTC) + SHANGHAI).strftime("%Y%m%d")
