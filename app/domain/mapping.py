"""Which column of a spreadsheet holds the phones and which the names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.headings import Kind, is_id, is_landline, kind_of
from app.domain.phone import digits_of
from app.domain.samples import Cells, Table, is_phone

ENOUGH = 5  # so many cells say what a column is not
SHORTENED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)

NO_PEOPLE = "There are no rows in this file, only headings."
NO_PHONES = "There is no column with phone numbers. Write “phone” above it, and each number with its area code."
EXCEL = "Excel shortened the numbers, as in {}. Format the column as text, write the numbers again and save."
MEMBER_NUMBERS = (
    "The column “{}” looks like member numbers: none of them has the length of a phone number. "
    "Write “phone” above the right column, or add the area codes."
)
ONE_COLUMN = "The columns of this file could not be told apart. Save it as CSV with commas or semicolons between them."
TWO_PHONES = "There are several columns with phone numbers: {}. Keep the one to text, or name the others “home phone”."
NO_PHONE_CHOSEN = "Choose the column with the phone numbers."
CHOSEN_TWICE = "Choose “{}” for one column only."


class BadRoster(ValueError):
    """No people can be read from this table. `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Columns:
    """What each column holds.

    `headings` is the first row, or () when the first row is a person already.
    """

    kinds: tuple[Kind, ...]
    headings: tuple[str, ...]

    def title(self, index: int) -> str:
        """A column's heading, or "Column 3"."""
        heading = self.headings[index].strip() if index < len(self.headings) else ""
        return heading or f"Column {index + 1}"

    def at(self, kind: Kind) -> int | None:
        """The place of the column of this kind."""
        return self.kinds.index(kind) if kind in self.kinds else None


def guess(rows: Sequence[Cells], region: str) -> Columns:
    """Read the headings, and where they say nothing, the cells.

    Raises BadRoster without people, without exactly one column of phones, or when these are no
    phones.
    """
    headings = tuple(rows[0]) if _has_headings(rows, region) else ()
    people = rows[1:] if headings else rows
    if not people:
        raise BadRoster(NO_PEOPLE)
    width = max(len(cells) for cells in rows)
    table = Table(headings + ("",) * (width - len(headings)), people, region)
    phone = _phone_column(table)
    kinds = [Kind.NOTHING] * width
    for index, kind in _name_columns(table, phone, bool(headings)):
        kinds[index] = kind
    kinds[phone] = Kind.PHONE
    return Columns(tuple(kinds), headings)


def choose(kinds: Sequence[str], first_row: Cells, has_headings: bool) -> Columns:
    """The columns as a person chose them; unknown words mean "do not import".

    Raises BadRoster without exactly one column of phones, or when a name is chosen twice.
    """
    known = tuple(Kind(kind) if kind in set(Kind) else Kind.NOTHING for kind in kinds)
    if Kind.PHONE not in known:
        raise BadRoster(NO_PHONE_CHOSEN)
    for kind in (Kind.PHONE, Kind.NAME, Kind.FIRST, Kind.LAST):
        if known.count(kind) > 1:
            raise BadRoster(CHOSEN_TWICE.format(kind.words))
    return Columns(known, tuple(first_row) if has_headings else ())


def evidence(columns: Columns, rows: Sequence[Cells], region: str) -> tuple[str, ...]:
    """For each column a sentence that speaks for what it is taken for; "" where there is none.

    `rows` are all of the table's, its headings too.
    """
    people = rows[1:] if columns.headings else rows
    table = Table([""] * len(columns.kinds), people, region)
    return tuple(
        _evidence(kind, table, index) for index, kind in enumerate(columns.kinds)
    )


def _evidence(kind: Kind, table: "Table", index: int) -> str:
    sample = table.samples[index]
    if kind is Kind.PHONE:
        good, what = table.valid[index], "are numbers that can get texts"
    elif kind in (Kind.NAME, Kind.FIRST, Kind.LAST):
        good, what = sum(map(_could_be_name, sample)), "could be names"
    else:
        return ""
    if not sample:
        return "This column is empty."
    return f"{good} of {len(sample)} {'cell' if len(sample) == 1 else 'cells'} {what}."


def _has_headings(rows: Sequence[Cells], region: str) -> bool:
    first = rows[0]
    if any(is_phone(cell, region) for cell in first):
        return False
    if any(kind_of(cell) for cell in first):
        return True
    table = Table([""] * len(first), rows[1:], region)
    likely = max(range(len(first)), key=lambda index: table.valid[index])
    return len(digits_of(first[likely])) < 3


def _phone_column(table: Table) -> int:
    named = [index for index in table.of_kind(Kind.PHONE) if table.samples[index]]
    found = _preferred(table, named) or [
        index for index in range(len(table.headings)) if _holds_phones(table, index)
    ]
    if not found:
        raise BadRoster(_nothing_found(table))
    if len(found) > 1:
        raise BadRoster(
            TWO_PHONES.format(
                " and ".join(f"“{table.title(index)}”" for index in found)
            )
        )
    _refuse_what_are_no_phones(table, found[0])
    return found[0]


def _preferred(table: Table, named: list[int]) -> list[int]:
    """Of the columns that are called phone: those with phones in them, and of these no landline."""
    with_phones = [index for index in named if table.valid[index]] or named
    return [
        index for index in with_phones if not is_landline(table.headings[index])
    ] or with_phones


def _holds_phones(table: Table, index: int) -> bool:
    sample = table.samples[index]
    good = table.valid[index] + sum(map(is_shortened, sample))
    return good * 2 > len(sample) and not is_id(table.headings[index])


def _refuse_what_are_no_phones(table: Table, index: int) -> None:
    sample = table.samples[index]
    if all(map(is_shortened, sample)):
        raise BadRoster(EXCEL.format(sample[0]))
    if _are_member_numbers(table, index):
        raise BadRoster(MEMBER_NUMBERS.format(table.title(index)))
    if (
        len(table.headings) == 1
        and not table.valid[index]
        and all(any(map(str.isalpha, cell)) for cell in sample)
    ):
        raise BadRoster(ONE_COLUMN)


def _are_member_numbers(table: Table, index: int) -> bool:
    """Some digits and nothing else, each different, and none of them is a phone number."""
    sample = table.samples[index]
    if len(sample) < ENOUGH or table.valid[index] or len(set(sample)) < len(sample):
        return False
    return all(cell.isdecimal() and 4 <= len(cell) <= 9 for cell in sample)


def _nothing_found(table: Table) -> str:
    numbers = [
        index
        for index in range(len(table.headings))
        if _are_member_numbers(table, index)
    ]
    return MEMBER_NUMBERS.format(table.title(numbers[0])) if numbers else NO_PHONES


def is_shortened(cell: str) -> bool:
    """Whether Excel wrote a number as 7.2E+09: its last digits are lost."""
    return SHORTENED.fullmatch(cell) is not None


def _name_columns(
    table: Table, phone: int, has_headings: bool
) -> Iterator[tuple[int, Kind]]:
    """The columns that hold names."""
    found = {kind: table.of_kind(kind) for kind in (Kind.NAME, Kind.FIRST, Kind.LAST)}
    first = {kind: indexes[0] for kind, indexes in found.items() if indexes}
    if not first and (not has_headings or len(table.headings) == 2):
        first = _names_by_their_cells(table, phone)
    if Kind.NAME in first:
        first = _family_name_or_full(table, first)
    return ((index, kind) for kind, index in first.items())


def _family_name_or_full(table: Table, first: dict[Kind, int]) -> dict[Kind, int]:
    """ "Name, Vorname" are a family name and a first name; "Name, First name" may be the full
    name and a part of it.
    """
    parts = [kind for kind in (Kind.FIRST, Kind.LAST) if kind in first]
    if len(parts) != 1:
        return first
    index, part = first[Kind.NAME], first[parts[0]]
    pairs = [
        (cells[index].casefold(), cells[part].casefold())
        for cells in table.both(index, part)
    ]
    if sum(word in full for full, word in pairs) * 2 > len(pairs):
        return first
    other = Kind.LAST if parts[0] is Kind.FIRST else Kind.FIRST
    return {parts[0]: part, other: index}


def _names_by_their_cells(table: Table, phone: int) -> dict[Kind, int]:
    unnamed = [
        index
        for index, heading in enumerate(table.headings)
        if index != phone and not kind_of(heading)
    ]
    texts = [index for index in unnamed if _holds_words(table.samples[index])]
    if (
        len(texts) > 1
        and texts[1] == texts[0] + 1
        and all(_holds_single_words(table.samples[i]) for i in texts[:2])
    ):
        return {Kind.FIRST: texts[0], Kind.LAST: texts[1]}
    return {Kind.NAME: texts[0]} if texts else {}


def _holds_words(sample: list[str]) -> bool:
    return sum(map(_is_words, sample)) * 5 > len(sample) * 4


def _is_words(cell: str) -> bool:
    return _could_be_name(cell) and not re.search(r"\d", cell)


def _could_be_name(cell: str) -> bool:
    """Guests may be numbered: "Guest 7"."""
    return any(map(str.isalpha, cell)) and not re.search(r"@|://", cell)


def _holds_single_words(sample: list[str]) -> bool:
    return sum(" " not in cell for cell in sample) * 4 > len(sample) * 3
