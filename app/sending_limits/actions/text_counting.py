"""Count the texts that are handed to a carrier."""

from datetime import date, datetime

from app.sending_limits import sql
from app.sending_limits.queries.limit_rules import LimitRules, load_limit_rules


def count_texts(rules: LimitRules, carrier: str, day: date, texts: int, segments: int) -> None:
    """Add texts to the totals of a day. Inside the write() that arms them."""
    sql.ADD_TO_TOTALS.execute(
        day=day.isoformat(),
        carrier=carrier,
        price=rules.stored_price,
        texts=texts,
        segments=segments,
    )


def count_adopted_text(carrier: str, segments: int, sent_at: datetime) -> None:
    """Count a text that the carrier's list has and this database did not know as sent.

    After an older database was restored its totals are too low. `sent_at`: in UTC. Inside write().
    """
    rules = load_limit_rules()
    count_texts(rules, carrier, rules.get_day(sent_at), 1, segments)
