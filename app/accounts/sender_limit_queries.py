"""What each user may send without approval, and who approves what is above it."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from app.accounts.models import AppUser, SenderLimit
from app.accounts.queries import is_last_admin
from app.core.db import db
from app.domain.accounts.permissions import Permission
from app.domain.accounts.roles import Role
from app.domain.audiences.audience_rules import join_words
from app.domain.delivery.cost_estimate import format_money
from app.domain.texts.plurals import pluralize
from app.organisation.queries import get_organisation


def find_stored_limit(user_id: int) -> SenderLimit | None:
    """Return the limit that an admin set for a user, or None."""
    return db.session.scalar(select(SenderLimit).where(SenderLimit.user_id == user_id))


def find_sender_limit(user: AppUser) -> SenderLimit | None:
    """Return the limit that counts for a user now.

    None for the only admin, whatever is stored: no one could approve what they send.
    """
    limit = find_stored_limit(user.id)
    return None if limit is None or is_last_admin(user) else limit


def describe_allowance(user: AppUser) -> str:
    """Return what a user may send without approval, such as "up to 100 people in one blast"."""
    limit = find_sender_limit(user)
    if limit is None:
        return "any blast"
    if limit.max_people == 0:
        return "no blast"
    allowances = []
    if limit.max_people is not None:
        people = pluralize(limit.max_people, "person", "people")
        allowances.append(f"up to {people} in one blast")
    if limit.max_money_a_day is not None:
        money = format_money(limit.max_money_a_day, get_organisation().currency)
        allowances.append(f"up to {money} a day")
    return join_words(allowances, "and")


def list_approvers(sender_id: int | None) -> Sequence[AppUser]:
    """Return who may approve blasts of a user: other admins, and others whose set says so.

    Nobody who is disabled. `sender_id` None: of a deleted user.
    """
    has_more_than_default = or_(AppUser.role == Role.ADMIN, AppUser.permission_set_id.is_not(None))
    users = select(AppUser).where(has_more_than_default, AppUser.disabled_at.is_(None))
    approvers = []
    for user in db.session.scalars(users.order_by(AppUser.username)):
        if user.id != sender_id and user.may(Permission.APPROVE_TEXTS):
            approvers.append(user)
    return approvers


def list_limited_user_ids() -> Sequence[int]:
    """Return the ids of the users for whom a limit is stored."""
    return db.session.scalars(select(SenderLimit.user_id)).all()
