"""What a person decides about texts in doubt: look them up now, or leave them as they are."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.blasts.views.blueprint import bp
from app.blasts.views.message_selection import parse_selection
from app.blasts.views.unresolved_message_options import is_on_current_carrier
from app.core.access import current_username, permission_required
from app.core.clock import now
from app.delivery.actions import message_resend
from app.delivery.models import MessageLog
from app.delivery.queries.blast_recipients import RECIPIENT_FILTERS
from app.delivery.queries.blast_records import find_blast_log
from app.domain.accounts.permissions import Permission
from app.domain.texts.plurals import choose_by_count, pluralize

LOOKUP_REQUESTED = "Checking now. The result will appear here."
NOTHING_TO_CHECK = "There is nothing left to check."
NOTHING_TO_LEAVE = "There is nothing left to dismiss."

SelectionAction = Callable[[int, Sequence[int], datetime], int]


class MessagesUnchanged(Exception):
    """The selected texts have another status by now, or somebody else was faster."""


@bp.post("/logs/<int:log_id>/check-again")
@permission_required(Permission.SEND_TEXTS)
def recheck_blast_messages(log_id: int) -> ResponseReturnValue:
    """Ask the carrier now what became of some texts."""
    if not is_on_current_carrier(_get_log_or_404(log_id)):
        flash(NOTHING_TO_CHECK, "warning")
        return _redirect_to_blast(log_id)
    count = _apply_to_selection(log_id, "blast.checked_again", message_resend.request_status_lookup)
    if count:
        flash(LOOKUP_REQUESTED, "success")
    else:
        flash(NOTHING_TO_CHECK, "warning")
    return _redirect_to_blast(log_id)


@bp.post("/logs/<int:log_id>/leave")
@permission_required(Permission.SEND_TEXTS)
def leave_blast_messages_unresolved(log_id: int) -> ResponseReturnValue:
    """Leave some texts in doubt: nobody is asked about them any more."""
    _get_log_or_404(log_id)
    count = _apply_to_selection(log_id, "blast.left", message_resend.dismiss_doubtful_messages)
    if count:
        flash(_format_left_count(count), "success")
    else:
        flash(NOTHING_TO_LEAVE, "warning")
    return _redirect_to_blast(log_id)


def _format_left_count(count: int) -> str:
    pronoun = choose_by_count(count, "its", "their")
    texts = pluralize(count, "text")
    return f"{texts} dismissed. If a receipt still comes, {pronoun} status changes."


def _apply_to_selection(log_id: int, verb: str, action: SelectionAction) -> int:
    """Run one audited action on the posted selection; return how many texts it changed.

    Without an effect it leaves no audit row.
    """
    selection = parse_selection(log_id, request.form)
    try:
        with audited_write(verb, current_username()) as trace:
            count = action(log_id, selection.ids, now())
            trace.about = f"blast {log_id}"
            trace.details = {"texts": count}
            # The exception rolls back: what changed nothing leaves no line in the audit.
            if not count:
                raise MessagesUnchanged
    except MessagesUnchanged:
        return 0
    return count


def _redirect_to_blast(log_id: int) -> ResponseReturnValue:
    """Redirect to the list the button was in."""
    state = request.form.get("state", "")
    if state not in RECIPIENT_FILTERS:
        return redirect(url_for("blasts.show_sent_blast", log_id=log_id), 303)
    return redirect(url_for("blasts.show_sent_blast", log_id=log_id, state=state), 303)


def _get_log_or_404(log_id: int) -> MessageLog:
    return find_blast_log(log_id) or abort(404)
