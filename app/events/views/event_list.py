"""The list of events, and the form that adds one."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission
from app.events.actions.events import create_event
from app.events.forms.events import EventForm
from app.events.queries.event_list import EVENT_SORTS, paginate_events
from app.events.views.blueprint import bp
from app.events.views.event_date_labels import get_organisation_date


@bp.get("/events")
@permission_required(Permission.SEE_EVENTS)
def list_events() -> ResponseReturnValue:
    """List the events, the next one first."""
    page = paginate_events(list_params(EVENT_SORTS, "when"), get_organisation_date())
    return render_template("events/list.html", page=page)


@bp.route("/events/add", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_EVENTS, for_everybody=True)
def add_event() -> ResponseReturnValue:
    """Show the form of a new event, and add it."""
    form = EventForm()
    if form.validate_on_submit():
        with audited_write("event.added", current_username()) as audit_event:
            row = create_event(form.event_info)
            audit_event.about = f"event {row.id}"
        flash(f"{row.title} was added. Now add the people who are coming.", "success")
        return redirect(url_for("events.show_event", event_id=row.id), 303)
    return render_template("events/add.html", form=form), 422 if form.errors else 200
