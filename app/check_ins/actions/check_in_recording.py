"""Record that somebody checked in by text. Inside write()."""

from dataclasses import dataclass
from datetime import date, datetime

from app.check_ins import sql
from app.check_ins.models import MAX_SOURCE_NAME_LENGTH
from app.check_ins.queries.streaks import find_streak
from app.domain.time.local_times import get_local_date
from app.domain.time.streak_days import Streak, count_streak, extend_streak
from app.organisation import queries as organisation
from app.profiles.queries.other_phones import find_texted_phone


@dataclass(frozen=True)
class CheckInSource:
    """What somebody checked in by: a keyword or a survey, and what it is called."""

    name: str
    keyword_rule_id: int | None = None
    survey_id: int | None = None


def record_check_in(source: CheckInSource, phone: str, moment: datetime) -> int:
    """Record a check-in, once a day of the organisation's calendar for each source.

    `moment`: when the text was written. Returns the days of the person's streak with it. A person
    with several numbers has one streak, whichever of them they text from.
    """
    phone = find_texted_phone(phone)
    # Of a text that is taken in late, the day on which it was written.
    day = get_local_date(organisation.get_organisation_timezone(), moment)
    before = find_streak(phone)
    streak = extend_streak(before, day)
    # None: an earlier day, which may join two runs; then no one reaches anything by this text.
    is_new_day = streak is not None and streak != before
    is_recorded = sql.INSERT_CHECK_IN.execute(
        phone=phone,
        day=day,
        keyword_rule_id=source.keyword_rule_id,
        survey_id=source.survey_id,
        source_name=source.name[:MAX_SOURCE_NAME_LENGTH],
        streak_days=streak.run_days if streak is not None and is_new_day else None,
        checked_in_at=moment,
    )
    if is_recorded and streak != before:
        streak = store_streak(phone, streak)
    streak = streak or before
    return streak.count_days(day) if streak else 0


def store_streak(phone: str, streak: Streak | None = None) -> Streak | None:
    """Store the streak of a number and return it; None: counted from all its days."""
    streak = streak or count_streak(_list_days(phone))
    if streak is not None:
        sql.UPSERT_STREAK.execute(
            phone=phone,
            last_day=streak.last_day,
            run_days=streak.run_days,
            longest_days=streak.longest_days,
        )
    return streak


def _list_days(phone: str) -> list[date]:
    return sql.SELECT_DAYS.fetch_values(b_phone=phone)
