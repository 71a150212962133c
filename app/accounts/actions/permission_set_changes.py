"""Write permission sets, and give them to users."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, update

from app.accounts.models import AppUser
from app.accounts.permission_set_models import (
    PermissionSet,
    PermissionSetEvent,
    PermissionSetGroup,
)
from app.accounts.permission_set_queries import find_permission_set, list_set_users
from app.core.db import NotFound, db
from app.domain.accounts.permissions import Permission
from app.domain.accounts.scope import Scope


class SetInUse(Exception):
    """Users have the set: without it they would be judged by their role, which may permit more."""


@dataclass(frozen=True)
class SetContent:
    """What an admin chose for a set."""

    name: str
    permissions: frozenset[Permission]
    scope: Scope


def add_permission_set(content: SetContent) -> int:
    """Create a set and return its id. Raises UniqueViolation for a taken name. Inside write()."""
    row = PermissionSet()
    _fill(row, content)
    db.session.add(row)
    db.session.flush()
    _store_scope(row.id, content.scope)
    return row.id


def change_permission_set(set_id: int, content: SetContent) -> None:
    """Store what was chosen; it counts at its users' next request. Inside write().

    Raises NotFound, and UniqueViolation for a taken name.
    """
    row = find_permission_set(set_id)
    if row is None:
        raise NotFound
    _fill(row, content)
    db.session.flush()
    _store_scope(set_id, content.scope)


def delete_permission_set(set_id: int) -> None:
    """Delete a set that nobody has. Raises NotFound and SetInUse. Inside write()."""
    if find_permission_set(set_id) is None:
        raise NotFound
    if list_set_users(set_id):
        raise SetInUse
    db.session.execute(delete(PermissionSet).where(PermissionSet.id == set_id))


def give_permission_set(user_id: int, set_id: int | None) -> None:
    """Judge a user by a set; None: by the role. Raises NotFound for a set. Inside write()."""
    if set_id is not None and find_permission_set(set_id) is None:
        raise NotFound
    change = update(AppUser).where(AppUser.id == user_id).values(permission_set_id=set_id)
    db.session.execute(change)


def _fill(row: PermissionSet, content: SetContent) -> None:
    row.name = content.name
    row.choose(content.permissions)
    row.reaches_everybody = content.scope.group_ids is None
    row.all_events = content.scope.event_ids is None


def _store_scope(set_id: int, scope: Scope) -> None:
    for model, column, ids in (
        (PermissionSetGroup, "group_id", scope.group_ids),
        (PermissionSetEvent, "event_id", scope.event_ids),
    ):
        db.session.execute(delete(model).where(model.permission_set_id == set_id))
        if rows := _build_rows(set_id, column, ids or ()):
            db.session.execute(insert(model), rows)


def _build_rows(set_id: int, column: str, ids: Iterable[int]) -> list[dict[str, int]]:
    return [{"permission_set_id": set_id, column: item_id} for item_id in sorted(ids)]
