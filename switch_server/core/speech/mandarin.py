"""Mandarin rules of spoken values (普通话). All functions return segment names without language.

Numbers are divided into groups of four digits: 千百十个 | 万 | 亿, and 亿 again above that (一万亿).

- 0 to 99 are one segment each; 一百 … 九百, 一千 … 九千 too.
- A run of zeros between two other digits is one 零: 一千零五, 十万零三百; never at the end.
- 十 at the beginning, 一十 inside: 十二, 十二万, but 一百一十二, 一万零一十.
- 两 at the beginning before 百 千 万 亿 and before a unit of measure (两百, 两万, 两元, 两股, 两点); 二 everywhere else (二十, 一万二千,
  零二分) and for the number 2 without a unit.
"""

ZERO, MINUS, POINT, TWO = "num/0", "num/minus", "num/point", "num/two"
WAN, YI = "num/wan", "num/yi"
YUAN, JIAO, FEN = "unit/yuan", "unit/jiao", "unit/fen"

_WAN, _YI = 10**4, 10**8
_PARTS_OF_DAY = (
    (6, "time/night"),
    (12, "time/morning"),
    (13, "time/noon"),
    (18, "time/afternoon"),
    (24, "time/evening"),
)
"""(hour at which the part of the day ends, segment)."""

SEGMENTS = frozenset(
    {f"num/{value}" for value in range(100)}
    | {f"num/full_{value}" for value in range(10, 20)}
    | {f"num/{value}{zeros}" for value in range(1, 10) for zeros in ("00", "000")}
    | {"num/two_00", "num/two_000", ZERO, MINUS, POINT, TWO, WAN, YI, YUAN, JIAO, FEN, "unit/gu"}
    | {"unit/hour", "unit/hour_sharp", "unit/minute", "unit/year", "unit/month", "unit/day"}
    | {name for _, name in _PARTS_OF_DAY}
)


def number(value: int) -> tuple[str, ...]:
    """A number without a unit: 2 is 二."""
    return (*_minus(value), *_whole(abs(value), head=True))


def money(fen: int) -> tuple[str, ...]:
    """元角分. Parts that are zero are left out, except 零 between 元 and 分; an amount of 0 is 零元."""
    yuan, rest = divmod(abs(fen), 100)
    jiao, left = divmod(rest, 10)
    out = list(_minus(fen))
    if yuan or not rest:
        out += [*_measured(yuan), YUAN]
    if jiao:
        out += [_digit(jiao, head=not yuan), JIAO]
    elif yuan and left:
        out.append(ZERO)
    if left:
        out += [_digit(left, head=not yuan and not jiao), FEN]
    return tuple(out)


def price(milli: int) -> tuple[str, ...]:
    """十二点三四元; without trailing zeros, at most three decimals."""
    yuan, rest = divmod(abs(milli), 1000)
    if not rest:
        return (*_minus(milli), *_measured(yuan), YUAN)
    decimals = f"{rest:03}".rstrip("0")
    return (*_minus(milli), *number(yuan), POINT, *(f"num/{digit}" for digit in decimals), YUAN)


def quantity(shares: int) -> tuple[str, ...]:
    return (*_minus(shares), *_measured(abs(shares)), "unit/gu")


def time_of_day(hour: int, minute: int) -> tuple[str, ...]:
    """上午九点三十分, 下午两点零五分, 凌晨零点整: on a clock of twelve hours, as in everyday speech."""
    part = next(name for before, name in _PARTS_OF_DAY if hour < before)
    shown = hour if hour <= 12 else hour - 12
    if not minute:
        return (part, *_measured(shown), "unit/hour_sharp")
    zero = (ZERO,) if minute < 10 else ()
    return (part, *_measured(shown), "unit/hour", *zero, f"num/{minute}", "unit/minute")


def date(year: int, month: int, day: int) -> tuple[str, ...]:
    """二零二六年十一月二十二日."""
    digits = (f"num/{digit}" for digit in str(year))
    return (*digits, "unit/year", f"num/{month}", "unit/month", f"num/{day}", "unit/day")


def _minus(value: int) -> tuple[str, ...]:
    return (MINUS,) if value < 0 else ()


def _measured(value: int) -> tuple[str, ...]:
    """A number before a unit of measure: 2 is 两, not 二."""
    return (TWO,) if value == 2 else _whole(value, head=True)


def _digit(value: int, *, head: bool) -> str:
    return TWO if head and value == 2 else f"num/{value}"


def _whole(value: int, *, head: bool) -> tuple[str, ...]:
    """``head``: the number begins here. ``value`` >= 0, of any size."""
    for size, unit in ((_YI, YI), (_WAN, WAN)):
        if value >= size:
            high, low = divmod(value, size)
            many = (TWO,) if head and high == 2 else _whole(high, head=head)
            return (*many, unit, *_rest(low, size // 10))
    return _below_wan(value, head=head)


def _rest(value: int, top: int) -> tuple[str, ...]:
    """The digits after a larger unit; with 零 first where the next digit, whose unit is ``top``, is zero."""
    if not value:
        return ()
    return (*((ZERO,) if value < top else ()), *_whole(value, head=False))


def _below_wan(value: int, *, head: bool) -> tuple[str, ...]:
    for size, zeros in ((1000, "000"), (100, "00")):
        if value >= size:
            many, low = divmod(value, size)
            name = f"num/two_{zeros}" if head and many == 2 else f"num/{many}{zeros}"
            return (name, *_rest(low, size // 10))
    return (f"num/full_{value}" if 10 <= value < 20 and not head else f"num/{value}",)
