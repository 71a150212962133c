"""The end of an import: it is confirmed, abandoned or undone; its bad rows are downloaded."""

from functools import partial

from flask import Response, abort, flash, redirect, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.core.access import current_username
from app.core.csv_files import build_download_headers, stream_csv_in_batches
from app.core.page_cache import enlarge_page_cache
from app.domain.spreadsheets.phone_columns import ColumnMappingError
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_id
from app.imports.actions import upload_storage
from app.imports.actions.import_completion import apply_import, discard_import
from app.imports.actions.import_consent import ImportedConsent
from app.imports.actions.import_decision import ImportDecision, WrittenCounts
from app.imports.actions.import_groups import GroupDecision
from app.imports.actions.import_running import fits_one_slice
from app.imports.actions.import_target import ImportAlreadyEnded
from app.imports.actions.profile_writing import FieldNotThere
from app.imports.actions.sliced_imports import begin_confirmation
from app.imports.models import Import, ImportState
from app.imports.queries import import_rows
from app.imports.queries.import_records import UnknownLayout
from app.imports.queries.import_slices import ImportSlice, list_slice_phones
from app.imports.views.import_check_page import (
    OLDER_RELEASE_MESSAGE,
    ConsentMissing,
    are_columns_changed,
    get_import_or_404,
    name_import,
    render_check_page,
)
from app.imports.views.importer_config import ImporterConfig, build_import_urls
from app.imports.views.outcome_pages import CONFIRM_SECONDS, run_imports_in_request
from app.imports.views.upload_and_check import recheck_import
from app.organisation import queries as organisation
from app.suppression.actions import erased_numbers
from app.suppression.forms import CONSENT_METHOD_CHOICES, NO_CONSENT
from app.suppression.models import ConsentMethod

COLUMNS_CHANGED_MESSAGE = "The columns changed, so the file was read again. Check, then import."
UNDO_TOO_LATE_MESSAGE = "This import can no longer be undone."


def confirm_import(importer: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Put the people onto the list; a second request changes nothing.

    A small file at once, all of it or nothing. A large one in slices, of which this request writes
    those that fit into CONFIRM_SECONDS.
    """
    row = get_import_or_404(importer, import_id)
    urls = build_import_urls(importer, import_id)
    if row.state is ImportState.CHECKED:
        if are_columns_changed(row):
            flash(COLUMNS_CHANGED_MESSAGE, "info")
            return recheck_import(importer, import_id)
        if importer.target.gets_texts and _is_consent_choice_missing():
            return render_check_page(importer, row, urls, problem=ConsentMissing()), 422
    try:
        if fits_one_slice(row):
            _confirm_at_once(importer, row)
        else:
            _begin_confirmation(importer, row)
    except ImportAlreadyEnded:
        return redirect(urls.check, 303)
    except FieldNotThere as error:
        row = get_import_or_404(importer, import_id)
        problem = ColumnMappingError(error.sentence)
        return render_check_page(importer, row, urls, problem=problem), 422
    return redirect(urls.check, 303)


def _confirm_at_once(importer: ImporterConfig, row: Import) -> None:
    """Confirm a small import in one transaction. Raises ImportAlreadyEnded and FieldNotThere."""
    import_list = importer.import_list
    import_id, stored_as = row.id, row.stored_as
    # Reading a file and hashing every number take time, so they are done before the transaction.
    on_confirmed = import_list.prepare(row)
    phones = list_slice_phones(ImportSlice(import_id))
    opted_out_phones = erased_numbers.filter_erased_opt_outs(phones)
    decision = _read_decision(importer, row)
    with audited_write(f"{import_list.audit_prefix}.imported", current_username()) as event:
        erased_numbers.restore_erased_opt_outs(opted_out_phones)
        with enlarge_page_cache():
            written = apply_import(import_id, importer.target, decision)
            if on_confirmed is not None:
                on_confirmed(row, ImportSlice(import_id))
        event.about = f"import {import_id}"
        event.details = written.list_audit_details(row.bad_count)
    upload_storage.delete_upload(stored_as)
    flash(_describe_written(written), "success")


def _begin_confirmation(importer: ImporterConfig, row: Import) -> None:
    """Begin to confirm a large import. Raises ImportAlreadyEnded and FieldNotThere."""
    import_list, username = importer.import_list, current_username()
    decision = _read_decision(importer, row)
    with audited_write(f"{import_list.audit_prefix}.import_started", username) as event:
        stored_as = begin_confirmation(row.id, import_list, decision, username, event.user_id)
        event.about = f"import {row.id}"
        event.details = {"rows": row.row_count}
    upload_storage.delete_upload(stored_as)
    run_imports_in_request(CONFIRM_SECONDS)


def _read_decision(importer: ImporterConfig, row: Import) -> ImportDecision:
    """Return what the form of the confirmation says."""
    return ImportDecision(
        overwrites_names=request.form.get("overwrite") == "1",
        records_opt_outs=_read_opt_out_decision(),
        replaces_values=request.form.get("replace_values") == "1",
        consent=_read_consent(row),
        groups=_read_group_decision() if importer.target.gets_texts else None,
    )


def _describe_written(written: WrittenCounts) -> str:
    people = pluralize(written.added, "person was", "people were")
    if written.values:
        values = pluralize(written.values, "value was", "values were")
        return f"{people} imported, and {values} saved."
    if written.added or written.opted_out:
        return f"{people} imported."
    return f"{people} imported. Everyone in the file was already listed."


def _read_consent(row: Import) -> ImportedConsent:
    """Return how the people agreed, as the check page asks it.

    Where it was not asked (an older page, another program), whoever confirms says that they did
    if only people with recorded consent are texted: else nobody of the list could be.
    """
    evidence = row.consent or f"Imported from {row.file_name}"
    choice = request.form.get("agreed")
    if choice in CONSENT_METHOD_CHOICES:
        return ImportedConsent(ConsentMethod(choice), evidence)
    if choice == NO_CONSENT:
        return ImportedConsent(None, None)
    if organisation.get_organisation().consent_required:
        return ImportedConsent(ConsentMethod.IMPORT, evidence)
    return ImportedConsent(ConsentMethod.IMPORT, row.consent)


def _read_group_decision() -> GroupDecision:
    return GroupDecision(
        current_user.role,
        parse_id(request.form.get("group_id", "")),
        request.form.get("create_groups") == "1",
    )


def _is_consent_choice_missing() -> bool:
    """Whether the page asked how the people agreed, the answer counts, and none was chosen."""
    is_unanswered = request.form.get("agreed") == ""
    return is_unanswered and organisation.get_organisation().consent_required


def _read_opt_out_decision() -> bool:
    """Whether those who want no texts go on the do-not-text list: yes, unless it was unticked."""
    was_asked = request.form.get("opt_outs_shown") == "1"
    return not was_asked or request.form.get("opt_outs") == "1"


def abandon_import(importer: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Discard the upload. An import that was confirmed stays."""
    row = get_import_or_404(importer, import_id)
    try:
        with audited_write("list.abandoned", current_username()) as entry:
            name_import(entry, importer, row)
            stored_as = discard_import(import_id, importer.target.pool)
    except ImportAlreadyEnded:
        return redirect(build_import_urls(importer, import_id).check, 303)
    upload_storage.delete_upload(stored_as)
    flash("File discarded. No one was imported.", "success")
    return redirect(importer.home_url, 303)


def download_bad_rows(importer: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Download the rows that cannot be read, to be corrected and uploaded again."""
    row = get_import_or_404(importer, import_id)
    if row.columns is None:
        abort(404)
    try:
        headings = import_rows.build_bad_row_headings(row)
    except UnknownLayout:
        flash(OLDER_RELEASE_MESSAGE, "warning")
        return redirect(build_import_urls(importer).upload, 303)
    with audited_write("list.bad_rows_downloaded", current_username()) as entry:
        name_import(entry, importer, row)
        entry.details["rows"] = row.bad_count
    pieces = stream_csv_in_batches(headings, partial(import_rows.fetch_bad_rows, row))
    return Response(
        stream_with_context(pieces),
        headers=build_download_headers(f"to-fix-{row.file_name}.csv"),
    )
