"""Sending a blast outside texting hours: an admin gives a reason, which the audit keeps."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.audit.actions import audited_write
from app.blasts.forms.any_hour_reason import AnyHourForm
from app.blasts.views.blueprint import bp
from app.blasts.views.held_people import count_held, describe_held_groups
from app.blasts.views.sent_blasts import get_blast_log_or_404
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.delivery.actions.hour_exemptions import exempt_scheduled_blast, send_held_texts_now
from app.delivery.queries.blast_records import find_scheduled_blast
from app.delivery.queries.held_texts import list_held_groups
from app.domain.accounts.permissions import Permission
from app.domain.delivery.message_statuses import ScheduledBlastStatus
from app.domain.texts.plurals import pluralize

NO_ONE_WAITS = "No one waits for texting hours, so there was nothing to send."
NOT_PENDING = "It no longer waits for its time, so nothing was changed."


class HoursUnchanged(Exception):
    """The blast has ended, has been sent or is sent at any hour already."""


@bp.route("/logs/<int:log_id>/any-hour", methods=["GET", "POST"])
@permission_required(Permission.APPROVE_TEXTS)
def send_held_blast(log_id: int) -> ResponseReturnValue:
    """Ask for the reason, then send what waits for texting hours."""
    log = get_blast_log_or_404(log_id)
    log_url = url_for("blasts.show_sent_blast", log_id=log_id)
    groups = list_held_groups(log_id, log.carrier)
    if not groups:
        return _leave(log_url, NO_ONE_WAITS)
    form = AnyHourForm()
    if not form.validate_on_submit():
        people = pluralize(count_held(groups), "person", "people")
        return _show_form(form, log_url, f"Send to {people} now", describe_held_groups(groups))
    reason = form.reason.data or ""
    try:
        with audited_write("blast.sent_at_any_hour", current_username()) as trace:
            trace.about = f"blast {log_id}"
            count = send_held_texts_now(log_id, log.carrier, reason, now())
            # Raised inside the transaction: the audit must not tell of what was not done.
            if count is None:
                raise HoursUnchanged
            trace.details = {"people": count, "reason": reason}
    except HoursUnchanged:
        return _leave(log_url, NO_ONE_WAITS)
    flash(f"Sending to {pluralize(count, 'person', 'people')} now.", "success")
    return redirect(log_url, 303)


@bp.route("/scheduled/<int:scheduled_id>/any-hour", methods=["GET", "POST"])
@permission_required(Permission.APPROVE_TEXTS)
def exempt_pending_blast(scheduled_id: int) -> ResponseReturnValue:
    """Ask for the reason, then let a scheduled blast be sent at any hour."""
    blast = find_scheduled_blast(scheduled_id) or abort(404)
    blast_url = url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id)
    if blast.status != ScheduledBlastStatus.PENDING or blast.any_hour_reason:
        return _leave(blast_url, NOT_PENDING)
    form = AnyHourForm()
    if not form.validate_on_submit():
        lines = ["Everyone gets it at its time, also outside texting hours."]
        return _show_form(form, blast_url, "Send at any hour", lines)
    reason = form.reason.data or ""
    try:
        with audited_write("blast.set_to_any_hour", current_username()) as trace:
            trace.about = f"scheduled blast {scheduled_id}"
            trace.details = {"reason": reason}
            if not exempt_scheduled_blast(scheduled_id, reason):
                raise HoursUnchanged
    except HoursUnchanged:
        return _leave(blast_url, NOT_PENDING)
    flash("It will be sent at its time, also outside texting hours.", "success")
    return redirect(blast_url, 303)


def _show_form(form: AnyHourForm, back_url: str, label: str, lines: list[str]) -> Any:
    status = 422 if form.errors else 200
    page = render_template(
        "blasts/any_hour.html", form=form, back_url=back_url, label=label, lines=lines
    )
    return page, status


def _leave(url: str, sentence: str) -> Response:
    flash(sentence, "warning")
    return redirect(url, 303)
