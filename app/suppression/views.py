"""The page "Do not text": who gets no texts, and why."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, parse_local_path, permission_required
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.db import NotFound, UniqueViolation
from app.core.form_fields import add_error
from app.core.pagination import list_params
from app.core.recent_sign_in import guarded_download
from app.core.settings import current_settings
from app.domain.accounts.permissions import Permission
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import format_phone_number
from app.domain.time.pause_days import describe_pause_end
from app.organisation import queries as organisation
from app.profiles.person_addresses import load_public_ids
from app.suppression.actions.opt_outs import add_manual_opt_out
from app.suppression.actions.suppression_removal import (
    OnlyOwnerCanOptIn,
    SuppressionRemovals,
    remove_suppression_entries,
    remove_suppression_entry,
)
from app.suppression.forms import SuppressedNumberForm, SuppressionFilterForm
from app.suppression.queries.sending_permission import find_suppression_reason
from app.suppression.queries.suppression_entries import (
    CSV_TIME_FORMAT,
    PAUSE_END_HEADING,
    PHONE_HEADING,
    SuppressionEntry,
)
from app.suppression.queries.suppression_list import (
    SUPPRESSION_SORT_KEYS,
    SuppressionFilter,
    iterate_suppression_entries,
    load_suppression_page,
)

bp = Blueprint("suppression", __name__)


@bp.app_template_filter()
def describe_entry_reason(entry: SuppressionEntry) -> str:
    """Return why an entry of the list is skipped: "Opted out", "Paused until December 28"."""
    label = SKIP_REASON_LABELS[entry.why][0]
    if entry.ends_at is None:
        return label
    zone = organisation.get_organisation_timezone()
    return f"{label} until {describe_pause_end(entry.ends_at, zone, now())}"


CSV_HEADERS = (
    *("name", PHONE_HEADING, "why", "source", "reason", "proof", "since (UTC)"),
    PAUSE_END_HEADING,
)
FILTER_PARAMETERS = ("why", "source", "since")
ENTRY_KEY_PATTERN = re.compile(r"(unsubscribed|suppressed):([0-9]{1,18})")


@bp.get("/suppression")
@permission_required(Permission.EDIT_DO_NOT_TEXT)
def list_suppressed_numbers() -> ResponseReturnValue:
    """Show both lists as one."""
    form = SuppressionFilterForm(request.args)
    filter_ = _read_filter(form)
    params = list_params(SUPPRESSION_SORT_KEYS, "since", "desc")
    filter_params = {}
    for key in FILTER_PARAMETERS:
        if request.args.get(key):
            filter_params[key] = request.args[key]
    page = load_suppression_page(params, filter_)
    load_public_ids(entry.phone for entry in page.rows)
    return render_template(
        "suppression/list.html",
        page=page,
        form=form,
        is_filtered=filter_ != SuppressionFilter(),
        our_number=_format_our_number(),
        filter_params=filter_params,
    )


def _read_filter(form: SuppressionFilterForm) -> SuppressionFilter:
    """Return the filter of the address; an unknown reason, source or day filters nothing.

    A day begins at midnight in the organisation's time zone.
    """
    form.validate()
    values: dict[str, Any] = {}
    for field in form:
        if field.data and not field.errors:
            values[field.name] = field.data
    since = None
    if day := values.get("since"):
        zone = ZoneInfo(organisation.get_organisation_timezone())
        since = datetime.combine(day, time.min, zone).astimezone(UTC)
    return SuppressionFilter(values.get("why", ""), values.get("source", ""), since)


@bp.get("/suppression/export")
@permission_required(Permission.EXPORT, for_everybody=True)
@guarded_download
def export_suppressed_numbers() -> ResponseReturnValue:
    """Send the filtered list as a CSV file that the import reads again."""
    filter_ = _read_filter(SuppressionFilterForm(request.args))
    search = list_params(SUPPRESSION_SORT_KEYS, "since").search
    with audited_write("suppression.exported", current_username()) as trace:
        trace.details = {"part": filter_ != SuppressionFilter() or bool(search)}
    rows = stream_with_context(stream_csv(CSV_HEADERS, _iterate_csv_rows(search, filter_)))
    return Response(rows, headers=build_download_headers(f"do-not-text-{now():%Y-%m-%d}.csv"))


def _iterate_csv_rows(search: str, filter_: SuppressionFilter) -> Iterator[tuple[str | None, ...]]:
    for entry in iterate_suppression_entries(search, filter_):
        yield _build_csv_row(entry)


def _build_csv_row(entry: SuppressionEntry) -> tuple[str | None, ...]:
    return (
        entry.name,
        entry.phone,
        # In words that an import takes for "no texts", as it does the other two.
        "Texts paused" if entry.ends_at else SKIP_REASON_LABELS[entry.why][0],
        entry.source,
        entry.note,
        entry.evidence_text,
        entry.since.strftime(CSV_TIME_FORMAT),
        entry.ends_at.strftime(CSV_TIME_FORMAT) if entry.ends_at else None,
    )


@bp.post("/suppression/bulk-delete")
@permission_required(Permission.EDIT_DO_NOT_TEXT)
def bulk_delete_suppressed_numbers() -> ResponseReturnValue:
    """Take the chosen entries off the list, except those that only their owner can lift."""
    matches = map(ENTRY_KEY_PATTERN.fullmatch, request.form.getlist("lines"))
    keys = [(match[1], int(match[2])) for match in matches if match]
    if not keys:
        flash("Select at least one number first.", "error")
        return redirect(_get_return_url(), 303)
    with audited_write("suppression.removed_many", current_username()) as trace:
        removals = remove_suppression_entries(keys, current_username())
        trace.details = {
            "count": removals.removed_count,
            "only they can": removals.owner_only_count,
        }
    _flash_removals(removals)
    return redirect(_get_return_url(), 303)


def _flash_removals(removals: SuppressionRemovals) -> None:
    count = removals.removed_count
    noun = "number was" if count == 1 else "numbers were"
    flash(f"{count:,} {noun} removed from the list.", "success")
    if removals.owner_only_count:
        flash(
            f"{removals.owner_only_count:,} opted out by text: only they can undo this, by "
            f"texting START to {_format_our_number()}.",
            "error",
        )


def _get_return_url() -> str:
    next_path = parse_local_path(request.form.get("next"))
    return next_path or url_for("suppression.list_suppressed_numbers")


@bp.route("/suppression/add", methods=["GET", "POST"])
@permission_required(Permission.EDIT_DO_NOT_TEXT)
def add_suppressed_number() -> ResponseReturnValue:
    """Add a number by hand, for somebody who asked in another way than by text."""
    form = SuppressedNumberForm()
    if form.validate_on_submit():
        try:
            _add_number(form)
        except UniqueViolation:
            add_error(form.phone, "This number is already on the list.")
        else:
            flash(f"{form.phone.phone.formatted} won't get any more texts.", "success")
            return redirect(url_for("suppression.list_suppressed_numbers"), 303)
    status = 422 if form.errors else 200
    return render_template("suppression/add.html", form=form), status


def _add_number(form: SuppressedNumberForm) -> None:
    with audited_write("suppression.added", current_username()) as trace:
        row = add_manual_opt_out(
            form.name.data,
            form.phone.phone.e164,
            form.reason.data or None,
            current_username(),
        )
        trace.about = _mask_phone(row.phone)
        trace.add_person(row.name, row.phone)


@bp.post("/suppression/<kind>/<int:id>/delete")
@permission_required(Permission.EDIT_DO_NOT_TEXT)
def delete_suppressed_number(kind: str, id: int) -> ResponseReturnValue:
    """Take one entry off the list, unless only its owner can lift it."""
    try:
        with audited_write("suppression.removed", current_username()) as trace:
            entry = remove_suppression_entry(kind, id, current_username())
            trace.about = _mask_phone(entry.phone)
            trace.add_person(entry.name, entry.phone)
            trace.details = {"why": entry.why, "source": entry.source}
    except NotFound:
        abort(404)
    except OnlyOwnerCanOptIn:
        flash(f"Only they can undo this, by texting START to {_format_our_number()}.", "error")
    else:
        flash(_describe_removal(entry.phone), "success")
    return redirect(url_for("suppression.list_suppressed_numbers"), 303)


def _describe_removal(phone: str) -> str:
    """Describe what a removal changed: a number on both lists is still suppressed by the other."""
    reason = find_suppression_reason(phone)
    number = format_phone_number(phone)
    if reason is None:
        return f"{number} was removed from the list and can be texted again."
    label = SKIP_REASON_LABELS[reason][0].lower()
    return f"Removed. {number} is still skipped: {label}."


def _format_our_number() -> str:
    return format_phone_number(current_settings().sender)


def _mask_phone(phone: str) -> str:
    """Return enough of a number to recognise it in the audit, and too little to text it."""
    return f"number ending in {phone[-4:]}"
