"""Money in integer fen, prices in integer 1/1000 yuan; ``Decimal`` only here, at the edges."""

from decimal import Decimal, InvalidOperation

from shared.ids import Fen, Milli, Shares

FEN_PER_YUAN = 100
MILLI_PER_YUAN = 1000
MILLI_PER_FEN = 10


def parse_price(text: str) -> Milli:
    """``"12.34"`` -> 12340 (1/1000 yuan). Raises ``ValueError`` on anything but a positive number with at most three decimals."""
    return Milli(_scaled(text, MILLI_PER_YUAN))


def _scaled(text: str, scale: int) -> int:
    try:
        value = Decimal(text) * scale
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None
    if not value.is_finite() or value <= 0 or value != value.to_integral_value():
        raise ValueError(f"not a positive number of 1/{scale}: {text!r}")
    return int(value)


def format_yuan(fen: Fen) -> str:
    """1234567 -> ``"12,345.67"``; negative amounts keep their sign in front."""
    return f"{Decimal(fen) / FEN_PER_YUAN:,.2f}"


def format_price(price: Milli) -> str:
    """12340 -> ``"12.34"``, 1234 -> ``"1.234"``: two decimals, three where the third is not zero."""
    return f"{Decimal(price) / MILLI_PER_YUAN:.{2 if price % MILLI_PER_FEN == 0 else 3}f}"


def amount(price: Milli, quantity: Shares) -> Fen:
    """Price times quantity in fen, half a fen rounded up."""
    return Fen((price * quantity + MILLI_PER_FEN // 2) // MILLI_PER_FEN)
