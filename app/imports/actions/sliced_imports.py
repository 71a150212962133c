"""What each transaction of a large import does: it begins, its slices are written, it ends.

All of them inside write(). The row of the import keeps how far it has come.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import update

from app.audit.actions import record_automatic_event
from app.core.clock import now
from app.core.db import db
from app.groups.actions.memberships import undo_import_memberships
from app.imports.actions.bulk_statements import execute_bulk
from app.imports.actions.import_completion import claim_confirmation, finish_confirmation
from app.imports.actions.import_consent import record_opt_outs
from app.imports.actions.import_decision import ImportDecision, WrittenCounts
from app.imports.actions.import_lists import ImportList, SliceAction
from app.imports.actions.import_progress import ImportProgress, ImportStep, parse_progress
from app.imports.actions.import_undo import ImportUndoSummary, claim_undo, undo_slice
from app.imports.actions.slice_writing import write_people
from app.imports.models import Import, ImportRow, ImportState, RowVerdict
from app.imports.queries.import_slices import ImportSlice, list_unwritten_rows
from app.imports.queries.imported_phones import GROUPED_VERDICTS
from app.profiles.actions.value_storing import undo_import_values


@dataclass(frozen=True)
class SliceContext:
    """What writing a slice needs beside its rows.

    `on_confirmed` is what the list prepared for its people.
    """

    import_list: ImportList
    on_confirmed: SliceAction | None = None


def begin_confirmation(
    import_id: int,
    import_list: ImportList,
    decision: ImportDecision,
    username: str,
    user_id: int | None,
) -> str | None:
    """Decide that an import is confirmed; nobody is on the list yet.

    Returns the name of its file if that is not needed any more. Raises ImportAlreadyEnded and
    FieldNotThere.
    """
    progress = ImportProgress(username, user_id, ImportStep.OPT_OUTS, decision=decision)
    row = claim_confirmation(
        import_id,
        import_list.target,
        decision,
        state=ImportState.CONFIRMING,
        progress=progress.serialize(),
    )
    if import_list.prepare_confirmation is not None:
        return None
    stored_as, row.stored_as = row.stored_as, None
    db.session.flush()
    return stored_as


def begin_undo(
    import_id: int, import_list: ImportList, since: datetime, username: str, user_id: int | None
) -> None:
    """Decide that an import that was confirmed after `since` is undone.

    Raises ImportAlreadyEnded.
    """
    progress = ImportProgress(username, user_id, ImportStep.UNDO)
    claim_undo(
        import_id,
        import_list.target.pool,
        since,
        state=ImportState.UNDOING,
        progress=progress.serialize(),
    )


def _write_opt_outs(
    row: Import, import_slice: ImportSlice, progress: ImportProgress, context: SliceContext
) -> ImportProgress:
    if not (context.import_list.target.gets_texts and progress.decision.records_opt_outs):
        return progress
    count = record_opt_outs(row, import_slice)
    return replace(progress, written=progress.written + WrittenCounts(opted_out=count))


def _write_people(
    row: Import, import_slice: ImportSlice, progress: ImportProgress, context: SliceContext
) -> ImportProgress:
    written = write_people(row, import_slice, context.import_list.target, progress.decision)
    if context.on_confirmed is not None:
        context.on_confirmed(row, import_slice)
    return replace(progress, written=progress.written + written)


def _undo(
    row: Import, import_slice: ImportSlice, progress: ImportProgress, context: SliceContext
) -> ImportProgress:
    import_list = context.import_list
    summary = undo_slice(row, import_slice, import_list.target, progress.username)
    if import_list.on_undone is not None:
        import_list.on_undone(row, import_slice, progress.username)
    return replace(progress, undone=progress.undone + summary)


def _begin_people(row: Import, progress: ImportProgress, context: SliceContext) -> None:
    """Go on from the opt-outs to the people."""
    row.progress = replace(progress, step=ImportStep.PEOPLE).serialize()


def _finish_people(row: Import, progress: ImportProgress, context: SliceContext) -> None:
    finish_confirmation(row, progress.written)
    details = progress.written.list_audit_details(row.bad_count)
    _end(row, context.import_list, "imported", progress, details)


def _finish_undo(row: Import, progress: ImportProgress, context: SliceContext) -> None:
    # What belongs to people whose number is another one by now, which no row names.
    value_count = undo_import_values(row.id)
    undo_import_memberships(row.id)
    row.undone_at = now()
    summary = progress.undone + ImportUndoSummary(value_count=value_count)
    details = summary.list_audit_details()
    _end(row, context.import_list, "import_undone", progress, details)


def _end(
    row: Import,
    import_list: ImportList,
    verb: str,
    progress: ImportProgress,
    details: dict[str, int],
) -> None:
    row.state = ImportState.DONE
    row.progress = None
    record_automatic_event(
        f"{import_list.audit_prefix}.{verb}",
        progress.username,
        f"import {row.id}",
        details,
        progress.user_id,
    )


@dataclass(frozen=True)
class SliceStep:
    """One step: which rows it is for, what it does with a slice of them, and at its end.

    `number`: what `slice_step` of a row is once the step has written it.
    """

    number: int
    verdicts: Sequence[RowVerdict]
    write: Callable[[Import, ImportSlice, ImportProgress, SliceContext], ImportProgress]
    finish: Callable[[Import, ImportProgress, SliceContext], None]


# All opt-outs come first, so that no one is texted between two slices who, as a later row of the
# file says, wants no texts. A repeated row may name groups, and an undo is for every number.
SLICE_STEPS = {
    ImportStep.OPT_OUTS: SliceStep(1, (RowVerdict.OPTED_OUT,), _write_opt_outs, _begin_people),
    ImportStep.PEOPLE: SliceStep(1, GROUPED_VERDICTS, _write_people, _finish_people),
    ImportStep.UNDO: SliceStep(2, tuple(RowVerdict), _undo, _finish_undo),
}


def write_slice(
    row: Import, row_ids: Sequence[int], context: SliceContext, *, is_last: bool
) -> None:
    """Write these rows, and how far the import has come; end the step if `is_last`.

    Rows that are written already, or erased, are left out.
    """
    progress = parse_progress(row.progress)
    step = SLICE_STEPS[progress.step]
    import_slice = ImportSlice(row.id, list_unwritten_rows(row_ids, step.number))
    progress = step.write(row, import_slice, progress, context)
    # In the transaction of its people: after kill -9 a row is written and marked, or neither.
    written = update(ImportRow).where(*import_slice.build_conditions(step.verdicts))
    execute_bulk(written.values(slice_step=step.number))
    if progress.step is not ImportStep.OPT_OUTS:
        row_count = progress.row_count + len(import_slice.row_ids or ())
        progress = replace(progress, row_count=row_count)
    if is_last:
        step.finish(row, progress, context)
    else:
        row.progress = progress.serialize()
    db.session.flush()
