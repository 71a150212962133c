"""The page of the audit log, its export, and what requests are refused."""

from collections.abc import Sequence
from functools import partial

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit import queries
from app.audit.actions import audited_write
from app.audit.audit_archive_file import (
    fetch_archived_rows,
    get_audit_archive,
    list_audit_archive_years,
)
from app.audit.audit_items import AuditListItem, build_audit_items
from app.audit.forms import AuditFilterForm
from app.audit.models import AuditEvent
from app.audit.pending_acts import note_refusal
from app.audit.subjects import FilteredPerson, find_filtered_person
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv_in_batches
from app.core.local_formats import get_display_timezone
from app.core.pagination import list_params
from app.core.recent_sign_in import guarded_download
from app.core.separate_database import SEPARATE_FILE_ERRORS
from app.core.settings import current_settings
from app.core.user_names import load_user_names
from app.domain.accounts.permissions import Permission
from app.domain.time.local_times import zone_or_utc

bp = Blueprint("audit", __name__)
# Calls of the carrier are counted by the webhooks themselves, and are nobody's act.
WITHOUT_REFUSALS = ("webhooks", "static")
CSV_HEADINGS = ("Row", "Time (UTC)", "Who", "What", "About", "Details", "Address", "Request")
CSV_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
CsvRows = list[tuple[int, tuple[str | None, ...]]]


@bp.get("/audit")
@permission_required(Permission.SEE_AUDIT)
def list_audit_events() -> ResponseReturnValue:
    """Show the audit log, newest first, filtered by user, kind, days, thing, person and words."""
    form = AuditFilterForm(request.args)
    form.validate()
    person = _find_person(form)
    params = list_params(["at"], "at", "desc")
    return render_template(
        "audit/events.html",
        form=form,
        page=queries.fetch_audit_page(params, _read_filter(form, person)),
        person=person,
        export_url=_build_export_url(form),
        archive_years=list_audit_archive_years(current_settings().database_path),
    )


def _build_export_url(form: AuditFilterForm) -> str:
    """Return the address of the export of what is shown; "" for whoever may not export."""
    if not current_user.may(Permission.EXPORT):
        return ""
    values = {field.name: field.data for field in form if field.data}
    return url_for("audit.export_audit_events", **values)


def _find_person(form: AuditFilterForm) -> FilteredPerson | None:
    if not form.person.data:
        return None
    return find_filtered_person(form.person.data) or abort(404)


def _read_filter(form: AuditFilterForm, person: FilteredPerson | None) -> queries.AuditFilter:
    return queries.AuditFilter(
        who=form.who.data or "",
        kind=form.kind.data or "",
        since=form.day.day,
        until=form.until.day or form.day.day,
        zone=zone_or_utc(get_display_timezone()).key,
        thing=form.thing_key,
        phones=person.phones if person else (),
        search=(form.q.data or "").strip(),
    )


@bp.get("/audit/export")
@permission_required(Permission.SEE_AUDIT)
@guarded_download
def export_audit_events() -> ResponseReturnValue:
    """Send the filtered rows as a CSV file, the oldest first."""
    if not current_user.may(Permission.EXPORT):
        abort(403)
    form = AuditFilterForm(request.args)
    form.validate()
    filter_ = _read_filter(form, _find_person(form))
    with audited_write("audit.exported", current_username()) as entry:
        entry.details = {"part": form.is_used}
    load_user_names()
    pieces = stream_csv_in_batches(CSV_HEADINGS, partial(_fetch_csv_rows, filter_))
    headers = build_download_headers(f"audit-{now():%Y-%m-%d}.csv")
    return Response(stream_with_context(pieces), headers=headers)


@bp.get("/audit/archive/<int:year>")
@permission_required(Permission.SEE_AUDIT)
@guarded_download
def export_audit_archive(year: int) -> ResponseReturnValue:
    """Send the archived rows of a year as a CSV file, the oldest first."""
    if not current_user.may(Permission.EXPORT):
        abort(403)
    database = current_settings().database_path
    if not get_audit_archive(database, year).exists():
        abort(404)
    try:
        fetch_archived_rows(database, year, 0, 1)
    except SEPARATE_FILE_ERRORS:
        advice = "Ask the person who runs the server."
        flash(f"The archive of {year} can’t be read now. {advice}", "error")
        return redirect(url_for("audit.list_audit_events"), 303)
    with audited_write("audit.exported", current_username()) as entry:
        entry.details = {"part": True, "year": year}
    load_user_names()

    def fetch_rows(last_id: int) -> CsvRows:
        rows = fetch_archived_rows(database, year, last_id, queries.EXPORT_BATCH)
        return _build_csv_rows(rows)

    headers = build_download_headers(f"audit-{year}.csv")
    pieces = stream_csv_in_batches(CSV_HEADINGS, fetch_rows)
    return Response(stream_with_context(pieces), headers=headers)


def _fetch_csv_rows(filter_: queries.AuditFilter, last_id: int) -> CsvRows:
    return _build_csv_rows(queries.fetch_rows_after(last_id, filter_))


def _build_csv_rows(rows: Sequence[AuditEvent]) -> CsvRows:
    return [(item.id, _build_csv_row(item)) for item in build_audit_items(rows)]


def _build_csv_row(item: AuditListItem) -> tuple[str | None, ...]:
    details = "; ".join(f"{name}: {value}" for name, value in item.details)
    return (
        str(item.id),
        item.at.strftime(CSV_TIME_FORMAT),
        item.username,
        item.sentence_text,
        item.about,
        details,
        item.client_ip,
        item.request_id,
    )


@bp.after_app_request
def note_refused_request(response: Response) -> Response:
    """Count a request that was refused: no permission, no valid token, or from another site."""
    verb = g.get("refusal")
    if response.status_code == 403:
        verb = "access.refused"
    if verb and request.blueprint not in WITHOUT_REFUSALS:
        note_refusal(verb)
    return response
