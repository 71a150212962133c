"""The contacts of a spreadsheet: each row as a person with a number, or with a problem."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.phones.phone_number import PhoneNumber
from app.domain.phones.phone_problems import InvalidPhoneNumber
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.column_samples import Cells
from app.domain.spreadsheets.country_columns import (
    parse_phone_of_area,
    parse_phone_of_country,
)
from app.domain.spreadsheets.opt_status import (
    OptPolarity,
    get_column_polarity,
    wants_no_texts,
)
from app.domain.spreadsheets.phone_choice import PhoneCellChooser
from app.domain.spreadsheets.phone_columns import SHORTENED_NUMBERS_MESSAGE, is_shortened_number
from app.domain.texts.text_cleaning import clean_name

MAX_CONTACT_NAME_LENGTH = 100
# A longer cell is several rows, joined by a quotation mark without a partner.
MAX_CELL_LENGTH = 10_000
NAME_TOO_LONG_MESSAGE = f"The name is longer than {MAX_CONTACT_NAME_LENGTH} characters."
NO_NUMBER_MESSAGE = "There is no phone number in this row."


@dataclass(frozen=True, slots=True)
class FirstRow:
    """The first row of a file with a number: its line and name."""

    line: int
    name: str | None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One row: either `phone` (E.164), or `problem`, a sentence why it cannot be read.

    `duplicate_of` is the row that has the same number earlier in the file. `opted_out` is what
    the file says against texts ("Status: Unsubscribed"), "" when it says nothing. `group_names`:
    the groups that the file names, such as "Choir; Youth".
    """

    line: int
    name: str | None
    phone: str | None
    problem: str | None = None
    duplicate_of: FirstRow | None = None
    opted_out: str = ""
    group_names: str = ""


@dataclass(frozen=True, slots=True)
class _ParsedPhone:
    """A number in E.164, or why there is none."""

    e164: str | None = None
    problem: str | None = None


@dataclass
class _PhoneReader:
    """Reads the cells of the phone columns, each different spelling once.

    Parsing is the slow step of an import, and numbers repeat.
    """

    region: str
    refused: Mapping[str, str]
    parsed: dict[tuple[str, str, str], _ParsedPhone] = field(default_factory=dict)

    def read(
        self,
        written: str,
        country: str = "",
        area_code: str = "",
    ) -> _ParsedPhone:
        key = (written, country, area_code)
        phone = self.parsed.get(key)
        if phone is None:
            phone = self.parsed[key] = self._parse(written, country, area_code)
        return phone

    def _parse(
        self,
        written: str,
        country: str,
        area_code: str,
    ) -> _ParsedPhone:
        if not written:
            return _ParsedPhone(problem=NO_NUMBER_MESSAGE)
        if is_shortened_number(written):
            return _ParsedPhone(problem=SHORTENED_NUMBERS_MESSAGE.format(written))
        try:
            e164 = self._parse_number(written, country, area_code).e164
        except InvalidPhoneNumber as error:
            return _ParsedPhone(problem=error.sentence)
        if e164 in self.refused:
            return _ParsedPhone(problem=self.refused[e164])
        return _ParsedPhone(e164)

    def _parse_number(
        self,
        written: str,
        country: str,
        area_code: str,
    ) -> PhoneNumber:
        if country:
            return parse_phone_of_country(written, country, self.region)
        if area_code:
            return parse_phone_of_area(written, area_code, self.region)
        return PhoneNumber.parse(written, self.region)


class ContactReader:
    """Reads rows with the columns of one file.

    `first_rows` maps the numbers of rows read before to these; the numbers of the next rows are
    added to it.
    """

    def __init__(
        self,
        columns: ColumnMapping,
        region: str,
        refused: Mapping[str, str] | None = None,
        first_rows: dict[str, FirstRow] | None = None,
    ) -> None:
        self.first_rows = {} if first_rows is None else first_rows
        self._phone_reader = _PhoneReader(region, refused or {})
        self._phone_chooser = PhoneCellChooser(columns)
        self._country_index = columns.find_index(ColumnKind.COUNTRY)
        self._area_index = columns.find_index(ColumnKind.AREA_CODE)
        self._name_indexes = columns.list_indexes(ColumnKind.NAME)
        self._first_name_indexes = columns.list_indexes(ColumnKind.FIRST_NAME)
        self._last_name_indexes = columns.list_indexes(ColumnKind.LAST_NAME)
        self._has_parts_first = _has_parts_first(columns)
        self._group_indexes = columns.list_indexes(ColumnKind.GROUPS)
        self._status_columns = list_status_columns(columns)

    @property
    def has_status_columns(self) -> bool:
        """Whether columns of the file say who wants no texts."""
        return bool(self._status_columns)

    def read(self, line: int, cells: Cells) -> ContactRow:
        """Return a row as a person or as a problem."""
        name = self._read_name(cells)
        is_name_too_long = name is not None and len(name) > MAX_CONTACT_NAME_LENGTH
        phone = self._phone_reader.read(
            self._phone_chooser.choose(cells),
            get_cell(cells, self._country_index),
            get_cell(cells, self._area_index),
        )
        problem = _find_row_problem(cells) or phone.problem
        if not problem and is_name_too_long:
            problem = NAME_TOO_LONG_MESSAGE
        opted_out = self._find_opt_out(cells)
        if problem or phone.e164 is None:
            return ContactRow(
                line, None if is_name_too_long else name, None, problem, opted_out=opted_out
            )
        first_row = self.first_rows.setdefault(phone.e164, FirstRow(line, name))
        duplicate_of = first_row if first_row.line != line else None
        return ContactRow(
            line,
            name,
            phone.e164,
            duplicate_of=duplicate_of,
            opted_out=opted_out,
            group_names=self._read_group_names(cells),
        )

    def _read_group_names(self, cells: Cells) -> str:
        cell_texts = [get_cell(cells, index) for index in self._group_indexes]
        return "; ".join(filter(None, cell_texts)).replace("\0", "")

    def _read_name(self, cells: Cells) -> str | None:
        """Return the full name or its parts together, whichever is tried first, else None."""
        if self._has_parts_first:
            return self._join_parts(cells) or self._read_full_name(cells)
        return self._read_full_name(cells) or self._join_parts(cells)

    def _read_full_name(self, cells: Cells) -> str | None:
        return clean_name(_get_first_cell(cells, self._name_indexes))

    def _join_parts(self, cells: Cells) -> str | None:
        first = _get_first_cell(cells, self._first_name_indexes)
        last = _get_first_cell(cells, self._last_name_indexes)
        return clean_name(f"{first} {last}") if first or last else None

    def _find_opt_out(self, cells: Cells) -> str:
        for title, index, polarity in self._status_columns:
            cell = get_cell(cells, index)
            if cell and wants_no_texts(cell, polarity):
                return f"{title}: {cell}"
        return ""


def _has_parts_first(columns: ColumnMapping) -> bool:
    """Whether first and last names are tried before full ones."""
    for index in columns.order:
        if columns.kinds[index] in (ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME):
            return True
        if columns.kinds[index] is ColumnKind.NAME:
            return False
    return False


def list_status_columns(columns: ColumnMapping) -> list[tuple[str, int, OptPolarity]]:
    """Return the title, index and reading of each column that says who wants texts."""
    status_columns = []
    for index in columns.list_indexes(ColumnKind.OPT_STATUS):
        title = columns.column_title(index)
        status_columns.append((title, index, get_column_polarity(title)))
    return status_columns


def get_cell(cells: Cells, index: int | None) -> str:
    """Return a cell of a row without blanks around it, "" when the row is shorter."""
    if index is None or index >= len(cells):
        return ""
    return cells[index].strip()


def _get_first_cell(cells: Cells, indexes: Sequence[int]) -> str:
    """Return the first of these cells that is not blank, or ""."""
    for index in indexes:
        cell = get_cell(cells, index)
        if cell:
            return cell
    return ""


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
