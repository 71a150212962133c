"""The end of an import: its rows go onto the list, or it is discarded."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from app.core.clock import now
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.imports.actions.bulk_statements import execute_bulk
from app.imports.actions.import_consent import record_opt_outs
from app.imports.actions.import_decision import ImportDecision, WrittenCounts
from app.imports.actions.import_groups import create_named_groups
from app.imports.actions.import_target import ImportAlreadyEnded, ImportTarget
from app.imports.actions.profile_writing import create_new_fields
from app.imports.actions.slice_writing import write_people
from app.imports.models import RUNNING_STATES, Import, ImportRow, ImportState
from app.imports.queries.import_slices import ImportSlice


def apply_import(
    import_id: int, target: ImportTarget, decision: ImportDecision | None = None
) -> WrittenCounts:
    """Put the readable rows onto the list at once.

    Raises ImportAlreadyEnded, also while rows are not checked yet, and FieldNotThere. Nobody is
    taken off the do-not-text list.
    """
    decision = decision or ImportDecision()
    # First of all: of two requests at once, the second must not read the list.
    row = claim_confirmation(import_id, target, decision, state=ImportState.DONE)
    import_slice = ImportSlice(import_id)
    opted_out_count = 0
    if target.gets_texts and decision.records_opt_outs:
        # Before consent is granted, which somebody on the list cannot give.
        opted_out_count = record_opt_outs(row, import_slice)
    written = write_people(row, import_slice, target, decision)
    written += WrittenCounts(opted_out=opted_out_count)
    finish_confirmation(row, written)
    return written


def claim_confirmation(
    import_id: int, target: ImportTarget, decision: ImportDecision, **values: Any
) -> Import:
    """Write these values of an import that can be confirmed, and create its fields and groups.

    Raises ImportAlreadyEnded and FieldNotThere.
    """
    row = _claim_import_end(
        import_id,
        target.pool,
        Import.checked_rows == Import.row_count,
        Import.columns.is_not(None),
        **values,
    )
    if target.gets_texts:
        create_new_fields(row)
        if decision.groups is not None:
            create_named_groups(import_id, decision.groups)
    return row


def finish_confirmation(row: Import, written: WrittenCounts) -> None:
    """Store what really happened in the counts of an import; its file is not needed any more."""
    readable_count = count_rows(ImportRow, *ImportSlice(row.id).build_readable_conditions())
    # Everybody else stays on the list as they were.
    row.same_count = readable_count - written.added - written.changed
    row.added_count = written.added
    row.changed_count = written.changed
    row.renamed_count = 0
    row.left_out_count = written.suppressed
    row.stored_as = None


def discard_import(import_id: int, pool: str) -> str | None:
    """Abandon an import and return the name of its file, which is not needed any more.

    Raises ImportAlreadyEnded.
    """
    row = _claim_import_end(import_id, pool, state=ImportState.ABANDONED)
    execute_bulk(delete(ImportRow).where(ImportRow.import_id == import_id))
    stored_as = row.stored_as
    row.stored_as = None
    return stored_as


def _claim_import_end(import_id: int, pool: str, *conditions: Any, **values: Any) -> Import:
    """Write these values of an open import, and that it ends now. Raises ImportAlreadyEnded.

    Of two requests at once, one ends it.
    """
    claim = update(Import).where(
        Import.id == import_id,
        Import.pool == pool,
        Import.state == ImportState.CHECKED,
        *conditions,
    )
    if execute_bulk(claim.values(finished_at=now(), **values)) != 1:
        raise ImportAlreadyEnded
    return db.session.get_one(Import, import_id, populate_existing=True)


def abandon_running_import(import_id: int) -> None:
    """End an import between two slices, because its list does not exist any more. Idempotent.

    Its rows are deleted with those of other abandoned imports.
    """
    running = update(Import).where(Import.id == import_id, Import.state.in_(RUNNING_STATES))
    values = {"state": ImportState.ABANDONED, "progress": None, "stored_as": None}
    execute_bulk(running.values(values))


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
