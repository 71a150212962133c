"""The end of an import: it is confirmed, abandoned or undone; its bad rows are downloaded."""

from functools import partial

from flask import Response, abort, flash, redirect, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.core.access import current_username
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv_in_batches
from app.core.db import write
from app.core.page_cache import enlarge_page_cache
from app.domain.spreadsheets.phone_columns import ColumnMappingError
from app.domain.texts.plurals import pluralize
from app.domain.texts.whole_numbers import parse_id
from app.imports.actions import upload_storage
from app.imports.actions.import_completion import (
    ImportOutcome,
    apply_import,
    discard_import,
)
from app.imports.actions.import_consent import ImportedConsent
from app.imports.actions.import_groups import GroupDecision, put_into_groups
from app.imports.actions.import_target import ImportAlreadyEnded
from app.imports.actions.import_undo import ImportUndoSummary, revert_import
from app.imports.actions.profile_writing import FieldNotThere
from app.imports.actions.upload_expiry import UNDO_PERIOD
from app.imports.models import Import
from app.imports.queries import import_rows
from app.imports.queries.import_records import UnknownLayout
from app.imports.views.import_check_page import (
    OLDER_RELEASE_MESSAGE,
    ConsentMissing,
    are_columns_changed,
    get_import_or_404,
    render_check_page,
)
from app.imports.views.importer_config import ImporterConfig, build_import_urls
from app.imports.views.upload_and_check import recheck_import
from app.organisation import queries as organisation
from app.suppression.actions import erased_numbers
from app.suppression.forms import CONSENT_METHOD_CHOICES, NO_CONSENT
from app.suppression.models import ConsentMethod

COLUMNS_CHANGED_MESSAGE = "The columns changed, so the file was read again. Check, then import."
UNDO_TOO_LATE_MESSAGE = "This import can no longer be undone."


def confirm_import(importer: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Put the people onto the list, all of them or nobody. A second request changes nothing."""
    row = get_import_or_404(importer, import_id)
    if are_columns_changed(row):
        flash(COLUMNS_CHANGED_MESSAGE, "info")
        return recheck_import(importer, import_id)
    if importer.target.gets_texts and _is_consent_choice_missing():
        urls = build_import_urls(importer, import_id)
        return render_check_page(importer, row, urls, problem=ConsentMissing()), 422
    # Hashing every number takes time, so it is done before the transaction.
    opted_out_phones = erased_numbers.filter_erased_opt_outs(import_rows.list_readable_phones(row))
    try:
        with audited_write(f"{importer.audit_prefix}.imported", current_username()) as event:
            erased_numbers.restore_erased_opt_outs(opted_out_phones)
            with enlarge_page_cache():
                outcome = _apply_as_submitted(importer, row)
            event.about = f"import {import_id}"
            event.details = _list_counts(outcome)
    except ImportAlreadyEnded:
        return redirect(build_import_urls(importer, import_id).check, 303)
    except FieldNotThere as error:
        row = get_import_or_404(importer, import_id)
        urls = build_import_urls(importer, import_id)
        problem = ColumnMappingError(error.sentence)
        return render_check_page(importer, row, urls, problem=problem), 422
    upload_storage.delete_upload(outcome.stored_as)
    flash(_describe_outcome(outcome), "success")
    return redirect(build_import_urls(importer, import_id).check, 303)


def _apply_as_submitted(importer: ImporterConfig, row: Import) -> ImportOutcome:
    """Apply an import as its form says. Inside write(). Raises as apply_import() does."""
    outcome = apply_import(
        row.id,
        importer.target,
        overwrite_names=request.form.get("overwrite") == "1",
        record_file_opt_outs=_read_opt_out_decision(),
        consent=_read_consent(row),
        replace_values=request.form.get("replace_values") == "1",
    )
    if importer.target.gets_texts:
        put_into_groups(row, _read_group_decision())
    if importer.on_confirmed:
        importer.on_confirmed(row, outcome.stored_as)
    return outcome


def _list_counts(outcome: ImportOutcome) -> dict[str, int]:
    """Return what the audit says of an import."""
    counts = {
        "added": outcome.added_count,
        "changed": outcome.changed_count,
        "left_out": outcome.suppressed_count,
        "bad": outcome.bad_count,
    }
    if outcome.opted_out_count:
        counts["opted_out"] = outcome.opted_out_count
    if outcome.value_count:
        counts["values"] = outcome.value_count
    return counts


def _describe_outcome(outcome: ImportOutcome) -> str:
    people = pluralize(outcome.added_count, "person was", "people were")
    if outcome.value_count:
        values = pluralize(outcome.value_count, "value was", "values were")
        return f"{people} imported, and {values} saved."
    if outcome.added_count or outcome.opted_out_count:
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
    get_import_or_404(importer, import_id)
    try:
        with write():
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
    pieces = stream_csv_in_batches(headings, partial(import_rows.fetch_bad_rows, row))
    return Response(
        stream_with_context(pieces),
        headers=build_download_headers(f"to-fix-{row.file_name}.csv"),
    )


def undo_import(importer: ImporterConfig, import_id: int) -> ResponseReturnValue:
    """Undo a confirmed import, up to UNDO_PERIOD later."""
    get_import_or_404(importer, import_id)
    confirmed_since = now() - UNDO_PERIOD
    actor = current_username()
    try:
        with audited_write(f"{importer.audit_prefix}.import_undone", actor) as event:
            with enlarge_page_cache():
                summary = revert_import(import_id, importer.target, confirmed_since, actor)
                if importer.on_undone:
                    importer.on_undone(import_id)
            event.about = f"import {import_id}"
            event.details = {
                "removed": summary.removed_count,
                "renamed": summary.restored_name_count,
            }
            if summary.value_count:
                event.details["values"] = summary.value_count
    except ImportAlreadyEnded:
        flash(UNDO_TOO_LATE_MESSAGE, "warning")
    else:
        flash(_describe_undo(summary), "success")
    return redirect(build_import_urls(importer, import_id).check, 303)


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
