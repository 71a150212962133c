"""The streaks of many people as {streak} in a text is filled in with."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from flask import current_app
from sqlalchemy import exists, select

from app.check_ins.models import CheckInStreak
from app.core.clock import now
from app.core.db import db
from app.core.fetched_rows import fetch_dict
from app.core.listed_values import build_listed_column
from app.domain.time.local_times import get_local_date
from app.domain.time.streak_days import ONE_DAY
from app.organisation import queries as organisation
from app.profiles.queries.other_phones import find_numbers_of_several

# Up to so many phones are looked up; for more, all streaks of today are read.
MAX_LISTED_PHONES = 5_000
HAS_STREAKS_KEY = "has_streaks"
KEPT_SECONDS = 60.0


def has_streaks() -> bool:
    """Whether anybody has ever checked in; the first check-in is known a minute later."""
    # Each page that offers placeholders asks, and the answer changes once.
    until, was_there = current_app.extensions.get(HAS_STREAKS_KEY, (0.0, False))
    if was_there or time.monotonic() < until:
        return bool(was_there)
    answer = bool(db.session.scalar(select(exists().where(CheckInStreak.run_days > 0))))
    current_app.extensions[HAS_STREAKS_KEY] = (time.monotonic() + KEPT_SECONDS, answer)
    return answer


def load_streak_texts(phones: Sequence[str]) -> dict[str, str]:
    """Return phone to the days of its person's streak today; whoever has none is missing.

    At most two statements.
    """
    first_phones = _find_first_phones()
    # Check-ins are under the number that is texted; a pasted list may name another one.
    texted_phones = {first_phones.get(phone, phone) for phone in phones}
    days = _load_days(
        texted_phones, get_local_date(organisation.get_organisation_timezone(), now())
    )
    for phone in first_phones.keys() & set(phones):
        if first_phones[phone] in days:
            days[phone] = days[first_phones[phone]]
    return days


def _load_days(phones: Iterable[str], today: date) -> dict[str, str]:
    row = CheckInStreak
    statement = select(row.phone, row.run_days).where(row.last_day >= today - ONE_DAY)
    listed = list(phones)
    if len(listed) <= MAX_LISTED_PHONES:
        statement = statement.where(row.phone.in_(select(build_listed_column(listed))))
    return {phone: str(days) for phone, days in fetch_dict(statement).items()}


def _find_first_phones() -> Mapping[str, str]:
    """Return the other numbers of people who have several, with the one that is texted."""
    numbers = find_numbers_of_several()
    ranked = sorted(numbers, key=lambda phone: numbers[phone].rank)
    first_phones: dict[int, str] = {}
    for phone in ranked:
        first_phones.setdefault(numbers[phone].person_id, phone)
    return {phone: first_phones[numbers[phone].person_id] for phone in ranked}
