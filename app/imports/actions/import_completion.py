"""The end of an import: its rows go onto the list in one transaction, or it is discarded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.core import failpoint
from app.core.clock import now
from app.core.column_types import UtcDateTime
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.imports.actions.bulk_statements import execute_bulk
from app.imports.actions.import_consent import (
    ImportedConsent,
    grant_consent,
    grant_consent_of_file,
    record_opt_outs,
)
from app.imports.actions.import_target import ImportAlreadyEnded, ImportTarget
from app.imports.actions.profile_writing import write_profiles
from app.imports.models import (
    READABLE_VERDICTS,
    Import,
    ImportRow,
    ImportState,
    RowVerdict,
)
from app.suppression.models import ConsentMethod
from app.suppression.queries.sending_permission import (
    PermissionPurpose,
    select_suppression_reason,
)

RowConditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class ImportOutcome:
    """What a confirmed import did: people added, names changed, and rows that were bad.

    `suppressed_count` of its people get no texts all the same. `opted_out_count` were put on the
    do-not-text list because the file says so. `value_count`: what else was written about people.
    `stored_as` is the file, which is not needed any more.
    """

    added_count: int
    changed_count: int
    suppressed_count: int
    opted_out_count: int
    bad_count: int
    value_count: int
    stored_as: str | None


def apply_import(
    import_id: int,
    target: ImportTarget,
    *,
    overwrite_names: bool = False,
    record_file_opt_outs: bool = True,
    consent: ImportedConsent | None = None,
    replace_values: bool = False,
) -> ImportOutcome:
    """Put the readable rows onto the list.

    Raises ImportAlreadyEnded, also while rows are not checked yet, and FieldNotThere.

    People who are on the list already stay, and get the name of the file if they had none; with
    `overwrite_names` in any case. Nobody is taken off the do-not-text list; with
    `record_file_opt_outs` those who, as the file says, want no texts are put on it. `consent`: how
    the people agreed, None: as the import's own words say. What else the file says of people fills
    what is empty; with `replace_values` it takes the place of what is there. The counts of the
    check are not trusted: the list may have changed since.
    """
    # First of all: of two requests at once, the second must not read the list.
    row = _claim_import_end(import_id, target.pool, ImportState.DONE)
    readable_rows = (ImportRow.import_id == import_id, ImportRow.verdict.in_(READABLE_VERDICTS))
    opted_out_count = 0
    if target.gets_texts and record_file_opt_outs:
        # Before consent is granted, which somebody on the list cannot give.
        opted_out_count = record_opt_outs(row)
    changed_count = _fill_in_names(target, readable_rows, overwrite_names)
    failpoint.crash_if_armed("import_named")
    added_count = _insert_new_people(row, target, readable_rows)
    failpoint.crash_if_armed("import_added")
    value_count = 0
    if target.gets_texts:
        value_count = write_profiles(row, replaces=replace_values)
        row.left_out_count = _count_suppressed_people(readable_rows)
        grant_consent_of_file(row)
        grant_consent(row, consent or ImportedConsent(ConsentMethod.IMPORT, row.consent))
    readable_count = count_rows(ImportRow, *readable_rows)
    # Everybody else stays on the list as they were.
    row.same_count = readable_count - added_count - changed_count
    row.added_count = added_count
    row.changed_count = changed_count
    row.renamed_count = 0
    counts = (added_count, changed_count, row.left_out_count, opted_out_count, row.bad_count)
    outcome = ImportOutcome(*counts, value_count, row.stored_as)
    row.stored_as = None
    return outcome


def _count_suppressed_people(readable_rows: RowConditions) -> int:
    suppressed_by = select_suppression_reason(ImportRow.phone, PermissionPurpose.LIST_LOOKUP)
    return count_rows(ImportRow, *readable_rows, suppressed_by.is_not(None))


def _fill_in_names(target: ImportTarget, readable_rows: RowConditions, overwrite: bool) -> int:
    """Write names onto the list and return how many.

    Each row of the import stores whose name it was and what it was before, for undoing it.
    """
    person = target.table.c
    gets_name: ColumnElement[bool] = person.name.is_(None)
    verdict = case((gets_name, RowVerdict.CHANGED.value), else_=RowVerdict.RENAMED.value)
    if overwrite:
        gets_name = or_(gets_name, person.name != ImportRow.name)
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


def _insert_new_people(row: Import, target: ImportTarget, readable_rows: RowConditions) -> int:
    """Insert the people who are not on the list yet and return how many.

    They are created at the moment the import ended, by which an undo knows them.
    """
    person = target.table.c
    last_id = db.session.scalar(select(func.max(person.id))) or 0
    values: dict[str, Any] = {
        **target.build_name_values(ImportRow.name),
        "phone": ImportRow.phone,
        "created_at": literal(row.finished_at, UtcDateTime()),
    }
    for column, value in {**target.fixed_values, **target.extra_values}.items():
        values[column] = literal(value)
    people = select(*values.values()).where(*readable_rows).order_by(ImportRow.line)
    # One statement for all: a list of 100,000 people is confirmed in about a second.
    added_count = execute_bulk(
        insert(target.table).from_select(list(values), people).on_conflict_do_nothing()
    )
    if added_count:
        new_people = update(ImportRow).where(
            *readable_rows, target.build_same_person_condition(), person.id > last_id
        )
        execute_bulk(new_people.values(person_id=person.id))
    _update_verdicts(readable_rows, last_id)
    return added_count


def _update_verdicts(readable_rows: RowConditions, last_id: int) -> None:
    """Store what really happened: only people with an id after `last_id` are new."""
    is_new = ImportRow.person_id > last_id
    is_unchanged = ImportRow.person_id.is_(None) & (ImportRow.verdict != RowVerdict.RENAMED)
    for verdict, condition in ((RowVerdict.NEW, is_new), (RowVerdict.SAME, is_unchanged)):
        rows = update(ImportRow).where(*readable_rows, condition, ImportRow.verdict != verdict)
        execute_bulk(rows.values(verdict=verdict))


def discard_import(import_id: int, pool: str) -> str | None:
    """Abandon an import and return the name of its file, which is not needed any more.

    Raises ImportAlreadyEnded.
    """
    row = _claim_import_end(import_id, pool, ImportState.ABANDONED)
    execute_bulk(delete(ImportRow).where(ImportRow.import_id == import_id))
    stored_as = row.stored_as
    row.stored_as = None
    return stored_as


def _claim_import_end(import_id: int, pool: str, state: ImportState) -> Import:
    """End an import. Raises ImportAlreadyEnded: of two requests at once, one ends it."""
    conditions = [
        Import.id == import_id,
        Import.pool == pool,
        Import.state == ImportState.CHECKED,
    ]
    if state is ImportState.DONE:
        conditions += [Import.checked_rows == Import.row_count, Import.columns.is_not(None)]
    claim = update(Import).where(*conditions).values(state=state, finished_at=now())
    if execute_bulk(claim) != 1:
        raise ImportAlreadyEnded
    return db.session.get_one(Import, import_id, populate_existing=True)


def delete_expired_imports(unconfirmed_before: datetime, done_before: datetime) -> None:
    """Abandon imports that are not confirmed, and delete the rows of all that are over.

    That concerns imports created before `unconfirmed_before` or confirmed before `done_before`.
    """
    is_old = Import.created_at < unconfirmed_before
    unconfirmed = update(Import).where(is_old, Import.state == ImportState.CHECKED)
    execute_bulk(unconfirmed.values(state=ImportState.ABANDONED, finished_at=now(), stored_as=None))
    is_abandoned = is_old & (Import.state == ImportState.ABANDONED)
    is_done = (Import.state == ImportState.DONE) & (Import.finished_at < done_before)
    ended_ids = select(Import.id).where(or_(is_abandoned, is_done))
    execute_bulk(delete(ImportRow).where(ImportRow.import_id.in_(ended_ids)))
