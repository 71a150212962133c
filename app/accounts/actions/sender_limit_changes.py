"""Set above which size the blasts of a user wait for approval."""

from decimal import Decimal

from sqlalchemy import delete

from app.accounts.models import AppUser, SenderLimit
from app.accounts.queries import is_last_admin
from app.accounts.sender_limit_queries import find_stored_limit
from app.core.db import db


class NoOtherApprover(Exception):
    """The user is the only admin: no one else could approve what is above a limit."""


def set_sender_limit(
    user: AppUser, max_people: int | None, max_money_a_day: Decimal | None
) -> dict[str, list[str | None]]:
    """Store a user's limit, or remove it when both are None; return what changed. Inside write().

    Raises NoOtherApprover.
    """
    has_limit = max_people is not None or max_money_a_day is not None
    if has_limit and is_last_admin(user):
        raise NoOtherApprover
    row = find_stored_limit(user.id)
    before = (row.max_people, row.max_money_a_day) if row else (None, None)
    if not has_limit:
        db.session.execute(delete(SenderLimit).where(SenderLimit.user_id == user.id))
    else:
        row = row or SenderLimit(user_id=user.id)
        row.max_people, row.max_money_a_day = max_people, max_money_a_day
        db.session.add(row)
    db.session.flush()
    names = ("people", "money_a_day")
    changes = zip(names, before, (max_people, max_money_a_day), strict=True)
    return {
        name: [_write(old_value), _write(new_value)]
        for name, old_value, new_value in changes
        if old_value != new_value
    }


def _write(value: int | Decimal | None) -> str | None:
    return None if value is None else str(value)
