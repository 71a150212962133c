"""The form of a permission set: its name, permissions, groups and events."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, SelectMultipleField, StringField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.scope_choices import ScopeChoices
from app.domain.accounts.permission_words import PERMISSION_GROUPS, PERMISSION_LABELS
from app.domain.accounts.permissions import (
    PERMISSIONS_FOR_EVERYBODY,
    PERMISSIONS_WITH_NUMBERS,
    Permission,
    parse_permissions,
)
from app.domain.accounts.scope import Scope
from app.domain.texts.text_cleaning import clean_name

MAX_NAME_LENGTH = 80


class CheckboxesField(SelectMultipleField):
    """Several choices as checkboxes. A choice that is not offered is left away."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Keep what is offered: a group may have been deleted while the page was open."""
        offered = {str(choice[0]) for choice in self.choices or ()}
        self.data = [value for value in self.data or [] if str(value) in offered]


def _build_choices(names: Mapping[Any, str]) -> list[tuple[str, str]]:
    # A permission's text is its stored word.
    return [(str(key), name) for key, name in names.items()]


class PermissionSetForm(FlaskForm):
    """What a set permits, and for whom."""

    name = StringField("Name")
    permissions_0 = CheckboxesField(PERMISSION_GROUPS[0][0])
    permissions_1 = CheckboxesField(PERMISSION_GROUPS[1][0])
    permissions_2 = CheckboxesField(PERMISSION_GROUPS[2][0])
    permissions_3 = CheckboxesField(PERMISSION_GROUPS[3][0])
    reaches_everybody = BooleanField("The whole community")
    groups = CheckboxesField("Only people of these groups")
    all_events = BooleanField("All events")
    events = CheckboxesField("Only these events and the people registered")

    def __init__(self, choices: ScopeChoices, **options: Any) -> None:
        super().__init__(**options)
        for field, (_, labels) in zip(self.permission_fields, PERMISSION_GROUPS, strict=True):
            field.choices = _build_choices(labels)
        self.groups.choices = _build_choices(choices.groups)
        self.events.choices = _build_choices(choices.events)

    @property
    def permission_fields(self) -> list[CheckboxesField]:
        """The checkboxes of the permissions, one field for each group of them."""
        return [self.permissions_0, self.permissions_1, self.permissions_2, self.permissions_3]

    @property
    def chosen(self) -> frozenset[Permission]:
        """The permissions that are ticked."""
        words = [word for field in self.permission_fields for word in field.data or ()]
        return parse_permissions(words)

    @property
    def scope(self) -> Scope:
        """The groups and events that are chosen."""
        group_ids = frozenset(map(int, self.groups.data or ()))
        event_ids = frozenset(map(int, self.events.data or ()))
        return Scope(
            None if self.reaches_everybody.data else group_ids,
            None if self.all_events.data else event_ids,
        )

    def validate_name(self, field: Field) -> None:
        """Require a name of 1 to 80 characters."""
        field.data = clean_name(field.data or "")
        if not field.data:
            raise ValidationError("Enter a name.")
        if len(field.data) > MAX_NAME_LENGTH:
            raise ValidationError(f"A name can have up to {MAX_NAME_LENGTH} characters.")

    def validate_permissions_1(self, field: Field) -> None:
        """Refuse what is made of numbers without the numbers."""
        needing = self.chosen & PERMISSIONS_WITH_NUMBERS
        if needing and Permission.SEE_NUMBERS not in self.chosen:
            raise ValidationError(f"{_quote_first_label(needing)} needs “See phone numbers”.")

    def validate_reaches_everybody(self, field: Field) -> None:
        """Refuse what cannot be limited to some groups."""
        needing = self.chosen & PERMISSIONS_FOR_EVERYBODY
        if needing and not field.data:
            raise ValidationError(
                f"{_quote_first_label(needing)} counts for the whole community only."
            )


def _quote_first_label(permissions: Collection[Permission]) -> str:
    first = min(permissions, key=list(PERMISSION_LABELS).index)
    return f"“{PERMISSION_LABELS[first]}”"


def split_permissions(permissions: Collection[Permission]) -> dict[str, list[str]]:
    """Return which boxes of each of the form's fields are ticked for these permissions."""
    boxes = {}
    for number, (_, labels) in enumerate(PERMISSION_GROUPS):
        ticked = [permission.value for permission in labels if permission in permissions]
        boxes[f"permissions_{number}"] = ticked
    return boxes
