"""The list of events, and a new one."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.pagination import list_params
from app.events.actions import events as actions
from app.events.forms.events import EventForm
from app.events.queries import event_list
from app.events.views.blueprint import bp
from app.events.views.event_labels import get_organisation_date


@bp.get("/events")
@roles_required(*ALL_ROLES)
def list_events() -> ResponseReturnValue:
    """Every event, the next one first."""
    return render_template(
        "events/everything.html",
        page=event_list.paginate_events(
            list_params(event_list.EVENT_SORTS, "when"), get_organisation_date()
        ),
    )


@bp.route("/events/add", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def add_event() -> ResponseReturnValue:
    """A new event."""
    form = EventForm()
    if form.validate_on_submit():
        with audited_write("event.added", current_username()) as trace:
            row = actions.create_event(form.event_info)
            trace.about = f"event {row.id}"
        flash(f"{row.title} is added. Now register who comes.", "success")
        return redirect(url_for("events.show_event", event_id=row.id), 303)
    return render_template("events/add.html", form=form), 422 if form.errors else 200
