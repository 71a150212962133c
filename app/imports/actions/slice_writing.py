"""The rows of a confirmed import are put onto their list, all at once or slice by slice."""

from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.core import failpoint
from app.core.column_types import UtcDateTime
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.imports.actions.bulk_statements import execute_bulk
from app.imports.actions.import_consent import (
    ImportedConsent,
    grant_consent,
    grant_consent_of_file,
)
from app.imports.actions.import_decision import ImportDecision, WrittenCounts
from app.imports.actions.import_groups import put_into_groups
from app.imports.actions.import_target import ImportTarget
from app.imports.actions.profile_writing import write_profiles
from app.imports.models import Import, ImportRow, RowVerdict
from app.imports.queries.import_slices import ImportSlice
from app.suppression.models import ConsentMethod
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    select_suppression_reason,
)


def write_people(
    row: Import, import_slice: ImportSlice, target: ImportTarget, decision: ImportDecision
) -> WrittenCounts:
    """Put the people of a slice onto the list, with everything that the file says of them.

    People who are on the list already stay, and get the name of the file if they had none. The
    counts of the check are not trusted: the list may have changed since. Inside write(), after the
    opt-outs of the file, and once its new fields and groups are there.
    """
    changed_count = _fill_in_names(target, import_slice, overwrite=decision.overwrites_names)
    failpoint.crash_if_armed("import_named")
    added_count = _insert_new_people(row, target, import_slice)
    failpoint.crash_if_armed("import_added")
    if not target.gets_texts:
        return WrittenCounts(added_count, changed_count)
    value_count = write_profiles(row, import_slice, replaces=decision.replaces_values)
    suppressed_count = _count_suppressed_people(import_slice)
    grant_consent_of_file(row, import_slice)
    own_words = ImportedConsent(ConsentMethod.IMPORT, row.consent)
    grant_consent(row, import_slice, decision.consent or own_words)
    if decision.groups is not None:
        put_into_groups(row, import_slice, decision.groups)
    return WrittenCounts(added_count, changed_count, suppressed_count, values=value_count)


def _count_suppressed_people(import_slice: ImportSlice) -> int:
    suppressed_by = select_suppression_reason(ImportRow.phone, PermissionPurpose.LIST_LOOKUP)
    is_readable = import_slice.build_readable_conditions()
    return count_rows(ImportRow, *is_readable, suppressed_by.is_not(None))


def _fill_in_names(target: ImportTarget, import_slice: ImportSlice, *, overwrite: bool) -> int:
    """Write names onto the list and return how many.

    Each row of the import stores whose name it was and what it was before, for undoing it.
    """
    person = target.table.c
    readable_rows = import_slice.build_readable_conditions()
    gets_name: ColumnElement[bool] = person.name.is_(None)
    verdict = case((gets_name, RowVerdict.CHANGED.value), else_=RowVerdict.RENAMED.value)
    if overwrite:
        gets_name = or_(gets_name, person.name != ImportRow.name)
    # Stored before the name is overwritten: afterwards nothing would tell what it was.
    rows_with_names = update(ImportRow).where(
        *readable_rows,
        target.build_same_person_condition(),
        ImportRow.name.is_not(None),
        gets_name,
    )
    changed_count = execute_bulk(
        rows_with_names.values(person_id=person.id, name_before=person.name, verdict=verdict)
    )
    if changed_count:
        people = update(target.table).where(
            *readable_rows, ImportRow.person_id == person.id, *target.build_list_conditions()
        )
        execute_bulk(people.values(target.build_name_values(ImportRow.name)))
    return changed_count


def _insert_new_people(row: Import, target: ImportTarget, import_slice: ImportSlice) -> int:
    """Insert the people who are not on the list yet and return how many.

    They are created at the moment the import was confirmed, by which an undo knows them.
    """
    person = target.table.c
    readable_rows = import_slice.build_readable_conditions()
    # Who is new is known by the ids that the insert gives: the rows of the import do not know them.
    last_id = db.session.scalar(select(func.max(person.id))) or 0
    values: dict[str, Any] = {
        **target.build_name_values(ImportRow.name),
        "phone": ImportRow.phone,
        "created_at": literal(row.finished_at, UtcDateTime()),
    }
    for column, value in {**target.fixed_values, **target.extra_values}.items():
        values[column] = literal(value)
    people = select(*values.values()).where(*readable_rows).order_by(ImportRow.line)
    added_count = execute_bulk(
        insert(target.table).from_select(list(values), people).on_conflict_do_nothing()
    )
    if added_count:
        new_people = update(ImportRow).where(
            *readable_rows, target.build_same_person_condition(), person.id > last_id
        )
        execute_bulk(new_people.values(person_id=person.id))
    _update_verdicts(import_slice, last_id)
    return added_count


def _update_verdicts(import_slice: ImportSlice, last_id: int) -> None:
    """Store what really happened: only people with an id after `last_id` are new."""
    is_new = ImportRow.person_id > last_id
    is_unchanged = ImportRow.person_id.is_(None) & (ImportRow.verdict != RowVerdict.RENAMED)
    readable_rows = import_slice.build_readable_conditions()
    for verdict, condition in ((RowVerdict.NEW, is_new), (RowVerdict.SAME, is_unchanged)):
        rows = update(ImportRow).where(*readable_rows, condition, ImportRow.verdict != verdict)
        execute_bulk(rows.values(verdict=verdict))
