"""How many texts of a blast fit into what is left of a budget."""

from collections.abc import Iterable
from decimal import Decimal


def count_texts_that_fit(sizes: Iterable[int], money: Decimal, price: Decimal) -> int:
    """Return how many texts, by their segments in order, are paid before the first that is not."""
    count = 0
    for segments in sizes:
        money -= segments * price
        if money < 0:
            break
        count += 1
    return count
