"""The fields that somebody chooses for the columns of a file, each one there is or a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.profiles.field_guessing import MAX_CHOICES, guess_field_type, list_choices
from app.domain.profiles.field_names import (
    MAX_FIELD_NAME_LENGTH,
    TEMPLATE_SIGN_PATTERN,
    find_field_name_problem,
)
from app.domain.profiles.field_types import FieldClass, FieldType
from app.domain.profiles.field_values import fold_value
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.column_samples import Cells, SampledTable
from app.domain.spreadsheets.field_columns import (
    FIELD_CHOICE_PREFIX,
    NEW_FIELD_CHOICE,
    FieldColumn,
    KnownField,
    use_known_field,
)
from app.domain.spreadsheets.phone_columns import ColumnMappingError
from app.domain.spreadsheets.profile_columns import ProfileContext
from app.domain.texts.template_fields import fold_field_name

UNKNOWN_FIELD_MESSAGE = "This field no longer exists. Choose another one."
FIELD_TWICE_MESSAGE = "Two columns go into “{}”. Choose it for one column only."
NAME_TAKEN_MESSAGE = "There is already a field “{}”. Choose it, or use another name."
TOO_MANY_CHOICES_MESSAGE = "“{}” has more than {} different values. Choose Text."
NO_CREATION_MESSAGE = "Only an admin can make a new field."


class FieldChoiceError(ColumnMappingError):
    """A column cannot go into the field that was chosen. `column` is its index."""

    def __init__(self, column: int, sentence: str) -> None:
        super().__init__(sentence, column)


@dataclass(frozen=True)
class NewFieldChoice:
    """A field to make of a column, as the form sends it; a blank name means the heading."""

    name: str
    type: str
    field_class: str


def guess_column_types(
    columns: ColumnMapping, table: SampledTable, profile: ProfileContext | None
) -> list[str]:
    """Return the type of field that fits each column; [] where the list keeps no fields."""
    if profile is None:
        return []
    types = []
    for index, heading in enumerate(table.headings):
        cells = [cells[index] for cells in table.sampled_rows if index < len(cells)]
        types.append(guess_field_type(heading, cells, profile.values).value)
    return types


def suggest_field_name(title: str) -> str:
    """Return the name of a new field for a column, without what no name can have."""
    return " ".join(TEMPLATE_SIGN_PATTERN.sub(" ", title).split())[:MAX_FIELD_NAME_LENGTH].strip()


def build_field_columns(
    kinds: Sequence[str],
    new_fields: Mapping[int, NewFieldChoice],
    columns: ColumnMapping,
    rows: Sequence[Cells],
    profile: ProfileContext,
) -> dict[int, FieldColumn]:
    """Return the field of each column that goes into one. Raises FieldChoiceError.

    `kinds` are what was chosen for the columns: "field:7" and "field:new" go into a field.
    """
    known_fields = {field.id: field for field in profile.fields}
    taken_names = {fold_field_name(field.name): field for field in profile.fields}
    fields: dict[int, FieldColumn] = {}
    used_names: set[str] = set()
    for index in columns.list_indexes(ColumnKind.FIELD):
        if kinds[index] == NEW_FIELD_CHOICE:
            field = _build_new_field(index, new_fields.get(index), columns, rows)
            _check_new_name(index, field.name, taken_names, profile)
        else:
            field = _find_known_field(index, kinds[index], known_fields)
        folded_name = fold_field_name(field.name)
        if folded_name in used_names:
            raise FieldChoiceError(index, FIELD_TWICE_MESSAGE.format(field.name))
        used_names.add(folded_name)
        fields[index] = field
    return fields


def _check_new_name(
    index: int, name: str, taken_names: Mapping[str, KnownField], profile: ProfileContext
) -> None:
    """Raise FieldChoiceError where no field can be made with this name."""
    if not profile.can_create:
        raise FieldChoiceError(index, NO_CREATION_MESSAGE)
    problem = find_field_name_problem(name)
    taken_by = taken_names.get(fold_field_name(name))
    if taken_by is not None:
        problem = NAME_TAKEN_MESSAGE.format(taken_by.name)
    if problem:
        raise FieldChoiceError(index, problem)


def _find_known_field(
    index: int, choice: str, known_fields: Mapping[int, KnownField]
) -> FieldColumn:
    """Return the field that a choice such as "field:7" names. Raises FieldChoiceError."""
    number = choice.removeprefix(FIELD_CHOICE_PREFIX)
    field = known_fields.get(int(number)) if number.isascii() and number.isdigit() else None
    if field is None:
        raise FieldChoiceError(index, UNKNOWN_FIELD_MESSAGE)
    return use_known_field(field)


def _build_new_field(
    index: int, choice: NewFieldChoice | None, columns: ColumnMapping, rows: Sequence[Cells]
) -> FieldColumn:
    """Return a field with the chosen name, type and class; its choices are the cells."""
    choice = choice or NewFieldChoice("", FieldType.TEXT, FieldClass.ADMINISTRATIVE)
    name = choice.name or suggest_field_name(columns.column_title(index))
    try:
        field_type, field_class = FieldType(choice.type), FieldClass(choice.field_class)
    except ValueError:
        field_type, field_class = FieldType.TEXT, FieldClass.ADMINISTRATIVE
    if field_type is not FieldType.CHOICE:
        return FieldColumn(name, field_type, (), field_class)
    people = rows[columns.heading_row_count :]
    cells = [cells[index] for cells in people if index < len(cells)]
    if len({fold_value(cell) for cell in set(cells) if cell.strip()}) > MAX_CHOICES:
        raise FieldChoiceError(index, TOO_MANY_CHOICES_MESSAGE.format(name, MAX_CHOICES))
    return FieldColumn(name, field_type, tuple(list_choices(cells)), field_class)
