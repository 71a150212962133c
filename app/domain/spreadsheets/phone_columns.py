"""Finding the columns with the phone numbers of a spreadsheet, the one to text first."""

import re
from dataclasses import dataclass
from functools import partial
from itertools import starmap

from app.domain.spreadsheets.column_headings import (
    ColumnKind,
    PhoneRank,
    is_date_heading,
    is_id_heading,
    rank_phone_heading,
)
from app.domain.spreadsheets.column_samples import (
    SampledTable,
    are_equal_numbers,
    has_phone_length,
)
from app.domain.spreadsheets.country_columns import find_columns_behind_area_codes

# Fewer cells do not prove what a column is not.
MIN_CELLS_TO_JUDGE = 5
MEMBER_NUMBER_DIGITS = range(4, 10)
# The heads of half the world's phone columns end in "No" or "Number", as those of member numbers.
MIN_ID_PHONE_SHARE = 0.9
MIN_PHONE_SHARE = 0.5
MIN_LABELLED_COLUMNS = 2
# A column that fewer rows have is no first choice, whatever it is called.
MIN_FILLED_SHARE = 0.2
SCIENTIFIC_NOTATION_PATTERN = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)

NO_PHONE_COLUMN_MESSAGE = (
    "There is no column with phone numbers."
    " Write “phone” above it, and each number with its area code."
)
UNCLEAR_PHONE_COLUMN_MESSAGE = (
    "No column is clearly the one with the phone numbers. Choose it below, or upload another file."
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


class ColumnMappingError(ValueError):
    """No contacts can be read from this table. `sentence` says why and what to do.

    `column`: the index of the column whose choice is wrong, None where it is none of them.
    """

    def __init__(self, sentence: str, column: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.column = column


@dataclass(frozen=True)
class PhoneColumns:
    """The columns to read numbers from, in the order in which they are tried.

    `labels` are columns that say of each number which kind of phone it is. `others` hold numbers
    too, and are not read.
    """

    chosen: tuple[int, ...]
    labels: tuple[int, ...] = ()
    others: tuple[int, ...] = ()


def is_shortened_number(cell: str) -> bool:
    """Whether Excel wrote a number as 7.2E+09: its last digits are lost."""
    return SCIENTIFIC_NOTATION_PATTERN.fullmatch(cell) is not None


def find_phone_columns(table: SampledTable, hidden_columns: frozenset[int]) -> PhoneColumns:
    """Return the columns with phones, by their cells first and their headings second.

    `chosen` is empty when no column is clearly one. Raises ColumnMappingError when no cell of
    the table could be a phone, or when Excel has shortened all of them.
    """
    candidates = list(filter(partial(_is_candidate, table), range(len(table.headings))))
    candidates = candidates or find_columns_behind_area_codes(table)
    candidates = [index for index in candidates if index not in hidden_columns] or candidates
    if not candidates:
        _reject_member_numbers(table)
        candidates = _find_headed_columns(table)
    if not candidates:
        _reject_table_without_phones(table)
        return PhoneColumns(())
    labels = _find_label_columns(table, candidates)
    if labels:
        return _choose_labelled_columns(table, candidates, labels)
    # sorted() is stable: of two that are equally good, the first column wins.
    candidates.sort(key=lambda index: _rank_column(table, index), reverse=True)
    _reject_shortened_numbers(table, candidates[0])
    chosen = _choose_columns(table, candidates)
    other_columns = [index for index in candidates if index not in chosen]
    return PhoneColumns(chosen, (), tuple(other_columns))


def _is_candidate(table: SampledTable, index: int) -> bool:
    """Whether a column may hold phones: its cells are, or some are and its heading says so."""
    sample = table.samples[index]
    if not sample:
        return False
    shortened_count = sum(map(is_shortened_number, sample))
    share = (table.valid_phone_counts[index] + shortened_count) / len(sample)
    heading = table.headings[index]
    is_headed_as_phone = table.heading_kinds[index] is ColumnKind.PHONE
    if is_headed_as_phone:
        return share > 0 or _are_unknown_numbers(table, index)
    if is_date_heading(heading):
        return False
    if is_id_heading(heading):
        return share >= MIN_ID_PHONE_SHARE
    return share > MIN_PHONE_SHARE


def _are_unknown_numbers(table: SampledTable, index: int) -> bool:
    """Whether most cells have the length of a phone: of another country, or without area code."""
    sample = table.samples[index]
    numbers = [cell for cell in sample if has_phone_length(cell) and not _has_letter(cell)]
    return len(numbers) * 2 > len(sample) and not _are_member_numbers(table, index)


def _find_headed_columns(table: SampledTable) -> list[int]:
    """Return the columns that are headed as phones and hold digits, though no whole number."""
    columns = []
    for index in table.list_columns_of_kind(ColumnKind.PHONE):
        sample = table.samples[index]
        if sample and sum(map(_has_letter, sample)) * 2 <= len(sample):
            columns.append(index)
    return columns


def _rank_column(table: SampledTable, index: int) -> tuple[bool, bool, PhoneRank, bool]:
    """Return how good a column is, to be compared: cells that are phones, then the heading."""
    share = table.get_phone_share(index)
    rank = rank_phone_heading(table.headings[index])
    has_phones = share > 0
    return has_phones, rank > PhoneRank.NO_TEXTS, rank, not is_id_heading(table.headings[index])


def _choose_columns(table: SampledTable, candidates: list[int]) -> tuple[int, ...]:
    """Return the best column, with those that fill its gaps."""
    best = candidates[0]
    filled_count = table.count_filled_cells(best)
    chosen = [best]
    for index in candidates[1:]:
        rank = rank_phone_heading(table.headings[index])
        other_filled_count = table.count_filled_cells(index)
        is_best_rare = filled_count < other_filled_count * MIN_FILLED_SHARE
        if rank < PhoneRank.UNKNOWN and not (is_best_rare and rank >= PhoneRank.LANDLINE):
            continue
        if _is_id_column(table, index) or table.get_phone_share(index) <= MIN_PHONE_SHARE:
            continue
        if _fills_gaps(table, best, index):
            chosen.append(index)
    return tuple(chosen)


def _is_id_column(table: SampledTable, index: int) -> bool:
    """Whether the heading names a number, and no phone: "Record ID"."""
    is_phone = table.heading_kinds[index] is ColumnKind.PHONE
    return is_id_heading(table.headings[index]) and not is_phone


def _fills_gaps(table: SampledTable, best: int, other: int) -> bool:
    """Whether some rows have a number in the other column only; a copy of the best has none."""
    pairs = table.list_pairs(best, other)
    complete_pairs = list(filter(all, pairs))
    if complete_pairs and all(starmap(are_equal_numbers, complete_pairs)):
        return False
    return any(second and not first for first, second in pairs)


def _find_label_columns(table: SampledTable, candidates: list[int]) -> list[int]:
    """Return the columns that label the numbers beside them, when there are two or more."""
    if len(candidates) < MIN_LABELLED_COLUMNS:
        return []
    labels = []
    for index in table.list_columns_of_kind(ColumnKind.PHONE_LABEL):
        is_beside_phone = index - 1 in candidates or index + 1 in candidates
        if is_beside_phone and not table.get_phone_share(index):
            labels.append(index)
    return labels


def _choose_labelled_columns(
    table: SampledTable, candidates: list[int], labels: list[int]
) -> PhoneColumns:
    """Return the labelled columns in their order: the labels decide row by row."""
    labelled = [index for index in candidates if index - 1 in labels or index + 1 in labels]
    other_columns = [index for index in candidates if index not in labelled]
    _reject_shortened_numbers(table, labelled[0])
    return PhoneColumns(tuple(labelled), tuple(labels), tuple(other_columns))


def _reject_shortened_numbers(table: SampledTable, index: int) -> None:
    """Raise ColumnMappingError when Excel shortened every number, or none is long enough."""
    sample = table.samples[index]
    if all(map(is_shortened_number, sample)):
        raise ColumnMappingError(SHORTENED_NUMBERS_MESSAGE.format(sample[0]))


def _reject_member_numbers(table: SampledTable) -> None:
    for index in range(len(table.headings)):
        if _are_member_numbers(table, index):
            message = MEMBER_NUMBERS_MESSAGE.format(table.column_title(index))
            raise ColumnMappingError(message)


def _reject_table_without_phones(table: SampledTable) -> None:
    """Raise ColumnMappingError unless some cell has the length of a number."""
    long_cells = [any(map(has_phone_length, sample)) for sample in table.samples]
    if len(long_cells) == 1 and all(map(_has_letter, table.samples[0])):
        raise ColumnMappingError(ONE_COLUMN_MESSAGE)
    if not any(long_cells):
        raise ColumnMappingError(NO_PHONE_COLUMN_MESSAGE)


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
