"""What the rule of a segment asks of groups: who is in one."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, select
from sqlalchemy.orm import aliased

from app.groups.models import ContactGroup, GroupMembership
from app.suppression.queries.left_topics import select_left_topic


def exists_group(group_id: int) -> ColumnElement[bool]:
    """Return the condition that a group has not been deleted, for any select."""
    group = aliased(ContactGroup)
    return exists().where(group.id == group_id).correlate_except(group)


def is_phone_in_groups(
    phone: Any,
    group_ids: list[int],
    *,
    is_archived_counted: bool,
    skips_left: bool = False,
    is_looked_up: bool = False,
) -> ColumnElement[bool]:
    """Return the condition that a phone is in one of these groups.

    No one is in an archived group, unless `is_archived_counted`: a rule that leaves its people
    out goes on leaving them out. `skips_left`: nor is whoever left it as a topic. `is_looked_up`:
    ask for each phone, where other conditions leave few; otherwise the groups' people are listed
    once. Of 12,000 people the look-ups take 5 ms, a list of 60,000 takes 20.
    """
    row, group = aliased(GroupMembership), aliased(ContactGroup)
    members = select(row.phone).where(row.group_id.in_(group_ids), row.until.is_(None))
    if not is_archived_counted:
        archived = select(group.id).where(group.id.in_(group_ids), group.archived_at.is_not(None))
        members = members.where(row.group_id.not_in(archived))
    if skips_left:
        members = members.where(~select_left_topic(row.phone, row.group_id))
    if is_looked_up:
        return members.where(row.phone == phone).correlate_except(row).exists()
    condition: ColumnElement[bool] = phone.in_(members)
    return condition


def select_active_group_phones() -> Any:
    """Select the phones of everyone who is in a group that is in use."""
    row = GroupMembership
    active = select(ContactGroup.id).where(ContactGroup.archived_at.is_(None))
    return select(row.phone).where(row.group_id.in_(active), row.until.is_(None))


def select_marked_group_names(group_ids: list[int]) -> Select[int, str]:
    """Select (id, name) of these groups, archived ones marked; a deleted one is missing."""
    row = ContactGroup
    marked = case((row.archived_at.is_(None), row.name), else_=row.name + " (archived)")
    return select(row.id, marked.label("name")).where(row.id.in_(group_ids))
