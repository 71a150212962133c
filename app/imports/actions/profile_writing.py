"""What a confirmed file says of people beside name and number is written, and taken back.

A few statements for each kind of column, however many rows there are.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import case, func, or_, select, true, update

from app.core.db import db
from app.core.fetched_rows import RowSelect
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.phones.landlines import is_landline_number
from app.domain.spreadsheets.column_headings import ColumnKind
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.field_columns import FieldColumn
from app.imports.actions import import_notes
from app.imports.actions.bulk_statements import execute_bulk
from app.imports.models import READABLE_VERDICTS, Import, ImportRow, RowVerdict
from app.imports.queries.field_layouts import serialize_fields
from app.imports.queries.import_records import UnknownLayout, parse_import_layout
from app.imports.queries.import_slices import ImportSlice
from app.imports.queries.value_counts import parse_value_counts, serialize_value_counts
from app.profiles.actions import detail_storing, field_editing
from app.profiles.actions.field_editing import FieldInfo
from app.profiles.actions.value_storing import set_selected_values, undo_import_values
from app.profiles.queries.field_records import find_field, find_field_by_name
from app.profiles.queries.person_details import PersonDetail, select_detail
from app.suppression.actions import erased_numbers
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    select_suppression_reason,
)

FIELD_GONE_MESSAGE = "The field “{}” no longer exists. Choose another one for its column."
FIELD_NEW_MESSAGE = "There is now a field “{}”. Choose it for its column, or use another name."


class FieldNotThere(Exception):
    """The fields changed since the columns were chosen. `sentence` says which and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def create_new_fields(row: Import) -> None:
    """Create the fields that were chosen for columns, before anybody's values are written.

    The layout names their ids from then on. Raises FieldNotThere.
    """
    fields = _parse_columns(row).fields
    if not fields:
        return
    columns = {index: _prepare_field(column) for index, column in fields.items()}
    layout = json.loads(row.columns or "{}")
    layout["fields"] = serialize_fields(columns)
    row.columns = json.dumps(layout, ensure_ascii=False)


def write_profiles(row: Import, import_slice: ImportSlice, *, replaces: bool) -> int:
    """Write what the file says of the people of a slice, and return how many values.

    `replaces`: also where they have something else. Inside the write() that confirms the import,
    once its people are on the list and its fields are there.
    """
    columns = _parse_columns(row)
    count = 0
    if field_ids := _find_field_ids(columns.fields):
        values = _select_field_values(import_slice, field_ids)
        count += set_selected_values(values, row.id, overwrite=replaces)
    kinds = set(columns.kinds)
    for kind, detail in (
        (ColumnKind.LANGUAGE, PersonDetail.LANGUAGE),
        (ColumnKind.BIRTHDAY, PersonDetail.BIRTHDAY),
    ):
        if kind in kinds:
            count += _write_detail(import_slice, detail, replaces=replaces)
    if ColumnKind.SECOND_PHONE in kinds:
        count += _add_second_phones(row, import_slice)
    if ColumnKind.NOTE in kinds:
        count += import_notes.add_notes(_select_readable(import_slice, ImportRow.note), row)
    counts = parse_value_counts(row.value_counts)
    row.value_counts = serialize_value_counts(replace(counts, written=counts.written + count))
    return count


def _parse_columns(row: Import) -> ColumnMapping:
    try:
        return parse_import_layout(row).columns
    # Only an import of an older release, which had no such columns.
    except UnknownLayout:
        return ColumnMapping((), ())


def _find_field_ids(fields: Mapping[int, FieldColumn]) -> dict[int, int]:
    """Return the id of the field of each column, without those that were deleted meanwhile."""
    field_ids = {}
    for index, column in fields.items():
        if column.field_id is not None and find_field(column.field_id) is not None:
            field_ids[index] = column.field_id
    return field_ids


def _prepare_field(column: FieldColumn) -> FieldColumn:
    """Return the column with the id of its field; a new one is created. Raises FieldNotThere."""
    if column.field_id is not None:
        field = find_field(column.field_id)
        if field is None or field.archived_at is not None:
            raise FieldNotThere(FIELD_GONE_MESSAGE.format(column.name))
        return column
    if find_field_by_name(column.name) is not None:
        raise FieldNotThere(FIELD_NEW_MESSAGE.format(column.name))
    info = FieldInfo(column.name, column.type, column.field_class, tuple(column.choices))
    return replace(column, field_id=field_editing.create_field(info).id)


def _select_field_values(import_slice: ImportSlice, field_ids: dict[int, int]) -> RowSelect:
    """Select phone, field id, value and sort value of the rows of a slice."""
    cells = func.json_each(ImportRow.field_values).table_valued("key", "value")
    field_id = case({str(index): id_ for index, id_ in field_ids.items()}, value=cells.c.key)
    values = select(
        ImportRow.phone.label("phone"),
        field_id.label("field_id"),
        func.json_extract(cells.c.value, "$[0]").label("value"),
        func.json_extract(cells.c.value, "$[1]").label("sort_value"),
    )
    values = values.select_from(ImportRow).join(cells, true())
    has_values = _build_conditions(import_slice, ImportRow.field_values)
    return values.where(*has_values, field_id.is_not(None))


def _write_detail(import_slice: ImportSlice, detail: PersonDetail, *, replaces: bool) -> int:
    """Write languages or birthdays. The rows keep only what was written, and what was before."""
    written = getattr(ImportRow, detail)
    before = getattr(ImportRow, f"{detail}_before")
    is_in_slice = import_slice.build_conditions(tuple(RowVerdict))
    staged = update(ImportRow).where(*is_in_slice, written.is_not(None))
    execute_bulk(staged.values({before: select_detail(ImportRow.phone, detail)}))
    is_kept = before == written if replaces else before.is_not(None)
    is_not_imported = ImportRow.verdict.not_in(READABLE_VERDICTS)
    execute_bulk(staged.where(or_(is_kept, is_not_imported)).values({written: None, before: None}))
    return detail_storing.set_selected_details(detail, _select_readable(import_slice, written))


def _add_second_phones(row: Import, import_slice: ImportSlice) -> int:
    """Give people their second phones of the file; return how many are new."""
    phones = _select_readable(import_slice, ImportRow.second_phone)
    numbers = [phone for _, phone in db.session.execute(phones)]
    # Somebody who was erased after a STOP and comes back is still opted out.
    erased_numbers.restore_erased_opt_outs(numbers)
    landlines = list(filter(is_landline_number, numbers))
    assert row.finished_at is not None
    return detail_storing.add_selected_phones(phones, landlines, row.finished_at)


def _build_conditions(import_slice: ImportSlice, column: Any) -> list[Any]:
    return [*import_slice.build_readable_conditions(), column.is_not(None)]


def _select_readable(import_slice: ImportSlice, column: Any) -> RowSelect:
    """Select the phone and what one column of import_rows has, of the people of a slice."""
    return select(ImportRow.phone, column).where(*_build_conditions(import_slice, column))


def _select_silent_phones(import_slice: ImportSlice) -> RowSelect:
    """Select the second phones of a slice whose STOP, pause or doubt holds no one.

    What one number said stops all numbers of its person: taking it away would let them be texted
    again.
    """
    phone = ImportRow.second_phone
    reason = select_suppression_reason(phone, PermissionPurpose.ANSWERING)
    says_nothing = or_(reason.is_(None), reason == SkipReason.NUMBER_DEAD)
    return select(phone).where(*_build_conditions(import_slice, phone), says_nothing)


def take_back_profiles(row: Import, import_slice: ImportSlice) -> int:
    """Give the people of a slice back what they had before the import; return how many values.

    What was changed since stays. New fields stay too, like new groups, and so does a second phone
    that opted out since.
    """
    phones = None if import_slice.is_whole else import_slice.select_phones()
    count = undo_import_values(row.id, phones)
    for detail in PersonDetail:
        written = getattr(ImportRow, detail)
        before = getattr(ImportRow, f"{detail}_before")
        conditions = _build_conditions(import_slice, written)
        values = select(ImportRow.phone, written, before).where(*conditions)
        count += detail_storing.restore_details(detail, values)
    if row.finished_at is not None:
        silent_phones = _select_silent_phones(import_slice)
        count += detail_storing.remove_added_phones(silent_phones, row.finished_at)
        count += import_notes.remove_notes(_select_readable(import_slice, ImportRow.note), row)
    return count
