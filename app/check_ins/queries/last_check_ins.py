"""On which day each of some people checked in last."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from app.check_ins.models import CheckInStreak
from app.core.fetched_rows import fetch_dict
from app.core.listed_values import build_listed_column


def find_last_check_in_days(phones: Collection[str]) -> dict[str, date]:
    """Return the last day by number; who never checked in is missing."""
    row = CheckInStreak
    listed = select(build_listed_column(phones))
    return fetch_dict(select(row.phone, row.last_day).where(row.phone.in_(listed)))
