"""What may still be sent at a moment."""

from datetime import date
from decimal import Decimal

from app.domain.limits.allowances import Allowance
from app.sending_limits.queries.day_limit import find_day_limit_for
from app.sending_limits.queries.limit_rules import LimitRules
from app.sending_limits.queries.sent_totals import fetch_sent_so_far


def load_allowance(rules: LimitRules, carrier: str, day: date, planned: int) -> Allowance:
    """Return what may still be sent on a day, for a caller that plans so many texts.

    Reads nothing where nothing is limited.
    """
    if not rules.limits_days and rules.budget is None:
        return Allowance()
    sent = fetch_sent_so_far(carrier, day, rules.price)
    limit = find_day_limit_for(rules, sent.texts, planned)
    texts: int | None = None
    money: Decimal | None = None
    if limit is not None:
        texts = limit - sent.texts
    if rules.budget is not None:
        money = rules.budget - sent.cost
    return Allowance(texts, money, rules.price)
