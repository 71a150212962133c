"""One row that cannot be read gets another name or number."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from app.core.db import db
from app.core.delimited_text import SpreadsheetRow
from app.domain.spreadsheets.column_headings import NAME_KINDS, ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping, ignore_kinds
from app.domain.spreadsheets.contact_rows import ContactReader, FirstRow
from app.imports.actions.import_target import ImportTarget
from app.imports.actions.row_checking import (
    CheckedRow,
    PhoneNumberRules,
    check_rows,
    describe_repeat,
)
from app.imports.actions.row_staging import (
    compare_rows_with_list,
    get_open_import,
    update_import_counts,
)
from app.imports.models import READABLE_VERDICTS, ImportRow, RowVerdict
from app.imports.queries.import_records import parse_import_layout

# What a person types anew takes their place.
NAME_AND_PHONE_KINDS = (
    *NAME_KINDS,
    ColumnKind.PHONE,
    ColumnKind.PHONE_LABEL,
    ColumnKind.COUNTRY,
    ColumnKind.AREA_CODE,
)


class RowStillUnreadable(Exception):
    """It still cannot be read. `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadRowNotFound(Exception):
    """There is no row at this line that cannot be read (any more)."""


def correct_import_row(
    import_id: int,
    line: int,
    cells: Sequence[str],
    target: ImportTarget,
    rules: PhoneNumberRules,
) -> None:
    """Replace the name and number of a bad row by `cells`; its other cells are read as before.

    Raises RowStillUnreadable, BadRowNotFound, ImportAlreadyEnded.
    """
    import_ = get_open_import(import_id, target)
    row = db.session.scalar(
        select(ImportRow).where(
            ImportRow.import_id == import_id,
            ImportRow.verdict == RowVerdict.BAD,
            ImportRow.line == line,
        )
    )
    if row is None:
        raise BadRowNotFound
    columns = _append_name_and_phone(parse_import_layout(import_).columns, rules)
    own_cells: list[str] = json.loads(row.cells or "[]")
    width = len(columns.kinds) - len(cells)
    own_cells = [*own_cells, *[""] * (width - len(own_cells))][:width]
    corrected_row = SpreadsheetRow(line, [*own_cells, *cells])
    reader = ContactReader(columns, rules.region, rules.refused_numbers)
    profile_reader = rules.build_profile_reader(columns)
    checked_row = check_rows([corrected_row], reader, rules, profile_reader)[0]
    if checked_row.phone is None:
        raise RowStillUnreadable(checked_row.reason or "")
    # Before the row has this number itself.
    first_row = _find_first_row(import_id, checked_row.phone)
    _replace_row(row, checked_row, first_row)
    compare_rows_with_list(import_, target, ImportRow.line == line)
    db.session.refresh(row)
    update_import_counts(import_)


def _append_name_and_phone(columns: ColumnMapping, rules: PhoneNumberRules) -> ColumnMapping:
    """Return the columns with the name and the number in two more, behind all others."""
    dropped = set(NAME_AND_PHONE_KINDS)
    if rules.wants_opt_outs:
        # Somebody fixes the row because it is to be on the list.
        dropped.add(ColumnKind.OPT_STATUS)
    kinds = ignore_kinds(columns, dropped).kinds
    return replace(columns, kinds=(*kinds, ColumnKind.NAME, ColumnKind.PHONE), order=())


def _replace_row(row: ImportRow, checked_row: CheckedRow, first_row: FirstRow | None) -> None:
    values = checked_row._asdict()
    # The session takes a date, the staging of many rows its text.
    values["birthday"] = checked_row.birthday and date.fromisoformat(checked_row.birthday)
    for column, value in values.items():
        setattr(row, column, value)
    row.verdict = RowVerdict(checked_row.verdict)
    if first_row is not None and row.verdict is not RowVerdict.OPTED_OUT:
        row.value_problems = None
        row.verdict = RowVerdict.REPEATED
        row.reason = describe_repeat(first_row)
    db.session.flush()


def _find_first_row(import_id: int, phone: str) -> FirstRow | None:
    """Return the first row with this number that can be read."""
    row = db.session.execute(
        select(ImportRow.line, ImportRow.name)
        .where(
            ImportRow.import_id == import_id,
            ImportRow.verdict.in_(READABLE_VERDICTS),
            ImportRow.phone == phone,
        )
        .order_by(ImportRow.line)
        .limit(1)
    ).first()
    return FirstRow(row[0], row[1]) if row else None
