"""The registrations of one event: added by hand, deleted, opted out, exported."""

from functools import partial

from flask import (
    Response,
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
from app.core.csv_files import build_download_headers, stream_csv_in_batches
from app.core.db import UniqueViolation
from app.core.form_fields import add_error
from app.core.recent_sign_in import guarded_download
from app.domain.accounts.permissions import Permission
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import format_phone_number
from app.domain.phones.phone_number_info import COUNTRY_PREFIX_LENGTH
from app.events.actions import registrations as actions
from app.events.forms.events import ALREADY_REGISTERED_ERROR, RegistrationForm
from app.events.models import EventRegistration
from app.events.queries import registrations as queries
from app.events.queries.registration_export import fetch_registration_batch, list_export_headings
from app.events.views.blueprint import bp
from app.events.views.event_detail import get_event_or_404
from app.organisation import queries as organisation
from app.suppression.actions import erased_numbers
from app.suppression.queries.sending_permission import find_event_suppression_reason


@bp.route("/events/<int:event_id>/register", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_EVENTS, with_numbers=True)
def add_registration(event_id: int) -> ResponseReturnValue:
    """Register somebody. One of the two buttons leads back to this form."""
    event = get_event_or_404(event_id)
    form = RegistrationForm()
    if form.validate_on_submit():
        try:
            row = _save_registration(event_id, form)
        except UniqueViolation:
            add_error(form.phone, ALREADY_REGISTERED_ERROR)
        else:
            flash(_describe_new_registration(row), "success")
            endpoint = "events.show_event"
            if "next_one" in request.form:
                endpoint = "events.add_registration"
            return redirect(url_for(endpoint, event_id=event_id), 303)
    page = render_template("events/register.html", event=event, form=form)
    return page, 422 if form.errors else 200


def _save_registration(event_id: int, form: RegistrationForm) -> EventRegistration:
    with audited_write("registration.added", current_username()) as audit_event:
        row = actions.create_registration(event_id, form.name.data, form.phone.phone.e164)
        # Somebody who was erased after a STOP and comes back is still opted out.
        erased_numbers.restore_erased_opt_outs([row.phone])
        if method := form.agreed.method:
            actions.grant_registration_consent(row, method, current_username())
        audit_event.about = _build_audit_subject(row)
    return row


def _describe_new_registration(row: EventRegistration) -> str:
    """Return the sentence for a new registration, and why the person gets no texts."""
    reason = find_event_suppression_reason(row.phone, row.event_id)
    if reason:
        cause, advice = SKIP_REASON_LABELS[reason]
        detail = f"They won't get texts. {cause}. {advice}"
    else:
        prefix = row.phone[:COUNTRY_PREFIX_LENGTH]
        detail = organisation.describe_foreign_numbers({prefix: 1})
    return f"{_get_name_or_phone(row)} was registered. {detail}".rstrip()


@bp.post("/events/<int:event_id>/unregister/<int:rid>")
@permission_required(Permission.MANAGE_EVENTS)
def remove_registration(event_id: int, rid: int) -> ResponseReturnValue:
    """Take a person off this event and go back to the list."""
    with audited_write("registration.removed", current_username()) as audit_event:
        row = actions.delete_registration(event_id, rid)
        audit_event.about = _build_audit_subject(row)
    flash(f"{_get_name_or_phone(row)} is no longer registered.", "success")
    return redirect(_get_return_url(event_id), 303)


@bp.post("/events/<int:event_id>/registrations/<int:rid>/unsubscribe")
@permission_required(Permission.SEE_EVENTS)
def unsubscribe_registration(event_id: int, rid: int) -> ResponseReturnValue:
    """Opt out a person who asked for it in another way than by text. They stay registered."""
    with audited_write("registration.unsubscribed", current_username()) as audit_event:
        row, is_new = actions.opt_out_registered_person(event_id, rid, current_username())
        audit_event.about = _build_audit_subject(row)
    outcome = "won't get any more texts" if is_new else "is already on the do-not-text list"
    flash(f"{_get_name_or_phone(row)} {outcome}.", "success")
    return redirect(_get_return_url(event_id), 303)


@bp.get("/events/<int:event_id>/export")
@permission_required(Permission.EXPORT)
@guarded_download
def export_registrations(event_id: int) -> ResponseReturnValue:
    """Download the registrations as a CSV that the importer takes back unchanged."""
    event = get_event_or_404(event_id)
    with audited_write("registrations.exported", current_username()) as audit_event:
        audit_event.about = f"event {event_id}"
        audit_event.details = {"count": queries.count_registrations(event_id)}
    headings = list_export_headings(event_id)
    fetch_batch = partial(fetch_registration_batch, event_id, len(headings))
    return Response(
        stream_with_context(stream_csv_in_batches(headings, fetch_batch)),
        headers=build_download_headers(f"{event.title}-{now():%Y-%m-%d}.csv"),
    )


def _build_audit_subject(row: EventRegistration) -> str:
    return f"event {row.event_id}, registration {row.id}"


def _get_name_or_phone(row: EventRegistration) -> str:
    return row.name or format_phone_number(row.phone)


def _get_return_url(event_id: int) -> str:
    page_url = url_for("events.show_event", event_id=event_id)
    return parse_local_path(request.form.get("next")) or page_url
