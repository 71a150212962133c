"""Which column of a spreadsheet holds the phones and which the names: chosen, or guessed."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_samples import Cells, SampledTable
from app.domain.spreadsheets.name_columns import find_name_columns, is_possible_name
from app.domain.spreadsheets.phone_columns import (
    ColumnMappingError,
    find_phone_column,
    has_heading_row,
)
from app.domain.texts.plurals import pluralize

NO_CONTACTS_MESSAGE = "There are no rows in this file, only headings."
NO_PHONE_CHOSEN_MESSAGE = "Choose the column with the phone numbers."
CHOSEN_TWICE_MESSAGE = "Choose “{}” for one column only."
NAME_KINDS = (ColumnKind.NAME, ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME)


@dataclass(frozen=True)
class ColumnMapping:
    """What each column holds.

    `headings` is the first row, or () when the first row is a person already.
    """

    kinds: tuple[ColumnKind, ...]
    headings: tuple[str, ...]

    def column_title(self, index: int) -> str:
        """Return a column's heading, or "Column 3"."""
        heading = self.headings[index].strip() if index < len(self.headings) else ""
        return heading or f"Column {index + 1}"

    def find_index(self, kind: ColumnKind) -> int | None:
        """Return the index of the first column of this kind, or None."""
        return self.kinds.index(kind) if kind in self.kinds else None


def guess_columns(rows: Sequence[Cells], region: str) -> ColumnMapping:
    """Guess the columns by their headings, and where these say nothing, by their cells.

    Raises ColumnMappingError without people, without exactly one column of phones, or when its
    cells are no phones.
    """
    headings: tuple[str, ...] = ()
    people = rows
    if has_heading_row(rows, region):
        headings = tuple(rows[0])
        people = rows[1:]
    if not people:
        raise ColumnMappingError(NO_CONTACTS_MESSAGE)
    width = max(map(len, rows))
    padding = ("",) * (width - len(headings))
    table = SampledTable(headings + padding, people, region)
    phone_index = find_phone_column(table)
    name_columns = find_name_columns(table, phone_index, has_headings=bool(headings))
    kinds = [ColumnKind.IGNORED] * width
    for kind, index in name_columns.items():
        kinds[index] = kind
    kinds[phone_index] = ColumnKind.PHONE
    return ColumnMapping(tuple(kinds), headings)


def choose_columns(kinds: Sequence[str], first_row: Cells, has_headings: bool) -> ColumnMapping:
    """Return the columns as a person chose them; an unknown kind means "do not import".

    Raises ColumnMappingError without a column of phones, or when a kind is chosen twice.
    """
    chosen = tuple(map(_parse_kind, kinds))
    if ColumnKind.PHONE not in chosen:
        raise ColumnMappingError(NO_PHONE_CHOSEN_MESSAGE)
    for kind in (ColumnKind.PHONE, *NAME_KINDS):
        if chosen.count(kind) > 1:
            raise ColumnMappingError(CHOSEN_TWICE_MESSAGE.format(kind.label))
    return ColumnMapping(chosen, tuple(first_row) if has_headings else ())


def _parse_kind(value: str) -> ColumnKind:
    try:
        return ColumnKind(value)
    except ValueError:
        return ColumnKind.IGNORED


def explain_columns(columns: ColumnMapping, rows: Sequence[Cells], region: str) -> tuple[str, ...]:
    """Return for each column a sentence that supports its kind, "" where there is none.

    `rows` are all rows of the table, with the headings.
    """
    people = rows[1:] if columns.headings else rows
    table = SampledTable([""] * len(columns.kinds), people, region)
    return tuple(_explain_column(kind, table, index) for index, kind in enumerate(columns.kinds))


def _explain_column(kind: ColumnKind, table: SampledTable, index: int) -> str:
    sample = table.samples[index]
    if kind is ColumnKind.PHONE:
        count = table.valid_phone_counts[index]
        evidence = "are numbers that can get texts"
    elif kind in NAME_KINDS:
        count = sum(map(is_possible_name, sample))
        evidence = "could be names"
    else:
        return ""
    if not sample:
        return "This column is empty."
    return f"{count} of {pluralize(len(sample), 'cell')} {evidence}."
