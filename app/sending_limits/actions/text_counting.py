"""Count the texts that are handed to a carrier."""

from datetime import date

from app.sending_limits import sql
from app.sending_limits.queries.limit_rules import LimitRules


def count_texts(rules: LimitRules, carrier: str, day: date, texts: int, segments: int) -> None:
    """Add texts to the totals of a day. Inside the write() that arms them."""
    sql.ADD_TO_TOTALS.execute(
        day=day.isoformat(),
        carrier=carrier,
        price=rules.stored_price,
        texts=texts,
        segments=segments,
    )
