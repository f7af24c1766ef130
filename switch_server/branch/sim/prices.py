"""A moving market: prices as a pure function of seed, code and time, so that all branches see the same prices.

The walk is value noise over ten time scales, from ten days to eight seconds: hashed lattice points, joined smoothly, the amplitude of
each scale proportional to the square root of its length, as in a random walk. Cost: some microseconds a price, at any time.
"""

import math
from functools import lru_cache
from hashlib import blake2b

from msgspec import Struct

from shared.ids import Milli, Shares, StockCode
from switch_server.branch.sim.hours import TradingHours
from switch_server.branch.sim.model import StockSpec
from switch_server.branch.sim.rules import TICK, limits

_SCALES = (864_000.0, 172_800.0, 43_200.0, 14_400.0, 3_600.0, 900.0, 240.0, 60.0, 20.0, 8.0)
_DAY = 86_400.0
_DAILY_SWING = 0.02
_STEP = 300.0
"""Seconds between the points from which a day's high and low are taken."""


class Prices(Struct, frozen=True):
    """The fields of a quote. ``volume``: shares since the day began."""

    last: Milli
    prev_close: Milli
    open: Milli
    high: Milli
    low: Milli
    bid: Milli
    ask: Milli
    volume: Shares


@lru_cache(maxsize=100_000)
def _point(seed: int, name: str, index: int) -> float:
    digest = blake2b(f"{seed}:{name}:{index}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 0x7FFFFFFF - 1.0


def _walk(seed: int, code: str, at: float) -> float:
    total = 0.0
    for scale in _SCALES:
        place = at / scale
        index = math.floor(place)
        part = place - index
        part = part * part * (3 - 2 * part)
        name = f"{code}/{scale:.0f}"
        left, right = _point(seed, name, index), _point(seed, name, index + 1)
        total += (left + (right - left) * part) * math.sqrt(scale / _DAY)
    return total


class SimMarket:
    """All stocks of the day. Times are UTC seconds. The day's range is kept between calls and extended."""

    def __init__(self, stocks: tuple[StockSpec, ...], hours: TradingHours, seed: int) -> None:
        self.stocks = {stock.code: stock for stock in stocks}
        self._hours = hours
        self._seed = seed
        self._days: dict[StockCode, tuple[float, Milli, tuple[Milli, Milli]]] = {}
        self._ranges: dict[StockCode, tuple[float, float, Milli, Milli]] = {}

    def prev_close(self, code: StockCode, now: float) -> Milli:
        return self._day(code, now)[1]

    def limits(self, code: StockCode, now: float) -> tuple[Milli, Milli]:
        """The lowest and the highest price of the day."""
        return self._day(code, now)[2]

    def last(self, code: StockCode, now: float) -> Milli:
        low, high = self.limits(code, now)
        return max(low, min(high, self._free(self.stocks[code], self._hours.price_time(now))))

    def quote(self, code: StockCode, now: float) -> Prices:
        start = self._hours.day_start(now)
        last = self.last(code, now)
        high, low = self._range(code, now, start)
        floor, ceiling = self.limits(code, now)
        return Prices(
            last=last,
            prev_close=self.prev_close(code, now),
            open=self.last(code, start + 1),
            high=max(high, last),
            low=min(low, last),
            bid=max(floor, Milli(last - TICK)),
            ask=min(ceiling, Milli(last + TICK)),
            volume=self._volume(code, now, start),
        )

    def depth(self, code: StockCode, now: float) -> Shares:
        """The number of shares offered on the other side in the quarter second of ``now``: 100 to 3,000."""
        return Shares(100 * (1 + int(abs(_point(self._seed, f"{code}/depth", int(now * 4))) * 29)))

    def _day(self, code: StockCode, now: float) -> tuple[float, Milli, tuple[Milli, Milli]]:
        start = self._hours.day_start(now)
        day = self._days.get(code)
        if day is None or day[0] != start:
            prev_close = self._free(self.stocks[code], start)
            day = self._days[code] = (start, prev_close, limits(self.stocks[code], prev_close))
        return day

    def _free(self, stock: StockSpec, at: float) -> Milli:
        price = stock.base * math.exp(_DAILY_SWING * stock.restless * _walk(self._seed, stock.code, at))
        return Milli(max(TICK, round(price / TICK) * TICK))

    def _range(self, code: StockCode, now: float, start: float) -> tuple[Milli, Milli]:
        begun, at, high, low = self._ranges.get(code, (0.0, 0.0, Milli(0), Milli(0)))
        if begun != start:
            first = self.last(code, start + 1)
            begun, at, high, low = start, start, first, first
        until = self._hours.price_time(now)
        while at + _STEP <= until:
            at += _STEP
            price = self.last(code, at)
            high, low = max(high, price), min(low, price)
        self._ranges[code] = (begun, at, high, low)
        return high, low

    def _volume(self, code: StockCode, now: float, start: float) -> Shares:
        rate = 20 + abs(_point(self._seed, f"{code}/volume", int(start // _DAY))) * 400
        return Shares(int(max(0.0, self._hours.price_time(now) - start) * rate) // 100 * 100)
