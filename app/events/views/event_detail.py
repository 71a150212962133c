"""The page of one event, and the forms that change and delete it."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.local_formats import format_time_in_zone
from app.core.pagination import list_params
from app.delivery.queries import event_blasts
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.permissions import Permission
from app.domain.texts.plurals import pluralize
from app.events.actions import events as event_actions
from app.events.forms.events import EventForm
from app.events.forms.reminder_plan import ReminderPlanForm, build_plan_form_data
from app.events.models import Event, EventAnswer
from app.events.queries import events, registrations, reminder_plan
from app.events.queries.event_values import build_reminder_values
from app.events.queries.linked_survey_source import find_linked_surveys
from app.events.views.blueprint import bp
from app.events.views.event_date_labels import get_organisation_date
from app.organisation import queries as organisation
from app.trash.actions.keeping import Deletion, keep_in_trash
from app.trash.deletion_message import flash_deletion
from app.trash.models import TrashKind


@bp.get("/events/<int:event_id>")
@permission_required(Permission.SEE_EVENTS)
def show_event(event_id: int) -> ResponseReturnValue:
    """Show the event, the blasts to its people, and who they are."""
    # A reference to the row: the session forgets rows that nobody holds, and would read it anew
    # for everything on this page that needs it.
    settings = organisation.get_organisation()
    event = get_event_or_404(event_id)
    params = list_params(registrations.REGISTRATION_SORTS, "name")
    planned = event_blasts.load_planned_event_blasts(event_id)
    reminders = reminder_plan.build_planned_reminders(event, now())
    answer = _read_answer_filter()
    page = registrations.paginate_registrations(event_id, params, settings.region, answer)
    return render_template(
        "events/event.html",
        event=event,
        zone=settings.timezone,
        page=page,
        answer=answer,
        may_mark_attendance=event.date is None or event.date <= get_organisation_date(),
        answer_counts=page.answer_counts,
        sent_blasts=event_blasts.list_event_blasts(event_id),
        pending_count=planned.pending_count,
        planned_blasts=planned.blasts,
        due_times=_format_due_times(planned.blasts),
        max_blasts=event_blasts.MAX_LISTED_BLASTS,
        reminders=reminders,
        next_reminder=reminder_plan.find_next_reminder(reminders),
        usual_plan=build_usual_plan_form(event),
        reminder_values=build_reminder_values(event, now()),
        fill_reminder=reminder_plan.fill_reminder,
        linked_surveys=find_linked_surveys(event_id),
    )


def _read_answer_filter() -> EventAnswer | None:
    """Return the answer that the address narrows the list of people to."""
    text = request.args.get("answer", "")
    return EventAnswer(text) if text in set(EventAnswer) else None


def build_usual_plan_form(event: Event) -> ReminderPlanForm | None:
    """Return the usual plan as a form, for an event without one; None once it is over.

    An event from before there were reminders has none, and gets none by itself: nobody is
    texted because of an update.
    """
    if event.date is not None and event.date < get_organisation_date():
        return None
    return ReminderPlanForm(formdata=None, data=build_plan_form_data([]))


@bp.route("/events/<int:event_id>/edit", methods=["GET", "POST"])
@permission_required(Permission.MANAGE_EVENTS)
def edit_event(event_id: int) -> ResponseReturnValue:
    """Change an event; admins can also delete it here."""
    event = get_event_or_404(event_id)
    # A field that is not in the request keeps the event's value.
    form = EventForm(obj=event)
    if form.validate_on_submit():
        with audited_write("event.changed", current_username()) as audit_event:
            changed_fields = event_actions.update_event(event_id, form.event_info)
            audit_event.about = f"event {event_id}"
            audit_event.details = {"changed": changed_fields}
        flash("Saved.", "success")
        return redirect(url_for("events.show_event", event_id=event_id), 303)
    return _render_edit_page(event_id, form), 422 if form.errors else 200


def _render_edit_page(event_id: int, form: EventForm) -> str:
    return render_template(
        "events/edit.html",
        form=form,
        event=get_event_or_404(event_id),
        registration_count=registrations.count_registrations(event_id),
        pending_count=event_blasts.count_pending_event_blasts(event_id),
        running_blast_ids=event_blasts.list_running_event_blast_ids(event_id),
    )


@bp.post("/events/<int:event_id>/delete")
@permission_required(Permission.DELETE_THINGS)
def delete_event(event_id: int) -> ResponseReturnValue:
    """Delete the event with its registrations, and cancel its pending blasts."""
    with audited_write("event.deleted", current_username()) as audit_event:
        event = event_actions.get_event_for_update(event_id)
        deletion = Deletion(TrashKind.EVENT, event.title, audit_event.who, audit_event.user_id)
        item_id = keep_in_trash(deletion, Event, [event_id])
        summary = event_actions.delete_event_and_registrations(event_id)
        audit_event.about = f"event {event_id}"
        audit_event.details = {
            "title": summary.title,
            "registrations": summary.registration_count,
            "cancelled": summary.cancelled_blast_count,
        }
    flash_deletion(_describe_deletion(summary), item_id)
    return redirect(url_for("events.list_events"), 303)


def _describe_deletion(summary: event_actions.EventDeletionSummary) -> str:
    registrations_text = pluralize(summary.registration_count, "registration")
    text = f"{summary.title} was deleted, with {registrations_text}."
    if summary.cancelled_blast_count:
        blasts_text = pluralize(
            summary.cancelled_blast_count, "scheduled blast was", "scheduled blasts were"
        )
        text += f" {blasts_text} canceled."
    return text


def get_event_or_404(event_id: int) -> Event:
    """Return the event, or abort with 404."""
    return events.find_event(event_id) or abort(404)


def _format_due_times(blasts: Sequence[ScheduledMessage]) -> dict[int, str]:
    """Return the time of each blast by its id, in the zone it was planned in."""
    due_times = {}
    for blast in blasts:
        zone = blast.timezone or "UTC"
        moment = format_time_in_zone(blast.scheduled_at, zone)
        due_times[blast.id] = f"{moment}, {zone}"
    return due_times
