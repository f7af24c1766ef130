"""English rules of spoken values (American, without "and"). All functions return segment names without language.

0 to 99 are one segment each, then hundreds, thousand, million, billion (and thousand billion above that).
"""

MINUS, POINT, OH = "num/minus", "num/point", "num/oh"
YUAN, FEN = "unit/yuan", "unit/fen"
_SCALES = ((10**9, "num/billion"), (10**6, "num/million"), (10**3, "num/thousand"))

SEGMENTS = frozenset(
    {f"num/{value}" for value in range(100)}
    | {f"num/{value}00" for value in range(1, 10)}
    | {MINUS, POINT, OH, YUAN, FEN, "unit/gu", "unit/gu_one", "unit/hour_sharp", "time/am", "time/pm"}
    | {name for _, name in _SCALES}
    | {f"date/month_{month}" for month in range(1, 13)}
    | {f"date/day_{day}" for day in range(1, 32)}
)


def number(value: int) -> tuple[str, ...]:
    return (*_minus(value), *_whole(abs(value)))


def money(fen: int) -> tuple[str, ...]:
    """As "… yuan sixty-seven", "… yuan oh five"; below one yuan "five fen"."""
    yuan, rest = divmod(abs(fen), 100)
    if not yuan and rest:
        return (*_minus(fen), f"num/{rest}", FEN)
    return (*_minus(fen), *_whole(yuan), YUAN, *(_two_digits(rest) if rest else ()))


def price(milli: int) -> tuple[str, ...]:
    """As "twelve point three four yuan"; without trailing zeros, at most three decimals."""
    yuan, rest = divmod(abs(milli), 1000)
    decimals = f"{rest:03}".rstrip("0")
    point = (POINT, *(f"num/{digit}" for digit in decimals)) if decimals else ()
    return (*_minus(milli), *_whole(yuan), *point, YUAN)


def quantity(shares: int) -> tuple[str, ...]:
    return (*number(shares), "unit/gu_one" if shares == 1 else "unit/gu")


def time_of_day(hour: int, minute: int) -> tuple[str, ...]:
    """As "nine thirty a m", "two oh five p m", "twelve o'clock p m"."""
    half = "time/am" if hour < 12 else "time/pm"
    return (f"num/{hour % 12 or 12}", *(_two_digits(minute) if minute else ("unit/hour_sharp",)), half)


def date(year: int, month: int, day: int) -> tuple[str, ...]:
    """As "November twenty-second twenty twenty-six"."""
    return (f"date/month_{month}", f"date/day_{day}", *_year(year))


def _year(year: int) -> tuple[str, ...]:
    """1999 "nineteen ninety-nine", 1905 "nineteen oh five", 2026 "twenty twenty-six"; 1900, 2005, 987 as numbers."""
    century, rest = divmod(year, 100)
    if century < 10 or not rest or (not century % 10 and rest < 10):
        return _whole(year)
    return (f"num/{century}", *_two_digits(rest))


def _two_digits(value: int) -> tuple[str, ...]:
    return (OH, f"num/{value}") if value < 10 else (f"num/{value}",)


def _minus(value: int) -> tuple[str, ...]:
    return (MINUS,) if value < 0 else ()


def _whole(value: int) -> tuple[str, ...]:
    """``value`` >= 0, of any size."""
    for size, name in _SCALES:
        if value >= size:
            many, rest = divmod(value, size)
            return (*_whole(many), name, *(_whole(rest) if rest else ()))
    hundreds, rest = divmod(value, 100)
    if not hundreds:
        return (f"num/{rest}",)
    return (f"num/{hundreds}00", *((f"num/{rest}",) if rest else ()))
