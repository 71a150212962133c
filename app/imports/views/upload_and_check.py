"""An import's way from a file to the confirmation. Nobody is on the list before that.

The check of a large file goes on with each request of its page, a slice of rows at a time.
Nothing runs in the background.
"""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username
from app.core.db import NotFound, write
from app.core.form_fields import add_error
from app.domain.spreadsheets.profile_columns import ProfileContext
from app.domain.texts.text_cleaning import clean_text
from app.imports.actions import row_staging, upload_storage
from app.imports.actions.import_completion import discard_import
from app.imports.actions.import_target import ImportAlreadyEnded
from app.imports.actions.row_checking import check_next_rows
from app.imports.actions.spreadsheet_parsing import (
    UNREADABLE_FILE_ERRORS,
    ColumnChoice,
    ParsedSpreadsheet,
    parse_sheet,
    parse_sheet_as_chosen,
    parse_spreadsheet,
)
from app.imports.actions.upload_expiry import expire_uploads
from app.imports.forms import SubmittedSpreadsheet, UploadForm
from app.imports.models import Import, ImportState
from app.imports.queries import import_records
from app.imports.views.column_form import read_column_choice
from app.imports.views.import_check_page import (
    LoadedSheet,
    are_columns_changed,
    can_undo_import,
    get_import_or_404,
    load_sheet,
    name_import,
    redirect_to_upload,
    render_check_page,
)
from app.imports.views.importer_config import (
    ImporterConfig,
    ImportUrls,
    build_import_urls,
    build_phone_rules,
    build_profile_context,
)
from app.imports.views.kept_choices import add_kept_choices
from app.imports.views.outcome_pages import (
    PAGE_SECONDS,
    render_done_page,
    render_running_page,
    run_imports_in_request,
)
from app.organisation import queries as organisation

# Rows whose check begins in the request that uploads them. Of more, the upload alone takes long.
MAX_ROWS_CHECKED_AT_ONCE = 10_000
MAX_FILE_NAME_CHARACTERS = 255


def upload_spreadsheet(importer: ImporterConfig) -> ResponseReturnValue:
    """Take a file or pasted rows, and check what can be read of it."""
    form = UploadForm()
    if form.validate_on_submit():
        try:
            urls = _start_import(importer, form.read_spreadsheet(), form.consent.data or None)
        except UNREADABLE_FILE_ERRORS as error:
            add_error(form.rows if form.is_pasted else form.file, error.sentence)
        else:
            return redirect(urls.check, 303)
    page = render_template(
        "imports/upload.html",
        form=form,
        urls=build_import_urls(importer),
        region=organisation.get_organisation_region(),
        past_imports=import_records.list_past_imports(importer.target.pool),
        can_undo=can_undo_import,
    )
    return page, 422 if form.errors else 200


def _start_import(
    importer: ImporterConfig, spreadsheet: SubmittedSpreadsheet, consent: str | None
) -> ImportUrls:
    """Store the file and check its first slice. Raises one of UNREADABLE_FILE_ERRORS.

    Files and imports that are older than a day are deleted.
    """
    expire_uploads()
    parsed = parse_spreadsheet(
        spreadsheet.data, organisation.get_organisation_region(), build_profile_context(importer)
    )
    upload = row_staging.StoredUpload(
        _clean_file_name(spreadsheet.file_name),
        upload_storage.store_upload(spreadsheet.data),
        current_username(),
        consent,
    )
    upload_storage.store_upload_rows(upload.stored_as, parsed.rows)
    with audited_write("list.uploaded", current_username()) as entry:
        row = row_staging.create_import(upload, parsed, importer.target)
        name_import(entry, importer, row)
        entry.details["rows"] = parsed.data_row_count
    # A small list is checked by the time its page is shown.
    if parsed.columns.has_phones and parsed.data_row_count <= MAX_ROWS_CHECKED_AT_ONCE:
        _check_next_slice(importer, row)
    return build_import_urls(importer, row.id)


def _clean_file_name(name: str) -> str:
    """Return a name without its folders, which some browsers send."""
    last_part = name.replace("\\", "/").rpartition("/")[2]
    return clean_text(last_part)[:MAX_FILE_NAME_CHARACTERS] or "file"


def _check_next_slice(importer: ImporterConfig, row: Import) -> None:
    """Check the next slice of rows. Raises NotFound, ImportAlreadyEnded."""
    columns = import_records.parse_import_layout(row).columns
    row_slice = check_next_rows(row, columns, build_phone_rules(importer))
    with write():
        row_staging.store_checked_rows(row.id, row_slice, importer.target)


def show_import_check(importer: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Show what the file holds and what would become of it; later, what became of it."""
    row = get_import_or_404(importer, import_id)
    try:
        _continue_import(importer, row)
    except (NotFound, ImportAlreadyEnded):
        return redirect_to_upload(importer)
    except UNREADABLE_FILE_ERRORS as error:
        return _reject_file(importer, row, error.sentence)
    row = get_import_or_404(importer, import_id)
    urls = build_import_urls(importer, import_id)
    if row.state is ImportState.ABANDONED:
        return redirect_to_upload(importer)
    if row.is_running:
        return render_running_page(row, urls)
    if row.state is ImportState.DONE:
        return render_done_page(row, urls)
    has_phones = import_records.parse_import_layout(row).columns.has_phones
    if row.has_unchecked_rows and has_phones:
        check_url = add_kept_choices(urls.check)
        return render_template("imports/checking.html", row=row, urls=urls, check_url=check_url)
    return render_check_page(importer, row, urls)


def _continue_import(importer: ImporterConfig, row: Import) -> None:
    """Go on with the check, or with a confirmation or an undo in slices.

    Raises NotFound, ImportAlreadyEnded, and one of UNREADABLE_FILE_ERRORS.
    """
    if row.is_running:
        run_imports_in_request(PAGE_SECONDS)
    elif row.state is ImportState.CHECKED:
        _continue_check(importer, row)


def _continue_check(importer: ImporterConfig, row: Import) -> None:
    """Check the next rows; read the file from its beginning if an older release had begun it.

    Raises NotFound, ImportAlreadyEnded, and one of UNREADABLE_FILE_ERRORS.
    """
    if row.is_half_read:
        _read_file_again(importer, row)
        return
    try:
        columns = import_records.parse_import_layout(row).columns
        if row.has_unchecked_rows and columns.has_phones:
            _check_next_slice(importer, row)
    # An unknown layout, or no rows beside the file: older releases stored them otherwise.
    except (import_records.UnknownLayout, NotFound):
        _read_file_again(importer, row)


def _read_file_again(importer: ImporterConfig, row: Import) -> None:
    """Begin the check anew. Raises NotFound, ImportAlreadyEnded, one of UNREADABLE_FILE_ERRORS."""
    data = upload_storage.read_upload(row.stored_as)
    profile = build_profile_context(importer)
    parsed = parse_spreadsheet(data, organisation.get_organisation_region(), profile)
    upload_storage.store_upload_rows(row.stored_as or "", parsed.rows)
    with write():
        row_staging.restart_import_check(row.id, parsed, importer.target)


def _reject_file(importer: ImporterConfig, row: Import, sentence: str) -> ResponseReturnValue:
    with write():
        stored_as = discard_import(row.id, importer.target.pool)
    upload_storage.delete_upload(stored_as)
    flash(f"{row.file_name}: {sentence}", "error")
    return redirect(build_import_urls(importer).upload, 303)


def recheck_import(importer: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Check the file again, with the columns, the sheet and the encoding that were chosen.

    `show`: the rows that are to be shown then. Where nothing else was chosen, no more is done.
    """
    row = get_import_or_404(importer, import_id)
    urls = build_import_urls(importer, import_id)
    if row.state is not ImportState.CHECKED or row.is_half_read:
        return redirect(urls.check, 303)
    if "show" in request.form and not are_columns_changed(row):
        return redirect(_build_address_of_rows(urls), 303)
    choice: ColumnChoice | None = None
    try:
        choice = read_column_choice(row)
        loaded = load_sheet(row, choice)
        parsed = _parse_chosen_sheet(row, loaded, choice, build_profile_context(importer))
        if not loaded.is_stored:
            upload_storage.store_upload_rows(row.stored_as or "", parsed.rows)
        # Outside write() up to here: parsing 100,000 rows takes a second.
        with audited_write("list.read_again", current_username()) as entry:
            row = row_staging.restart_import_check(import_id, parsed, importer.target)
            name_import(entry, importer, row)
        if parsed.columns.has_phones:
            _check_next_slice(importer, row)
    except import_records.UnknownLayout:
        return redirect(urls.check, 303)
    except (NotFound, ImportAlreadyEnded):
        return redirect_to_upload(importer)
    except UNREADABLE_FILE_ERRORS as error:
        return render_check_page(importer, row, urls, choice, error), 422
    return redirect(_build_address_of_rows(urls), 303)


def _build_address_of_rows(urls: ImportUrls) -> str:
    """Return the address of the page with what was submitted, at the rows if they were chosen."""
    if "show" not in request.form:
        return add_kept_choices(urls.check)
    return f"{add_kept_choices(urls.check, show=request.form['show'])}#rows"


def _parse_chosen_sheet(
    row: Import, loaded: LoadedSheet, choice: ColumnChoice, profile: ProfileContext | None
) -> ParsedSpreadsheet:
    """Read the rows as chosen; of another sheet or encoding the columns are guessed."""
    region = organisation.get_organisation_region()
    layout = import_records.parse_import_layout(row)
    if loaded.is_other_table and list(choice.kinds) == layout.choices:
        return parse_sheet(loaded.sheet, region, profile)
    return parse_sheet_as_chosen(loaded.sheet, choice, region, layout.columns, profile)
