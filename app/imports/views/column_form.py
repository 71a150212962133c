"""The form that says what each column of a file holds: as it is shown, and as it is submitted."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from app.domain.profiles.field_types import FIELD_TYPE_LABELS, FieldClass
from app.domain.spreadsheets.column_headings import PROFILE_KINDS, ColumnKind
from app.domain.spreadsheets.field_columns import (
    FIELD_CHOICE_PREFIX,
    NEW_FIELD_CHOICE,
    FieldColumn,
)
from app.domain.spreadsheets.profile_columns import ProfileContext
from app.imports.actions.field_choices import NewFieldChoice, suggest_field_name
from app.imports.actions.spreadsheet_parsing import ColumnChoice
from app.imports.models import Import
from app.imports.queries import import_records
from app.imports.queries.import_records import SpreadsheetLayout
from app.profiles.forms.field_form import CLASS_LABELS

SHOWN_SAMPLES = 3
# Columns of these kinds show what a new field of them would be.
FIELD_KINDS = (ColumnKind.IGNORED, ColumnKind.FIELD)


@dataclass(frozen=True)
class ColumnRow:
    """One column of a file as the form shows it.

    `choice` is what is selected, `new_field` what a new field of it would be, None where no fields
    can be made.
    """

    index: int
    title: str
    samples: Sequence[str]
    choice: str
    evidence: str
    new_field: NewFieldChoice | None

    @property
    def makes_field(self) -> bool:
        """Whether a new field is selected."""
        return self.choice == NEW_FIELD_CHOICE


@dataclass(frozen=True)
class ColumnForm:
    """The columns, and what can be chosen for each: label by value, in two groups."""

    rows: Sequence[ColumnRow]
    kind_choices: dict[str, str]
    field_choices: dict[str, str]
    type_labels: dict[str, str]
    class_labels: dict[str, str]

    @property
    def new_names(self) -> list[str]:
        """The names of the fields that are made."""
        return [row.new_field.name for row in self.rows if row.makes_field and row.new_field]


def build_column_form(
    layout: SpreadsheetLayout, choice: ColumnChoice | None, profile: ProfileContext | None
) -> ColumnForm:
    """Return the form as the file was read, or as it was submitted when `choice` is given."""
    can_create = profile is not None and profile.can_create
    rows = []
    for index in layout.shown_columns:
        selected = choice.kinds[index] if choice else layout.get_choice(index)
        # Other columns make a field of their heading, if somebody wants that.
        may_be_field = can_create and layout.columns.kinds[index] in FIELD_KINDS
        new_field = choice.new_fields.get(index) if choice else None
        if may_be_field or selected == NEW_FIELD_CHOICE:
            new_field = new_field or _suggest_field(layout, index)
        samples = [cell for cell in layout.get_sample_cells(index) if cell.strip()]
        rows.append(
            ColumnRow(
                index,
                layout.columns.column_title(index),
                samples[:SHOWN_SAMPLES],
                selected,
                layout.evidence[index],
                new_field,
            )
        )
    return ColumnForm(
        rows,
        _list_kind_choices(profile),
        _list_field_choices(profile),
        {kind.value: label for kind, label in FIELD_TYPE_LABELS.items()},
        CLASS_LABELS,
    )


def _list_kind_choices(profile: ProfileContext | None) -> dict[str, str]:
    left_out = {ColumnKind.FIELD, ColumnKind.IGNORED}
    if profile is None:
        left_out.update(PROFILE_KINDS)
    return {kind.value: kind.label for kind in ColumnKind if kind not in left_out}


def _list_field_choices(profile: ProfileContext | None) -> dict[str, str]:
    if profile is None:
        return {}
    choices = {f"{FIELD_CHOICE_PREFIX}{field.id}": field.name for field in profile.fields}
    return choices | ({NEW_FIELD_CHOICE: "New field"} if profile.can_create else {})


def _suggest_field(layout: SpreadsheetLayout, index: int) -> NewFieldChoice:
    """Return the new field that was chosen for a column, or would be made of it."""
    column = layout.columns.fields.get(index)
    if column is not None and column.field_id is None:
        return _describe_new_field(column)
    name = suggest_field_name(layout.columns.column_title(index))
    field_type = layout.guessed_types[index] if index < len(layout.guessed_types) else "text"
    return NewFieldChoice(name, field_type, FieldClass.ADMINISTRATIVE.value)


def _describe_new_field(column: FieldColumn) -> NewFieldChoice:
    return NewFieldChoice(column.name, column.type.value, column.field_class.value)


def read_column_choice(row: Import) -> ColumnChoice:
    """Return the choice that was submitted; a column that is not in the form stays as it was."""
    layout = import_records.parse_import_layout(row)
    form = request.form
    kinds = [
        form.get(f"column_{index}", former_choice)
        for index, former_choice in enumerate(layout.choices)
    ]
    new_fields = {}
    for index, kind in enumerate(kinds):
        if kind == NEW_FIELD_CHOICE:
            suggested = _suggest_field(layout, index)
            new_fields[index] = NewFieldChoice(
                " ".join(form.get(f"field_name_{index}", "").split()) or suggested.name,
                form.get(f"field_type_{index}", suggested.type),
                form.get(f"field_class_{index}", suggested.field_class),
            )
    return ColumnChoice(
        kinds,
        form.get("headings") == "1",
        form.get("encoding", row.encoding or ""),
        form.get("sheet", type=int),
        form.get("hidden_rows") == "1",
        new_fields,
    )


def has_same_columns(layout: SpreadsheetLayout, choice: ColumnChoice) -> bool:
    """Whether a submitted choice reads the columns as they were read."""
    if list(choice.kinds) != layout.choices:
        return False
    for index, new_field in choice.new_fields.items():
        if _suggest_field(layout, index) != new_field:
            return False
    return True
