"""The page that changes an event's reminder plan."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.local_formats import get_display_timezone
from app.domain.accounts.permissions import Permission
from app.domain.texts.plurals import pluralize
from app.domain.texts.template_chips import EVENT_CHIPS, ORGANISATION_CHIPS
from app.domain.texts.template_purposes import TemplatePurpose
from app.events.actions.reminder_plan import save_reminder_plan
from app.events.forms.reminder_buttons import apply_step_buttons, is_step_button_pressed
from app.events.forms.reminder_plan import ReminderPlanForm, build_plan_form_data
from app.events.queries.reminder_plan import (
    PlannedReminder,
    build_planned_reminders,
    list_reminder_steps,
)
from app.events.views.blueprint import bp
from app.events.views.event_detail import get_event_or_404
from app.message_templates.queries.translation_choices import load_translation_choices
from app.organisation import queries as organisation


def list_placeholder_choices() -> list[tuple[str, str]]:
    """Return the placeholders of a reminder's text with their labels."""
    return [("{first_name|friend}", "First name"), *ORGANISATION_CHIPS, *EVENT_CHIPS]


@bp.route("/events/<int:event_id>/reminders", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_EVENTS)
def edit_reminder_plan(event_id: int) -> ResponseReturnValue:
    """Change the steps of the plan, all in one form, and schedule them."""
    event = get_event_or_404(event_id)
    form = ReminderPlanForm(
        apply_step_buttons(request.form) if request.method == "POST" else None,
        # A posted new step takes what the browser left out from the blank one.
        data=build_plan_form_data(
            list_reminder_steps(event_id), with_blank_step=request.method == "POST"
        ),
    )
    # "Add a reminder" shows the form again, with everything typed and one more step.
    is_growing = "add_step" in request.form
    if is_growing:
        form.add_blank_step()
    elif not is_step_button_pressed(request.form) and form.validate_on_submit():
        # Read before write() begins, which ends the read that the session's user came from.
        author_id = current_user.id
        with audited_write("event.reminders_planned", current_username()) as audit_event:
            audit_event.about = f"event {event_id}"
            save_reminder_plan(event_id, form.reminder_steps, now(), author_id)
        flash(_describe_saved_plan(build_planned_reminders(event, now())), "success")
        return redirect(url_for("events.show_event", event_id=event_id), 303)
    reminders = build_planned_reminders(event, now())
    page = render_template(
        "events/reminders.html",
        event=event,
        form=form,
        texts=load_translation_choices(
            [tag for step in form.steps for tag in step.form.translation_fields],
            (TemplatePurpose.REMINDER, TemplatePurpose.BLAST),
            first_language=organisation.get_organisation_language(),
            tokens=list_placeholder_choices(),
        ),
        zone=get_display_timezone(),
        reminders_by_id={str(reminder.id): reminder for reminder in reminders},
    )
    return page, 422 if form.errors else 200


def _describe_saved_plan(reminders: list[PlannedReminder]) -> str:
    count = sum(reminder.will_be_sent for reminder in reminders)
    if count:
        return f"Reminders saved. {pluralize(count, 'reminder')} will be sent."
    return "Reminders saved. None of them will be sent: they are off or their time has passed."
