"""Finding the columns with the names of a spreadsheet."""

import re

from app.domain.spreadsheets.column_headings import ColumnKind, find_column_kind
from app.domain.spreadsheets.column_samples import Cells, SampledTable

ADDRESS_PATTERN = re.compile(r"@|://")
# Column indexes by what the column holds.
NameColumns = dict[ColumnKind, int]


def is_possible_name(cell: str) -> bool:
    """Whether a cell may be a name: letters, and no address. "Guest 7" may be one."""
    return any(map(str.isalpha, cell)) and not ADDRESS_PATTERN.search(cell)


def find_name_columns(table: SampledTable, phone_index: int, *, has_headings: bool) -> NameColumns:
    """Return the columns that hold names, by their headings or else by their cells."""
    columns: NameColumns = {}
    for kind in (ColumnKind.NAME, ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME):
        indexes = table.list_columns_of_kind(kind)
        if indexes:
            columns[kind] = indexes[0]
    # Beside a column of phones the only other one is the names, whatever it is called.
    if not columns and (not has_headings or len(table.headings) == 2):
        columns = _guess_by_cells(table, phone_index)
    if ColumnKind.NAME in columns:
        return _resolve_name_column(table, columns)
    return columns


def _resolve_name_column(table: SampledTable, columns: NameColumns) -> NameColumns:
    """Decide what "Name" means beside one other name column.

    In "Name, Vorname" it is the family name. In "Name, First name" it may be the full name, and
    then it contains the other one.
    """
    name_index = columns[ColumnKind.NAME]
    if ColumnKind.FIRST_NAME in columns and ColumnKind.LAST_NAME not in columns:
        part_kind, other_kind = ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME
    elif ColumnKind.LAST_NAME in columns and ColumnKind.FIRST_NAME not in columns:
        part_kind, other_kind = ColumnKind.LAST_NAME, ColumnKind.FIRST_NAME
    else:
        return columns
    part_index = columns[part_kind]
    rows = table.list_rows_with_both(name_index, part_index)
    contained = sum(cells[part_index].casefold() in cells[name_index].casefold() for cells in rows)
    if contained * 2 > len(rows):
        return columns
    return {part_kind: part_index, other_kind: name_index}


def _guess_by_cells(table: SampledTable, phone_index: int) -> NameColumns:
    """Take two neighbouring columns of single words as first and last name, else one as name."""
    indexes = []
    for index, heading in enumerate(table.headings):
        if index == phone_index or find_column_kind(heading):
            continue
        if _is_word_column(table.samples[index]):
            indexes.append(index)
    if not indexes:
        return {}
    first = indexes[0]
    if first + 1 in indexes and all(map(_is_single_word_column, table.samples[first : first + 2])):
        return {ColumnKind.FIRST_NAME: first, ColumnKind.LAST_NAME: first + 1}
    return {ColumnKind.NAME: first}


def _is_word_column(sample: Cells) -> bool:
    """Whether more than four fifths of the cells may be names without digits."""
    return sum(map(_is_word_cell, sample)) * 5 > len(sample) * 4


def _is_word_cell(cell: str) -> bool:
    return is_possible_name(cell) and not any(map(str.isdecimal, cell))


def _is_single_word_column(sample: Cells) -> bool:
    """Whether more than three quarters of the cells are one word."""
    return sum(" " not in cell for cell in sample) * 4 > len(sample) * 3
