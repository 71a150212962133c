"""The choice of a group on a form: those who text or finish something are put into it."""

from flask_login import current_user
from wtforms import Field, ValidationError

from app.domain.texts.whole_numbers import parse_id
from app.groups.models import ContactGroup
from app.groups.queries.group_records import find_group, list_fillable_groups, may_change_people

NO_GROUP_ERROR = "Choose a group."
DELETED_ERROR = "That group was deleted."
ARCHIVED_ERROR = "That group is archived. Restore it first, or choose another."
ADMINS_ERROR = "Only admins change who is in that group."


def build_group_choices(kept_id: int | None, empty_label: str) -> dict[str, str]:
    """Return the groups that this user may choose, by id; "" for none.

    `kept_id`: the one that is stored stays, so that saving the form again does not lose it.
    """
    groups = list(list_fillable_groups(current_user.role))
    kept = find_group(kept_id)
    if kept is not None and kept not in groups:
        groups.append(kept)
    return {"": empty_label} | {str(group.id): format_group_choice(group) for group in groups}


def format_group_choice(group: ContactGroup) -> str:
    """Return a group's name, and that it is archived."""
    return f"{group.name} (archived)" if group.archived_at is not None else group.name


def require_group_choice(field: Field, kept_id: int | None) -> None:
    """Require a group that this user may choose, or the one that is stored."""
    group_id = parse_id((field.data or "").strip())
    group = find_group(group_id)
    if group_id is None:
        raise ValidationError(NO_GROUP_ERROR)
    if group is None:
        raise ValidationError(DELETED_ERROR)
    if group_id == kept_id:
        return
    if group.archived_at is not None:
        raise ValidationError(ARCHIVED_ERROR)
    if not may_change_people(group, current_user.role):
        raise ValidationError(ADMINS_ERROR)
