"""From a spreadsheet to people in three steps: file, check, yes.

Before the last nobody is on the list.

The check of a large file goes on with each look at its page, a slice at a time; nothing runs in
the background.
"""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.core.access import current_username
from app.core.clock import now
from app.core.db import write
from app.domain.texts.message_templates import clean_text
from app.imports import actions, queries
from app.imports.actions import uploads
from app.imports.forms import UploadForm
from app.imports.models import Import, ImportState
from app.imports.views.pages import (
    UNDO_FOR,
    can_undo,
    check_page,
    choice_of,
    found,
    not_kept,
    sheet_of,
)
from app.imports.views.places import Place, Way, way
from app.organisation import queries as organisation

# rows that are read and checked in one request; of more, the check begins in the next
AT_ONCE = 10_000
KEPT_FOR = timedelta(hours=24)


def upload(place: Place) -> ResponseReturnValue:
    """Step one: a file or pasted rows.

    What can be read of it is laid down, and nobody is on the list yet.
    """
    form = UploadForm()
    if form.validate_on_submit():
        try:
            here = _begin(place, *form.data_given(), form.consent.data or None)
        except actions.UNREADABLE as error:
            about = form.rows if form.is_pasted else form.file
            about.errors = [*about.errors, error.sentence]
        else:
            return redirect(here.check, 303)
    past = queries.past(place.target.pool)
    page = render_template(
        "imports/upload.html",
        form=form,
        way=way(place),
        region=organisation.get_organisation_region(),
        past=past,
        can_undo=can_undo,
    )
    return page, 422 if form.errors else 200


def _begin(place: Place, data: bytes, name: str, consent: str | None) -> Way:
    """Keep the file and check its first slice; what nobody wanted for a day is forgotten.

    Raises UNREADABLE.
    """
    shown = clean_text(name.replace("\\", "/").rpartition("/")[2])[:255] or "file"
    uploads.sweep(now() - KEPT_FOR)
    kept = actions.Upload(shown, uploads.keep(data), current_username(), consent)
    try:
        first = actions.start(
            kept.stored_as, data, organisation.get_organisation_region()
        )
    except actions.UNREADABLE:
        uploads.drop(kept.stored_as)
        raise
    reading = first if isinstance(first, actions.Reading) else None
    with write():
        actions.expire(now() - KEPT_FOR, now() - UNDO_FOR)
        row = actions.begin(kept, reading, place.target)
    if reading and reading.people <= AT_ONCE:
        _go_on(place, row)
    return way(place, row.id)


def _read_on(place: Place, row: Import) -> actions.Part | None:
    """Read the next slice of a workbook; None when all of it is read.

    Raises uploads.Gone, AlreadyEnded, and UNREADABLE when the file turns out to be no list of
    people.
    """
    more = actions.go_on(row.stored_as, organisation.get_organisation_region())
    if isinstance(more, actions.Part):
        return more
    with write():
        actions.settle(row.id, more, place.target)
    return None


def _rules(place: Place) -> actions.Rules:
    return actions.Rules(organisation.get_organisation_region(), place.refused)


def _go_on(place: Place, row: Import) -> None:
    """Check the next slice of rows. Raises uploads.Gone, AlreadyEnded."""
    piece = actions.next_slice(row, queries.layout(row).columns, _rules(place))
    with write():
        actions.lay_down(row.id, piece, place.target)


def check(place: Place, import_id: int) -> ResponseReturnValue:
    """Step two: what the file holds and what would become of it; later, what became of it."""
    row, part = found(place, import_id), None
    try:
        if row.is_unread:
            part = _read_on(place, row)
        elif row.state is ImportState.CHECKED and row.checked_rows < row.row_count:
            _go_on(place, row)
    except (uploads.Gone, actions.AlreadyEnded):
        return not_kept(place)
    except actions.UNREADABLE as error:
        return _no_list(place, row, error.sentence)
    row = found(place, import_id)
    if row.state is ImportState.ABANDONED:
        return not_kept(place)
    if row.state is ImportState.DONE:
        return render_template(
            "imports/done.html", row=row, way=way(place, row.id), can_undo=can_undo(row)
        )
    if row.is_unread or row.checked_rows < row.row_count:
        return render_template(
            "imports/checking.html", row=row, way=way(place, row.id), part=part
        )
    return check_page(row, way(place, row.id))


def _no_list(place: Place, row: Import, sentence: str) -> ResponseReturnValue:
    with write():
        stored_as = actions.abandon(row.id, place.target.pool)
    uploads.drop(stored_as)
    flash(f"{row.file_name}: {sentence}", "error")
    return redirect(way(place).upload, 303)


def again(place: Place, import_id: int) -> ResponseReturnValue:
    """Step two again, with the columns and letters read as somebody says."""
    row = found(place, import_id)
    if row.state is not ImportState.CHECKED or row.is_unread:
        return redirect(way(place, import_id).check, 303)
    choice = choice_of(row)
    try:
        sheet = sheet_of(row, choice)
        reading = actions.read_again(
            sheet, choice, organisation.get_organisation_region()
        )
        uploads.keep_rows(row.stored_as or "", reading.rows)
        with write():
            row = actions.restart(import_id, reading, place.target)
        _go_on(place, row)
    except (uploads.Gone, actions.AlreadyEnded):
        return not_kept(place)
    except actions.UNREADABLE as error:
        return check_page(row, way(place, row.id), choice, error.sentence), 422
    return redirect(way(place, import_id).check, 303)


def fix(place: Place, import_id: int, line: int) -> ResponseReturnValue:
    """One row that cannot be read gets another name or number."""
    row, here = found(place, import_id), way(place, import_id)
    cells = (request.form.get("name", ""), request.form.get("phone", ""))
    try:
        with write():
            actions.fix(import_id, line, cells, place.target, _rules(place))
    except actions.StillBad as error:
        if row.checked_rows < row.row_count:
            return redirect(here.check, 303)
        wrong = queries.Wrong(
            line, clean_text(cells[0])[:200], clean_text(cells[1])[:200], error.sentence
        )
        return check_page(row, here, wrong=wrong), 422
    except actions.AlreadyEnded:
        return redirect(here.check, 303)
    except actions.NoSuchRow:
        abort(404)
    flash(f"Line {line:,} can be read now.", "success")
    return redirect(f"{here.check}#rows", 303)
