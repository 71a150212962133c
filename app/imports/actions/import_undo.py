"""Undoing a confirmed import: the people it added go, and the names it changed come back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from app.core.clock import now
from app.core.db import db
from app.groups.actions.memberships import undo_import_memberships
from app.imports.actions.bulk_statements import execute_bulk
from app.imports.actions.import_target import ImportAlreadyEnded, ImportTarget
from app.imports.actions.profile_writing import take_back_profiles
from app.imports.models import Import, ImportRow, ImportState, RowVerdict
from app.imports.queries.import_slices import ImportSlice
from app.suppression.actions.consent_events import revert_import_consent

CONSENT_UNDO_REASON = "The import it came with was undone"


@dataclass(frozen=True)
class ImportUndoSummary:
    """How many people were taken off the list, and how many names and values are as before."""

    removed_count: int = 0
    restored_name_count: int = 0
    value_count: int = 0

    def __add__(self, other: "ImportUndoSummary") -> "ImportUndoSummary":
        """Return the counts of both."""
        return ImportUndoSummary(
            self.removed_count + other.removed_count,
            self.restored_name_count + other.restored_name_count,
            self.value_count + other.value_count,
        )

    def list_audit_details(self) -> dict[str, int]:
        """Return what the audit says of the undo."""
        details = {"removed": self.removed_count, "renamed": self.restored_name_count}
        if self.value_count:
            details["values"] = self.value_count
        return details


def revert_import(
    import_id: int, target: ImportTarget, since: datetime, actor: str
) -> ImportUndoSummary:
    """Undo an import at once that was confirmed after `since`. Raises ImportAlreadyEnded."""
    row = claim_undo(import_id, target.pool, since, undone_at=now())
    return undo_slice(row, ImportSlice(import_id), target, actor)


def claim_undo(import_id: int, pool: str, since: datetime, **values: Any) -> Import:
    """Write these values of an import that can be undone. Raises ImportAlreadyEnded.

    `since`: when it was confirmed at the earliest. A guarded UPDATE: of two requests at once, one
    undoes it.
    """
    claim = update(Import).where(
        Import.id == import_id,
        Import.pool == pool,
        Import.state == ImportState.DONE,
        Import.undone_at.is_(None),
        Import.finished_at > since,
    )
    if execute_bulk(claim.values(values)) != 1:
        raise ImportAlreadyEnded
    return db.session.get_one(Import, import_id, populate_existing=True)


def undo_slice(
    row: Import, import_slice: ImportSlice, target: ImportTarget, actor: str
) -> ImportUndoSummary:
    """Undo what an import wrote for the rows of a slice.

    People who have another number by now, or were deleted and added again, are somebody else's
    work and stay. So does a name or a value that was changed since. Whom the import put into groups
    leaves them. The consent that it recorded is reverted in the name of `actor`. What was texted
    and the do-not-text list stay as they are.
    """
    phones = None if import_slice.is_whole else import_slice.select_phones()
    value_count = take_back_profiles(row, import_slice) if target.gets_texts else 0
    undo_import_memberships(row.id, phones)
    removed_count = _delete_added_people(row, import_slice, target)
    name_count = _restore_names(import_slice, target)
    revert_import_consent(row.id, CONSENT_UNDO_REASON, actor, phones)
    return ImportUndoSummary(removed_count, name_count, value_count)


def _delete_added_people(row: Import, import_slice: ImportSlice, target: ImportTarget) -> int:
    """Take the people off the list whom the import had added; return how many."""
    person = target.table.c
    # By their ids, so that a small import does not read the whole list.
    added_ids = (
        select(person.id)
        .select_from(target.table)
        .join(ImportRow, ImportRow.person_id == person.id)
        .where(
            *_build_row_conditions(import_slice, target, RowVerdict.NEW),
            person.created_at == row.finished_at,
        )
    )
    return execute_bulk(delete(target.table).where(person.id.in_(added_ids)))


def _restore_names(import_slice: ImportSlice, target: ImportTarget) -> int:
    person = target.table.c
    people = update(target.table).where(
        ImportRow.person_id == person.id,
        *_build_row_conditions(import_slice, target, RowVerdict.CHANGED, RowVerdict.RENAMED),
        person.name == ImportRow.name,
    )
    return execute_bulk(people.values(target.build_name_values(ImportRow.name_before)))


def _build_row_conditions(
    import_slice: ImportSlice, target: ImportTarget, *verdicts: RowVerdict
) -> list[ColumnElement[bool]]:
    return [
        *import_slice.build_conditions(verdicts),
        ImportRow.person_id.is_not(None),
        target.build_same_person_condition(),
    ]
