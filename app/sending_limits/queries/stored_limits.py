"""The row of the limits, as the settings page shows it."""

from app.core.db import db
from app.domain.limits.day_limits import DayLimitRule
from app.sending_limits.models import SendingLimits


def get_limits() -> SendingLimits:
    """Return the row; where there is none, an unsaved one without limits."""
    row = db.session.get(SendingLimits, 1)
    return row or SendingLimits(id=1, day_limit_rule=DayLimitRule.OFF)
