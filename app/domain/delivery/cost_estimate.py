"""What a blast costs and how long sending it takes."""

from decimal import ROUND_HALF_UP, Decimal

CURRENCY_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
CENT = Decimal("0.01")
SMALLEST_SHOWN_AMOUNT = Decimal("0.0001")


def format_money(amount: Decimal, currency: str) -> str:
    """Return "$1.76" or "CHF 1.76": two decimals, or four where two would show nothing."""
    size = abs(amount)
    rounded = size.quantize(CENT, ROUND_HALF_UP)
    if size and not rounded:
        rounded = max(size.quantize(SMALLEST_SHOWN_AMOUNT, ROUND_HALF_UP), SMALLEST_SHOWN_AMOUNT)
    return _format_with_currency(f"{rounded:,}", currency, negative=amount < 0)


def format_segment_price(amount: Decimal, currency: str) -> str:
    """Return the price of a segment with all its decimals, at least two: "$0.0079", "$0.05"."""
    units, _, decimals = f"{abs(amount):f}".partition(".")
    decimals = decimals.rstrip("0").ljust(2, "0")
    return _format_with_currency(f"{int(units):,}.{decimals}", currency, negative=amount < 0)


def compute_cost(segments: int, price: Decimal | None) -> Decimal | None:
    """Return the cost of the segments, or None while no price is set."""
    return None if price is None else segments * price


def compute_send_seconds(segments: int, rate: float) -> float:
    """Return how long a carrier that accepts `rate` segments a second needs.

    Raises ValueError for a rate that sends nothing.
    """
    if not rate > 0:
        raise ValueError("the rate must be above 0")
    return segments / rate


def _format_with_currency(figure: str, currency: str, *, negative: bool) -> str:
    code = currency.strip().upper()
    minus = "-" if negative else ""
    if code in CURRENCY_SYMBOLS:
        return f"{minus}{CURRENCY_SYMBOLS[code]}{figure}"
    return f"{code} {minus}{figure}".strip()
