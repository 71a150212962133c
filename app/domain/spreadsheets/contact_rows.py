"""The contacts of a spreadsheet: each row as a person with a number, or with a problem."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.column_samples import Cells
from app.domain.spreadsheets.phone_columns import SHORTENED_NUMBERS_MESSAGE, is_shortened_number
from app.domain.texts.text_cleaning import clean_name

MAX_CONTACT_NAME_LENGTH = 100
# A longer cell is several rows, joined by a quotation mark without a partner.
MAX_CELL_LENGTH = 10_000
NAME_TOO_LONG_MESSAGE = f"The name is longer than {MAX_CONTACT_NAME_LENGTH} characters."


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One row: either `phone` (E.164), or `problem`, a sentence why it cannot be read.

    `duplicate_of_line` is the line that has the same number earlier in the file.
    """

    line: int
    name: str | None
    phone: str | None
    problem: str | None = None
    duplicate_of_line: int | None = None


@dataclass(frozen=True, slots=True)
class _ParsedPhone:
    """A number in E.164, or why there is none."""

    e164: str | None = None
    problem: str | None = None


@dataclass
class _PhoneReader:
    """Reads the cells of the phone column, each different spelling once.

    Parsing is the slow step of an import, and numbers repeat.
    """

    region: str
    refused: Mapping[str, str]
    parsed: dict[str, _ParsedPhone] = field(default_factory=dict)

    def read(self, written: str) -> _ParsedPhone:
        phone = self.parsed.get(written)
        if phone is None:
            phone = self.parsed[written] = self._parse(written)
        return phone

    def _parse(self, written: str) -> _ParsedPhone:
        if not written:
            return _ParsedPhone(problem="There is no phone number in this row.")
        if is_shortened_number(written):
            return _ParsedPhone(problem=SHORTENED_NUMBERS_MESSAGE.format(written))
        try:
            e164 = PhoneNumber.parse(written, self.region).e164
        except InvalidPhoneNumber as error:
            return _ParsedPhone(problem=error.sentence)
        if e164 in self.refused:
            return _ParsedPhone(problem=self.refused[e164])
        return _ParsedPhone(e164)


def read_contact_rows(
    rows: Iterable[tuple[int, Cells]],
    columns: ColumnMapping,
    region: str,
    refused: Mapping[str, str] | None = None,
    first_lines: dict[str, int] | None = None,
) -> Iterator[ContactRow]:
    """Yield every row as a person or as a problem, in order, without the headings.

    `rows` are (line, cells). `refused` maps numbers (E.164) that must not be imported to the
    sentence why. `first_lines` maps the numbers of rows read before to their lines; the numbers
    of these rows are added to it.
    """
    if first_lines is None:
        first_lines = {}
    phone_reader = _PhoneReader(region, refused or {})
    phone_index = columns.find_index(ColumnKind.PHONE)
    name_index = columns.find_index(ColumnKind.NAME)
    first_name_index = columns.find_index(ColumnKind.FIRST_NAME)
    last_name_index = columns.find_index(ColumnKind.LAST_NAME)
    for line, cells in islice(rows, 1 if columns.headings else 0, None):
        name = _read_name(cells, name_index, first_name_index, last_name_index)
        is_name_too_long = name is not None and len(name) > MAX_CONTACT_NAME_LENGTH
        phone = phone_reader.read(_get_cell(cells, phone_index))
        problem = _find_row_problem(cells) or phone.problem
        if not problem and is_name_too_long:
            problem = NAME_TOO_LONG_MESSAGE
        if problem or phone.e164 is None:
            yield ContactRow(line, None if is_name_too_long else name, None, problem)
            continue
        first_line = first_lines.setdefault(phone.e164, line)
        duplicate_of_line = first_line if first_line != line else None
        yield ContactRow(line, name, phone.e164, duplicate_of_line=duplicate_of_line)


def _get_cell(cells: Cells, index: int | None) -> str:
    if index is None or index >= len(cells):
        return ""
    return cells[index].strip()


def _read_name(cells: Cells, full: int | None, first: int | None, last: int | None) -> str | None:
    """Return the full name, else the first and the last name together, else None.

    Takes the indexes of the columns, None where there is no such column.
    """
    name = None
    if full is not None:
        name = clean_name(_get_cell(cells, full))
    if name is None and (first is not None or last is not None):
        name = clean_name(f"{_get_cell(cells, first)} {_get_cell(cells, last)}")
    return name


def _find_row_problem(cells: Cells) -> str | None:
    row = "".join(cells)
    if "\0" in row:
        return "There is a sign in this row that no text can have (NUL)."
    # Most rows are short, so that no cell needs to be measured.
    if len(row) > MAX_CELL_LENGTH and len(max(cells, key=len)) > MAX_CELL_LENGTH:
        return (
            f"A cell of this row has more than {MAX_CELL_LENGTH:,} characters."
            " Is a quotation mark missing?"
        )
    return None
