"""The last step of a review: the blast is confirmed, once, and a draft of it is deleted."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.audit.actions import AuditEntry, audited_write
from app.blasts.actions import blast_confirmation
from app.blasts.actions.approval_judgement import judge_confirmed_blast
from app.blasts.forms.compose import ComposeForm
from app.blasts.queries.audit_details import build_audit_details
from app.blasts.queries.draft_tests import list_test_drafts
from app.blasts.views.review_page import CheckedBlast
from app.core.access import current_username
from app.core.clock import now
from app.core.local_formats import format_time_in_zone
from app.delivery.actions.hour_exemptions import exempt_scheduled_blast
from app.delivery.queries import scheduled_messages
from app.delivery.queries.waiting_approvals import waits_for_approval
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.skip_reasons import SkipReason

MAX_TOKEN_LENGTH = 64
LIST_GONE_ERROR = "A list of this blast is archived or deleted. Choose others."
WAITS_FOR_APPROVAL = "It waits for approval. The admins who can approve it were told."


class BlastAlreadyConfirmed(Exception):
    """This form was sent before, as the scheduled blast `scheduled_id`."""

    def __init__(self, scheduled_id: int) -> None:
        super().__init__(scheduled_id)
        self.scheduled_id = scheduled_id


def get_client_token(form: ComposeForm) -> str | None:
    """Return the one-time key that a form was sent with, or None."""
    return (form.client_token.data or "").strip()[:MAX_TOKEN_LENGTH] or None


def find_earlier_blast(token: str | None) -> int | None:
    """Return the id of the blast that this form was confirmed as before, or None."""
    return scheduled_messages.find_blast_by_token(token) if token else None


def derive_test_token(form: ComposeForm, draft: BlastDraft) -> str | None:
    """Return a token of the form and the text, for a test: the form's own is for the blast."""
    token = get_client_token(form)
    if token is None:
        return None
    audience_values = (draft.target.value, draft.event_id, draft.people_of)
    texts = (draft.body, draft.footer, sorted(draft.translations.items()))
    identity = (token, *texts, audience_values)
    return "test:" + hashlib.sha256(repr(identity).encode()).hexdigest()[:48]


def confirm_tests(form: ComposeForm, checked: CheckedBlast) -> ResponseReturnValue:
    """Send a test of each text to the user's phone, and show the first one. Raises AudienceGone."""
    answers = []
    for draft in list_test_drafts(checked.draft):
        token = derive_test_token(form, draft)
        answers.append(confirm_checked_blast(replace(checked, draft=draft), token, None))
    if checked.draft.translations:
        flash(f"We text you a test of each language: {len(answers)} texts.", "success")
    return answers[0]


def confirm_checked_blast(
    checked: CheckedBlast,
    token: str | None,
    confirmed_count: int | None,
    finish_draft: Callable[[], None] | None = None,
    any_hour_reason: str = "",
) -> ResponseReturnValue:
    """Store the blast, and show it; a token that was used before shows the first blast.

    `finish_draft`: deletes the draft of the blast in the same transaction; what it raises keeps
    both as they were. `any_hour_reason`: why it is sent outside texting hours too, "" for not.
    Raises AudienceGone.
    """
    draft, moment = checked.draft, now()
    try:
        with audited_write("blast.confirmed", current_username()) as trace:
            # Read again inside the transaction: two posts of one form may come at the same time.
            earlier_id = find_earlier_blast(token)
            if earlier_id is not None:
                raise BlastAlreadyConfirmed(earlier_id)
            if finish_draft:
                finish_draft()
            people = list_kept_people(checked)
            scheduled_id = blast_confirmation.confirm_blast(
                draft, token, current_username(), moment, confirmed_count, people
            )
            judge_confirmed_blast(scheduled_id, checked.blast, moment)
            _describe_in_audit(trace, scheduled_id, draft)
            if any_hour_reason:
                exempt_scheduled_blast(scheduled_id, any_hour_reason)
                trace.details = {**(trace.details or {}), "any_hour_reason": any_hour_reason}
    except BlastAlreadyConfirmed as error:
        return redirect_to_scheduled_blast(error.scheduled_id)
    flash_scheduled(draft, scheduled_id)
    return redirect_to_scheduled_blast(scheduled_id)


def flash_scheduled(draft: BlastDraft, scheduled_id: int) -> None:
    """Say on the next page when a blast with a time is sent, or that it waits for approval."""
    if waits_for_approval(scheduled_id):
        flash(WAITS_FOR_APPROVAL, "info")
    elif draft.send_at:
        time = format_time_in_zone(draft.send_at, draft.timezone)
        flash(f"Scheduled for {time}.", "success")


def redirect_to_scheduled_blast(scheduled_id: int) -> ResponseReturnValue:
    """Show a blast that waits."""
    return redirect(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id), 303)


def list_kept_people(checked: CheckedBlast) -> Iterator[tuple[str, str | None]]:
    """Yield (number, name) of whom a frozen audience keeps: not who is no contact any more."""
    for text in checked.blast.texts:
        if text.skip_reason is not SkipReason.NOT_A_CONTACT:
            yield text.phone, text.name


def _describe_in_audit(trace: AuditEntry, scheduled_id: int, draft: BlastDraft) -> None:
    trace.about = f"scheduled blast {scheduled_id}"
    trace.details = build_audit_details(draft)
