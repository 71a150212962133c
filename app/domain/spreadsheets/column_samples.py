"""The columns of a spreadsheet by a sample of their cells."""

from collections.abc import Sequence
from itertools import islice

from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.spreadsheets.column_headings import ColumnKind, find_column_kind

MAX_SAMPLED_CELLS = 100  # cells of a column that are judged
MAX_SAMPLED_ROWS = 5_000  # rows where they come from

Cells = Sequence[str]


def is_phone_cell(text: str, region: str) -> bool:
    """Whether a cell is a number we can text."""
    try:
        PhoneNumber.parse(text, region)
    except InvalidPhoneNumber:
        return False
    return True


class SampledTable:
    """The columns of a table, with a sample of each one's cells."""

    def __init__(self, headings: Cells, people: Sequence[Cells], region: str) -> None:
        self.headings = headings
        self.rows = people
        self.samples = [self._sample_column(people, index) for index in range(len(headings))]
        self.valid_phone_counts = [
            sum(is_phone_cell(cell, region) for cell in sample) for sample in self.samples
        ]

    @staticmethod
    def _sample_column(people: Sequence[Cells], index: int) -> list[str]:
        """Cells with something in them, from all over the file: its first hundred rows may be
        the odd ones.
        """
        some = people[:: max(1, len(people) // MAX_SAMPLED_ROWS)]
        cells = [
            cells[index].strip() for cells in some if index < len(cells) and cells[index].strip()
        ]
        many = min(MAX_SAMPLED_CELLS, len(cells))
        return [cells[place * len(cells) // many] for place in range(many)]

    def column_title(self, index: int) -> str:
        return self.headings[index].strip() or f"Column {index + 1}"

    def list_rows_with_both(self, one: int, other: int) -> list[Cells]:
        """The first rows that have something in both columns."""
        full = (
            cells
            for cells in self.rows
            if len(cells) > max(one, other) and cells[one] and cells[other]
        )
        return list(islice(full, MAX_SAMPLED_CELLS))

    def list_columns_of_kind(self, kind: ColumnKind) -> list[int]:
        return [
            index
            for index, heading in enumerate(self.headings)
            if find_column_kind(heading) is kind
        ]
