"""The end of an import: yes, no, the rows that cannot be read to take away, and back out again."""

from flask import Response, abort, flash, redirect, request, stream_with_context
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.db import write
from app.imports import actions, queries
from app.imports.actions import upload_storage
from app.imports.views.import_check_page import UNDO_PERIOD, get_import_or_404
from app.imports.views.importer_config import ImporterConfig, build_import_urls
from app.suppression.actions import erased_numbers

UNDO_TOO_LATE_MESSAGE = "This import cannot be undone any more."


def confirm_import(place: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Step three: onto the list, all of them or nobody. A second press changes nothing."""
    row = get_import_or_404(place, import_id)
    said_stop = erased_numbers.filter_erased_opt_outs(queries.list_readable_phones(row))
    try:
        with audited_write(f"{place.audit_prefix}.imported", current_username()) as trace:
            erased_numbers.restore_erased_opt_outs(said_stop)
            overwrite = request.form.get("overwrite") == "1"
            done = actions.apply_import(import_id, place.target, overwrite_names=overwrite)
            if place.on_confirmed:
                place.on_confirmed(row)
            trace.about = f"import {import_id}"
            trace.details = {
                "added": done.added_count,
                "changed": done.changed_count,
                "left_out": done.suppressed_count,
                "bad": done.bad_count,
            }
    except actions.ImportAlreadyEnded:
        return redirect(build_import_urls(place, import_id).check, 303)
    upload_storage.delete_upload(done.stored_as)
    flash(
        "1 person was imported."
        if done.added_count == 1
        else f"{done.added_count:,} people were imported.",
        "success",
    )
    return redirect(build_import_urls(place, import_id).check, 303)


def abandon_import(place: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Throw the upload away. An import that was confirmed stays."""
    get_import_or_404(place, import_id)
    try:
        with write():
            stored_as = actions.discard_import(import_id, place.target.pool)
    except actions.ImportAlreadyEnded:
        return redirect(build_import_urls(place, import_id).check, 303)
    upload_storage.delete_upload(stored_as)
    flash("The file is thrown away. Nobody was imported.", "success")
    return redirect(place.home_url, 303)


def download_bad_rows(place: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """The rows that cannot be read, to be put right and uploaded again."""
    row = get_import_or_404(place, import_id)
    if row.columns is None:
        abort(404)
    headings, rows = queries.build_bad_row_headings(row), queries.iterate_bad_rows(row)
    return Response(
        stream_with_context(stream_csv(headings, rows)),
        headers=build_download_headers(f"to-fix-{row.file_name}.csv"),
    )


def undo_import(place: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Take a confirmed import back whole, up to 30 days later."""
    get_import_or_404(place, import_id)
    try:
        with audited_write(f"{place.audit_prefix}.import_undone", current_username()) as trace:
            undone = actions.revert_import(
                import_id, place.target, now() - UNDO_PERIOD, current_username()
            )
            trace.about = f"import {import_id}"
            trace.details = {
                "removed": undone.removed_count,
                "renamed": undone.restored_name_count,
            }
    except actions.ImportAlreadyEnded:
        flash(UNDO_TOO_LATE_MESSAGE, "warning")
    else:
        flash(_describe_undo(undone), "success")
    return redirect(build_import_urls(place, import_id).check, 303)


def _describe_undo(undone: actions.ImportUndoSummary) -> str:
    people = "1 person is" if undone.removed_count == 1 else f"{undone.removed_count:,} people are"
    names = (
        "1 name is"
        if undone.restored_name_count == 1
        else f"{undone.restored_name_count:,} names are"
    )
    return f"The import is undone. {people} off the list" + (
        f", {names} as before." if undone.restored_name_count else "."
    )
