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
from app.domain.delivery.cost_estimate import format_count
from app.domain.delivery.skip_reasons import Role
from app.domain.time import local_times
from app.events import queries
from app.events.actions import events as actions
from app.events.forms.events import EventForm
from app.events.models import Event
from app.events.queries import blasts, registrations
from app.events.views.room import bp
from app.organisation import queries as organisation


@bp.get("/events/<int:event_id>")
@roles_required(*ALL_ROLES)
def one(event_id: int) -> ResponseReturnValue:
    """The event, what was and will be sent to its people, and who they are."""
    ours = (
        organisation.get_organisation()
    )  # held on to, so that everybody who asks for it gets the same row unread
    event = found(event_id)
    planned = blasts.planned(event_id)
    return render_template(
        "events/one.html",
        event=event,
        zone=ours.timezone,
        page=registrations.page(
            event_id, list_params(registrations.SORTS, "name"), ours.region
        ),
        sent=blasts.sent(event_id),
        planned=planned,
        due={blast.id: _due(blast) for blast in planned},
        most=blasts.MOST,
        import_url=_import_url(event_id),
    )


@bp.route("/events/<int:event_id>/edit", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def edit(event_id: int) -> ResponseReturnValue:
    """Another title, day, time or place; for admins also the way to delete it, with what goes
    with it.
    """
    event = found(event_id)
    form = EventForm(obj=event)
    if form.validate_on_submit():
        with audited_write("event.changed", current_username()) as trace:
            trace.about = f"event {event_id}"
            trace.details = {"changed": actions.change(event_id, form.facts)}
        flash("Saved.", "success")
        return redirect(url_for("events.one", event_id=event_id), 303)
    return _edit_page(event_id, form), 422 if form.errors else 200


def _edit_page(event_id: int, form: EventForm) -> str:
    return render_template(
        "events/edit.html",
        form=form,
        event=found(event_id),
        people=registrations.count(event_id),
        waiting=blasts.waiting(event_id),
        running=blasts.running(event_id),
    )


@bp.post("/events/<int:event_id>/delete")
@roles_required(Role.ADMIN)
def delete(event_id: int) -> ResponseReturnValue:
    """The event, who is registered for it, and what waits to be sent to them, all in one act."""
    with audited_write("event.deleted", current_username()) as trace:
        removed = actions.remove(event_id)
        trace.about = f"event {event_id}"
        trace.details = {
            "title": removed.title,
            "registrations": removed.people,
            "cancelled": removed.blasts,
        }
    flash(_deleted(removed), "success")
    return redirect(url_for("events.everything"), 303)


def _deleted(removed: actions.Removed) -> str:
    words = f"{removed.title} is deleted, with {format_count(removed.people, 'registration')}."
    if removed.blasts:
        words += f" {format_count(removed.blasts, 'planned blast')} {'was' if removed.blasts == 1 else 'were'} cancelled."
    return words


def found(event_id: int) -> Event:
    """The event of this page, or a page that says that it is not there."""
    return queries.event(event_id) or abort(404)


def _due(blast: ScheduledMessage) -> str:
    zone = blast.timezone or "UTC"
    return f"{local_times.format_moment(blast.scheduled_at, zone, now=now())}, {zone}"


def _import_url(event_id: int) -> str | None:
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
