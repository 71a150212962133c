"""One event: its page, changed, deleted."""

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.pagination import list_params
from app.delivery.models import ScheduledMessage
from app.domain.accounts.roles import Role
from app.domain.texts.plurals import pluralize
from app.domain.time import local_times
from app.events import queries
from app.events.actions import events as actions
from app.events.forms.events import EventForm
from app.events.models import Event
from app.events.queries import event_blasts, registrations
from app.events.views.blueprint import bp
from app.organisation import queries as organisation


@bp.get("/events/<int:event_id>")
@roles_required(*ALL_ROLES)
def show_event(event_id: int) -> ResponseReturnValue:
    """The event, what was and will be sent to its people, and who they are."""
    ours = (
        organisation.get_organisation()
    )  # held on to, so that everybody who asks for it gets the same row unread
    event = get_event_or_404(event_id)
    planned = event_blasts.list_planned_event_blasts(event_id)
    return render_template(
        "events/one.html",
        event=event,
        zone=ours.timezone,
        page=registrations.paginate_registrations(
            event_id, list_params(registrations.REGISTRATION_SORTS, "name"), ours.region
        ),
        sent=event_blasts.list_event_blasts(event_id),
        planned=planned,
        due={blast.id: _format_due_time(blast) for blast in planned},
        most=event_blasts.MAX_LISTED_BLASTS,
        import_url=_find_import_url(event_id),
    )


@bp.route("/events/<int:event_id>/edit", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def edit_event(event_id: int) -> ResponseReturnValue:
    """Another title, day, time or place; for admins also the way to delete it, with what goes
    with it.
    """
    event = get_event_or_404(event_id)
    form = EventForm(obj=event)
    if form.validate_on_submit():
        with audited_write("event.changed", current_username()) as trace:
            trace.about = f"event {event_id}"
            trace.details = {"changed": actions.update_event(event_id, form.event_info)}
        flash("Saved.", "success")
        return redirect(url_for("events.show_event", event_id=event_id), 303)
    return _render_edit_page(event_id, form), 422 if form.errors else 200


def _render_edit_page(event_id: int, form: EventForm) -> str:
    return render_template(
        "events/edit.html",
        form=form,
        event=get_event_or_404(event_id),
        people=registrations.count_registrations(event_id),
        waiting=event_blasts.count_pending_event_blasts(event_id),
        running=event_blasts.list_running_event_blast_ids(event_id),
    )


@bp.post("/events/<int:event_id>/delete")
@roles_required(Role.ADMIN)
def delete_event(event_id: int) -> ResponseReturnValue:
    """The event, who is registered for it, and what waits to be sent to them, all in one act."""
    with audited_write("event.deleted", current_username()) as trace:
        removed = actions.delete_event_and_registrations(event_id)
        trace.about = f"event {event_id}"
        trace.details = {
            "title": removed.title,
            "registrations": removed.registration_count,
            "cancelled": removed.cancelled_blast_count,
        }
    flash(_describe_deletion(removed), "success")
    return redirect(url_for("events.list_events"), 303)


def _describe_deletion(removed: actions.EventDeletionSummary) -> str:
    words = f"{removed.title} is deleted, with {pluralize(removed.registration_count, 'registration')}."
    if removed.cancelled_blast_count:
        words += f" {pluralize(removed.cancelled_blast_count, 'planned blast')} {'was' if removed.cancelled_blast_count == 1 else 'were'} cancelled."
    return words


def get_event_or_404(event_id: int) -> Event:
    """The event of this page, or a page that says that it is not there."""
    return queries.find_event(event_id) or abort(404)


def _format_due_time(blast: ScheduledMessage) -> str:
    zone = blast.timezone or "UTC"
    return f"{local_times.format_moment(blast.scheduled_at, zone, now=now())}, {zone}"


def _find_import_url(event_id: int) -> str | None:
    """Where registrations come in from a spreadsheet; None while that door is not there, or not
    for this person.
    """
    path = f"/events/{event_id}/import"
    try:
        endpoint, _ = current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    needed = getattr(current_app.view_functions[endpoint], "needs", ())
    return request.script_root + path if current_user.role in needed else None
