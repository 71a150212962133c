"""Scheduled blasts: the list, one of them, undo, cancel and delete."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts.queries import find_user
from app.audit.actions import audited_write
from app.blasts.actions.approval_judgement import answer_for_blast
from app.blasts.forms.approval_reason import DeclineForm
from app.blasts.queries.approval_notices import build_approval_notice
from app.blasts.queries.event_labels import (
    get_blast_event_titles,
    get_reminder_labels,
)
from app.blasts.queries.gone_lists import describe_gone_lists
from app.blasts.queries.people_permission import find_people_problem, get_stored_people
from app.blasts.queries.series_source import get_series_source
from app.blasts.queries.tab_counts import count_tabs
from app.blasts.queries.waiting_audience import count_readers, render_waiting_blast
from app.blasts.views.blueprint import bp
from app.blasts.views.draft_opening import open_new_draft
from app.blasts.views.scheduled_blast_labels import (
    describe_audiences,
    explain_clock_change,
    format_blast_time,
    format_due_times,
)
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.core.pagination import list_params
from app.delivery.actions import blast_scheduling
from app.delivery.queries import blast_list
from app.delivery.queries.blast_records import find_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.permissions import Permission
from app.domain.delivery.message_statuses import ScheduledBlastStatus
from app.domain.texts.whole_numbers import parse_whole_number
from app.domain.time import durations
from app.events.actions.reminder_plan import disable_reminder
from app.message_templates.queries.template_records import find_template_origin
from app.surveys.queries import surveys
from app.texting_hours.queries import load_texting_hours

MAX_COUNT_DIGITS = 9
REMINDER_SWITCHED_OFF_NOTE = "This reminder is now turned off for its event."
UNDONE_NOTE = "Undone. No texts were sent. Edit the text here and send it when you are ready."


class ScheduledBlastUnchanged(Exception):
    """The blast was already released or cancelled."""


@bp.get("/scheduled")
@permission_required(Permission.SEE_TEXTS)
def list_scheduled_blasts() -> ResponseReturnValue:
    """Show every blast that waits, and those that were never sent."""
    state = request.args.get("state", "")
    filter_name = state if state in blast_list.SCHEDULED_FILTERS else ""
    page = blast_list.fetch_scheduled_blasts_page(list_params((), ""), filter_name)
    return render_template(
        "blasts/scheduled.html",
        page=page,
        titles=get_blast_event_titles(page.rows),
        reminders=get_reminder_labels(page.rows),
        moments=format_due_times(page.rows),
        filter_name=filter_name,
        audiences=describe_audiences(page.rows, get_blast_event_titles(page.rows)),
        series_links=get_series_source().find_links(page.rows),
        tab_counts=count_tabs(current_user.id, current_user.role),
    )


@bp.get("/scheduled/<int:scheduled_id>")
@permission_required(Permission.SEE_TEXTS)
def show_scheduled_blast(scheduled_id: int) -> ResponseReturnValue:
    """Show one blast before it leaves; once it has left, lead to its log."""
    blast = _get_blast_or_404(scheduled_id)
    if blast.message_log_id:
        return _redirect_browser(url_for("blasts.show_sent_blast", log_id=blast.message_log_id))
    return render_scheduled_blast_page(blast, DeclineForm())


def render_scheduled_blast_page(blast: ScheduledMessage, decline_form: DeclineForm) -> str:
    """Return the page of a blast that was not released; `decline_form`: of who may approve it."""
    rendered = render_waiting_blast(blast)
    return render_template(
        "blasts/scheduled_one.html",
        blast=blast,
        titles=get_blast_event_titles([blast]),
        reminder=get_reminder_labels([blast]).get(blast.id),
        origin=find_template_origin(blast.template_version_id),
        moments=format_due_times([blast]),
        countdown=_format_countdown(blast),
        end=format_blast_time(blast.not_after, blast) if blast.not_after else None,
        clock_change=explain_clock_change(blast),
        survey=surveys.find_survey(blast.survey_id),
        audience=describe_audiences([blast], get_blast_event_titles([blast]))[blast.id],
        people_count=rendered.recipient_count if rendered else None,
        readers=count_readers(rendered),
        people_problem=find_people_problem(get_stored_people(blast), current_user.role),
        gone_lists=_describe_gone_lists(blast),
        series_link=get_series_source().find_links([blast]).get(blast.id),
        repeat_url=get_series_source().find_repeat_url(blast),
        has_texting_hours=load_texting_hours(blast.carrier).is_on and not blast.test_mode,
        approval=build_approval_notice(blast, current_user, now()),
        decline_form=decline_form,
    )


@bp.get("/scheduled/<int:scheduled_id>/live")
@permission_required(Permission.SEE_TEXTS, json=True)
def refresh_countdown(scheduled_id: int) -> ResponseReturnValue:
    """Return the countdown alone; lead to the blast's page once it has left.

    A cancelled blast stays where it is: a redirect would cut off the answer to the very press
    that cancelled it.
    """
    blast = _get_blast_or_404(scheduled_id)
    has_countdown = blast.status in (ScheduledBlastStatus.PENDING, ScheduledBlastStatus.CANCELLED)
    if not has_countdown or blast.message_log_id:
        return _redirect_browser(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id))
    return render_template(
        "blasts/_countdown.html", blast=blast, countdown=_format_countdown(blast)
    )


@bp.post("/scheduled/<int:scheduled_id>/cancel")
@permission_required(Permission.SEE_TEXTS)
def cancel_pending_blast(scheduled_id: int) -> ResponseReturnValue:
    """Cancel a blast before it leaves."""
    return _cancel_blast(scheduled_id, "blast.cancelled", "Canceled. No texts were sent.")


@bp.post("/scheduled/<int:scheduled_id>/confirm")
@permission_required(Permission.SEND_TEXTS)
def confirm_grown_blast(scheduled_id: int) -> ResponseReturnValue:
    """Let a blast leave whose list has grown, for the number of people that the page showed."""
    blast = _get_blast_or_404(scheduled_id)
    count = parse_whole_number(request.form.get("people_count", ""), MAX_COUNT_DIGITS)
    if count is None:
        abort(400)
    if problem := find_people_problem(get_stored_people(blast), current_user.role):
        flash(problem, "error")
        return redirect(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id), 303)
    user_id = current_user.id
    try:
        with audited_write("blast.confirmed_anew", current_username()) as trace:
            trace.about = f"scheduled blast {scheduled_id}"
            trace.details = {"people": count}
            if not blast_scheduling.confirm_held_blast(scheduled_id, count, now()):
                raise ScheduledBlastUnchanged
            answer_for_blast(scheduled_id, find_user(user_id))
    except ScheduledBlastUnchanged:
        flash("It no longer waits for the new number, so there is nothing to confirm.", "warning")
    else:
        flash(f"Confirmed for {count:,} people. Sending now.", "success")
    return redirect(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id), 303)


@bp.post("/scheduled/<int:scheduled_id>/undo")
@permission_required(Permission.SEE_TEXTS)
def undo_pending_blast(scheduled_id: int) -> ResponseReturnValue:
    """Cancel a blast within the seconds after it was sent, and open its text again."""
    return _cancel_blast(scheduled_id, "blast.undone", UNDONE_NOTE, opens_text=True)


@bp.post("/scheduled/<int:scheduled_id>/delete")
@permission_required(Permission.DELETE_THINGS)
def delete_ended_blast(scheduled_id: int) -> ResponseReturnValue:
    """Delete an ended blast from the list; its log, if it has one, stays."""
    _get_blast_or_404(scheduled_id)
    try:
        with audited_write("scheduled_blast.deleted", current_username()) as trace:
            trace.about = f"scheduled blast {scheduled_id}"
            if not blast_scheduling.delete_scheduled_blast(scheduled_id):
                raise ScheduledBlastUnchanged
    except ScheduledBlastUnchanged:
        flash("This blast is still scheduled. Cancel it first.", "error")
    else:
        flash("Removed from the list.", "success")
    return redirect(url_for("blasts.list_scheduled_blasts"), 303)


def _cancel_blast(
    scheduled_id: int, verb: str, success: str, *, opens_text: bool = False
) -> ResponseReturnValue:
    """Cancel a blast and say `success`; `opens_text`: on the compose page, filled with it."""
    blast = _get_blast_or_404(scheduled_id)
    try:
        with audited_write(verb, current_username()) as trace:
            trace.about = f"scheduled blast {scheduled_id}"
            if not blast_scheduling.cancel_scheduled_blast(scheduled_id):
                raise ScheduledBlastUnchanged
            # Otherwise the plan of its event would schedule the same reminder again.
            if blast.event_reminder_id:
                disable_reminder(blast.event_reminder_id)
    except ScheduledBlastUnchanged:
        flash(_explain_failed_cancel(_get_blast_or_404(scheduled_id)), "warning")
    else:
        if blast.event_reminder_id:
            success = f"{success} {REMINDER_SWITCHED_OFF_NOTE}"
        flash(success, "success")
        if opens_text and not blast.test_mode and not blast.event_reminder_id:
            return open_new_draft(_get_blast_or_404(scheduled_id))
    return redirect(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id), 303)


def _describe_gone_lists(blast: ScheduledMessage) -> str:
    """Return which lists of a blast that waits are gone, and what that means; "" for none."""
    is_waiting = blast.status == ScheduledBlastStatus.PENDING and not blast.held_reason
    return describe_gone_lists(blast.audience_id) if is_waiting else ""


def _explain_failed_cancel(blast: ScheduledMessage) -> str:
    """Return why there is nothing to cancel; the page that follows is the log, if there is one."""
    if blast.message_log_id:
        return "Too late to undo: it has started. You can stop the rest here."
    return "It is no longer scheduled, so there is nothing to cancel."


def _get_blast_or_404(scheduled_id: int) -> ScheduledMessage:
    return find_scheduled_blast(scheduled_id) or abort(404)


def _redirect_browser(url: str) -> ResponseReturnValue:
    """Redirect the whole page; htmx would put a redirected page into its fragment."""
    if request.headers.get("HX-Request"):
        return Response(status=200, headers={"HX-Redirect": url})
    return redirect(url, 303)


def _format_countdown(blast: ScheduledMessage) -> str:
    """Return "in 8 seconds", or "now" when it is due."""
    return durations.format_time_until(blast.scheduled_at, now())
