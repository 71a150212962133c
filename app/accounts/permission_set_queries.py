"""Permission sets: which there are, whom they belong to, and the groups and events they reach."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.accounts.models import AppUser
from app.accounts.permission_set_models import (
    PermissionSet,
    PermissionSetEvent,
    PermissionSetGroup,
)
from app.core.db import db
from app.domain.accounts.scope import EMPTY_SCOPE, UNLIMITED_SCOPE, Scope


def find_scope(user: AppUser | None) -> Scope:
    """Return the groups and events that a user's permissions reach now.

    Everything for admins and for social managers without a set; nothing for a deleted user
    (None) and for a role that is none.
    """
    if user is None or user.role is None:
        return EMPTY_SCOPE
    if user.is_admin or user.permission_set is None:
        return UNLIMITED_SCOPE
    return find_set_scope(user.permission_set)


def find_set_scope(row: PermissionSet) -> Scope:
    """Return the groups and events that a set reaches now; deleted ones have left it."""
    group_ids = None if row.reaches_everybody else frozenset(_list_group_ids(row.id))
    event_ids = None if row.all_events else frozenset(_list_event_ids(row.id))
    return Scope(group_ids, event_ids)


def _list_group_ids(set_id: int) -> Sequence[int]:
    of_set = PermissionSetGroup.permission_set_id == set_id
    return db.session.scalars(select(PermissionSetGroup.group_id).where(of_set)).all()


def _list_event_ids(set_id: int) -> Sequence[int]:
    of_set = PermissionSetEvent.permission_set_id == set_id
    return db.session.scalars(select(PermissionSetEvent.event_id).where(of_set)).all()


def find_permission_set(set_id: int) -> PermissionSet | None:
    """Return the set with this id, or None."""
    return db.session.get(PermissionSet, set_id)


def list_permission_sets() -> Sequence[PermissionSet]:
    """Return every set, by name."""
    return db.session.scalars(select(PermissionSet).order_by(PermissionSet.name)).all()


def list_set_users(set_id: int) -> Sequence[AppUser]:
    """Return the users who have a set, by name. An admin's set counts too: it may come back."""
    users = select(AppUser).where(AppUser.permission_set_id == set_id)
    return db.session.scalars(users.order_by(AppUser.username)).all()


def count_set_users() -> dict[int, int]:
    """Return how many users have each set, by its id; without the sets that nobody has."""
    is_used = AppUser.permission_set_id.is_not(None)
    counts = select(AppUser.permission_set_id, func.count()).where(is_used)
    rows = db.session.execute(counts.group_by(AppUser.permission_set_id))
    return {set_id: count for set_id, count in rows if set_id is not None}
