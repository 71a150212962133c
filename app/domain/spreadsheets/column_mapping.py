"""Which column of a spreadsheet holds the phones and which the names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.phones.phone_number import extract_digits
from app.domain.spreadsheets.column_headings import (
    ColumnKind,
    find_column_kind,
    is_id_heading,
    is_landline_heading,
)
from app.domain.spreadsheets.column_samples import Cells, SampledTable, is_phone_cell

MIN_CELLS_TO_JUDGE = 5  # so many cells say what a column is not
SCIENTIFIC_NOTATION_PATTERN = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)

NO_CONTACTS_MESSAGE = "There are no rows in this file, only headings."
NO_PHONE_COLUMN_MESSAGE = "There is no column with phone numbers. Write “phone” above it, and each number with its area code."
SHORTENED_NUMBERS_MESSAGE = "Excel shortened the numbers, as in {}. Format the column as text, write the numbers again and save."
MEMBER_NUMBERS_MESSAGE = (
    "The column “{}” looks like member numbers: none of them has the length of a phone number. "
    "Write “phone” above the right column, or add the area codes."
)
ONE_COLUMN_MESSAGE = "The columns of this file could not be told apart. Save it as CSV with commas or semicolons between them."
SEVERAL_PHONE_COLUMNS_MESSAGE = "There are several columns with phone numbers: {}. Keep the one to text, or name the others “home phone”."
NO_PHONE_CHOSEN_MESSAGE = "Choose the column with the phone numbers."
CHOSEN_TWICE_MESSAGE = "Choose “{}” for one column only."


class ColumnMappingError(ValueError):
    """No people can be read from this table. `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class ColumnMapping:
    """What each column holds.

    `headings` is the first row, or () when the first row is a person already.
    """

    kinds: tuple[ColumnKind, ...]
    headings: tuple[str, ...]

    def column_title(self, index: int) -> str:
        """A column's heading, or "Column 3"."""
        heading = self.headings[index].strip() if index < len(self.headings) else ""
        return heading or f"Column {index + 1}"

    def find_index(self, kind: ColumnKind) -> int | None:
        """The place of the column of this kind."""
        return self.kinds.index(kind) if kind in self.kinds else None


def guess_columns(rows: Sequence[Cells], region: str) -> ColumnMapping:
    """Read the headings, and where they say nothing, the cells.

    Raises BadRoster without people, without exactly one column of phones, or when these are no
    phones.
    """
    headings = tuple(rows[0]) if _has_heading_row(rows, region) else ()
    people = rows[1:] if headings else rows
    if not people:
        raise ColumnMappingError(NO_CONTACTS_MESSAGE)
    width = max(len(cells) for cells in rows)
    table = SampledTable(headings + ("",) * (width - len(headings)), people, region)
    phone = _find_phone_column(table)
    kinds = [ColumnKind.IGNORED] * width
    for index, kind in _find_name_columns(table, phone, bool(headings)):
        kinds[index] = kind
    kinds[phone] = ColumnKind.PHONE
    return ColumnMapping(tuple(kinds), headings)


def choose_columns(kinds: Sequence[str], first_row: Cells, has_headings: bool) -> ColumnMapping:
    """The columns as a person chose them; unknown words mean "do not import".

    Raises BadRoster without exactly one column of phones, or when a name is chosen twice.
    """
    known = tuple(
        ColumnKind(kind) if kind in set(ColumnKind) else ColumnKind.IGNORED for kind in kinds
    )
    if ColumnKind.PHONE not in known:
        raise ColumnMappingError(NO_PHONE_CHOSEN_MESSAGE)
    for kind in (
        ColumnKind.PHONE,
        ColumnKind.NAME,
        ColumnKind.FIRST_NAME,
        ColumnKind.LAST_NAME,
    ):
        if known.count(kind) > 1:
            raise ColumnMappingError(CHOSEN_TWICE_MESSAGE.format(kind.label))
    return ColumnMapping(known, tuple(first_row) if has_headings else ())


def explain_columns(columns: ColumnMapping, rows: Sequence[Cells], region: str) -> tuple[str, ...]:
    """For each column a sentence that speaks for what it is taken for; "" where there is none.

    `rows` are all of the table's, its headings too.
    """
    people = rows[1:] if columns.headings else rows
    table = SampledTable([""] * len(columns.kinds), people, region)
    return tuple(_explain_column(kind, table, index) for index, kind in enumerate(columns.kinds))


def _explain_column(kind: ColumnKind, table: "SampledTable", index: int) -> str:
    sample = table.samples[index]
    if kind is ColumnKind.PHONE:
        good, what = table.valid_phone_counts[index], "are numbers that can get texts"
    elif kind in (ColumnKind.NAME, ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME):
        good, what = sum(map(_is_possible_name, sample)), "could be names"
    else:
        return ""
    if not sample:
        return "This column is empty."
    return f"{good} of {len(sample)} {'cell' if len(sample) == 1 else 'cells'} {what}."


def _has_heading_row(rows: Sequence[Cells], region: str) -> bool:
    first = rows[0]
    if any(is_phone_cell(cell, region) for cell in first):
        return False
    if any(find_column_kind(cell) for cell in first):
        return True
    table = SampledTable([""] * len(first), rows[1:], region)
    likely = max(range(len(first)), key=lambda index: table.valid_phone_counts[index])
    return len(extract_digits(first[likely])) < 3


def _find_phone_column(table: SampledTable) -> int:
    named = [
        index for index in table.list_columns_of_kind(ColumnKind.PHONE) if table.samples[index]
    ]
    found = _prefer_mobile_columns(table, named) or [
        index for index in range(len(table.headings)) if _is_phone_column(table, index)
    ]
    if not found:
        raise ColumnMappingError(_explain_missing_phone_column(table))
    if len(found) > 1:
        raise ColumnMappingError(
            SEVERAL_PHONE_COLUMNS_MESSAGE.format(
                " and ".join(f"“{table.column_title(index)}”" for index in found)
            )
        )
    _reject_non_phone_column(table, found[0])
    return found[0]


def _prefer_mobile_columns(table: SampledTable, named: list[int]) -> list[int]:
    """Of the columns that are called phone: those with phones in them, and of these no landline."""
    with_phones = [index for index in named if table.valid_phone_counts[index]] or named
    return [
        index for index in with_phones if not is_landline_heading(table.headings[index])
    ] or with_phones


def _is_phone_column(table: SampledTable, index: int) -> bool:
    sample = table.samples[index]
    good = table.valid_phone_counts[index] + sum(map(is_shortened_number, sample))
    return good * 2 > len(sample) and not is_id_heading(table.headings[index])


def _reject_non_phone_column(table: SampledTable, index: int) -> None:
    sample = table.samples[index]
    if all(map(is_shortened_number, sample)):
        raise ColumnMappingError(SHORTENED_NUMBERS_MESSAGE.format(sample[0]))
    if _are_member_numbers(table, index):
        raise ColumnMappingError(MEMBER_NUMBERS_MESSAGE.format(table.column_title(index)))
    if (
        len(table.headings) == 1
        and not table.valid_phone_counts[index]
        and all(any(map(str.isalpha, cell)) for cell in sample)
    ):
        raise ColumnMappingError(ONE_COLUMN_MESSAGE)


def _are_member_numbers(table: SampledTable, index: int) -> bool:
    """Some digits and nothing else, each different, and none of them is a phone number."""
    sample = table.samples[index]
    if (
        len(sample) < MIN_CELLS_TO_JUDGE
        or table.valid_phone_counts[index]
        or len(set(sample)) < len(sample)
    ):
        return False
    return all(cell.isdecimal() and 4 <= len(cell) <= 9 for cell in sample)


def _explain_missing_phone_column(table: SampledTable) -> str:
    numbers = [index for index in range(len(table.headings)) if _are_member_numbers(table, index)]
    return (
        MEMBER_NUMBERS_MESSAGE.format(table.column_title(numbers[0]))
        if numbers
        else NO_PHONE_COLUMN_MESSAGE
    )


def is_shortened_number(cell: str) -> bool:
    """Whether Excel wrote a number as 7.2E+09: its last digits are lost."""
    return SCIENTIFIC_NOTATION_PATTERN.fullmatch(cell) is not None


def _find_name_columns(
    table: SampledTable, phone: int, has_headings: bool
) -> Iterator[tuple[int, ColumnKind]]:
    """The columns that hold names."""
    found = {
        kind: table.list_columns_of_kind(kind)
        for kind in (ColumnKind.NAME, ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME)
    }
    first = {kind: indexes[0] for kind, indexes in found.items() if indexes}
    if not first and (not has_headings or len(table.headings) == 2):
        first = _guess_name_columns_by_cells(table, phone)
    if ColumnKind.NAME in first:
        first = _resolve_name_column(table, first)
    return ((index, kind) for kind, index in first.items())


def _resolve_name_column(
    table: SampledTable, first: dict[ColumnKind, int]
) -> dict[ColumnKind, int]:
    """ "Name, Vorname" are a family name and a first name; "Name, First name" may be the full
    name and a part of it.
    """
    parts = [kind for kind in (ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME) if kind in first]
    if len(parts) != 1:
        return first
    index, part = first[ColumnKind.NAME], first[parts[0]]
    pairs = [
        (cells[index].casefold(), cells[part].casefold())
        for cells in table.list_rows_with_both(index, part)
    ]
    if sum(word in full for full, word in pairs) * 2 > len(pairs):
        return first
    other = ColumnKind.LAST_NAME if parts[0] is ColumnKind.FIRST_NAME else ColumnKind.FIRST_NAME
    return {parts[0]: part, other: index}


def _guess_name_columns_by_cells(table: SampledTable, phone: int) -> dict[ColumnKind, int]:
    unnamed = [
        index
        for index, heading in enumerate(table.headings)
        if index != phone and not find_column_kind(heading)
    ]
    texts = [index for index in unnamed if _is_word_column(table.samples[index])]
    if (
        len(texts) > 1
        and texts[1] == texts[0] + 1
        and all(_is_single_word_column(table.samples[i]) for i in texts[:2])
    ):
        return {ColumnKind.FIRST_NAME: texts[0], ColumnKind.LAST_NAME: texts[1]}
    return {ColumnKind.NAME: texts[0]} if texts else {}


def _is_word_column(sample: list[str]) -> bool:
    return sum(map(_is_word_cell, sample)) * 5 > len(sample) * 4


def _is_word_cell(cell: str) -> bool:
    return _is_possible_name(cell) and not re.search(r"\d", cell)


def _is_possible_name(cell: str) -> bool:
    """Guests may be numbered: "Guest 7"."""
    return any(map(str.isalpha, cell)) and not re.search(r"@|://", cell)


def _is_single_word_column(sample: list[str]) -> bool:
    return sum(" " not in cell for cell in sample) * 4 > len(sample) * 3
