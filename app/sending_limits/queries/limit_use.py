"""How much of the limits is used: today's texts, and this month's money."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.core.settings import current_settings
from app.domain.delivery.cost_estimate import format_money
from app.organisation.queries import get_organisation
from app.sending_limits.queries.day_limit import find_day_limit
from app.sending_limits.queries.limit_rules import load_limit_rules
from app.sending_limits.queries.sent_totals import fetch_sent_so_far


@dataclass(frozen=True)
class LimitUse:
    """What was sent on a day and in its month. None: no such limit, or no known price.

    `month`: in words, such as "November".
    """

    day: date
    texts: int
    day_limit: int | None
    cost: Decimal
    price: Decimal | None
    budget: Decimal | None
    month: str
    currency: str

    @property
    def spent(self) -> str:
        """The money of the month, such as "$3.10"."""
        return format_money(self.cost, self.currency)

    @property
    def spent_of_budget(self) -> str:
        """The same with the budget, such as "$3.10 of $40.00"."""
        if self.budget is None:
            return self.spent
        return f"{self.spent} of {format_money(self.budget, self.currency)}"


def build_limit_use(moment: datetime) -> LimitUse:
    """Return what is used at a moment (UTC); at a later one, of that day and month."""
    rules = load_limit_rules()
    day = rules.get_day(moment)
    sent = fetch_sent_so_far(current_settings().carrier, day, rules.price)
    return LimitUse(
        day=day,
        texts=sent.texts,
        day_limit=find_day_limit(rules),
        cost=sent.cost,
        price=rules.price,
        budget=rules.budget,
        month=f"{day:%B}",
        currency=get_organisation().currency,
    )
