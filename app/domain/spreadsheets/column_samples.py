"""The columns of a spreadsheet, judged by a sample of their cells."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from app.domain.phones.phone_number import PhoneNumber, extract_digits
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.spreadsheets.column_headings import ColumnKind, find_column_kind

# How many cells of a column are judged, and from how many rows they are taken: a file may have
# 100,000 rows.
MAX_SAMPLED_CELLS = 100
MAX_SAMPLED_ROWS = 5_000
# No number has fewer digits, so that most cells are judged without parsing.
MIN_PHONE_DIGITS = 5
# A whole number of 7 digits may be one without its area code.
MIN_LIKELY_PHONE_DIGITS = 7
MAX_PHONE_CELL_CHARACTERS = 100
DATE_PATTERN = re.compile(
    r"(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?.*|\d\d?[-/.]\d\d?[-/.](?:19|20)\d\d.*"
)
# More different values are names or texts, and no status.
MAX_DISTINCT_VALUES = 60
MAX_VALUE_CHARACTERS = 60
# After so many rows a column with too many values is left: names are, after the first ones.
ROWS_PER_LOOK = 1_000

Cells = Sequence[str]


def is_phone_cell(text: str, region: str) -> bool:
    """Whether a cell is a number we can text."""
    if not has_phone_length(text, MIN_PHONE_DIGITS) or DATE_PATTERN.fullmatch(text.strip()):
        return False
    try:
        PhoneNumber.parse(text, region)
    except InvalidPhoneNumber:
        return False
    return True


def has_phone_length(text: str, min_digits: int = MIN_LIKELY_PHONE_DIGITS) -> bool:
    """Whether a cell is short enough for a number and has at least so many digits."""
    if len(text) > MAX_PHONE_CELL_CHARACTERS:
        return False
    return sum(map(str.isdecimal, text)) >= min_digits


class SampledTable:
    """The columns of a table, each with a sample of its cells."""

    def __init__(
        self,
        headings: Cells,
        rows: Sequence[Cells],
        region: str,
    ) -> None:
        self.headings = headings
        self.rows = rows
        self.region = region
        self.samples = list(map(self._sample_column, range(len(headings))))
        self.valid_phone_counts = [self._count_phones(sample, region) for sample in self.samples]

    @cached_property
    def heading_kinds(self) -> list[ColumnKind | None]:
        """What each heading says."""
        return list(map(find_column_kind, self.headings))

    @property
    def sampled_rows(self) -> Sequence[Cells]:
        """Rows from all over the file, MAX_SAMPLED_ROWS at most or a little more."""
        step = max(1, len(self.rows) // MAX_SAMPLED_ROWS)
        return self.rows[::step]

    def _sample_column(self, index: int) -> list[str]:
        """Return cells with content, from all over the file: its first rows may be exceptions."""
        cells = list(self._iterate_filled_cells(index))
        count = min(MAX_SAMPLED_CELLS, len(cells))
        return [cells[position * len(cells) // count] for position in range(count)]

    def _iterate_filled_cells(self, index: int) -> Iterator[str]:
        for cells in self.sampled_rows:
            if index < len(cells) and cells[index].strip():
                yield cells[index].strip()

    @staticmethod
    def _count_phones(sample: Cells, region: str) -> int:
        return sum(is_phone_cell(cell, region) for cell in sample)

    def count_filled_cells(self, index: int) -> int:
        """Return how many of the sampled rows have content in a column."""
        return len(list(self._iterate_filled_cells(index)))

    def get_phone_share(self, index: int) -> float:
        """Return which part of the sampled cells of a column are phones, 0 to 1."""
        sample = self.samples[index]
        return self.valid_phone_counts[index] / len(sample) if sample else 0.0

    def list_pairs(self, first_index: int, second_index: int) -> list[tuple[str, str]]:
        """Return the cells of two columns in the sampled rows, "" where there is none."""
        pairs = []
        for cells in self.sampled_rows:
            first = cells[first_index].strip() if first_index < len(cells) else ""
            second = cells[second_index].strip() if second_index < len(cells) else ""
            pairs.append((first, second))
        return pairs

    def column_title(self, index: int) -> str:
        """Return the heading of a column, or "Column 3"."""
        return self.headings[index].strip() or f"Column {index + 1}"

    def list_rows_with_both(self, first_index: int, second_index: int) -> list[Cells]:
        """Return the first rows that have content in both columns, MAX_SAMPLED_CELLS at most."""
        width = max(first_index, second_index) + 1
        complete_rows: list[Cells] = []
        for cells in self.rows:
            if len(cells) >= width and cells[first_index] and cells[second_index]:
                complete_rows.append(cells)
                if len(complete_rows) == MAX_SAMPLED_CELLS:
                    break
        return complete_rows

    def list_columns_of_kind(self, kind: ColumnKind) -> list[int]:
        """Return the indexes of the columns whose heading is of this kind."""
        return [index for index, own_kind in enumerate(self.heading_kinds) if own_kind is kind]

    def find_distinct_values(self, index: int) -> frozenset[str]:
        """Return the different cells of a whole column, empty when there are many or long ones."""
        values: set[str] = set()
        for start in range(0, len(self.rows), ROWS_PER_LOOK):
            rows = self.rows[start : start + ROWS_PER_LOOK]
            values.update([cells[index] for cells in rows if index < len(cells)])
            if len(values) > MAX_DISTINCT_VALUES + 1:
                return frozenset()
        values.discard("")
        if len(values) > MAX_DISTINCT_VALUES:
            return frozenset()
        is_long = max(map(len, values), default=0) > MAX_VALUE_CHARACTERS
        return frozenset() if is_long else frozenset(values)


def are_equal_numbers(first: str, second: str) -> bool:
    """Whether two cells are the same number, with or without its country code."""
    first_digits = extract_digits(first)
    second_digits = extract_digits(second)
    return first_digits[-MIN_LIKELY_PHONE_DIGITS:] == second_digits[-MIN_LIKELY_PHONE_DIGITS:]
