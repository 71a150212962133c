"""A confirmed import is taken back whole: whom it added goes, and the names it changed are as
before.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select, update

from app.core.clock import now
from app.core.db import db, execute_and_count_rows
from app.imports.actions.import_target import ImportAlreadyEnded, ImportTarget
from app.imports.models import Import, ImportRow, ImportState, RowVerdict
from app.suppression.actions import revert_import_consent

CONSENT_UNDO_REASON = "The import it came with was undone"
NO_SESSION_SYNC: dict[str, Any] = {"synchronize_session": False}


@dataclass(frozen=True)
class ImportUndoSummary:
    """How many people were taken off the list, and how many names are as before."""

    removed_count: int
    restored_name_count: int


def revert_import(
    import_id: int, target: ImportTarget, since: datetime, by: str
) -> ImportUndoSummary:
    """Take an import back that was confirmed after `since`. Raises AlreadyEnded.

    Whoever has another number by now, or was deleted and added again, is somebody else's work
    and stays; so does a name that was changed since. What the import wrote into the ledger
    holds no longer: `by` took it back. What was texted and the do-not-text list stay as they
    are.
    """
    mine = [
        Import.id == import_id,
        Import.pool == target.pool,
        Import.state == ImportState.DONE,
    ]
    claimed = update(Import).where(*mine, Import.undone_at.is_(None), Import.finished_at > since)
    if (
        execute_and_count_rows(claimed.values(undone_at=now()).execution_options(**NO_SESSION_SYNC))
        != 1
    ):
        raise ImportAlreadyEnded
    row = db.session.get_one(Import, import_id, populate_existing=True)
    undone = ImportUndoSummary(_delete_added_people(row, target), _restore_names(row, target))
    revert_import_consent(import_id, CONSENT_UNDO_REASON, by)
    return undone


def _delete_added_people(row: Import, target: ImportTarget) -> int:
    here = target.table.c
    added = and_(
        _build_row_condition(row, target, RowVerdict.NEW),
        here.created_at == row.finished_at,
    )
    # by their ids, so that the list need not be read through for a small import
    ids = (
        select(here.id)
        .select_from(target.table)
        .join(ImportRow, ImportRow.person_id == here.id)
        .where(added)
    )
    return execute_and_count_rows(
        delete(target.table).where(here.id.in_(ids)).execution_options(**NO_SESSION_SYNC)
    )


def _restore_names(row: Import, target: ImportTarget) -> int:
    here = target.table.c
    still = (
        _build_row_condition(row, target, RowVerdict.CHANGED, RowVerdict.RENAMED),
        here.name == ImportRow.name,
    )
    back = (
        update(target.table)
        .where(ImportRow.person_id == here.id, *still)
        .values(name=ImportRow.name_before)
    )
    return execute_and_count_rows(back.execution_options(**NO_SESSION_SYNC))


def _build_row_condition(row: Import, target: ImportTarget, *verdicts: RowVerdict) -> Any:
    staged = and_(
        ImportRow.import_id == row.id,
        ImportRow.verdict.in_(verdicts),
        ImportRow.person_id.is_not(None),
    )
    return and_(staged, target.build_same_person_condition())
