"""What a blast costs and how long it takes."""

from decimal import ROUND_HALF_UP, Decimal

CURRENCY_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
CENT = Decimal("0.01")
SMALLEST_SHOWN_AMOUNT = Decimal("0.0001")


def format_money(amount: Decimal, currency: str) -> str:
    """'$1.76', 'CHF 1.76'. Two decimals; four where two would show something as nothing."""
    size = abs(amount)
    shown = size.quantize(CENT, ROUND_HALF_UP)
    if size and not shown:
        shown = max(size.quantize(SMALLEST_SHOWN_AMOUNT, ROUND_HALF_UP), SMALLEST_SHOWN_AMOUNT)
    return _format_with_currency(f"{shown:,}", currency, negative=amount < 0)


def format_segment_price(amount: Decimal, currency: str) -> str:
    """A price per part as it is, at least two decimals: '$0.0079', '$0.05'."""
    whole, _, decimals = f"{abs(amount):f}".partition(".")
    decimals = decimals.rstrip("0").ljust(2, "0")
    return _format_with_currency(f"{int(whole):,}.{decimals}", currency, negative=amount < 0)


def compute_cost(segments: int, price: Decimal | None) -> Decimal | None:
    """Segments times the price of one, or None while nobody has said the price."""
    return None if price is None else segments * price


def compute_send_seconds(segments: int, rate: float) -> float:
    """How long a carrier taking `rate` segments a second needs.

    Raises ValueError for a rate that sends nothing.
    """
    if not rate > 0:
        raise ValueError("the rate must be above 0")
    return segments / rate


def _format_with_currency(figure: str, currency: str, *, negative: bool) -> str:
    code = currency.strip().upper()
    sign = "-" if negative else ""
    return (
        f"{sign}{CURRENCY_SYMBOLS[code]}{figure}"
        if code in CURRENCY_SYMBOLS
        else f"{code} {sign}{figure}".strip()
    )
