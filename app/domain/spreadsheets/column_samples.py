"""The columns of a spreadsheet, judged by a sample of their cells."""

from collections.abc import Iterator, Sequence
from itertools import islice

from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.spreadsheets.column_headings import ColumnKind, find_column_kind

# How many cells of a column are judged, and from how many rows they are taken: a file may have
# 100,000 rows.
MAX_SAMPLED_CELLS = 100
MAX_SAMPLED_ROWS = 5_000

Cells = Sequence[str]


def is_phone_cell(text: str, region: str) -> bool:
    """Whether a cell is a number we can text."""
    try:
        PhoneNumber.parse(text, region)
    except InvalidPhoneNumber:
        return False
    return True


class SampledTable:
    """The columns of a table, each with a sample of its cells."""

    def __init__(self, headings: Cells, rows: Sequence[Cells], region: str) -> None:
        self.headings = headings
        self.rows = rows
        self.samples = [self._sample_column(index) for index in range(len(headings))]
        self.valid_phone_counts = [self._count_phones(sample, region) for sample in self.samples]

    def _sample_column(self, index: int) -> list[str]:
        """Return cells with content, from all over the file: its first rows may be exceptions."""
        step = max(1, len(self.rows) // MAX_SAMPLED_ROWS)
        cells = list(self._iterate_filled_cells(index, step))
        count = min(MAX_SAMPLED_CELLS, len(cells))
        return [cells[position * len(cells) // count] for position in range(count)]

    def _iterate_filled_cells(self, index: int, step: int) -> Iterator[str]:
        for cells in self.rows[::step]:
            if index < len(cells) and cells[index].strip():
                yield cells[index].strip()

    @staticmethod
    def _count_phones(sample: Cells, region: str) -> int:
        return sum(is_phone_cell(cell, region) for cell in sample)

    def column_title(self, index: int) -> str:
        """Return the heading of a column, or "Column 3"."""
        return self.headings[index].strip() or f"Column {index + 1}"

    def list_rows_with_both(self, first_index: int, second_index: int) -> list[Cells]:
        """Return the first rows that have content in both columns, MAX_SAMPLED_CELLS at most."""
        width = max(first_index, second_index) + 1
        complete_rows = (
            cells
            for cells in self.rows
            if len(cells) >= width and cells[first_index] and cells[second_index]
        )
        return list(islice(complete_rows, MAX_SAMPLED_CELLS))

    def list_columns_of_kind(self, kind: ColumnKind) -> list[int]:
        """Return the indexes of the columns whose heading is of this kind."""
        indexes = []
        for index, heading in enumerate(self.headings):
            if find_column_kind(heading) is kind:
                indexes.append(index)
        return indexes
