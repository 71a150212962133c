"""The cells of a row that say more about a person than name and number, each read or refused."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import (
    MAX_FIELD_VALUE_LENGTH,
    SortValue,
    ValueContext,
    compute_sort_value,
    find_choice,
    parse_birthday,
    parse_date,
)
from app.domain.profiles.language_names import parse_language
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.column_samples import Cells
from app.domain.spreadsheets.contact_rows import ContactRow, list_status_columns
from app.domain.spreadsheets.field_columns import FieldColumn
from app.domain.spreadsheets.opt_status import gives_consent
from app.domain.texts.text_cleaning import clean_text

MAX_SHOWN_CHARACTERS = 40
MAX_NOTE_CHARACTERS = 2_000
# What a cell is not, by the type of its field.
TYPE_PROBLEMS = {
    FieldType.NUMBER: "is not a number",
    FieldType.DATE: "is not a date",
    FieldType.YES_NO: "is neither yes nor no",
    FieldType.CHOICE: "is not one of the choices",
    FieldType.TEXT: f"is longer than {MAX_FIELD_VALUE_LENGTH:,} characters",
}
# Beside the columns, value_counts has the people who agreed to texts.
CONSENT_KEY = "opted_in"
# The attribute of ProfileCells that a column of each kind fills.
SINGLE_KINDS = {
    ColumnKind.LANGUAGE: "language",
    ColumnKind.BIRTHDAY: "birthday",
    ColumnKind.SECOND_PHONE: "second_phone",
}


@dataclass(frozen=True)
class _ReadCell:
    """What a cell says, and what is wrong with it ("is not a date"), "" when nothing is.

    `json` is its part of ProfileCells.field_values.
    """

    value: SortValue | None = None
    problem: str = ""
    json: str = ""


@dataclass
class ProfileCells:
    """What a row says about a person.

    `birthday` is YYYY-MM-DD, `second_phone` E.164. `field_values` is JSON: [cell, sort value] by
    the column of the field. `opted_in` is what the file says for texts ("OK to text: yes").
    `problems` are sentences about cells that cannot be read, which are not imported.
    """

    language: str | None = None
    birthday: str | None = None
    second_phone: str | None = None
    note: str | None = None
    opted_in: str | None = None
    field_values: str | None = None
    problems: list[str] = field(default_factory=list)


CellParser = Callable[[str], _ReadCell]


@dataclass
class _ProfileColumn:
    """A column, how its cells are read, and the attribute of ProfileCells that it fills.

    `value_count` is how many values it gave so far.
    """

    index: int
    title: str
    parse: CellParser
    attribute: str = "field_values"
    value_count: int = 0
    read_cells: dict[str, _ReadCell] = field(default_factory=dict)

    def read(self, cell: str) -> _ReadCell:
        """Return what a cell says; each different one is parsed once."""
        read = self.read_cells.get(cell)
        if read is None:
            read = self.read_cells[cell] = self.parse(cell)
        if not read.problem:
            self.value_count += 1
        return read


class ProfileReader:
    """Reads the profile columns of one file. Each different cell of a column is parsed once."""

    def __init__(self, columns: ColumnMapping, context: ValueContext) -> None:
        self._columns = columns
        self._context = context
        self._fields = [
            _ProfileColumn(index, columns.fields[index].name, self._build_field_parser(index))
            for index in columns.list_indexes(ColumnKind.FIELD)
        ]
        self._singles = self._list_single_columns()
        self._note_indexes = columns.list_indexes(ColumnKind.NOTE)
        self._status_columns = list_status_columns(columns)
        self._consent_count = 0

    @property
    def value_counts(self) -> dict[str, int]:
        """How many values each column gave so far, by its index as JSON has it."""
        columns = (*self._fields, *self._singles)
        counts = {str(column.index): column.value_count for column in columns}
        return counts | {CONSENT_KEY: self._consent_count}

    def read(self, cells: Cells, person: ContactRow) -> ProfileCells:
        """Return what the cells of a row say about its person."""
        profile = ProfileCells()
        if self._fields:
            self._read_fields(cells, profile, person)
        for column in self._singles:
            cell = cells[column.index].strip() if column.index < len(cells) else ""
            if cell:
                read = column.read(cell)
                setattr(profile, column.attribute, read.value)
                if read.problem:
                    profile.problems.append(_describe_problem(column, cell, read, person))
        if profile.second_phone == person.phone:
            profile.second_phone = None
        if self._note_indexes:
            profile.note = self._read_note(cells)
        if self._status_columns:
            profile.opted_in = self._find_consent(cells)
            self._consent_count += profile.opted_in is not None
        return profile

    def _read_fields(
        self,
        cells: Cells,
        profile: ProfileCells,
        person: ContactRow,
    ) -> None:
        """Write what the cells of the fields say into the profile, and what is wrong with them."""
        parts = []
        for column in self._fields:
            # As it is in the file, so that an export gives it back.
            cell = cells[column.index] if column.index < len(cells) else ""
            if not cell or cell.isspace():
                continue
            read = column.read(cell)
            if read.problem:
                profile.problems.append(_describe_problem(column, cell, read, person))
            else:
                parts.append(read.json)
        if parts:
            profile.field_values = "{" + ",".join(parts) + "}"

    def _build_field_parser(self, index: int) -> CellParser:
        column = self._columns.fields[index]
        context = self._get_context(index)
        return lambda cell: _read_field_cell(column, index, cell, context)

    def _get_context(self, index: int) -> ValueContext:
        month_first = self._columns.month_first.get(index)
        return (
            self._context
            if month_first is None
            else replace(self._context, month_first=month_first)
        )

    def _list_single_columns(self) -> list[_ProfileColumn]:
        """Return the columns of which a person has one value each."""
        columns = []
        for kind, attribute in SINGLE_KINDS.items():
            index = self._columns.find_index(kind)
            if index is not None:
                parse = self._get_single_parser(kind, self._get_context(index))
                columns.append(_ProfileColumn(index, kind.label, parse, attribute))
        return columns

    def _get_single_parser(self, kind: ColumnKind, context: ValueContext) -> CellParser:
        if kind is ColumnKind.LANGUAGE:
            return _read_language
        if kind is ColumnKind.BIRTHDAY:
            return lambda cell: _read_birthday(cell, context)
        return lambda cell: _read_second_phone(cell, context.region)

    def _read_note(self, cells: Cells) -> str | None:
        texts = [cells[index].strip() for index in self._note_indexes if index < len(cells)]
        note = clean_text("\n".join(filter(None, texts)))
        return note[:MAX_NOTE_CHARACTERS] or None

    def _find_consent(self, cells: Cells) -> str | None:
        for title, index, polarity in self._status_columns:
            cell = cells[index].strip() if index < len(cells) else ""
            if cell and gives_consent(cell, polarity):
                return f"{title}: {cell}"
        return None


def _describe_problem(
    column: _ProfileColumn, cell: str, read: _ReadCell, person: ContactRow
) -> str:
    excerpt = clean_text(cell)[:MAX_SHOWN_CHARACTERS]
    who = person.name or "this person"
    return f"“{excerpt}” {read.problem}, so {column.title} stays empty for {who}."


def _read_field_cell(
    column: FieldColumn, index: int, cell: str, context: ValueContext
) -> _ReadCell:
    if len(cell) > MAX_FIELD_VALUE_LENGTH:
        return _ReadCell(problem=TYPE_PROBLEMS[FieldType.TEXT])
    if column.type is FieldType.CHOICE and find_choice(cell, column.choices) is None:
        return _ReadCell(problem=_describe_choices(column.choices))
    value = compute_sort_value(column.type, cell, context)
    if value is None:
        return _ReadCell(problem=TYPE_PROBLEMS[column.type])
    return _ReadCell(value, json=f'"{index}":{json.dumps([cell, value], ensure_ascii=False)}')


def _describe_choices(choices: Sequence[str]) -> str:
    return TYPE_PROBLEMS[FieldType.CHOICE] if choices else "is not a choice: there are none yet"


def _read_language(cell: str) -> _ReadCell:
    code = parse_language(cell)
    return _ReadCell(code, "" if code else "is not a language we know")


def _read_birthday(cell: str, context: ValueContext) -> _ReadCell:
    day = parse_birthday(cell, context)
    if day is not None:
        return _ReadCell(day.isoformat())
    is_date = parse_date(cell, context) is not None
    return _ReadCell(problem="is not in the past" if is_date else TYPE_PROBLEMS[FieldType.DATE])


def _read_second_phone(cell: str, region: str) -> _ReadCell:
    try:
        return _ReadCell(PhoneNumber.parse(cell, region).e164)
    except InvalidPhoneNumber:
        return _ReadCell(problem="is not a phone number")
