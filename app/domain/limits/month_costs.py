"""What the texts of a month cost, exactly: sums of segments at each price."""

from collections.abc import Iterable
from decimal import Decimal


def compute_month_cost(
    segments_by_price: Iterable[tuple[str, int]], price_now: Decimal | None
) -> Decimal:
    """Return the cost of segments that were sent at these prices, as they are stored.

    Those that were sent while no price was known ("") cost what a segment costs now.
    """
    cost = Decimal(0)
    for stored_price, segments in segments_by_price:
        price = Decimal(stored_price) if stored_price else price_now
        if price is not None:
            cost += segments * price
    return cost
