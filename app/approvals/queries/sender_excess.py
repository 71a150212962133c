"""Whether a user may send a blast of some size without approval."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from app.accounts.models import AppUser
from app.accounts.sender_limit_queries import find_sender_limit
from app.approvals.models import BlastConfirmation
from app.core.db import db
from app.delivery.queries.waiting_approvals import list_cancelled_ids, list_judged_ids
from app.domain.limits.person_limits import find_midnight
from app.domain.limits.sender_limits import (
    BlastSize,
    DaySpending,
    SenderAllowance,
    explain_excess,
)
from app.domain.time.local_times import get_local_date
from app.organisation.queries import get_organisation


def has_limit(user: AppUser | None) -> bool:
    """Whether a user has any limit now; a deleted one (None) has none."""
    return user is not None and find_sender_limit(user) is not None


def is_unlimited(user: AppUser | None) -> bool:
    """Whether a user is there and has no limit now."""
    return user is not None and find_sender_limit(user) is None


def find_excess(
    user: AppUser | None, size: BlastSize, moment: datetime, scheduled_id: int | None = None
) -> str:
    """Return why a blast that is confirmed at `moment` waits for approval; "" if it does not.

    As a sentence. What its sender confirmed on that day counts too, except the blast
    `scheduled_id` itself. A deleted user (None) has no limit.
    """
    rows = _list_confirmations(user, moment, scheduled_id)
    return _explain(user, size, sum(row.segments for row in rows))


def find_release_excess(
    user: AppUser | None, size: BlastSize, moment: datetime, scheduled_id: int
) -> str:
    """Return the same of a blast that is due at `moment`, as large as it is now.

    It counts to the day on which it was confirmed, a date of a series or a reminder to the day of
    `moment`. What an admin approves or decides yet is no longer a matter of the limit.
    """
    statement = select(BlastConfirmation.confirmed_at).where(
        BlastConfirmation.scheduled_id == scheduled_id
    )
    confirmed_at = db.session.scalar(statement) or moment
    rows = _list_confirmations(user, confirmed_at, scheduled_id)
    judged = list_judged_ids([row.scheduled_id for row in rows if row.scheduled_id])
    spent = sum(row.segments for row in rows if row.scheduled_id not in judged)
    return _explain(user, size, spent)


def _explain(user: AppUser | None, size: BlastSize, spent_segments: int) -> str:
    limit = find_sender_limit(user) if user is not None else None
    if user is None or limit is None:
        return ""
    organisation = get_organisation()
    spending = DaySpending(spent_segments, organisation.price_per_segment, organisation.currency)
    allowance = SenderAllowance(user.shown_name, limit.max_people, limit.max_money_a_day)
    return explain_excess(allowance, size, spending)


def _list_confirmations(
    user: AppUser | None, moment: datetime, scheduled_id: int | None
) -> list[BlastConfirmation]:
    """Return what a user confirmed on the organisation's day of `moment`.

    Without `scheduled_id`, and without what was canceled before it was sent.
    """
    if user is None:
        return []
    zone = get_organisation().timezone
    day = get_local_date(zone, moment)
    row = BlastConfirmation
    statement = select(row).where(
        row.user_id == user.id,
        row.confirmed_at >= find_midnight(day, zone),
        row.confirmed_at < find_midnight(day + timedelta(days=1), zone),
        or_(row.scheduled_id.is_(None), row.scheduled_id != (scheduled_id or 0)),
    )
    rows = db.session.scalars(statement).all()
    cancelled = list_cancelled_ids([stored.scheduled_id for stored in rows if stored.scheduled_id])
    return [stored for stored in rows if stored.scheduled_id not in cancelled]
