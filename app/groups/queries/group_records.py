"""Single groups, the choices that forms offer, and the names of groups."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.fetched_rows import fetch_by_ids, fetch_dict
from app.core.scope_conditions import list_group_conditions
from app.core.search_terms import build_text_filter
from app.domain.accounts.roles import Role
from app.groups.models import (
    ContactGroup,
    FormerGroupName,
    GroupMembership,
    GroupTexters,
    fold_group_name,
)

MAX_CHOICES = 500


def find_group(group_id: int | None) -> ContactGroup | None:
    """Return the group with this id as the database has it now, or None."""
    if group_id is None:
        return None
    return db.session.get(ContactGroup, group_id, populate_existing=True)


def find_active_group(group_id: int | None) -> ContactGroup | None:
    """Return the group with this id; None for none, and for an archived one."""
    group = find_group(group_id)
    return group if group is not None and group.archived_at is None else None


def find_active_group_ids(group_ids: Collection[int]) -> set[int]:
    """Return those of these groups that are there and not archived. No statement for no ids."""
    if not group_ids:
        return set()
    row = ContactGroup
    active = select(row.id).where(row.id.in_(group_ids), row.archived_at.is_(None))
    return set(db.session.scalars(active))


def find_groups(group_ids: Collection[int]) -> dict[int, ContactGroup]:
    """Return these groups by id; a deleted one is missing. No statement for no ids."""
    return fetch_by_ids(ContactGroup, group_ids)


def find_group_by_name(name: str) -> ContactGroup | None:
    """Return the group with this name in any spelling, archived or not."""
    statement = select(ContactGroup).where(ContactGroup.folded_name == fold_group_name(name))
    return db.session.scalars(statement).first()


def find_folded_names() -> dict[int, str]:
    """Return the folded name of every group by its id."""
    rows = db.session.execute(select(ContactGroup.id, ContactGroup.folded_name))
    return {id: folded_name for id, folded_name in rows}


def list_active_groups() -> Sequence[ContactGroup]:
    """Return the groups that are in use, by name."""
    is_meant = (ContactGroup.archived_at.is_(None), *list_group_conditions(ContactGroup.id))
    statement = select(ContactGroup).where(*is_meant)
    return db.session.scalars(statement.order_by(ContactGroup.folded_name).limit(MAX_CHOICES)).all()


def list_group_names() -> dict[int, str]:
    """Return the names of all groups, archived ones too, by id and in the order of the names."""
    statement = select(ContactGroup.id, ContactGroup.name)
    return fetch_dict(statement.order_by(ContactGroup.folded_name))


def has_groups() -> bool:
    """Whether there are groups, archived or not."""
    return bool(db.session.scalar(select(exists().where(ContactGroup.id.is_not(None)))))


def list_textable_groups(role: Role) -> Sequence[ContactGroup]:
    """Return the groups in use that a user with this role may text, by name."""
    return [group for group in list_active_groups() if may_text_group(group, role)]


def may_text_group(group: ContactGroup, role: Role) -> bool:
    """Whether a user with this role may send a blast to the group."""
    return role == Role.ADMIN or group.who_may_text is GroupTexters.EVERYONE


def list_fillable_groups(role: Role) -> Sequence[ContactGroup]:
    """Return the groups in use whose people a user with this role may change, by name."""
    return [group for group in list_active_groups() if may_change_people(group, role)]


def may_change_people(group: ContactGroup, role: Role) -> bool:
    """Whether a user with this role may say who is in the group.

    Whoever decides who is in a group decides who gets its blasts.
    """
    return may_text_group(group, role)


def find_group_names(group_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these groups by id; a deleted one is missing."""
    statement = select(ContactGroup.id, ContactGroup.name).where(ContactGroup.id.in_(group_ids))
    return fetch_dict(statement)


def find_groups_by_name(names: Collection[str]) -> dict[str, ContactGroup]:
    """Return those of the groups with these names that exist, by folded name."""
    folded_names = set(map(fold_group_name, names))
    statement = select(ContactGroup).where(ContactGroup.folded_name.in_(folded_names))
    return {group.folded_name: group for group in db.session.scalars(statement)}


def list_groups_of_import(import_id: int) -> Sequence[Row[int, str, int]]:
    """Return id, name and count of people of the groups that an import put people into."""
    statement = select(ContactGroup.id, ContactGroup.name, func.count().label("people_count"))
    statement = statement.join(GroupMembership, GroupMembership.group_id == ContactGroup.id)
    statement = statement.where(GroupMembership.import_id == import_id)
    return db.session.execute(
        statement.group_by(ContactGroup.id).order_by(ContactGroup.folded_name)
    ).all()


def build_group_search_condition(search: str) -> ColumnElement[bool]:
    """Return the condition that a group's name or description has every word of the search."""
    return build_text_filter(search, ContactGroup.name, ContactGroup.description)


def select_group_matches(search: str, limit: int) -> Select[int, str, str | None]:
    """Return id, name and description of groups that fit, as columns id, title, detail."""
    statement = select(
        ContactGroup.id.label("id"),
        ContactGroup.name.label("title"),
        ContactGroup.description.label("detail"),
    )
    statement = statement.where(build_group_search_condition(search))
    return statement.order_by(ContactGroup.folded_name).limit(limit)


def list_folded_names(group_ids: Iterable[int]) -> list[str]:
    """Return what these groups are called and were called before, as names are compared.

    A former name that any group has now is left out.
    """
    ids = list(group_ids)
    group = ContactGroup
    former = FormerGroupName
    other = aliased(ContactGroup)
    is_taken = exists().where(other.folded_name == former.folded_name)
    current_names = select(group.folded_name).where(group.id.in_(ids))
    former_names = select(former.folded_name).where(former.group_id.in_(ids), ~is_taken)
    return list(db.session.scalars(current_names.union(former_names)))
