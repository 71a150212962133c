"""The groups of a person as a column of lists."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from app.core.scope_conditions import list_group_conditions
from app.groups.models import ContactGroup, GroupMembership


def select_group_names(phone: Any) -> ColumnElement[Any]:
    """Select the names of the groups in use that a phone is in, by name, as a JSON list."""
    row, group = aliased(GroupMembership), aliased(ContactGroup)
    names = (
        select(group.name)
        .join_from(row, group, group.id == row.group_id)
        .where(
            row.phone == phone,
            row.until.is_(None),
            group.archived_at.is_(None),
            *list_group_conditions(group.id),
        )
        .order_by(group.folded_name)
        .correlate_except(row, group)
        .subquery()
    )
    return select(func.json_group_array(names.c.name)).scalar_subquery()
