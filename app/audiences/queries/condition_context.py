"""What decides beside a rule who is meant: today, and the country that typed values are of."""

from dataclasses import dataclass

from app.core.clock import now
from app.domain.audiences.rule_days import RuleDays
from app.domain.profiles.field_values import ValueContext
from app.domain.time.local_times import zone_or_utc
from app.organisation import queries as organisation


@dataclass(frozen=True)
class ConditionContext:
    """What decides beside the rule who is meant: the days, and the country that writes them.

    `is_narrowed`: other conditions leave few people, so that the rest is looked up for each.
    `is_group_looked_up`: what is asked about people is asked first and leaves few, so that they are
    looked up in groups. `skips_left`: whoever left a group as a topic counts as not in it.
    """

    days: RuleDays
    region: str = ""
    is_narrowed: bool = False
    is_group_looked_up: bool = False
    skips_left: bool = False

    @property
    def values(self) -> ValueContext:
        """How typed values of fields are read."""
        return ValueContext(self.region, self.days.today)


def load_condition_context() -> ConditionContext:
    """Return the context of this moment, on the organisation's clocks."""
    row = organisation.get_organisation()
    today = now().astimezone(zone_or_utc(row.timezone)).date()
    return ConditionContext(RuleDays(today, row.timezone), row.region)
