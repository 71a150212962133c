"""The form of a group."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length

from app.accounts.queries import list_users
from app.core.column_types import datetime_from_db, datetime_to_db
from app.core.form_fields import add_error
from app.core.permission_checks import is_reached
from app.domain.opt_outs.topic_names import fold_topic_words, has_own_word
from app.domain.opt_outs.topic_requests import can_be_left_by_name
from app.domain.spreadsheets.group_columns import SEPARATOR_PATTERN
from app.domain.texts.text_cleaning import clean_text
from app.domain.texts.whole_numbers import parse_id
from app.groups.actions.group_editing import GroupInfo
from app.groups.models import (
    MAX_DESCRIPTION_LENGTH,
    MAX_GROUP_NAME_LENGTH,
    ContactGroup,
    GroupColor,
    GroupTexters,
)
from app.groups.queries.group_records import (
    find_group,
    find_group_by_name,
    find_groups,
    list_fillable_groups,
    may_change_people,
)

NAME_LENGTH_ERROR = f"A name can have up to {MAX_GROUP_NAME_LENGTH} characters."
SEPARATOR_ERROR = "Leave out commas, semicolons and |. In spreadsheets they separate groups."
DESCRIPTION_LENGTH_ERROR = f"Enter at most {MAX_DESCRIPTION_LENGTH} characters."
COLOR_LABELS = {
    GroupColor.TEAL.value: "Teal",
    GroupColor.BLUE.value: "Blue",
    GroupColor.AMBER.value: "Amber",
    GroupColor.GRAY.value: "Gray",
}
TEXTER_LABELS = {
    GroupTexters.EVERYONE.value: "Everyone who can sign in",
    GroupTexters.ADMINS.value: "Only admins",
}
# Where a topic is called "Alerts", STOP ALERTS would stop all texts.
TOPIC_NAME_ERROR = (
    "People leave a topic by texting STOP and its name. STOP {name} stops all texts, so give it "
    "another name."
)
UNREADABLE_TOPIC_ERROR = (
    "People leave a topic by texting STOP and its name. STOP {name} would not be understood, so "
    "give it another name."
)
NO_GROUP_ERROR = "Choose a group."
DELETED_ERROR = "That group was deleted."
ARCHIVED_ERROR = "That group is archived. Restore it first, or choose another."
ADMINS_ERROR = "Only admins change who is in that group."
NO_OWNER = {"": "No one in particular"}


def _clean_description(text: str | None) -> str:
    return clean_text(text or "").strip()


def _clean_line(text: str | None) -> str:
    return " ".join(clean_text(text or "").split())


class GroupForm(FlaskForm):
    """A group. `group_id`: the one that is changed, or None."""

    name = StringField("Name", filters=[_clean_line])
    description = TextAreaField(
        "Description",
        [Length(max=MAX_DESCRIPTION_LENGTH, message=DESCRIPTION_LENGTH_ERROR)],
        filters=[_clean_description],
    )
    color = RadioField("Color", choices=COLOR_LABELS, default=GroupColor.TEAL.value)
    who_may_text = RadioField(
        "Who may text it, add people and remove them",
        choices=TEXTER_LABELS,
        default=GroupTexters.EVERYONE.value,
    )
    is_topic = BooleanField("Let people stop this group's texts")
    owner_id = SelectField("Owner", default="", validate_choice=False)
    # When the group was last changed, as the page showed it: nobody's change is lost unseen.
    seen = HiddenField()

    def __init__(self, group_id: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.group_id = group_id
        owners = {str(user.id): user.shown_name for user in list_users()}
        self.owner_id.choices = NO_OWNER | owners

    def validate_name(self, field: Field) -> None:
        """Require a name that no other group has."""
        name = field.data or ""
        problem = find_new_name_problem(name, self.group_id)
        if problem:
            raise ValidationError(problem)
        if self.is_topic.data and not can_be_left_by_name(name):
            is_known = has_own_word(fold_topic_words(name))
            error = UNREADABLE_TOPIC_ERROR if is_known else TOPIC_NAME_ERROR
            raise ValidationError(error.format(name=name.upper()))

    def validate_owner_id(self, field: Field) -> None:
        """Require a user who still exists, or no one."""
        if (field.data or "") not in (self.owner_id.choices or {}):
            raise ValidationError("That user was deleted. Choose another.")

    @property
    def group_info(self) -> GroupInfo:
        """The group as it was typed. After a valid validate()."""
        return GroupInfo(
            name=self.name.data or "",
            description=self.description.data or None,
            color=GroupColor(self.color.data),
            who_may_text=GroupTexters(self.who_may_text.data),
            owner_id=parse_id(self.owner_id.data or ""),
            is_topic=bool(self.is_topic.data),
        )

    @property
    def seen_at(self) -> datetime | None:
        """When the group was last changed as this user saw it; None where nothing says."""
        try:
            return datetime_from_db(self.seen.data)
        except ValueError:
            return None

    def add_changed_error(self, group: ContactGroup) -> None:
        """Say what another admin has saved meanwhile. Saving again replaces it."""
        stored = build_group_form_data(group)
        self.seen.data = stored["seen"]
        saved = []
        for field in self:
            if field.name in stored and field.name != "seen" and field.data != stored[field.name]:
                saved.append(f"{field.label.text}: {self._describe_choice(field, stored)}")
        text = f" It has now: {'; '.join(saved)}." if saved else ""
        add_error(
            self.name,
            f"Another admin changed this group while you were editing it.{text} Save again to "
            "replace that with what is below.",
        )

    @staticmethod
    def _describe_choice(field: Field, stored: Mapping[str, Any]) -> str:
        value = stored[field.name]
        if isinstance(field, BooleanField):
            return "Yes" if value else "No"
        choices = getattr(field, "choices", None) or {}
        return f"“{choices.get(value, value)}”"

    def add_taken_error(self) -> None:
        """Say beside the field that another request took the name first."""
        add_error(self.name, f"There is a group “{self.name.data}” already.")


def find_new_name_problem(name: str, group_id: int | None = None) -> str:
    """Return why a group cannot have this name, "" when it can.

    `group_id`: the group that may have it already.
    """
    if not name:
        return "Give the group a name."
    if len(name) > MAX_GROUP_NAME_LENGTH:
        return NAME_LENGTH_ERROR
    if SEPARATOR_PATTERN.search(name):
        return SEPARATOR_ERROR
    other = find_group_by_name(name)
    if other is None or other.id == group_id:
        return ""
    return describe_taken_name(other)


def describe_taken_name(other: ContactGroup) -> str:
    """Return the sentence for a name that a group has already."""
    if other.archived_at is not None:
        return f"The archived group “{other.name}” has this name. Restore it, or choose another."
    return f"There is a group “{other.name}” already."


def build_group_form_data(group: ContactGroup) -> Mapping[str, Any]:
    """Return a group as somebody would have typed it."""
    return {
        "name": group.name,
        "description": group.description or "",
        "color": group.color.value,
        "who_may_text": group.who_may_text.value,
        "owner_id": str(group.owner_id or ""),
        "seen": datetime_to_db(group.updated_at),
        "is_topic": group.is_topic,
    }


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
    if not is_reached("group_id", group_id):
        return DELETED_ERROR
    if group.archived_at is not None:
        return ARCHIVED_ERROR
    return "" if may_change_people(group, current_user.role) else ADMINS_ERROR
