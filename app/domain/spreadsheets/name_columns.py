"""Finding the columns with the names of a spreadsheet."""

import re
from collections.abc import Collection

from app.domain.spreadsheets.column_headings import (
    NAME_KINDS,
    ColumnKind,
    find_column_kind,
    find_name_kind,
    is_weak_name_heading,
)
from app.domain.spreadsheets.column_samples import Cells, SampledTable
from app.domain.spreadsheets.heading_words import OTHER_PERSON_WORDS, fold_heading
from app.domain.texts.greeting_words import FAMILY_WORDS

ADDRESS_PATTERN = re.compile(r"@|://")
# Column indexes by what they hold, the fullest first.
NameColumns = dict[ColumnKind, list[int]]
# A column of parts must have this much of what the column of full names has.
MIN_PARTS_SHARE = 0.5


def is_possible_name(cell: str) -> bool:
    """Whether a cell may be a name: letters, and no address. "Guest 7" may be one."""
    return any(map(str.isalpha, cell)) and not ADDRESS_PATTERN.search(cell)


def find_name_columns(
    table: SampledTable, taken: Collection[int], phone_heading: str, *, has_headings: bool
) -> NameColumns:
    """Return the columns that hold names, by their headings or else by their cells.

    `phone_heading` tells whose phone it is ("Parent Cell"). `taken` are the columns that hold
    something else. Of two columns of a kind the fuller comes first: the other one is for the
    rows in which it is empty.
    """
    columns = _find_names_of_owner(table, taken, phone_heading)
    for kind in () if columns else NAME_KINDS:
        indexes = _list_headed_columns(table, kind, taken)
        if indexes:
            columns[kind] = indexes
    # Beside a column of phones the only other one is the names, whatever it is called.
    if not columns and (not has_headings or _has_one_free_column(table, taken)):
        columns = _guess_by_cells(table, taken)
    if not columns:
        columns = _find_weak_columns(table, taken)
    return _resolve_full_name(table, _drop_households(table, columns))


def _drop_households(table: SampledTable, columns: NameColumns) -> NameColumns:
    """Leave out columns of "Rao Family" where others hold the names of the people."""
    kept_columns: NameColumns = {}
    for kind, indexes in columns.items():
        people = [index for index in indexes if not _is_household_column(table.samples[index])]
        if people:
            kept_columns[kind] = people
    return kept_columns or columns


def _is_household_column(sample: Cells) -> bool:
    households = [cell for cell in sample if FAMILY_WORDS.intersection(cell.casefold().split())]
    return len(households) * 2 > len(sample)


def _list_headed_columns(
    table: SampledTable, kind: ColumnKind, taken: Collection[int]
) -> list[int]:
    """Return the columns of a kind by their headings, the fullest first.

    A column of phones is none, whatever it is called ("Contact").
    """
    indexes = []
    for index in table.list_columns_of_kind(kind):
        sample = table.samples[index]
        if index not in taken and sample and table.valid_phone_counts[index] * 2 <= len(sample):
            indexes.append(index)
    # One of addresses comes behind one of names, however full it is.
    indexes.sort(key=lambda index: _count_names(table, index), reverse=True)
    return indexes


def _has_one_free_column(table: SampledTable, taken: Collection[int]) -> bool:
    indexes = range(len(table.headings))
    return sum(index not in taken and bool(table.samples[index]) for index in indexes) == 1


def _count_names(table: SampledTable, index: int) -> tuple[bool, int]:
    sample = table.samples[index]
    has_names = any(map(is_possible_name, sample))
    return has_names, table.count_filled_cells(index)


def _find_names_of_owner(
    table: SampledTable, taken: Collection[int], phone_heading: str
) -> NameColumns:
    """Return the names of the parent whose phone was chosen, where the file has them."""
    owner = OTHER_PERSON_WORDS.intersection(fold_heading(phone_heading).split())
    columns: NameColumns = {}
    for index, heading in enumerate(table.headings):
        words = frozenset(fold_heading(heading).split())
        if index in taken or not owner & words or not table.samples[index]:
            continue
        rest = words - owner
        kind = find_name_kind(" ".join(rest), rest)
        if kind is not None:
            columns.setdefault(kind, []).append(index)
    return columns


def _find_weak_columns(table: SampledTable, taken: Collection[int]) -> NameColumns:
    """Return a column of households or nicknames, where there is nothing better."""
    for index, heading in enumerate(table.headings):
        sample = table.samples[index]
        is_weak_name = index not in taken and is_weak_name_heading(heading)
        if is_weak_name and sample and _is_word_column(sample):
            return {ColumnKind.NAME: [index]}
    return {}


def _resolve_full_name(table: SampledTable, columns: NameColumns) -> NameColumns:
    """Decide between full names and their parts, and what "Name" means beside one of these.

    First and last names win over another column that may be a household. In "Name, Vorname" the
    former is the family name. In "Name, First name" it may be the full name, and then it
    contains the other one.
    """
    full = columns.get(ColumnKind.NAME)
    first = columns.get(ColumnKind.FIRST_NAME)
    last = columns.get(ColumnKind.LAST_NAME)
    if not full or not (first or last):
        return columns
    if first and last:
        full_count = table.count_filled_cells(full[0])
        part_count = max(table.count_filled_cells(first[0]), table.count_filled_cells(last[0]))
        if part_count < full_count * MIN_PARTS_SHARE:
            return columns
        parts = {ColumnKind.FIRST_NAME: first, ColumnKind.LAST_NAME: last}
        # Behind the parts, full names are for the rows that lack these.
        return {**parts, ColumnKind.NAME: full} if part_count < full_count else parts
    return _resolve_one_part(table, columns, full[0])


def _resolve_one_part(table: SampledTable, columns: NameColumns, full: int) -> NameColumns:
    if ColumnKind.FIRST_NAME in columns:
        part_kind, other_kind = ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME
    else:
        part_kind, other_kind = ColumnKind.LAST_NAME, ColumnKind.FIRST_NAME
    parts = columns[part_kind]
    rows = table.list_rows_with_both(full, parts[0])
    contained = sum(_contains_part(cells, full, parts[0]) for cells in rows)
    if contained * 2 > len(rows):
        return columns
    return {part_kind: parts, other_kind: columns[ColumnKind.NAME]}


def _contains_part(cells: Cells, full: int, part: int) -> bool:
    return cells[part].strip().casefold() in cells[full].casefold()


def _guess_by_cells(table: SampledTable, taken: Collection[int]) -> NameColumns:
    """Take two neighbouring columns of single words as first and last name, else one as name."""
    indexes = []
    for index, heading in enumerate(table.headings):
        if index in taken or find_column_kind(heading):
            continue
        if _is_word_column(table.samples[index]):
            indexes.append(index)
    if not indexes:
        return {}
    first = indexes[0]
    if first + 1 in indexes and all(map(_is_single_word_column, table.samples[first : first + 2])):
        return {ColumnKind.FIRST_NAME: [first], ColumnKind.LAST_NAME: [first + 1]}
    return {ColumnKind.NAME: [first]}


def _is_word_column(sample: Cells) -> bool:
    """Whether more than four fifths of the cells may be names without digits."""
    return sum(map(_is_word_cell, sample)) * 5 > len(sample) * 4


def _is_word_cell(cell: str) -> bool:
    return is_possible_name(cell) and not any(map(str.isdecimal, cell))


def _is_single_word_column(sample: Cells) -> bool:
    """Whether more than three quarters of the cells are one word."""
    return sum(" " not in cell for cell in sample) * 4 > len(sample) * 3
