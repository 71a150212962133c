"""What type of field a column of a file is, judged by its heading and its cells."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice

from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import (
    NO_MARKS,
    NUMERIC_DATE_PATTERN,
    YES_MARKS,
    ValueContext,
    fold_value,
    is_number_in_digits,
    parse_date,
)
from app.domain.spreadsheets.heading_words import ID_WORDS, fold_heading
from app.domain.surveys.answer_folding import fold_answer
from app.domain.surveys.answer_parsing import NO_WORDS, YES_WORDS
from app.domain.texts.word_folding import fold_digits

MAX_CHOICES = 30
MAX_CHOICE_LENGTH = 60
# A column has choices when few values are repeated often: 4 voices of 30 singers, not the towns
# of 12 people.
MAX_GUESSED_CHOICES = 12
MIN_CELLS_A_CHOICE = 5
MAX_GUESSED_CHOICE_LENGTH = 40
# Different cells that are judged: a file may have 100,000.
MAX_JUDGED_CELLS = 1000
# "n/a" and "?" among numbers are exceptions; more of them and the column is text.
MIN_SHARE = 0.95


def guess_field_type(heading: str, values: Iterable[str], context: ValueContext) -> FieldType:
    """Return the type that fits the cells of a column; text where none fits all of them.

    `values` may be a sample, or all cells; blank ones do not count.
    """
    counts = _count_cells(values)
    cells = list(islice(counts, MAX_JUDGED_CELLS))
    if not cells:
        return FieldType.TEXT
    if _are_flags(cells):
        return FieldType.YES_NO
    if _do_most_fit(cells, lambda cell: parse_date(cell, context) is not None):
        return FieldType.DATE
    if not _is_heading_of_codes(heading) and _do_most_fit(cells, is_number_in_digits):
        return FieldType.NUMBER
    return FieldType.CHOICE if _are_choices(counts) else FieldType.TEXT


def list_choices(values: Iterable[str]) -> list[str]:
    """Return the different values of a column, each in its most common spelling, in order.

    At most MAX_CHOICES, the most common ones; longer ones than a choice may be are left out.
    """
    spelling_by_folded: dict[str, str] = {}
    for cell, _ in _count_cells(values).most_common():
        if len(cell) <= MAX_CHOICE_LENGTH:
            spelling_by_folded.setdefault(fold_value(cell), cell)
    most_common = list(spelling_by_folded.values())[:MAX_CHOICES]
    return sorted(most_common, key=fold_value)


def guess_month_first(values: Iterable[str]) -> bool | None:
    """Return whether a column of dates writes the month first; None where it does not tell.

    One 5/13/1990 tells how every other cell of the column is read.
    """
    could_be_month_first = could_be_day_first = True
    for cell in values:
        match = NUMERIC_DATE_PATTERN.fullmatch(fold_digits(cell).strip())
        if match and match[2] != ".":
            could_be_month_first = could_be_month_first and int(match[1]) <= 12
            could_be_day_first = could_be_day_first and int(match[3]) <= 12
    if could_be_month_first == could_be_day_first:
        return None
    return could_be_month_first


def _count_cells(values: Iterable[str]) -> Counter[str]:
    return Counter(filter(None, map(str.strip, values)))


def _are_flags(cells: Iterable[str]) -> bool:
    """Whether all cells say yes or no. 0 and 1 alone may count something, so they are numbers."""
    are_numbers = True
    for cell in cells:
        mark = cell.lower()
        is_flag = mark in YES_MARKS or mark in NO_MARKS or fold_answer(cell) in YES_WORDS | NO_WORDS
        if not is_flag:
            return False
        are_numbers = are_numbers and mark in ("0", "1")
    return not are_numbers


def _do_most_fit(cells: list[str], fits: Callable[[str], bool]) -> bool:
    return sum(map(fits, cells)) >= MIN_SHARE * len(cells)


def _is_heading_of_codes(heading: str) -> bool:
    """Whether a heading is about codes, which are not counted: "Zip", "Member no."."""
    folded = fold_heading(heading)
    return "number of" not in folded and not ID_WORDS.isdisjoint(folded.split())


def _are_choices(counts: Counter[str]) -> bool:
    folded = set(map(fold_value, islice(counts, MAX_JUDGED_CELLS)))
    if not 2 <= len(folded) <= MAX_GUESSED_CHOICES or len(counts) > MAX_JUDGED_CELLS:
        return False
    is_short = all(len(cell) <= MAX_GUESSED_CHOICE_LENGTH for cell in counts)
    return is_short and counts.total() >= MIN_CELLS_A_CHOICE * len(folded)
