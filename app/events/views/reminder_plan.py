"""The plan of an event's reminders: what the event's page shows of it, and the page on which it
is changed.
"""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.db import NotFound
from app.core.template_filters import get_display_timezone
from app.domain.texts import message_templates
from app.domain.texts.plurals import pluralize
from app.domain.time.reminder_timing import format_day_offset
from app.events import queries
from app.events.actions.reminder_plan import save_reminder_plan
from app.events.forms import ReminderPlanForm, build_plan_form_data
from app.events.models import Event
from app.events.queries import reminder_plan as plans
from app.events.queries.reminder_plan import PlannedReminder
from app.events.views.blueprint import bp
from app.events.views.event_labels import get_organisation_date

PLACEHOLDER_CHOICES = [
    ("{first_name|friend}", "First name"),
    *((f"{{{each}}}", w) for each, w in message_templates.EVENT_PLACEHOLDERS.items()),
]


@bp.route("/events/<int:event_id>/reminders", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def edit_reminder_plan(event_id: int) -> ResponseReturnValue:
    """The steps of the plan, all in one form.

    Saved, they are what waits on the list of scheduled blasts.
    """
    event = queries.find_event(event_id)
    if event is None:
        raise NotFound
    form = ReminderPlanForm(data=build_plan_form_data(plans.list_reminder_steps(event_id)))
    if form.validate_on_submit():
        with audited_write("event.reminders_planned", current_username()) as trace:
            trace.about = f"event {event_id}"
            save_reminder_plan(event_id, form.reminder_steps, now())
        flash(_describe_saved_plan(list_planned_reminders(event)), "success")
        return redirect(url_for("events.show_event", event_id=event_id), 303)
    page = render_template(
        "events/reminders.html",
        event=event,
        form=form,
        tokens=PLACEHOLDER_CHOICES,
        zone=get_display_timezone(),
        plan=list_planned_reminders(event),
    )
    return page, 422 if form.errors else 200


def _describe_saved_plan(plan: list[PlannedReminder]) -> str:
    waiting = sum(step.will_be_sent for step in plan)
    return (
        f"The reminders are saved. {pluralize(waiting, 'reminder')} will be sent."
        if waiting
        else ("The reminders are saved. None of them will be sent as things are.")
    )


@bp.app_template_global()
def list_planned_reminders(event: Event) -> list[PlannedReminder]:
    """For the event's page: the steps of its plan, and what becomes of each."""
    return plans.build_planned_reminders(event, now())


@bp.app_template_global()
def build_usual_plan_form(event: Event) -> ReminderPlanForm | None:
    """For the page of an event without a plan: the usual one, to be taken with one press; None
    once it is over.

    An event from before there were reminders has none, and gets none by itself: nobody is
    texted by an update.
    """
    is_over = event.date is not None and event.date < get_organisation_date()
    return None if is_over else ReminderPlanForm(formdata=None, data=build_plan_form_data([]))


bp.add_app_template_filter(format_day_offset, "days_from_event")
