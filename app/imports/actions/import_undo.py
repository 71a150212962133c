"""Undoing a confirmed import: the people it added go, and the names it changed come back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update

from app.core.clock import now
from app.core.db import db
from app.groups.actions.memberships import undo_import_memberships
from app.imports.actions.bulk_statements import execute_bulk
from app.imports.actions.import_target import ImportAlreadyEnded, ImportTarget
from app.imports.actions.profile_writing import take_back_profiles
from app.imports.models import Import, ImportRow, ImportState, RowVerdict
from app.suppression.actions.consent_events import revert_import_consent

CONSENT_UNDO_REASON = "The import it came with was undone"


@dataclass(frozen=True)
class ImportUndoSummary:
    """How many people were taken off the list, and how many names and values are as before."""

    removed_count: int
    restored_name_count: int
    value_count: int


def revert_import(
    import_id: int, target: ImportTarget, since: datetime, actor: str
) -> ImportUndoSummary:
    """Undo an import that was confirmed after `since`. Raises ImportAlreadyEnded.

    People who have another number by now, or were deleted and added again, are somebody else's
    work and stay. So does a name or a value that was changed since. Whom the import put into groups
    leaves them. The consent that it recorded is reverted in the name of `actor`. What was texted
    and the do-not-text list stay as they are.
    """
    # A guarded UPDATE: of two requests at once, one undoes it.
    claim = update(Import).where(
        Import.id == import_id,
        Import.pool == target.pool,
        Import.state == ImportState.DONE,
        Import.undone_at.is_(None),
        Import.finished_at > since,
    )
    if execute_bulk(claim.values(undone_at=now())) != 1:
        raise ImportAlreadyEnded
    row = db.session.get_one(Import, import_id, populate_existing=True)
    value_count = take_back_profiles(row) if target.gets_texts else 0
    undo_import_memberships(row.id)
    summary = ImportUndoSummary(
        _delete_added_people(row, target), _restore_names(row, target), value_count
    )
    revert_import_consent(import_id, CONSENT_UNDO_REASON, actor)
    return summary


def _delete_added_people(row: Import, target: ImportTarget) -> int:
    """Take the people off the list whom the import had added; return how many."""
    person = target.table.c
    # By their ids, so that a small import does not read the whole list.
    added_ids = (
        select(person.id)
        .select_from(target.table)
        .join(ImportRow, ImportRow.person_id == person.id)
        .where(
            _build_row_condition(row, target, RowVerdict.NEW),
            person.created_at == row.finished_at,
        )
    )
    return execute_bulk(delete(target.table).where(person.id.in_(added_ids)))


def _restore_names(row: Import, target: ImportTarget) -> int:
    person = target.table.c
    people = update(target.table).where(
        ImportRow.person_id == person.id,
        _build_row_condition(row, target, RowVerdict.CHANGED, RowVerdict.RENAMED),
        person.name == ImportRow.name,
    )
    return execute_bulk(people.values(target.build_name_values(ImportRow.name_before)))


def _build_row_condition(
    row: Import, target: ImportTarget, *verdicts: RowVerdict
) -> ColumnElement[bool]:
    return and_(
        ImportRow.import_id == row.id,
        ImportRow.verdict.in_(verdicts),
        ImportRow.person_id.is_not(None),
        target.build_same_person_condition(),
    )
