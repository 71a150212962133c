"""The page "Do not text": who gets no texts, and why."""

import re
from datetime import UTC, datetime, time
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
from app.core.access import current_username, parse_local_path, roles_required
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.db import NotFound, UniqueViolation
from app.core.pagination import list_params
from app.core.settings import current_settings
from app.domain.accounts.roles import Role
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import format_phone_number
from app.organisation import queries as organisation
from app.suppression import actions, queries
from app.suppression.forms import SuppressedNumberForm, SuppressionFilterForm

bp = Blueprint("suppression", __name__)
CSV_HEADERS = ("name", "phone", "why", "source", "reason", "proof", "since (UTC)")
FILTER_PARAMETERS = ("why", "source", "since")
ENTRY_KEY_PATTERN = re.compile(r"(unsubscribed|suppressed):([0-9]{1,18})")


@bp.get("/suppression")
@roles_required(Role.ADMIN)
def list_suppressed_numbers() -> ResponseReturnValue:
    """Both lists as one."""
    wanted, form = (
        list_params(queries.SUPPRESSION_SORT_KEYS, "since", "desc"),
        SuppressionFilterForm(request.args),
    )
    narrowed = _read_filter(form)
    return render_template(
        "suppression/everyone.html",
        page=queries.load_suppression_page(wanted, narrowed),
        form=form,
        narrowed=narrowed != queries.SuppressionFilter(),
        our_number=_format_our_number(),
        kept={key: request.args[key] for key in FILTER_PARAMETERS if request.args.get(key)},
    )


def _read_filter(form: SuppressionFilterForm) -> queries.SuppressionFilter:
    """What is no reason, source or day narrows nothing.

    A day begins on the organisation's clocks.
    """
    form.validate()
    why = "" if form.why.errors else form.why.data or ""
    source = "" if form.source.errors else form.source.data or ""
    day = None if form.since.errors else form.since.data
    since = (
        datetime.combine(
            day, time.min, ZoneInfo(organisation.get_organisation_timezone())
        ).astimezone(UTC)
        if day
        else None
    )
    return queries.SuppressionFilter(why, source, since)


@bp.get("/suppression/export")
@roles_required(Role.ADMIN)
def export_suppressed_numbers() -> ResponseReturnValue:
    """The list, or the part of it that is shown, as a CSV that the import takes back."""
    narrowed, search = (
        _read_filter(SuppressionFilterForm(request.args)),
        list_params(queries.SUPPRESSION_SORT_KEYS, "since").search,
    )
    with audited_write("suppression.exported", current_username()) as trace:
        trace.details = {"part": narrowed != queries.SuppressionFilter() or bool(search)}
    lines = (
        _build_csv_row(entry) for entry in queries.iterate_suppression_entries(search, narrowed)
    )
    rows = stream_with_context(stream_csv(CSV_HEADERS, lines))
    return Response(rows, headers=build_download_headers(f"do-not-text-{now():%Y-%m-%d}.csv"))


def _build_csv_row(entry: queries.SuppressionEntry) -> tuple[str | None, ...]:
    why = SKIP_REASON_LABELS[entry.why][0]
    return (
        entry.name,
        entry.phone,
        why,
        entry.source,
        entry.note,
        entry.evidence_text,
        f"{entry.since:%Y-%m-%d %H:%M:%S}",
    )


@bp.post("/suppression/bulk-delete")
@roles_required(Role.ADMIN)
def bulk_delete_suppressed_numbers() -> ResponseReturnValue:
    """The chosen ones off the list, but for what only they can undo."""
    chosen = [
        (match[1], int(match[2]))
        for each in request.form.getlist("lines")
        if (match := ENTRY_KEY_PATTERN.fullmatch(each))
    ]
    if not chosen:
        flash("Choose somebody first.", "error")
        return redirect(_get_return_url(), 303)
    with audited_write("suppression.removed_many", current_username()) as trace:
        removed = actions.remove_suppression_entries(chosen, current_username())
        trace.details = {
            "count": removed.removed_count,
            "only they can": removed.owner_only_count,
        }
    flash(
        f"{removed.removed_count:,} {'line is' if removed.removed_count == 1 else 'lines are'} off the list.",
        "success",
    )
    if removed.owner_only_count:
        flash(
            f"{removed.owner_only_count:,} said STOP: only they can undo this, by texting START to {_format_our_number()}.",
            "error",
        )
    return redirect(_get_return_url(), 303)


def _get_return_url() -> str:
    return parse_local_path(request.form.get("next")) or url_for(
        "suppression.list_suppressed_numbers"
    )


@bp.route("/suppression/add", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def add_suppressed_number() -> ResponseReturnValue:
    """By hand, for somebody who asked in another way than by text."""
    form = SuppressedNumberForm()
    if form.validate_on_submit():
        try:
            with audited_write("suppression.added", current_username()) as trace:
                row = actions.add_manual_opt_out(
                    form.name.data,
                    form.phone.phone.e164,
                    form.reason.data or None,
                    current_username(),
                )
                trace.about = _mask_phone(row.phone)
        except UniqueViolation:
            form.phone.errors = [
                *form.phone.errors,
                "This number is on the list already.",
            ]
        else:
            flash(f"{form.phone.phone.formatted} gets no more texts.", "success")
            return redirect(url_for("suppression.list_suppressed_numbers"), 303)
    return render_template("suppression/add.html", form=form), 422 if form.errors else 200


@bp.post("/suppression/<kind>/<int:id>/delete")
@roles_required(Role.ADMIN)
def delete_suppressed_number(kind: str, id: int) -> ResponseReturnValue:
    """Off the list, unless only the phone's owner can do that."""
    try:
        with audited_write("suppression.removed", current_username()) as trace:
            entry = actions.remove_suppression_entry(kind, id, current_username())
            trace.about, trace.details = (
                _mask_phone(entry.phone),
                {"why": entry.why, "source": entry.source},
            )
    except NotFound:
        abort(404)
    except actions.OnlyOwnerCanOptIn:
        flash(
            f"Only they can undo this, by texting START to {_format_our_number()}.",
            "error",
        )
    else:
        flash(_describe_removal(entry.phone), "success")
    return redirect(url_for("suppression.list_suppressed_numbers"), 303)


def _describe_removal(phone: str) -> str:
    """A number may stand on both lists; then it is still left out."""
    still = queries.find_suppression_reason(phone)
    if still:
        return f"That is taken off. {format_phone_number(phone)} is still left out: {SKIP_REASON_LABELS[still][0].lower()}."
    return f"{format_phone_number(phone)} is off the list and may be texted again."


def _format_our_number() -> str:
    """The number people text."""
    return format_phone_number(current_settings().sender)


def _mask_phone(phone: str) -> str:
    """Enough to recognise a number in the audit, too little to text it."""
    return f"number ending in {phone[-4:]}"
