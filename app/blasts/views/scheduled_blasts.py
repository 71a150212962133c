"""Blasts that wait for their time: the list, one of them, undo and cancel."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.audit import queries as audit
from app.audit.actions import audited_write
from app.blasts import queries
from app.blasts.views.blueprint import bp
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.pagination import list_params
from app.delivery.actions import blast_scheduling
from app.delivery.models import ScheduledMessage
from app.domain.accounts.roles import Role
from app.domain.delivery.message_statuses import ScheduledBlastStatus
from app.domain.time import durations, local_times
from app.events.actions.reminder_plan import disable_reminder

REMINDER_SWITCHED_OFF_NOTE = "This reminder is switched off in the plan of its event now."


class ScheduledBlastUnchanged(Exception):
    """It is not waiting any more."""


@bp.get("/scheduled")
@roles_required(*ALL_ROLES)
def list_scheduled_blasts() -> ResponseReturnValue:
    """Every blast that waits, and what became of those that did."""
    page = queries.fetch_scheduled_blasts_page(list_params((), ""))
    return render_template(
        "blasts/scheduled.html",
        page=page,
        titles=queries.get_blast_event_titles(page.rows),
        reminders=queries.get_reminder_labels(page.rows),
        moments=_format_due_times(page.rows),
        paused=queries.find_paused_blast_ids(page.rows),
    )


@bp.get("/scheduled/<int:scheduled_id>")
@roles_required(*ALL_ROLES)
def show_scheduled_blast(scheduled_id: int) -> ResponseReturnValue:
    """One blast before it leaves; once it has left, its log."""
    blast = _get_blast_or_404(scheduled_id)
    if blast.message_log_id:
        return _redirect_browser(url_for("blasts.show_sent_blast", log_id=blast.message_log_id))
    return render_template(
        "blasts/scheduled_one.html",
        blast=blast,
        titles=queries.get_blast_event_titles([blast]),
        reminder=queries.get_reminder_labels([blast]).get(blast.id),
        moments=_format_due_times([blast]),
        countdown=_format_countdown(blast),
        end=_format_blast_time(blast.not_after, blast) if blast.not_after else None,
        moved=_explain_clock_change(blast),
    )


@bp.get("/scheduled/<int:scheduled_id>/live")
@roles_required(*ALL_ROLES, json=True)
def refresh_countdown(scheduled_id: int) -> ResponseReturnValue:
    """The countdown alone, for the page's own clock; the way on once the blast has left.

    A cancelled one stays where it is: leading on would cut off the answer to the very press
    that cancelled it.
    """
    blast = _get_blast_or_404(scheduled_id)
    if (
        blast.status not in (ScheduledBlastStatus.PENDING, ScheduledBlastStatus.CANCELLED)
        or blast.message_log_id
    ):
        return _redirect_browser(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id))
    return render_template(
        "blasts/_countdown.html", blast=blast, countdown=_format_countdown(blast)
    )


@bp.post("/scheduled/<int:scheduled_id>/cancel")
@roles_required(*ALL_ROLES)
def cancel_pending_blast(scheduled_id: int) -> ResponseReturnValue:
    """Keep a blast from leaving."""
    return _cancel_blast(scheduled_id, "blast.cancelled", "Cancelled. Nobody was texted.")


@bp.post("/scheduled/<int:scheduled_id>/undo")
@roles_required(*ALL_ROLES)
def undo_pending_blast(scheduled_id: int) -> ResponseReturnValue:
    """The same within the seconds after sending."""
    return _cancel_blast(scheduled_id, "blast.undone", "Undone. Nobody was texted.")


@bp.post("/scheduled/<int:scheduled_id>/delete")
@roles_required(Role.ADMIN)
def delete_ended_blast(scheduled_id: int) -> ResponseReturnValue:
    """Take an ended one off the list. Its log, if it has one, stays."""
    _get_blast_or_404(scheduled_id)
    try:
        with audited_write("scheduled_blast.deleted", current_username()) as trace:
            trace.about = f"scheduled blast {scheduled_id}"
            if not blast_scheduling.delete_scheduled_blast(scheduled_id):
                raise ScheduledBlastUnchanged
    except ScheduledBlastUnchanged:
        flash("This blast has not ended yet. Cancel it first.", "error")
    else:
        flash("Taken off the list.", "success")
    return redirect(url_for("blasts.list_scheduled_blasts"), 303)


def _cancel_blast(scheduled_id: int, verb: str, done: str) -> ResponseReturnValue:
    blast = _get_blast_or_404(scheduled_id)
    try:
        with audited_write(verb, current_username()) as trace:
            trace.about = f"scheduled blast {scheduled_id}"
            if not blast_scheduling.cancel_scheduled_blast(scheduled_id):
                raise ScheduledBlastUnchanged
            if blast.event_reminder_id:
                disable_reminder(blast.event_reminder_id)
    except ScheduledBlastUnchanged:
        flash(*_explain_failed_cancel(_get_blast_or_404(scheduled_id)))
    else:
        flash(
            f"{done} {REMINDER_SWITCHED_OFF_NOTE}" if blast.event_reminder_id else done,
            "success",
        )
    return redirect(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id), 303)


def _explain_failed_cancel(blast: ScheduledMessage) -> tuple[str, str]:
    """What to say when there is nothing to cancel any more.

    The page that follows is the log, if there is one.
    """
    if blast.message_log_id:
        return (
            "Too late to undo: it has started. You can stop the rest here.",
            "warning",
        )
    return "It is not waiting any more, so there was nothing to cancel.", "warning"


def _get_blast_or_404(scheduled_id: int) -> ScheduledMessage:
    return queries.find_scheduled_blast(scheduled_id) or abort(404)


def _redirect_browser(address: str) -> ResponseReturnValue:
    """Lead the browser on: htmx would put a redirected page into its fragment, so it is told by
    a header.
    """
    if request.headers.get("HX-Request"):
        return Response(status=200, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _format_countdown(blast: ScheduledMessage) -> str:
    """ "in 8 seconds", or "now" when it is due."""
    return durations.format_time_until(blast.scheduled_at, now())


def _format_due_times(blasts: Sequence[ScheduledMessage]) -> dict[int, str]:
    """When each is due, on the clocks it was chosen by."""
    return {blast.id: _format_due_time(blast) for blast in blasts}


def _format_due_time(blast: ScheduledMessage) -> str:
    return _format_blast_time(blast.scheduled_at, blast)


def _format_blast_time(moment: datetime, blast: ScheduledMessage) -> str:
    """A moment of a blast on the clocks it was chosen by."""
    zone = blast.timezone or "UTC"
    return f"{local_times.format_moment(moment, zone, now=now())}, {zone}"


def _explain_clock_change(blast: ScheduledMessage) -> str | None:
    """What to say when a country has changed its clocks since the time was chosen; None almost
    always.
    """
    about = f"scheduled blast {blast.id}"
    chosen = audit.find_audit_detail(
        "blast.confirmed",
        about,
        "leaves_at",
        since=blast.created_at - timedelta(minutes=1),
    )
    shown = local_times.build_local_time_input(blast.scheduled_at, blast.timezone or "UTC")
    if not chosen or chosen == f"{shown.date} {shown.time}":
        return None
    return (
        f"It was scheduled for {chosen}, but the clocks of {blast.timezone} have got new rules since then. It leaves "
        f"at the moment that was meant at first, now {_format_due_time(blast)}. Cancel it and schedule it again if the time on "
        "the clocks is meant."
    )
