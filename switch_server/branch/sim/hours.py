"""The trading day: real hours of Shanghai and Shenzhen, or a simulated day that always trades.

Times are UTC seconds. Public holidays are not considered: a real trading system has a calendar.
"""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


class TradingSession(StrEnum):
    CLOSED = "closed"
    CALL_AUCTION = "call_auction"
    OPEN = "open"
    NOON = "noon"


class TradingHours(Protocol):
    """When the market trades."""

    def session(self, now: float) -> TradingSession: ...

    def trade_date(self, now: float) -> str:
        """``YYYYMMDD`` of the day to which orders given now belong."""
        ...

    def day_start(self, now: float) -> float:
        """When the prices of that day began to move."""
        ...

    def price_time(self, now: float) -> float:
        """``now`` while the market moves, otherwise the time when it last stopped."""
        ...


class AlwaysOpen:
    """The demo's day: trading from midnight to midnight in Shanghai, on every day of the week."""

    def session(self, now: float) -> TradingSession:  # noqa: ARG002
        return TradingSession.OPEN

    def trade_date(self, now: float) -> str:
        return f"{_local(now):%Y%m%d}"

    def day_start(self, now: float) -> float:
        return _at(_local(now), time(0, 0))

    def price_time(self, now: float) -> float:
        return now


_SESSIONS = (
    (time(9, 15), time(9, 25), TradingSession.CALL_AUCTION),
    (time(9, 30), time(11, 30), TradingSession.OPEN),
    (time(11, 30), time(13, 0), TradingSession.NOON),
    (time(13, 0), time(15, 0), TradingSession.OPEN),
)
_OPENS = time(9, 30)
_NOON = time(11, 30)
_CLOSES = time(15, 0)


class RealHours:
    """9:15-9:25 call auction, 9:30-11:30 and 13:00-15:00 continuous, Monday to Friday."""

    def session(self, now: float) -> TradingSession:
        local = _local(now)
        if local.weekday() < 5:
            for start, end, session in _SESSIONS:
                if start <= local.time() < end:
                    return session
        return TradingSession.CLOSED

    def trade_date(self, now: float) -> str:
        return f"{self._day(now):%Y%m%d}"

    def day_start(self, now: float) -> float:
        return _at(self._day(now), _OPENS)

    def price_time(self, now: float) -> float:
        day = self._day(now)
        if now < _at(day, _OPENS):
            return _at(self._day(_at(day, time(0, 0)) - 1), _CLOSES)
        if self.session(now) is TradingSession.NOON:
            return _at(day, _NOON)
        return min(now, _at(day, _CLOSES))

    @staticmethod
    def _day(now: float) -> datetime:
        """The day itself; on a weekend the Friday before."""
        local = _local(now)
        return local - timedelta(days=max(0, local.weekday() - 4))


def _local(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC).astimezone(ZONE)


def _at(day: datetime, clock: time) -> float:
    return datetime.combine(day.date(), clock, ZONE).timestamp()
