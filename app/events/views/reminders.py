"""The plan of an event's reminders: what the event's page shows of it, and the page on which it
is changed.
"""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.template_filters import get_display_timezone
from app.domain.delivery.cost_estimate import format_count
from app.domain.texts import message_templates
from app.domain.time.reminder_timing import format_day_offset
from app.events import queries
from app.events.actions.events import Gone
from app.events.actions.reminders import save_plan
from app.events.forms import PlanForm, as_typed
from app.events.models import Event
from app.events.queries import reminders as plans
from app.events.queries.reminders import PlannedStep
from app.events.views.room import bp
from app.events.views.words import today

TOKENS = [
    ("{first_name|friend}", "First name"),
    *((f"{{{each}}}", w) for each, w in message_templates.EVENT_PLACEHOLDERS.items()),
]


@bp.route("/events/<int:event_id>/reminders", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def reminders(event_id: int) -> ResponseReturnValue:
    """The steps of the plan, all in one form.

    Saved, they are what waits on the list of scheduled blasts.
    """
    event = queries.event(event_id)
    if event is None:
        raise Gone
    form = PlanForm(data=as_typed(plans.steps(event_id)))
    if form.validate_on_submit():
        with audited_write("event.reminders_planned", current_username()) as trace:
            trace.about = f"event {event_id}"
            save_plan(event_id, form.plan, now())
        flash(_saved(reminders_of(event)), "success")
        return redirect(url_for("events.one", event_id=event_id), 303)
    page = render_template(
        "events/reminders.html",
        event=event,
        form=form,
        tokens=TOKENS,
        zone=get_display_timezone(),
        plan=reminders_of(event),
    )
    return page, 422 if form.errors else 200


def _saved(plan: list[PlannedStep]) -> str:
    waiting = sum(step.waits for step in plan)
    return (
        f"The reminders are saved. {format_count(waiting, 'reminder')} will be sent."
        if waiting
        else ("The reminders are saved. None of them will be sent as things are.")
    )


@bp.app_template_global()
def reminders_of(event: Event) -> list[PlannedStep]:
    """For the event's page: the steps of its plan, and what becomes of each."""
    return plans.plan(event, now())


@bp.app_template_global()
def usual_plan(event: Event) -> PlanForm | None:
    """For the page of an event without a plan: the usual one, to be taken with one press; None
    once it is over.

    An event from before there were reminders has none, and gets none by itself: nobody is
    texted by an update.
    """
    is_over = event.date is not None and event.date < today()
    return None if is_over else PlanForm(formdata=None, data=as_typed([]))


bp.add_app_template_filter(format_day_offset, "days_from_event")
