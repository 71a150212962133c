"""People from a spreadsheet: which rows are people with a phone we can text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import (
    SHORTENED_NUMBERS_MESSAGE,
    ColumnMapping,
    is_shortened_number,
)
from app.domain.spreadsheets.column_samples import Cells
from app.domain.texts.text_cleaning import clean_name

MAX_CONTACT_NAME_LENGTH, MAX_CELL_LENGTH = 100, 10_000


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One row. Either `phone` (E.164), or `problem`: a sentence why it cannot be read.

    `repeats` is the line that has the same number earlier in the file.
    """

    line: int
    name: str | None
    phone: str | None
    problem: str | None = None
    duplicate_of_line: int | None = None


def read_contact_rows(
    rows: Iterable[tuple[int, Cells]],
    columns: ColumnMapping,
    region: str,
    refused: Mapping[str, str] | None = None,
    first_lines: dict[str, int] | None = None,
) -> Iterator[ContactRow]:
    """Every row as a person or as a problem, in order; the headings are left out.

    `rows` are (line, cells). `refused` are numbers (E.164) that nobody may add, each with the
    sentence why. `first_lines` are the numbers of rows that were read before, each with its
    line; those of these rows are added. Costs one look at each different spelling of a number.
    """
    numbers: dict[str, tuple[str | None, str | None]] = {}
    first_lines = {} if first_lines is None else first_lines
    refused = refused or {}
    phones = columns.find_index(ColumnKind.PHONE)
    names = (
        columns.find_index(ColumnKind.NAME),
        columns.find_index(ColumnKind.FIRST_NAME),
        columns.find_index(ColumnKind.LAST_NAME),
    )
    for line, cells in islice(rows, 1 if columns.headings else 0, None):
        name, problem = _read_name(cells, *names)
        written = _get_cell(cells, phones)
        if written not in numbers:
            numbers[written] = _read_phone_number(written, region, refused)
        phone, wrong = numbers[written]
        problem = _find_row_problem(cells) or wrong or problem
        if problem or phone is None:
            yield ContactRow(
                line,
                name if name is None or len(name) <= MAX_CONTACT_NAME_LENGTH else None,
                None,
                problem,
            )
        else:
            earlier = first_lines.setdefault(phone, line)
            yield ContactRow(
                line,
                name,
                phone,
                duplicate_of_line=earlier if earlier != line else None,
            )


def _get_cell(cells: Cells, index: int | None) -> str:
    return cells[index].strip() if index is not None and index < len(cells) else ""


def _read_name(
    cells: Cells, full: int | None, first: int | None, last: int | None
) -> tuple[str | None, str | None]:
    """The name out of these columns, and what is wrong with it."""
    name = clean_name(_get_cell(cells, full)) if full is not None else None
    if name is None and (first is not None or last is not None):
        name = clean_name(f"{_get_cell(cells, first)} {_get_cell(cells, last)}")
    if name and len(name) > MAX_CONTACT_NAME_LENGTH:
        return name, f"The name is longer than {MAX_CONTACT_NAME_LENGTH} characters."
    return name, None


def _read_phone_number(
    written: str, region: str, refused: Mapping[str, str]
) -> tuple[str | None, str | None]:
    """The number as E.164, or why there is none."""
    if not written:
        return None, "There is no phone number in this row."
    if is_shortened_number(written):
        return None, SHORTENED_NUMBERS_MESSAGE.format(written)
    try:
        phone = PhoneNumber.parse(written, region).e164
    except InvalidPhoneNumber as error:
        return None, error.sentence
    return (None, refused[phone]) if phone in refused else (phone, None)


def _find_row_problem(cells: Cells) -> str | None:
    row = "".join(cells)
    if "\0" in row:
        return "There is a sign in this row that no text can have (NUL)."
    if len(row) > MAX_CELL_LENGTH and any(len(cell) > MAX_CELL_LENGTH for cell in cells):
        return f"A cell of this row has more than {MAX_CELL_LENGTH:,} characters. Is a quotation mark missing?"
    return None
