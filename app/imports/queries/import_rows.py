"""The rows of an import: pages of them, their numbers, and those that cannot be read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from app.core.db import db
from app.core.fetched_rows import count_rows, fetch_dict
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.domain.phones.phone_number_info import COUNTRY_PREFIX_LENGTH
from app.domain.phones.second_numbers import find_numbers_in_cell
from app.domain.spreadsheets.column_headings import NAME_KINDS
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.phone_choice import PhoneCellChooser
from app.imports.models import (
    READABLE_VERDICTS,
    Import,
    ImportRow,
    RowVerdict,
)
from app.imports.queries.import_records import get_cell, parse_import_layout
from app.imports.queries.shared_numbers import list_name_choices
from app.organisation.queries import get_organisation_region
from app.suppression.queries.opt_out_times import find_opt_out_times

SUPPRESSED_FILTER = "left_out"
BAD_VALUES_FILTER = "bad_values"
# What a page of rows can show: its label, and the column of the import that counts it.
ROW_FILTERS: dict[str, tuple[str, str]] = {
    RowVerdict.BAD.value: ("Needs fixing", "bad_count"),
    BAD_VALUES_FILTER: ("Values skipped", "bad_value_count"),
    RowVerdict.OPTED_OUT.value: ("Opted out in the file", "opted_out_count"),
    RowVerdict.NEW.value: ("New", "added_count"),
    RowVerdict.CHANGED.value: ("Name filled in", "changed_count"),
    RowVerdict.RENAMED.value: ("Different name here", "renamed_count"),
    RowVerdict.SAME.value: ("Already listed", "same_count"),
    RowVerdict.REPEATED.value: ("Duplicate in file", "repeated_count"),
    SUPPRESSED_FILTER: ("Skipped by blasts", "left_out_count"),
}
BAD_ROWS_PER_BATCH = 500
MAX_SHOWN_NAME_CHARACTERS = 100
MAX_SHOWN_PHONE_CHARACTERS = 40
MAX_SEVERAL_NUMBERS_CHARACTERS = 60


@dataclass(frozen=True)
class DisplayedImportRow:
    """One row of the file as a page shows it.

    `name` and `phone` of a bad row are what the file says; `suggestions` are the numbers in it
    when these are two or more, in E.164. `name_choices`: see shared_numbers.list_name_choices().
    `value_problems` are sentences about its cells that are not imported.
    """

    line: int
    name: str
    phone: str
    reason: str | None
    left_out: str | None
    is_bad: bool
    since: datetime | None = None
    suggestions: tuple[str, ...] = ()
    name_choices: tuple[str, ...] = ()
    value_problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class RejectedRowCorrection:
    """What an admin typed for a row that still cannot be read, and why it cannot."""

    line: int
    name: str
    phone: str
    sentence: str


def count_rows_by_filter(row: Import) -> dict[str, int]:
    """Return the number of rows of each of ROW_FILTERS that has any."""
    counts = {}
    for name, (_, column) in ROW_FILTERS.items():
        count = getattr(row, column)
        if count:
            counts[name] = count
    return counts


def paginate_import_rows(row: Import, row_filter: str, params: ListParams) -> ListPage:
    """Return a page of the rows of one filter (a key of ROW_FILTERS), in the order of the file."""
    total = getattr(row, ROW_FILTERS[row_filter][1])
    params = clamp_to_last_page(total, params)
    statement = (
        select(ImportRow)
        .where(ImportRow.import_id == row.id, _build_filter_condition(row_filter))
        .order_by(ImportRow.line)
    )
    rows = db.session.scalars(statement.offset(params.offset).limit(params.per_page)).all()
    columns = parse_import_layout(row).columns
    suppressed_phones = [item.phone for item in rows if item.left_out and item.phone]
    opt_out_times = find_opt_out_times(suppressed_phones)
    region = get_organisation_region()
    name_choices = list_name_choices(row.id, rows)
    displayed_rows = []
    for item in rows:
        since = opt_out_times.get(item.phone or "")
        displayed = _build_displayed_row(item, columns, since, region)
        choices = tuple(name_choices.get(item.line, ()))
        displayed_rows.append(replace(displayed, name_choices=choices))
    return ListPage(displayed_rows, total, params)


def count_landlines(row: Import) -> int:
    """Return how many of the numbers that can be read are landlines."""
    is_readable = ImportRow.verdict.in_(READABLE_VERDICTS)
    return count_rows(ImportRow, ImportRow.import_id == row.id, ImportRow.is_landline, is_readable)


def count_phone_prefixes(row: Import) -> dict[str, int]:
    """Return how many of the numbers that can be read begin with each country prefix."""
    prefix = func.substr(ImportRow.phone, 1, COUNTRY_PREFIX_LENGTH)
    counts = (
        select(prefix, func.count())
        .where(ImportRow.import_id == row.id, ImportRow.verdict.in_(READABLE_VERDICTS))
        .group_by(prefix)
    )
    return fetch_dict(counts)


def _build_filter_condition(row_filter: str) -> ColumnElement[bool]:
    if row_filter == SUPPRESSED_FILTER:
        return ImportRow.left_out.is_not(None)
    if row_filter == BAD_VALUES_FILTER:
        return ImportRow.value_problems.is_not(None)
    return ImportRow.verdict == RowVerdict(row_filter)


def _build_displayed_row(
    row: ImportRow, columns: ColumnMapping, since: datetime | None, region: str
) -> DisplayedImportRow:
    """Return one row of the file as the check page shows it."""
    cells: list[str] = json.loads(row.cells or "[]")
    name = row.name or _join_name_cells(cells, columns)
    phone = row.phone or PhoneCellChooser(columns).choose(cells)
    return DisplayedImportRow(
        line=row.line,
        name=_truncate_text(name, MAX_SHOWN_NAME_CHARACTERS),
        phone=_truncate_text(phone, MAX_SHOWN_PHONE_CHARACTERS),
        reason=row.reason,
        left_out=row.left_out,
        is_bad=row.verdict is RowVerdict.BAD,
        since=since,
        suggestions=_list_suggestions(phone, region) if row.verdict is RowVerdict.BAD else (),
        value_problems=_list_value_problems(row),
    )


def _list_value_problems(row: ImportRow) -> tuple[str, ...]:
    problems = (row.value_problems or "").splitlines()
    if row.verdict is RowVerdict.NEW:
        return tuple(problems)
    # They may have something there already.
    return tuple(problem.replace("stays empty", "stays as it is") for problem in problems)


def _list_suggestions(written: str, region: str) -> tuple[str, ...]:
    if len(written) > MAX_SEVERAL_NUMBERS_CHARACTERS:
        return ()
    return tuple(find_numbers_in_cell(written, region))


def _join_name_cells(cells: Sequence[str], columns: ColumnMapping) -> str:
    name_cells = [get_cell(cells, columns.find_index(kind)).strip() for kind in NAME_KINDS]
    # A full name, or else its parts.
    return name_cells[0] or " ".join(filter(None, name_cells[1:]))


def _truncate_text(text: str, max_characters: int) -> str:
    if len(text) <= max_characters:
        return text
    return text[: max_characters - 1] + "…"


def build_bad_row_headings(row: Import) -> list[str]:
    """Return the columns of the file, and one for what is wrong."""
    columns = parse_import_layout(row).columns
    titles = [columns.column_title(index) for index in range(len(columns.kinds))]
    return [*titles, "problem"]


def fetch_bad_rows(row: Import, after_line: int) -> list[tuple[int, list[str]]]:
    """Return the next bad rows as (line, cells of the file and the problem)."""
    width = len(parse_import_layout(row).columns.kinds)
    rows = (
        select(ImportRow.line, ImportRow.cells, ImportRow.reason)
        .where(
            ImportRow.import_id == row.id,
            ImportRow.verdict == RowVerdict.BAD,
            ImportRow.line > after_line,
        )
        .order_by(ImportRow.line)
        .limit(BAD_ROWS_PER_BATCH)
    )
    batch = []
    for line, cells_json, reason in db.session.execute(rows):
        cells = json.loads(cells_json or "[]")
        missing_cells = [""] * (width - len(cells))
        batch.append((line, [*cells, *missing_cells, reason or ""]))
    return batch
