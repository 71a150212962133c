"""Whether a user may send a blast of some size without approval."""

from datetime import datetime

from sqlalchemy import or_, select

from app.accounts.models import AppUser
from app.accounts.queries import find_user_by_name
from app.accounts.sender_limit_queries import find_sender_limit
from app.approvals.models import BlastConfirmation
from app.core.db import db
from app.delivery.queries.waiting_approvals import list_cancelled_ids
from app.domain.limits.person_limits import find_midnight
from app.domain.limits.sender_limits import (
    BlastSize,
    DaySpending,
    SenderAllowance,
    explain_excess,
)
from app.domain.time.local_times import get_local_date
from app.organisation.queries import get_organisation


def has_limit(username: str) -> bool:
    """Whether a user has any limit now; a deleted one has none."""
    user = find_user_by_name(username)
    return user is not None and find_sender_limit(user) is not None


def is_unlimited(username: str) -> bool:
    """Whether a user is there and has no limit now."""
    user = find_user_by_name(username)
    return user is not None and find_sender_limit(user) is None


def find_excess(
    username: str, size: BlastSize, moment: datetime | None, scheduled_id: int | None = None
) -> str:
    """Return why a blast of this size waits for approval, as a sentence; "" when it needs none.

    `moment`: when it is confirmed (UTC): what its sender confirmed on that day counts too, except
    the blast `scheduled_id` itself. None: it was confirmed before, so it counts alone. A deleted
    user has no limit.
    """
    user = find_user_by_name(username)
    limit = find_sender_limit(user) if user is not None else None
    if user is None or limit is None:
        return ""
    organisation = get_organisation()
    counts_money = limit.max_money_a_day is not None and moment is not None
    segments = _count_confirmed_segments(user, moment, scheduled_id) if counts_money else 0
    spending = DaySpending(segments, organisation.price_per_segment, organisation.currency)
    allowance = SenderAllowance(user.shown_name, limit.max_people, limit.max_money_a_day)
    return explain_excess(allowance, size, spending)


def _count_confirmed_segments(
    user: AppUser, moment: datetime | None, scheduled_id: int | None
) -> int:
    """Return the segments that a user confirmed on the organisation's day of `moment`.

    Without `scheduled_id`, and without what was canceled before it was sent.
    """
    assert moment is not None
    zone = get_organisation().timezone
    start = find_midnight(get_local_date(zone, moment), zone)
    row = BlastConfirmation
    statement = select(row.scheduled_id, row.segments).where(
        row.user_id == user.id,
        row.confirmed_at >= start,
        or_(row.scheduled_id.is_(None), row.scheduled_id != (scheduled_id or 0)),
    )
    rows = db.session.execute(statement).all()
    cancelled = list_cancelled_ids([stored.scheduled_id for stored in rows if stored.scheduled_id])
    return sum(stored.segments for stored in rows if stored.scheduled_id not in cancelled)
