"""Finding the headings of a spreadsheet: below a title, in two rows, or none at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.phones.phone_number import extract_digits
from app.domain.spreadsheets.column_headings import ColumnKind, find_column_kind
from app.domain.spreadsheets.column_samples import Cells, SampledTable, is_phone_cell

# Titles, dates and remarks above a table are seldom more rows.
MAX_ROWS_SEARCHED = 10
# A row that names two kinds of columns is headings; one may be a title ("Phone list 2026").
MIN_KINDS = 2
# A first cell with more digits than a heading has ("Phone 2") is a number.
MAX_HEADING_DIGITS = 2
MAX_GROUP_CHARACTERS = 60


@dataclass(frozen=True)
class HeadingRows:
    """How many rows stand above the people, and the headings that they make; () for none."""

    row_count: int
    headings: tuple[str, ...]


def find_heading_rows(rows: Sequence[Cells], region: str) -> HeadingRows:
    """Return the headings of a table."""
    first_phone_row = _find_first_phone_row(rows, region)
    if first_phone_row == 0:
        return HeadingRows(0, ())
    index = _find_heading_index(rows[:first_phone_row])
    if index is None:
        if not _has_heading_row(rows, region):
            return HeadingRows(0, ())
        index = 0
    return HeadingRows(index + 1, join_heading_rows(rows, index))


def _find_first_phone_row(rows: Sequence[Cells], region: str) -> int:
    """Return the index of the first row with a phone, or how many rows were looked at."""
    for index, cells in enumerate(rows[:MAX_ROWS_SEARCHED]):
        if any(is_phone_cell(cell, region) for cell in cells):
            return index
    return min(MAX_ROWS_SEARCHED, len(rows))


def _find_heading_index(rows: Sequence[Cells]) -> int | None:
    """Return the index of the row that names most kinds of columns, None when none names two.

    Rows right below it that name two as well are headings too: the questions of a form.
    """
    counts = list(map(_count_kinds, rows))
    most = max(counts, default=0)
    if most < MIN_KINDS:
        return None
    index = counts.index(most)
    while index + 1 < len(rows) and counts[index + 1] >= MIN_KINDS:
        index += 1
    return index


def _count_kinds(cells: Cells) -> int:
    """Return how many cells name a kind of column; a name and a phone, not two remarks."""
    kinds = list(filter(None, map(find_column_kind, cells)))
    useful = {ColumnKind.PHONE, ColumnKind.NAME, ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME}
    return len(kinds) if useful & set(kinds) else 0


def _has_heading_row(rows: Sequence[Cells], region: str) -> bool:
    """Whether the first row is headings, not a person, though it names no two kinds."""
    first_row = rows[0]
    if any(map(find_column_kind, first_row)):
        return True
    # Nothing in it is known: it is headings unless it has digits above the likely phones.
    table = SampledTable([""] * len(first_row), rows[1:], region)
    likely_index = max(range(len(first_row)), key=table.valid_phone_counts.__getitem__)
    return len(extract_digits(first_row[likely_index])) <= MAX_HEADING_DIGITS


def join_heading_rows(rows: Sequence[Cells], index: int) -> tuple[str, ...]:
    """Return the headings of a row, with the group that the row above gives to a column.

    "Member" and "Contact" above "First, Last, Cell, Email" give "Member First", "Member Last",
    "Contact Cell" and so on.
    """
    headings = tuple(rows[index])
    if index == 0 or not _is_group_row(rows[index - 1], headings):
        return headings
    joined = []
    group = ""
    groups = rows[index - 1]
    for column, heading in enumerate(headings):
        if column < len(groups) and groups[column].strip():
            group = groups[column].strip()
        joined.append(f"{group} {heading}".strip())
    return tuple(joined)


def _is_group_row(groups: Cells, headings: Cells) -> bool:
    """Whether a row has at least two short cells above the headings; a title is one cell."""
    filled = [cell for cell in groups if cell.strip()]
    if len(filled) < MIN_KINDS or len(groups) > len(headings):
        return False
    return max(map(len, filled)) <= MAX_GROUP_CHARACTERS
