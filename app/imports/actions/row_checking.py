"""The check of a file's rows, slice by slice: each request checks the next ones.

A check writes nothing. `row_staging` stores a slice and how far the check has come.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from app.core.delimited_text import SpreadsheetRow
from app.domain.phones.landlines import is_landline_number
from app.domain.profiles.field_values import ValueContext
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.contact_rows import ContactReader, ContactRow, FirstRow
from app.domain.spreadsheets.profile_cells import ProfileCells, ProfileReader
from app.imports.actions import upload_storage
from app.imports.models import Import, RowVerdict
from app.imports.queries.earlier_rows import find_first_rows

MAX_STORED_CELL_CHARACTERS = 1_000
MAX_REASON_CHARACTERS = 300
MAX_GROUP_NAMES_CHARACTERS = 300
NOT_OPTED_OUT_MESSAGE = "The file does not say that they want no texts."
NO_PROFILE = ProfileCells()
ROWS_PER_CLOCK_CHECK = 1_000
# Of reading names and numbers in one request. Reading the other cells and storing the slice take
# about as long again.
CONTACT_SECONDS = 0.7


class ReadContact(NamedTuple):
    """A row of the file, and who it is about or why that cannot be read."""

    row: SpreadsheetRow
    person: ContactRow


class CheckedRow(NamedTuple):
    """A checked row as the columns of import_rows store it."""

    line: int
    name: str | None
    phone: str | None
    verdict: str
    reason: str | None = None
    cells: str | None = None
    is_landline: bool = False
    group_names: str | None = None
    language: str | None = None
    birthday: str | None = None
    second_phone: str | None = None
    note: str | None = None
    opted_in: str | None = None
    field_values: str | None = None
    value_problems: str | None = None


@dataclass(frozen=True)
class PhoneNumberRules:
    """How numbers are judged.

    `region` is the country of those without a country code. `refused_numbers` are numbers that
    nobody may have, each with the sentence why. `wants_opt_outs`: the list is of people who want
    no texts, so that a file that says who they are brings only those. `values` says how the
    other cells are read, None where the list keeps nothing but names, numbers and groups.
    """

    region: str
    refused_numbers: Mapping[str, str]
    wants_opt_outs: bool = False
    values: ValueContext | None = None

    def build_profile_reader(self, columns: ColumnMapping) -> ProfileReader | None:
        """Return what reads the cells beside name, number and groups; None for nothing."""
        return ProfileReader(columns, self.values) if self.values else None


@dataclass(frozen=True)
class CheckedRowSlice:
    """Checked rows, and where they begin: how many rows came before, with which column layout.

    `value_counts` is how many values each column gives, by its index.
    """

    row_offset: int
    layout: str | None
    rows: list[CheckedRow]
    value_counts: Mapping[str, int] = field(default_factory=dict)


def check_next_rows(
    row: Import,
    columns: ColumnMapping,
    rules: PhoneNumberRules,
    clock: Callable[[], float] = time.monotonic,
) -> CheckedRowSlice:
    """Check the next rows of a file for about a second. Raises NotFound without its file."""
    start = row.checked_rows + columns.heading_row_count
    rows = upload_storage.iterate_upload_rows(row.stored_as, start)
    reader = ContactReader(columns, rules.region, rules.refused_numbers)
    contacts: list[ReadContact] = []
    deadline = clock() + CONTACT_SECONDS
    while chunk := list(islice(rows, ROWS_PER_CLOCK_CHECK)):
        contacts += _read_contacts(chunk, reader)
        if clock() > deadline:
            break
    # Repeats are found across slices by the numbers that were stored before.
    earlier_rows = find_first_rows(row, reader.first_rows)
    contacts = [_mark_repeat(contact, earlier_rows) for contact in contacts]
    profile_reader = rules.build_profile_reader(columns)
    checked_rows = _judge_contacts(contacts, reader, rules, profile_reader)
    counts = profile_reader.value_counts if profile_reader else {}
    return CheckedRowSlice(row.checked_rows, row.columns, checked_rows, counts)


def check_rows(
    rows: list[SpreadsheetRow],
    reader: ContactReader,
    rules: PhoneNumberRules,
    profile_reader: ProfileReader | None = None,
) -> list[CheckedRow]:
    """Check rows without headings, in the order of the file."""
    return _judge_contacts(_read_contacts(rows, reader), reader, rules, profile_reader)


def _read_contacts(rows: list[SpreadsheetRow], reader: ContactReader) -> list[ReadContact]:
    return [ReadContact(row, reader.read(row.line, row.cells)) for row in rows]


def _mark_repeat(contact: ReadContact, earlier_rows: Mapping[str, FirstRow]) -> ReadContact:
    """Return a contact as a repeat if an earlier slice has its number."""
    first_row = earlier_rows.get(contact.person.phone or "")
    if first_row is None:
        return contact
    return contact._replace(person=replace(contact.person, duplicate_of=first_row))


def _judge_contacts(
    contacts: Iterable[ReadContact],
    reader: ContactReader,
    rules: PhoneNumberRules,
    profile_reader: ProfileReader | None,
) -> list[CheckedRow]:
    skips_others = rules.wants_opt_outs and reader.has_status_columns
    checked_rows = []
    for row, person in contacts:
        if skips_others and not person.problem and not person.opted_out:
            person = replace(person, problem=NOT_OPTED_OUT_MESSAGE)
        elif rules.wants_opt_outs:
            person = replace(person, opted_out="")
        checked_rows.append(_build_checked_row(person, row, profile_reader))
    return checked_rows


def _build_checked_row(
    person: ContactRow, row: SpreadsheetRow, profile_reader: ProfileReader | None
) -> CheckedRow:
    """Return one row as it is stored: its verdict, its cells and its problems."""
    if person.problem or person.phone is None:
        cells = _serialize_cells(row.cells)
        return CheckedRow(
            person.line, person.name, None, RowVerdict.BAD.value, person.problem, cells
        )
    verdict, reason = _judge_readable_row(person)
    is_landline = is_landline_number(person.phone)
    group_names = person.group_names[:MAX_GROUP_NAMES_CHARACTERS] or None
    # Of a number that comes twice the first row counts, and who opted out is not imported.
    if profile_reader is None or verdict is not RowVerdict.NEW:
        profile = NO_PROFILE
    else:
        profile = profile_reader.read(row.cells, person)
    return CheckedRow(
        person.line,
        person.name,
        person.phone,
        verdict.value,
        reason,
        None,
        is_landline,
        group_names,
        profile.language,
        profile.birthday,
        profile.second_phone,
        profile.note,
        _quote_consent(profile),
        profile.field_values,
        "\n".join(profile.problems) or None,
    )


def _quote_consent(profile: ProfileCells) -> str | None:
    if profile.opted_in is None:
        return None
    return f"The file says “{profile.opted_in}”."[:MAX_REASON_CHARACTERS]


def _judge_readable_row(person: ContactRow) -> tuple[RowVerdict, str | None]:
    if person.opted_out:
        reason = f"The file says “{person.opted_out}”."
        return RowVerdict.OPTED_OUT, reason[:MAX_REASON_CHARACTERS]
    if person.duplicate_of:
        return RowVerdict.REPEATED, describe_repeat(person.duplicate_of)
    return RowVerdict.NEW, None


def describe_repeat(first: FirstRow) -> str:
    """Return a sentence that names the row with the same number: "… line 2 (Asha Rao)."."""
    name = f" ({first.name})" if first.name else ""
    return f"Same number as line {first.line:,}{name}."


def _serialize_cells(cells: Iterable[str]) -> str:
    """Return the cells of a bad row as JSON, so that it can be downloaded with its problem."""
    stored_cells = []
    for cell in cells:
        start = cell[:MAX_STORED_CELL_CHARACTERS]
        stored_cells.append(start.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    return json.dumps(stored_cells, ensure_ascii=False)
