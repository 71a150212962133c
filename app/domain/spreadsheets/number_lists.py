"""Lists of numbers alone, as they are copied out of a group chat: each number is a person."""

from collections.abc import Sequence

from app.domain.spreadsheets.column_samples import Cells, is_phone_cell

MIN_NUMBERS = 2
# "Asha Rao, 303-555-0142, 303-555-0143" is one person with two numbers.
MIN_NUMBERS_WITH_NAMES = 3


def split_number_list(rows: Sequence[Cells], region: str) -> list[list[str]]:
    """Return a row for each number of a table that holds nothing but numbers, else no rows.

    In a single row names may stand among the numbers, for contacts without one: they become rows
    without a number.
    """
    cells = [cell.strip() for row in rows for cell in row if cell.strip()]
    has_several_columns = max(map(len, rows)) > 1
    if not has_several_columns or len(cells) < MIN_NUMBERS:
        return []
    if len(rows) > 1:
        if not all(is_phone_cell(cell, region) for cell in cells):
            return []
        return [[cell] for cell in cells]
    numbers = [cell for cell in cells if is_phone_cell(cell, region)]
    if len(numbers) == len(cells):
        return [[cell] for cell in cells]
    if len(numbers) < MIN_NUMBERS_WITH_NAMES:
        return []
    names = [cell for cell in cells if cell not in set(numbers)]
    # The numbers come first: a first row without one would be taken for headings.
    return [*(["", number] for number in numbers), *([name, ""] for name in names)]
