"""People from a spreadsheet: which rows are people with a phone we can text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from app.domain.headings import Kind
from app.domain.mapping import (
    EXCEL,
    BadRoster,
    Columns,
    choose,
    evidence,
    guess,
    is_shortened,
)
from app.domain.phone import BadPhone, Phone
from app.domain.samples import Cells
from app.domain.wording import clean_name

__all__ = [
    "BadRoster",
    "Columns",
    "Kind",
    "Person",
    "choose",
    "evidence",
    "guess",
    "read_people",
]

LONGEST_NAME, LONGEST_CELL = 100, 10_000


@dataclass(frozen=True, slots=True)
class Person:
    """One row. Either `phone` (E.164), or `problem`: a sentence why it cannot be read.

    `repeats` is the line that has the same number earlier in the file.
    """

    line: int
    name: str | None
    phone: str | None
    problem: str | None = None
    repeats: int | None = None


def read_people(
    rows: Iterable[tuple[int, Cells]],
    columns: Columns,
    region: str,
    refused: Mapping[str, str] | None = None,
    first_lines: dict[str, int] | None = None,
) -> Iterator[Person]:
    """Every row as a person or as a problem, in order; the headings are left out.

    `rows` are (line, cells). `refused` are numbers (E.164) that nobody may add, each with the
    sentence why. `first_lines` are the numbers of rows that were read before, each with its
    line; those of these rows are added. Costs one look at each different spelling of a number.
    """
    numbers: dict[str, tuple[str | None, str | None]] = {}
    first_lines = {} if first_lines is None else first_lines
    refused = refused or {}
    phones = columns.at(Kind.PHONE)
    names = (columns.at(Kind.NAME), columns.at(Kind.FIRST), columns.at(Kind.LAST))
    for line, cells in islice(rows, 1 if columns.headings else 0, None):
        name, problem = _name(cells, *names)
        written = _cell(cells, phones)
        if written not in numbers:
            numbers[written] = _number(written, region, refused)
        phone, wrong = numbers[written]
        problem = _unreadable(cells) or wrong or problem
        if problem or phone is None:
            yield Person(
                line,
                name if name is None or len(name) <= LONGEST_NAME else None,
                None,
                problem,
            )
        else:
            earlier = first_lines.setdefault(phone, line)
            yield Person(
                line, name, phone, repeats=earlier if earlier != line else None
            )


def _cell(cells: Cells, index: int | None) -> str:
    return cells[index].strip() if index is not None and index < len(cells) else ""


def _name(
    cells: Cells, full: int | None, first: int | None, last: int | None
) -> tuple[str | None, str | None]:
    """The name out of these columns, and what is wrong with it."""
    name = clean_name(_cell(cells, full)) if full is not None else None
    if name is None and (first is not None or last is not None):
        name = clean_name(f"{_cell(cells, first)} {_cell(cells, last)}")
    if name and len(name) > LONGEST_NAME:
        return name, f"The name is longer than {LONGEST_NAME} characters."
    return name, None


def _number(
    written: str, region: str, refused: Mapping[str, str]
) -> tuple[str | None, str | None]:
    """The number as E.164, or why there is none."""
    if not written:
        return None, "There is no phone number in this row."
    if is_shortened(written):
        return None, EXCEL.format(written)
    try:
        phone = Phone.read(written, region).e164
    except BadPhone as error:
        return None, error.sentence
    return (None, refused[phone]) if phone in refused else (phone, None)


def _unreadable(cells: Cells) -> str | None:
    row = "".join(cells)
    if "\0" in row:
        return "There is a sign in this row that no text can have (NUL)."
    if len(row) > LONGEST_CELL and any(len(cell) > LONGEST_CELL for cell in cells):
        return f"A cell of this row has more than {LONGEST_CELL:,} characters. Is a quotation mark missing?"
    return None
