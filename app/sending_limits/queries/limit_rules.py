"""The limits in force, with what they are judged by: the time zone and the price."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from app.domain.limits.day_limits import DayLimitRule
from app.domain.limits.person_limits import PersonLimits, build_person_limits
from app.domain.time.local_times import zone_or_utc
from app.organisation.queries import read_zone_and_price
from app.sending_limits import sql


class LimitRules(NamedTuple):
    """The limits; None: no such limit. `day_limit_rule` None: no one has set any.

    `price`: of a segment; `budget` and `price` are in the organisation's currency.
    """

    timezone: str
    price: Decimal | None = None
    person_texts_a_day: int | None = None
    person_texts_a_week: int | None = None
    day_limit_rule: DayLimitRule | None = None
    texts_a_day: int | None = None
    budget: Decimal | None = None

    @property
    def limits_days(self) -> bool:
        """Whether the organisation's texts of a day are limited."""
        return self.day_limit_rule in (DayLimitRule.AUTOMATIC, DayLimitRule.FIXED)

    @property
    def limits_people(self) -> bool:
        """Whether the texts for one person are limited."""
        return bool(self.person_texts_a_day or self.person_texts_a_week)

    @property
    def stored_price(self) -> str:
        """The price as `sending_totals` has it; "" while none is known."""
        return "" if self.price is None else f"{self.price:f}"

    def get_person_limits(self, day: date) -> PersonLimits | None:
        """Return the limits for one person on a day; None when there are none."""
        if not self.limits_people:
            return None
        return build_person_limits(
            self.person_texts_a_day, self.person_texts_a_week, day, self.timezone
        )

    def get_day(self, moment: datetime) -> date:
        """Return the day on the organisation's calendar at a moment (UTC)."""
        return moment.astimezone(zone_or_utc(self.timezone)).date()


def load_limit_rules() -> LimitRules:
    """Return the limits as they are stored now."""
    limits = sql.SELECT_LIMITS.fetch_first_row() or ()
    return LimitRules(*read_zone_and_price(), *limits)
