"""The choice of a group on a form: those who text or finish something are put into it."""

from collections.abc import Collection

from flask_login import current_user
from wtforms import Field, ValidationError

from app.domain.texts.whole_numbers import parse_id
from app.groups.models import ContactGroup
from app.groups.queries.group_records import (
    find_group,
    find_groups,
    list_fillable_groups,
    may_change_people,
)

NO_GROUP_ERROR = "Choose a group."
DELETED_ERROR = "That group was deleted."
ARCHIVED_ERROR = "That group is archived. Restore it first, or choose another."
ADMINS_ERROR = "Only admins change who is in that group."


def build_group_choices(kept_ids: Collection[int], empty_label: str) -> dict[str, str]:
    """Return the groups that this user may choose, by id; "" for none.

    `kept_ids`: those that are stored stay, so that saving the form again does not lose them.
    """
    groups = {group.id: group for group in list_fillable_groups(current_user.role)}
    groups |= find_groups(set(kept_ids) - groups.keys())
    choices = {str(group.id): format_group_choice(group) for group in groups.values()}
    return {"": empty_label} | choices


def format_group_choice(group: ContactGroup) -> str:
    """Return a group's name, and that it is archived."""
    return f"{group.name} (archived)" if group.archived_at is not None else group.name


def require_group_choice(field: Field, kept_ids: Collection[int]) -> None:
    """Require a group that this user may choose, or one that is stored."""
    if problem := find_group_problem(parse_id((field.data or "").strip()), kept_ids):
        raise ValidationError(problem)


def find_group_problem(group_id: int | None, kept_ids: Collection[int]) -> str:
    """Return why this user cannot choose a group, "" when they can."""
    group = find_group(group_id)
    if group_id is None:
        return NO_GROUP_ERROR
    if group is None:
        return DELETED_ERROR
    if group_id in kept_ids:
        return ""
    if group.archived_at is not None:
        return ARCHIVED_ERROR
    return "" if may_change_people(group, current_user.role) else ADMINS_ERROR
