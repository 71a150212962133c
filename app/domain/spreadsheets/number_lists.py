"""Lists as they are copied out of a chat or a note: numbers alone, or "Asha: 303 555 0142"."""

import re
from collections.abc import Iterator, Sequence

from app.domain.phones.second_numbers import find_numbers_in_cell
from app.domain.spreadsheets.column_samples import Cells, is_phone_cell

MIN_NUMBERS = 2
# "Asha Rao, 303-555-0142, 303-555-0143" is one person with two numbers.
MIN_NUMBERS_WITH_NAMES = 3
# A group chat has at most some thousand members.
MAX_LIST_CHARACTERS = 100_000
# A name, a blank, colon or dash, and a number to the end of the line.
NAMED_NUMBER_PATTERN = re.compile(
    r"(?P<name>[^\d+(]{1,100}?)\s*[\s:\u2013\u2014-]\s*(?P<phone>[+(]?\d[\d\s().\-]{5,30}\d)"
)
# The number first: "303 555 0142 Asha Rao".
NUMBER_FIRST_PATTERN = re.compile(
    r"(?P<phone>[+(]?\d[\d\s().\-]{5,30}\d)\s*[\s:,\u2013\u2014-]\s*(?P<name>[^\d+()]{1,100})"
)
NUMBERING_PATTERN = re.compile(r"\d{1,4}[.)]\s+(?=\D)")
MIN_NAMED_SHARE = 0.8


def split_number_list(rows: Sequence[Cells], region: str) -> list[list[str]]:
    """Return a row for each number of a table that holds nothing but numbers, else no rows.

    In a single row names may stand among the numbers, for contacts without one: they become rows
    without a number.
    """
    if max(map(len, rows)) == 1:
        return _split_single_column([row[0].strip() for row in rows], region)
    # Most files end this at their first cell, a heading or a name.
    numbers = []
    named_rows = []
    for cell in _iterate_cells(rows):
        if is_phone_cell(cell, region):
            numbers.append(cell)
        elif len(rows) > 1:
            return []
        else:
            named_rows.append([cell, ""])
    if not named_rows:
        return [[number] for number in numbers] if len(numbers) >= MIN_NUMBERS else []
    if len(numbers) < MIN_NUMBERS_WITH_NAMES:
        return []
    # The numbers come first: a first row without one would be taken for headings.
    return [["", number] for number in numbers] + named_rows


def _iterate_cells(rows: Sequence[Cells]) -> Iterator[str]:
    """Yield the cells that are not blank, without blanks around them."""
    for row in rows:
        for cell in row:
            if cell.strip():
                yield cell.strip()


def _split_single_column(cells: Sequence[str], region: str) -> list[list[str]]:
    """Return the numbers of one long line, or the names and numbers of lines that have both."""
    if len(cells) == 1 and len(cells[0]) <= MAX_LIST_CHARACTERS:
        return [[number] for number in find_numbers_in_cell(cells[0], region)]
    named_rows = []
    match_count = 0
    for cell in cells:
        match = _match_named_number(cell)
        if match is None:
            named_rows.append([cell])
        else:
            named_rows.append([match["name"].strip(), match["phone"]])
            match_count += 1
    return named_rows if match_count >= len(cells) * MIN_NAMED_SHARE else []


def _match_named_number(cell: str) -> re.Match[str] | None:
    """Match "1. Asha: 303 555 0142" and "303 555 0142 Asha"."""
    text = NUMBERING_PATTERN.sub("", cell, count=1) if NUMBERING_PATTERN.match(cell) else cell
    return NAMED_NUMBER_PATTERN.fullmatch(text) or NUMBER_FIRST_PATTERN.fullmatch(text)
