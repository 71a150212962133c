"""The reviewed changes of a scheduled blast are stored, with what it was before in the audit."""

from collections.abc import Callable

from flask import flash
from flask.typing import ResponseReturnValue

from app.audit.actions import audited_write
from app.blasts.actions.approval_judgement import judge_confirmed_blast
from app.blasts.actions.scheduled_edits import edit_scheduled_blast
from app.blasts.queries.audit_details import build_audit_details
from app.blasts.queries.event_labels import get_blast_event_titles
from app.blasts.views.blast_sending import (
    flash_scheduled,
    list_kept_people,
    redirect_to_scheduled_blast,
)
from app.blasts.views.review_page import CheckedBlast
from app.blasts.views.scheduled_blast_labels import describe_audiences, format_blast_time
from app.core.access import current_username
from app.core.clock import now
from app.core.db import db
from app.delivery.queries.waiting_approvals import waits_for_approval
from app.delivery.scheduled_models import ScheduledMessage

EXEMPTION_ENDED = "Texting hours hold for it again. An admin can let it be sent at any hour."


def change_blast(
    blast: ScheduledMessage,
    checked: CheckedBlast,
    confirmed_count: int,
    finish_draft: Callable[[], None],
) -> ResponseReturnValue:
    """Change a blast that waits, and show it. Raises BlastReleased, AudienceGone, DraftChanged."""
    draft, username = checked.draft, current_username()
    before = _describe_blast(blast)
    was_exempt = blast.any_hour_reason is not None
    texts_before = (blast.message_body, blast.footer, blast.translations)
    is_new_text = texts_before != (draft.body, draft.footer, draft.translations)
    with audited_write("blast.changed", username) as trace:
        trace.about = f"scheduled blast {blast.id}"
        # In the same transaction: a draft that is left over would offer a change that was made.
        finish_draft()
        people = list_kept_people(checked)
        edit_scheduled_blast(blast, draft, username, now(), confirmed_count, people)
        # Above the limit it is asked about anew, whatever was approved before.
        judge_confirmed_blast(blast.id, checked.blast, now())
        trace.details = build_audit_details(draft) | {
            "before": before,
            "people": confirmed_count,
            "text_changed": is_new_text,
        }
    # The change went past the session, which still holds the blast as it was.
    db.session.expire_all()
    if draft.send_at or waits_for_approval(blast.id):
        flash_scheduled(draft, blast.id)
    else:
        flash("Changed. It is sent now.", "success")
    if was_exempt:
        flash(EXEMPTION_ENDED, "info")
    return redirect_to_scheduled_blast(blast.id)


def _describe_blast(blast: ScheduledMessage) -> str:
    """Return when a blast would have been sent, and to whom."""
    audience = describe_audiences([blast], get_blast_event_titles([blast]))[blast.id]
    return f"{format_blast_time(blast.scheduled_at, blast)}; {audience}"
