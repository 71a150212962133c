"""Who comes: registered by hand, taken off, put on the do-not-text list, downloaded."""

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
from app.core.access import (
    ALL_ROLES,
    current_username,
    parse_local_path,
    roles_required,
)
from app.core.clock import now
from app.core.csv_files import build_download_headers, stream_csv
from app.core.db import UniqueViolation
from app.domain.accounts.roles import Role
from app.domain.delivery.skip_reasons import SKIP_REASON_LABELS
from app.domain.phones.phone_number import format_phone_number
from app.domain.phones.phone_number_info import COUNTRY_PREFIX_LENGTH
from app.events.actions import registrations as actions
from app.events.forms.events import ALREADY_REGISTERED_ERROR, RegistrationForm
from app.events.models import Event, EventRegistration
from app.events.queries import registrations as queries
from app.events.views.blueprint import bp
from app.events.views.event_detail import get_event_or_404
from app.organisation import queries as organisation
from app.suppression.actions import erased_numbers
from app.suppression.queries.sending_permission import find_suppression_reason

EXPORT_HEADINGS = ("name", "phone")


@bp.route("/events/<int:event_id>/register", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def add_registration(event_id: int) -> ResponseReturnValue:
    """One more, by hand. The button that asks for the next one leads back to this form."""
    event = get_event_or_404(event_id)
    form = RegistrationForm()
    if form.validate_on_submit():
        try:
            with audited_write("registration.added", current_username()) as trace:
                row = actions.create_registration(event_id, form.name.data, form.phone.phone.e164)
                erased_numbers.restore_erased_opt_outs([row.phone])
                trace.about = _build_audit_subject(row)
        except UniqueViolation:
            form.phone.errors = [*form.phone.errors, ALREADY_REGISTERED_ERROR]
        else:
            flash(_describe_new_registration(row), "success")
            return redirect(
                url_for(
                    "events.add_registration"
                    if "next_one" in request.form
                    else "events.show_event",
                    event_id=event_id,
                ),
                303,
            )
    return _render_registration_page(event, form), 422 if form.errors else 200


def _render_registration_page(event: Event, form: RegistrationForm) -> str:
    return render_template("events/register.html", event=event, form=form)


def _describe_new_registration(row: EventRegistration) -> str:
    """Somebody may be registered and get nothing: then it is said at once."""
    reason = find_suppression_reason(row.phone)
    more = (
        f"They get no texts. {SKIP_REASON_LABELS[reason][0]}."
        if reason
        else organisation.describe_foreign_numbers({row.phone[:COUNTRY_PREFIX_LENGTH]: 1})
    )
    return f"{_get_name_or_phone(row)} is registered. {more}".rstrip()


@bp.post("/events/<int:event_id>/unregister/<int:rid>")
@roles_required(*ALL_ROLES)
def remove_registration(event_id: int, rid: int) -> ResponseReturnValue:
    """One less."""
    with audited_write("registration.removed", current_username()) as trace:
        row = actions.delete_registration(event_id, rid)
        trace.about = _build_audit_subject(row)
    flash(f"{_get_name_or_phone(row)} is not registered any more.", "success")
    return redirect(_get_return_url(event_id), 303)


@bp.post("/events/<int:event_id>/registrations/<int:rid>/unsubscribe")
@roles_required(*ALL_ROLES)
def unsubscribe_registration(event_id: int, rid: int) -> ResponseReturnValue:
    """Onto the do-not-text list, for somebody who asked in another way than by text.

    They stay registered.
    """
    with audited_write("registration.unsubscribed", current_username()) as trace:
        row, is_new = actions.opt_out_registered_person(event_id, rid)
        trace.about = _build_audit_subject(row)
    flash(
        f"{_get_name_or_phone(row)} gets no more texts."
        if is_new
        else f"{_get_name_or_phone(row)} is on the do-not-text list already.",
        "success",
    )
    return redirect(_get_return_url(event_id), 303)


@bp.get("/events/<int:event_id>/export")
@roles_required(Role.ADMIN)
def export_registrations(event_id: int) -> ResponseReturnValue:
    """Everybody registered as a CSV that an import takes back unchanged."""
    event = get_event_or_404(event_id)
    with audited_write("registrations.exported", current_username()) as trace:
        trace.about, trace.details = (
            f"event {event_id}",
            {"count": queries.count_registrations(event_id)},
        )
    rows = stream_with_context(stream_csv(EXPORT_HEADINGS, queries.iterate_registrations(event_id)))
    return Response(rows, headers=build_download_headers(f"{event.title}-{now():%Y-%m-%d}.csv"))


def _build_audit_subject(row: EventRegistration) -> str:
    return f"event {row.event_id}, registration {row.id}"


def _get_name_or_phone(row: EventRegistration) -> str:
    return row.name or format_phone_number(row.phone)


def _get_return_url(event_id: int) -> str:
    return parse_local_path(request.form.get("next")) or url_for(
        "events.show_event", event_id=event_id
    )
