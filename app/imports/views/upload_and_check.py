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
from app.core.db import NotFound, write
from app.domain.texts.text_cleaning import clean_text
from app.imports import actions, queries
from app.imports.actions import upload_storage
from app.imports.forms import UploadForm
from app.imports.models import Import, ImportState
from app.imports.views.import_check_page import (
    UNDO_PERIOD,
    can_undo_import,
    get_import_or_404,
    load_sheet,
    read_column_choice,
    redirect_to_upload,
    render_check_page,
)
from app.imports.views.importer_config import (
    ImporterConfig,
    ImportUrls,
    build_import_urls,
)
from app.organisation import queries as organisation

# rows that are read and checked in one request; of more, the check begins in the next
MAX_ROWS_CHECKED_AT_ONCE = 10_000
UPLOAD_LIFETIME = timedelta(hours=24)


def upload_spreadsheet(place: ImporterConfig) -> ResponseReturnValue:
    """Step one: a file or pasted rows.

    What can be read of it is laid down, and nobody is on the list yet.
    """
    form = UploadForm()
    if form.validate_on_submit():
        try:
            here = _start_import(place, *form.read_submitted_data(), form.consent.data or None)
        except actions.UNREADABLE_FILE_ERRORS as error:
            about = form.rows if form.is_pasted else form.file
            about.errors = [*about.errors, error.sentence]
        else:
            return redirect(here.check, 303)
    past = queries.list_past_imports(place.target.pool)
    page = render_template(
        "imports/upload.html",
        form=form,
        way=build_import_urls(place),
        region=organisation.get_organisation_region(),
        past=past,
        can_undo=can_undo_import,
    )
    return page, 422 if form.errors else 200


def _start_import(place: ImporterConfig, data: bytes, name: str, consent: str | None) -> ImportUrls:
    """Keep the file and check its first slice; what nobody wanted for a day is forgotten.

    Raises UNREADABLE.
    """
    shown = clean_text(name.replace("\\", "/").rpartition("/")[2])[:255] or "file"
    upload_storage.delete_old_uploads(now() - UPLOAD_LIFETIME)
    kept = actions.StoredUpload(
        shown, upload_storage.store_upload(data), current_username(), consent
    )
    try:
        first = actions.start_reading_upload(
            kept.stored_as, data, organisation.get_organisation_region()
        )
    except actions.UNREADABLE_FILE_ERRORS:
        upload_storage.delete_upload(kept.stored_as)
        raise
    reading = first if isinstance(first, actions.ParsedSpreadsheet) else None
    with write():
        actions.delete_expired_imports(now() - UPLOAD_LIFETIME, now() - UNDO_PERIOD)
        row = actions.create_import(kept, reading, place.target)
    if reading and reading.data_row_count <= MAX_ROWS_CHECKED_AT_ONCE:
        _check_next_slice(place, row)
    return build_import_urls(place, row.id)


def _read_next_slice(place: ImporterConfig, row: Import) -> actions.WorkbookSlice | None:
    """Read the next slice of a workbook; None when all of it is read.

    Raises uploads.Gone, AlreadyEnded, and UNREADABLE when the file turns out to be no list of
    people.
    """
    more = actions.continue_reading_upload(row.stored_as, organisation.get_organisation_region())
    if isinstance(more, actions.WorkbookSlice):
        return more
    with write():
        actions.begin_import_check(row.id, more, place.target)
    return None


def _build_phone_rules(place: ImporterConfig) -> actions.PhoneNumberRules:
    return actions.PhoneNumberRules(organisation.get_organisation_region(), place.refused_numbers)


def _check_next_slice(place: ImporterConfig, row: Import) -> None:
    """Check the next slice of rows. Raises uploads.Gone, AlreadyEnded."""
    piece = actions.check_next_rows(
        row, queries.parse_import_layout(row).columns, _build_phone_rules(place)
    )
    with write():
        actions.store_checked_rows(row.id, piece, place.target)


def show_import_check(place: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Step two: what the file holds and what would become of it; later, what became of it."""
    row, part = get_import_or_404(place, import_id), None
    try:
        if row.is_being_read:
            part = _read_next_slice(place, row)
        elif row.state is ImportState.CHECKED and row.checked_rows < row.row_count:
            _check_next_slice(place, row)
    except (NotFound, actions.ImportAlreadyEnded):
        return redirect_to_upload(place)
    except actions.UNREADABLE_FILE_ERRORS as error:
        return _reject_file(place, row, error.sentence)
    row = get_import_or_404(place, import_id)
    if row.state is ImportState.ABANDONED:
        return redirect_to_upload(place)
    if row.state is ImportState.DONE:
        return render_template(
            "imports/done.html",
            row=row,
            way=build_import_urls(place, row.id),
            can_undo=can_undo_import(row),
        )
    if row.is_being_read or row.checked_rows < row.row_count:
        return render_template(
            "imports/checking.html",
            row=row,
            way=build_import_urls(place, row.id),
            part=part,
        )
    return render_check_page(row, build_import_urls(place, row.id))


def _reject_file(place: ImporterConfig, row: Import, sentence: str) -> ResponseReturnValue:
    with write():
        stored_as = actions.discard_import(row.id, place.target.pool)
    upload_storage.delete_upload(stored_as)
    flash(f"{row.file_name}: {sentence}", "error")
    return redirect(build_import_urls(place).upload, 303)


def recheck_import(place: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Step two again, with the columns and letters read as somebody says."""
    row = get_import_or_404(place, import_id)
    if row.state is not ImportState.CHECKED or row.is_being_read:
        return redirect(build_import_urls(place, import_id).check, 303)
    choice = read_column_choice(row)
    try:
        sheet = load_sheet(row, choice)
        reading = actions.parse_sheet_as_chosen(
            sheet, choice, organisation.get_organisation_region()
        )
        upload_storage.store_upload_rows(row.stored_as or "", reading.rows)
        with write():
            row = actions.restart_import_check(import_id, reading, place.target)
        _check_next_slice(place, row)
    except (NotFound, actions.ImportAlreadyEnded):
        return redirect_to_upload(place)
    except actions.UNREADABLE_FILE_ERRORS as error:
        return render_check_page(row, build_import_urls(place, row.id), choice, error.sentence), 422
    return redirect(build_import_urls(place, import_id).check, 303)


def fix_import_row(place: ImporterConfig, import_id: int, line: int) -> ResponseReturnValue:
    """One row that cannot be read gets another name or number."""
    row, here = get_import_or_404(place, import_id), build_import_urls(place, import_id)
    cells = (request.form.get("name", ""), request.form.get("phone", ""))
    try:
        with write():
            actions.correct_import_row(
                import_id, line, cells, place.target, _build_phone_rules(place)
            )
    except actions.RowStillUnreadable as error:
        if row.checked_rows < row.row_count:
            return redirect(here.check, 303)
        wrong = queries.RejectedRowCorrection(
            line, clean_text(cells[0])[:200], clean_text(cells[1])[:200], error.sentence
        )
        return render_check_page(row, here, wrong=wrong), 422
    except actions.ImportAlreadyEnded:
        return redirect(here.check, 303)
    except actions.BadRowNotFound:
        abort(404)
    flash(f"Line {line:,} can be read now.", "success")
    return redirect(f"{here.check}#rows", 303)
