"""Streaks of people: of one, and of those who missed a day."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import starmap
from typing import NamedTuple

from sqlalchemy import func, select

from app.check_ins import sql
from app.check_ins.models import CheckIn, CheckInStreak
from app.core.db import db
from app.domain.time.streak_days import Streak


class SourceTotal(NamedTuple):
    """On how many days somebody checked in by one keyword or survey, and on which day last."""

    name: str
    days: int
    last_day: date


class MissedCheckIn(NamedTuple):
    """Somebody whose last check-in was on `last_day`."""

    phone: str
    last_day: date


def find_streak(phone: str) -> Streak | None:
    """Return the last streak of a number, None where it has never checked in."""
    row = sql.SELECT_STREAK.fetch_first_row(b_phone=phone)
    return Streak(*row) if row else None


def list_source_totals(phone: str) -> Sequence[SourceTotal]:
    """Return what a number has checked in by, the last used first."""
    row = CheckIn
    last_day = func.max(row.day)
    # By its name: what was deleted and made anew under the same name is one habit.
    statement = (
        select(row.source_name, func.count(row.day.distinct()), last_day)
        .where(row.phone == phone)
        .group_by(row.source_name)
        .order_by(last_day.desc(), row.source_name)
    )
    return list(starmap(SourceTotal, db.session.execute(statement)))


def list_missed_check_ins(days: int, after: date, today: date) -> Sequence[MissedCheckIn]:
    """Return people who missed `days` days in a row, the last of them after `after`.

    The last missed day is before `today`, for today is not over. In the order of that day; each
    person is in it once for each time they stop. A poller remembers as `after` the last missed
    day that it has read: MissedCheckIn.last_day + `days`.
    """
    row = CheckInStreak
    ago = timedelta(days=days)
    statement = (
        select(row.phone, row.last_day)
        .where(row.last_day > after - ago, row.last_day < today - ago)
        .order_by(row.last_day, row.phone)
    )
    return list(starmap(MissedCheckIn, db.session.execute(statement)))
