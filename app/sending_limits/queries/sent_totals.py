"""How many texts were sent on a day, and what a month has cost so far."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from app.domain.limits.month_costs import compute_month_cost
from app.sending_limits import sql


class SentSoFar(NamedTuple):
    """The texts of one day, and the cost of its month in the organisation's currency."""

    texts: int
    cost: Decimal


def fetch_sent_so_far(carrier: str, day: date, price: Decimal | None) -> SentSoFar:
    """Return what was sent through a carrier; `price`: of a segment now, for texts without one."""
    month = day.strftime("%Y-%m")
    rows = sql.SELECT_TOTALS.fetch_json(
        carrier_name=carrier, first_day=f"{month}-01", last_day=f"{month}-31"
    )
    today = day.isoformat()
    texts = sum(row_texts for row_day, _, row_texts, _ in rows if row_day == today)
    cost = compute_month_cost(((row_price, segments) for _, row_price, _, segments in rows), price)
    return SentSoFar(texts, cost)
