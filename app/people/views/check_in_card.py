"""What the page of a person says about their check-ins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.check_ins.queries.streaks import SourceTotal, find_streak, list_source_totals
from app.core.clock import now
from app.core.local_formats import format_day, get_display_timezone
from app.domain.texts.plurals import pluralize
from app.domain.time.local_times import get_local_date
from app.domain.time.streak_days import ONE_DAY


@dataclass(frozen=True)
class CheckInCard:
    """Their streak in words, and by which keywords and surveys they checked in."""

    facts: Sequence[tuple[str, str]]
    sources: Sequence[SourceTotal]


def build_check_in_card(phone: str) -> CheckInCard | None:
    """Return what there is to say, None of somebody who has never checked in."""
    streak = find_streak(phone)
    if streak is None:
        return None
    # A streak ends by time alone: nothing is written when a day passes without a check-in.
    today = get_local_date(get_display_timezone(), now())
    days = streak.count_days(today)
    facts = (
        ("Streak", pluralize(days, "day") if days else "None now"),
        ("Longest streak", pluralize(streak.longest_days, "day")),
        ("Last check-in", _describe_day(streak.last_day, today)),
    )
    return CheckInCard(facts, list_source_totals(phone))


def _describe_day(day: date, today: date) -> str:
    if day == today:
        return "Today"
    return "Yesterday" if day == today - ONE_DAY else format_day(day)
