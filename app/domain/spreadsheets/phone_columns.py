"""Finding the column with the phone numbers of a spreadsheet."""

import re
from collections.abc import Sequence

from app.domain.phones.phone_number import extract_digits
from app.domain.spreadsheets.column_headings import (
    ColumnKind,
    find_column_kind,
    is_id_heading,
    is_landline_heading,
)
from app.domain.spreadsheets.column_samples import Cells, SampledTable, is_phone_cell

# Fewer cells do not prove what a column is not.
MIN_CELLS_TO_JUDGE = 5
MEMBER_NUMBER_DIGITS = range(4, 10)
# A first cell with more digits than a heading has ("Phone 2") is a number.
MAX_HEADING_DIGITS = 2
SCIENTIFIC_NOTATION_PATTERN = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)

NO_PHONE_COLUMN_MESSAGE = (
    "There is no column with phone numbers."
    " Write “phone” above it, and each number with its area code."
)
SHORTENED_NUMBERS_MESSAGE = (
    "Excel shortened the numbers, as in {}."
    " Format the column as text, write the numbers again and save."
)
MEMBER_NUMBERS_MESSAGE = (
    "The column “{}” looks like member numbers: none of them has the length of a phone number. "
    "Write “phone” above the right column, or add the area codes."
)
ONE_COLUMN_MESSAGE = (
    "The columns of this file could not be told apart."
    " Save it as CSV with commas or semicolons between them."
)
SEVERAL_PHONE_COLUMNS_MESSAGE = (
    "There are several columns with phone numbers: {}."
    " Keep the one to text, or name the others “home phone”."
)


class ColumnMappingError(ValueError):
    """No contacts can be read from this table. `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def is_shortened_number(cell: str) -> bool:
    """Whether Excel wrote a number as 7.2E+09: its last digits are lost."""
    return SCIENTIFIC_NOTATION_PATTERN.fullmatch(cell) is not None


def has_heading_row(rows: Sequence[Cells], region: str) -> bool:
    """Whether the first row is headings, not a person."""
    first_row = rows[0]
    if any(is_phone_cell(cell, region) for cell in first_row):
        return False
    if any(map(find_column_kind, first_row)):
        return True
    # Nothing in it is known: it is headings unless it has digits above the likely phones.
    table = SampledTable([""] * len(first_row), rows[1:], region)
    likely_index = max(range(len(first_row)), key=table.valid_phone_counts.__getitem__)
    return len(extract_digits(first_row[likely_index])) <= MAX_HEADING_DIGITS


def find_phone_column(table: SampledTable) -> int:
    """Return the index of the only column with phone numbers.

    Raises ColumnMappingError when there is none, several, or when its cells are no phones.
    """
    indexes = _find_named_phone_columns(table) or _find_columns_of_phones(table)
    if not indexes:
        raise ColumnMappingError(_explain_missing_phone_column(table))
    if len(indexes) > 1:
        titles = " and ".join(f"“{table.column_title(index)}”" for index in indexes)
        raise ColumnMappingError(SEVERAL_PHONE_COLUMNS_MESSAGE.format(titles))
    _reject_non_phone_column(table, indexes[0])
    return indexes[0]


def _find_named_phone_columns(table: SampledTable) -> list[int]:
    """Return the columns that are headed as phones: preferably with phones, and no landlines."""
    named = filter(table.samples.__getitem__, table.list_columns_of_kind(ColumnKind.PHONE))
    indexes = list(named)
    with_phones = list(filter(table.valid_phone_counts.__getitem__, indexes)) or indexes
    mobiles = [index for index in with_phones if not is_landline_heading(table.headings[index])]
    return mobiles or with_phones


def _find_columns_of_phones(table: SampledTable) -> list[int]:
    return [index for index in range(len(table.headings)) if _is_phone_column(table, index)]


def _is_phone_column(table: SampledTable, index: int) -> bool:
    """Whether most cells are phones, shortened ones too, and the heading does not deny it."""
    sample = table.samples[index]
    phone_count = table.valid_phone_counts[index] + sum(map(is_shortened_number, sample))
    return phone_count * 2 > len(sample) and not is_id_heading(table.headings[index])


def _reject_non_phone_column(table: SampledTable, index: int) -> None:
    """Raise ColumnMappingError when the cells of the phone column are no phones."""
    sample = table.samples[index]
    if all(map(is_shortened_number, sample)):
        raise ColumnMappingError(SHORTENED_NUMBERS_MESSAGE.format(sample[0]))
    if _are_member_numbers(table, index):
        raise ColumnMappingError(MEMBER_NUMBERS_MESSAGE.format(table.column_title(index)))
    is_only_column = len(table.headings) == 1
    if is_only_column and not table.valid_phone_counts[index] and all(map(_has_letter, sample)):
        raise ColumnMappingError(ONE_COLUMN_MESSAGE)


def _has_letter(cell: str) -> bool:
    return any(map(str.isalpha, cell))


def _are_member_numbers(table: SampledTable, index: int) -> bool:
    """Whether all cells are a few digits, no two equal, and none of them a phone number."""
    sample = table.samples[index]
    if len(sample) < MIN_CELLS_TO_JUDGE or table.valid_phone_counts[index]:
        return False
    return len(set(sample)) == len(sample) and all(map(_is_member_number, sample))


def _is_member_number(cell: str) -> bool:
    return cell.isdecimal() and len(cell) in MEMBER_NUMBER_DIGITS


def _explain_missing_phone_column(table: SampledTable) -> str:
    for index in range(len(table.headings)):
        if _are_member_numbers(table, index):
            return MEMBER_NUMBERS_MESSAGE.format(table.column_title(index))
    return NO_PHONE_COLUMN_MESSAGE
