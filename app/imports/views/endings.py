"""The end of an import: yes, no, the rows that cannot be read to take away, and back out again."""

from flask import Response, abort, flash, redirect, request, stream_with_context
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.db import write
from app.imports import actions, queries
from app.imports.actions import uploads
from app.imports.views.pages import UNDO_FOR, found
from app.imports.views.places import Place, way
from app.suppression.actions import erased_numbers

TOO_LATE = "This import cannot be undone any more."


def confirm(place: Place, import_id: int) -> ResponseReturnValue:
    """Step three: onto the list, all of them or nobody. A second press changes nothing."""
    row = found(place, import_id)
    said_stop = erased_numbers.filter_erased_opt_outs(queries.numbers(row))
    try:
        with audited_write(f"{place.verb}.imported", current_username()) as trace:
            erased_numbers.restore_erased_opt_outs(said_stop)
            overwrite = request.form.get("overwrite") == "1"
            done = actions.confirm(import_id, place.target, overwrite_names=overwrite)
            if place.after:
                place.after(row)
            trace.about = f"import {import_id}"
            trace.details = {
                "added": done.added,
                "changed": done.changed,
                "left_out": done.left_out,
                "bad": done.bad,
            }
    except actions.AlreadyEnded:
        return redirect(way(place, import_id).check, 303)
    uploads.drop(done.stored_as)
    flash(
        "1 person was imported."
        if done.added == 1
        else f"{done.added:,} people were imported.",
        "success",
    )
    return redirect(way(place, import_id).check, 303)


def abandon(place: Place, import_id: int) -> ResponseReturnValue:
    """Throw the upload away. An import that was confirmed stays."""
    found(place, import_id)
    try:
        with write():
            stored_as = actions.abandon(import_id, place.target.pool)
    except actions.AlreadyEnded:
        return redirect(way(place, import_id).check, 303)
    uploads.drop(stored_as)
    flash("The file is thrown away. Nobody was imported.", "success")
    return redirect(place.home, 303)


def bad_rows(place: Place, import_id: int) -> ResponseReturnValue:
    """The rows that cannot be read, to be put right and uploaded again."""
    row = found(place, import_id)
    if row.columns is None:
        abort(404)
    headings, rows = queries.headings_of_bad_rows(row), queries.bad_rows(row)
    return Response(
        stream_with_context(stream_csv(headings, rows)),
        headers=build_download_headers(f"to-fix-{row.file_name}.csv"),
    )


def undo(place: Place, import_id: int) -> ResponseReturnValue:
    """Take a confirmed import back whole, up to 30 days later."""
    found(place, import_id)
    try:
        with audited_write(f"{place.verb}.import_undone", current_username()) as trace:
            undone = actions.undo(
                import_id, place.target, now() - UNDO_FOR, current_username()
            )
            trace.about = f"import {import_id}"
            trace.details = {"removed": undone.removed, "renamed": undone.renamed}
    except actions.AlreadyEnded:
        flash(TOO_LATE, "warning")
    else:
        flash(_undone_words(undone), "success")
    return redirect(way(place, import_id).check, 303)


def _undone_words(undone: actions.Undone) -> str:
    people = "1 person is" if undone.removed == 1 else f"{undone.removed:,} people are"
    names = "1 name is" if undone.renamed == 1 else f"{undone.renamed:,} names are"
    return f"The import is undone. {people} off the list" + (
        f", {names} as before." if undone.renamed else "."
    )
