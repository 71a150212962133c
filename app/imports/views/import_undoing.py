"""A confirmed import is undone: a small one at once, a large one in slices."""

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username
from app.core.clock import now
from app.core.page_cache import enlarge_page_cache
from app.domain.texts.plurals import pluralize
from app.imports.actions.import_running import fits_one_slice
from app.imports.actions.import_target import ImportAlreadyEnded
from app.imports.actions.import_undo import ImportUndoSummary, revert_import
from app.imports.actions.sliced_imports import begin_undo
from app.imports.actions.upload_expiry import UNDO_PERIOD
from app.imports.models import Import
from app.imports.queries.import_slices import ImportSlice
from app.imports.views.import_check_page import get_import_or_404
from app.imports.views.importer_config import ImporterConfig, build_import_urls
from app.imports.views.outcome_pages import CONFIRM_SECONDS, run_imports_in_request

UNDO_TOO_LATE_MESSAGE = "This import can no longer be undone."


def undo_import(importer: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Undo a confirmed import, up to UNDO_PERIOD later: a small one at once, a large one in slices.

    A second request changes nothing.
    """
    row = get_import_or_404(importer, import_id)
    urls = build_import_urls(importer, import_id)
    if row.is_running:
        return redirect(urls.check, 303)
    try:
        if fits_one_slice(row):
            _undo_at_once(importer, row)
        else:
            _begin_undo(importer, import_id)
    except ImportAlreadyEnded:
        flash(UNDO_TOO_LATE_MESSAGE, "warning")
    return redirect(urls.check, 303)


def _undo_at_once(importer: ImporterConfig, row: Import) -> None:
    """Undo a small import in one transaction. Raises ImportAlreadyEnded."""
    import_list, actor = importer.import_list, current_username()
    confirmed_since = now() - UNDO_PERIOD
    with audited_write(f"{import_list.audit_prefix}.import_undone", actor) as event:
        with enlarge_page_cache():
            summary = revert_import(row.id, importer.target, confirmed_since, actor)
            if import_list.on_undone:
                import_list.on_undone(row, ImportSlice(row.id), actor)
        event.about = f"import {row.id}"
        event.details = summary.list_audit_details()
    flash(_describe_undo(summary), "success")


def _begin_undo(importer: ImporterConfig, import_id: int) -> None:
    """Begin to undo a large import. Raises ImportAlreadyEnded."""
    import_list, username = importer.import_list, current_username()
    with audited_write(f"{import_list.audit_prefix}.import_undo_started", username) as event:
        begin_undo(import_id, import_list, now() - UNDO_PERIOD, username, event.user_id)
        event.about = f"import {import_id}"
    run_imports_in_request(CONFIRM_SECONDS)


def _describe_undo(summary: ImportUndoSummary) -> str:
    people = pluralize(summary.removed_count, "person was", "people were")
    sentence = f"Import undone. {people} removed"
    if summary.restored_name_count:
        names = pluralize(summary.restored_name_count, "name was", "names were")
        sentence += f", {names} restored"
    if summary.value_count:
        values = pluralize(summary.value_count, "value is", "values are")
        sentence += f", {values} as before"
    return f"{sentence}."
