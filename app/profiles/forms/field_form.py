"""The form of a field."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, StringField, TextAreaField, ValidationError

from app.core.form_fields import add_error
from app.domain.profiles.field_guessing import MAX_CHOICE_LENGTH, MAX_CHOICES
from app.domain.profiles.field_names import find_field_name_problem
from app.domain.profiles.field_types import (
    FIELD_CLASS_LABELS,
    FIELD_TYPE_LABELS,
    FieldClass,
    FieldType,
)
from app.domain.profiles.field_values import fold_value
from app.domain.texts.text_cleaning import clean_text
from app.profiles.actions.field_editing import FieldInfo
from app.profiles.field_models import PersonField
from app.profiles.queries.field_records import find_field_by_name

CLASS_LABELS = {
    field_class.value: FIELD_CLASS_LABELS[field_class]
    for field_class in (FieldClass.ADMINISTRATIVE, FieldClass.PUBLIC, FieldClass.SENSITIVE)
}
TYPE_LABELS = {field_type.value: label for field_type, label in FIELD_TYPE_LABELS.items()}


def _clean_line(text: str | None) -> str:
    return " ".join(clean_text(text or "").split())


def _clean_lines(text: str | None) -> str:
    return clean_text(text or "")


class PersonFieldForm(FlaskForm):
    """A field. `field`: the one that is changed, whose type stays, or None.

    `find_text_uses` returns a sentence about the texts that name a public field, or "".
    """

    name = StringField("Name", filters=[_clean_line])
    field_type = RadioField("Type", choices=TYPE_LABELS, default=FieldType.TEXT.value)
    choices = TextAreaField("Choices", filters=[_clean_lines])
    field_class = RadioField(
        "Who sees it", choices=CLASS_LABELS, default=FieldClass.ADMINISTRATIVE.value
    )

    def __init__(
        self,
        field: PersonField | None = None,
        find_text_uses: Callable[[PersonField], str] = lambda field: "",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.field = field
        self.find_text_uses = find_text_uses
        if field is not None:
            # It cannot be changed: what people have was read as one of this type.
            self.field_type.data = field.field_type.value

    @property
    def choice_list(self) -> list[str]:
        """The choices, one a line, each once in any spelling."""
        by_folded: dict[str, str] = {}
        for line in (self.choices.data or "").splitlines():
            choice = " ".join(line.split())
            if choice:
                by_folded.setdefault(fold_value(choice), choice)
        return list(by_folded.values())

    @property
    def is_choice(self) -> bool:
        """Whether its values are chosen from a list."""
        return self.field_type.data == FieldType.CHOICE.value

    def validate_name(self, field: Field) -> None:
        """Require a name that no other field has, and no placeholder."""
        problem = find_field_name_problem(field.data or "")
        if problem:
            raise ValidationError(problem)
        other = find_field_by_name(field.data or "")
        if other is not None and (self.field is None or other.id != self.field.id):
            raise ValidationError(_describe_taken_name(other))

    def validate_choices(self, field: Field) -> None:
        """Require choices of a choice field, not too many and not too long."""
        if not self.is_choice:
            return
        choices = self.choice_list
        if not choices:
            raise ValidationError("Enter the choices, one per line.")
        if len(choices) > MAX_CHOICES:
            raise ValidationError(f"Enter at most {MAX_CHOICES} choices.")
        if max(map(len, choices)) > MAX_CHOICE_LENGTH:
            raise ValidationError(f"A choice can have up to {MAX_CHOICE_LENGTH} characters.")

    def validate_field_class(self, field: Field) -> None:
        """Keep a field public while a blast waits with it in its text."""
        if self.field is None or not self.field.is_public or field.data == FieldClass.PUBLIC.value:
            return
        uses = self.find_text_uses(self.field)
        if uses:
            raise ValidationError(f"It must stay public: {uses}. Cancel or edit that first.")

    @property
    def field_info(self) -> FieldInfo:
        """The field as it was typed. After a valid validate()."""
        return FieldInfo(
            name=self.name.data or "",
            field_type=FieldType(self.field_type.data),
            field_class=FieldClass(self.field_class.data),
            choices=tuple(self.choice_list) if self.is_choice else (),
        )

    def add_taken_error(self) -> None:
        """Say beside the field that another request took the name first."""
        add_error(self.name, f"There is a field “{self.name.data}” already.")


def _describe_taken_name(other: PersonField) -> str:
    if other.archived_at is not None:
        return f"The archived field “{other.name}” has this name. Restore it, or choose another."
    return f"There is a field “{other.name}” already."


def build_field_form_data(field: PersonField) -> Mapping[str, Any]:
    """Return a field as somebody would have typed it."""
    return {
        "name": field.name,
        "field_class": field.field_class.value,
        "choices": "\n".join(field.choice_list),
    }
