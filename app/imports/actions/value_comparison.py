"""What other columns of a file say is compared with what people have already."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import ColumnElement, case, func, literal, or_, select, update
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.fetched_rows import count_rows
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.imports.actions.bulk_statements import execute_bulk
from app.imports.models import Import, ImportRow
from app.imports.queries.import_records import parse_import_layout
from app.imports.queries.value_counts import ValueCounts, parse_value_counts, serialize_value_counts
from app.profiles.queries.field_records import count_values
from app.profiles.queries.person_details import (
    PersonDetail,
    is_phone_of_other,
    select_detail,
)
from app.profiles.queries.person_values import select_field_value

DETAIL_KINDS = {
    ColumnKind.LANGUAGE: PersonDetail.LANGUAGE,
    ColumnKind.BIRTHDAY: PersonDetail.BIRTHDAY,
}


def compare_values_with_people(
    row: Import, new_counts: Mapping[str, int], lines: ColumnElement[bool]
) -> None:
    """Add to the counts of an import what the rows of these lines say. Inside write().

    Once all rows are checked, second phones that somebody else has are left out.
    """
    if row.columns is None:
        return
    columns = parse_import_layout(row).columns
    stored = parse_value_counts(row.value_counts)
    differing = _count_differing(row, columns, lines)
    counts = ValueCounts(
        Counter(stored.values) + Counter(new_counts), Counter(stored.differing) + differing
    )
    row.value_counts = serialize_value_counts(counts)
    if not row.has_unchecked_rows and ColumnKind.SECOND_PHONE in columns.kinds:
        db.session.flush()
        _leave_out_phones_of_others(row)


def _count_differing(
    row: Import, columns: ColumnMapping, lines: ColumnElement[bool]
) -> Counter[str]:
    """Count for each column the people who have something else there already."""
    counts: Counter[str] = Counter()
    for index, field in columns.fields.items():
        # A new field, or one that was never filled: 100,000 rows are not looked up.
        if field.field_id is not None and count_values(field.field_id):
            cell = extract_cell(index)
            is_other = cell != select_field_value(ImportRow.phone, field.field_id)
            counts[str(index)] = _count_rows(row, lines, is_other)
    for kind, detail in DETAIL_KINDS.items():
        column_index = columns.find_index(kind)
        if column_index is not None:
            column = getattr(ImportRow, detail)
            is_other = column != select_detail(ImportRow.phone, detail)
            counts[str(column_index)] = _count_rows(row, lines, is_other)
    return +counts


def extract_cell(index: int) -> ColumnElement[str]:
    """Return the cell of a column that goes into a field, as the rows of an import store it."""
    return func.json_extract(ImportRow.field_values, f'$."{index}"[0]')


def _count_rows(row: Import, lines: ColumnElement[bool], condition: ColumnElement[bool]) -> int:
    return count_rows(ImportRow, ImportRow.import_id == row.id, lines, condition)


def _leave_out_phones_of_others(row: Import) -> None:
    """Take second phones away that are somebody else's, in the file or in the database.

    Of two people of the file with the same second phone, the first has it.
    """
    other = aliased(ImportRow)
    # As IN, not EXISTS: no index of the table has the phone.
    phones_of_file = select(other.phone).where(other.import_id == row.id, other.phone.is_not(None))
    first_lines = (
        select(func.min(other.line))
        .where(other.import_id == row.id, other.second_phone.is_not(None))
        .group_by(other.second_phone)
    )
    sentence = (
        literal("“")
        + ImportRow.second_phone
        + literal("” is the number of someone else, so Second phone stays empty for ")
        + func.coalesce(ImportRow.name, "this person")
        + literal(".")
    )
    before = case(
        (ImportRow.value_problems.is_(None), ""), else_=ImportRow.value_problems + literal("\n")
    )
    statement = update(ImportRow).where(
        ImportRow.import_id == row.id,
        ImportRow.second_phone.is_not(None),
        or_(
            ImportRow.second_phone.in_(phones_of_file),
            ImportRow.line.not_in(first_lines),
            is_phone_of_other(ImportRow.second_phone, ImportRow.phone),
        ),
    )
    execute_bulk(statement.values(value_problems=before + sentence, second_phone=None))
