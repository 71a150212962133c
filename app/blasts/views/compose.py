"""Compose, review and send a blast; nothing leaves before its review page was answered."""

import hashlib
from collections.abc import Iterator

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.audiences.queries.audience_recipients import AudienceGone
from app.audit.actions import audited_write
from app.blasts.actions import blast_confirmation
from app.blasts.forms.audience_fields import WIDEN_BUTTON, translate_audience_fields
from app.blasts.forms.blast_confirmation import (
    MAX_PEOPLE_WITHOUT_TYPED_COUNT,
    BlastConfirmationForm,
)
from app.blasts.forms.compose import ComposeForm
from app.blasts.queries import audience
from app.blasts.queries.blast_review import BlastReview, review_blast
from app.blasts.queries.field_fillings import FieldNotTextable
from app.blasts.queries.review_notices import ReviewRequest
from app.blasts.views.blueprint import bp
from app.blasts.views.compose_page import render_compose_page
from app.blasts.views.compose_prefill import create_prefilled_form
from app.blasts.views.name_fixes import apply_name_fixes
from app.blasts.views.test_sends import has_test_phone
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.core.form_fields import add_error
from app.core.local_formats import format_time_in_zone
from app.delivery.queries import scheduled_messages
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast, skip_too_long_texts
from app.domain.delivery.skip_reasons import SkipReason
from app.domain.texts.segments import replace_costly_characters
from app.domain.texts.whole_numbers import parse_whole_number
from app.domain.time import local_times

MAX_TOKEN_LENGTH = 64
LIST_GONE_ERROR = "A list of this blast is archived or deleted. Choose others."
MAX_PAGE_DIGITS = 9


class BlastAlreadyConfirmed(Exception):
    """This form was sent before, as the scheduled blast `scheduled_id`."""

    def __init__(self, scheduled_id: int) -> None:
        super().__init__(scheduled_id)
        self.scheduled_id = scheduled_id


@bp.route("/new", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def compose_blast() -> ResponseReturnValue:
    """Show the form; check what was written; and, with confirm=1, send it."""
    if request.method != "POST":
        return render_compose_page(create_prefilled_form())
    form = ComposeForm(_apply_button_changes(request.form))
    earlier_id = _find_earlier_blast(_get_client_token(form))
    if earlier_id is not None:
        return _redirect_to_scheduled_blast(earlier_id)
    if "edit" in request.form or "edit" in request.args:
        return render_compose_page(form, shows_lists=WIDEN_BUTTON in request.form)
    if not form.validate():
        return render_compose_page(form), 422
    try:
        return _review_or_send(form)
    except FieldNotTextable as error:
        # Archived or made private since the form was validated, a moment ago.
        add_error(form.message_body, error.reason)
        return render_compose_page(form), 422


def _review_or_send(form: ComposeForm) -> ResponseReturnValue:
    if "fix_names" in request.form:
        apply_name_fixes()
    draft = form.build_draft()
    blast = audience.render_draft(draft)
    if not form.check_rendered_lengths(blast):
        return render_compose_page(form), 422
    if draft.is_test and not has_test_phone(form):
        return render_compose_page(form), 422
    if draft.is_test:
        return _confirm_draft(draft, _derive_test_token(form, draft), None, blast)
    # The carrier would refuse texts that are too long, and that would pause the blast for all.
    blast = skip_too_long_texts(blast)
    confirmation = BlastConfirmationForm()
    seen_count = confirmation.get_seen_count()
    # Whoever confirms must have seen the audience of this moment, so the count is sent along.
    has_changed = seen_count is not None and seen_count != blast.recipient_count
    is_confirming = "confirm" in request.form
    may_confirm = is_confirming and blast.recipient_count and not has_changed
    if may_confirm and confirmation.check_typed_count(blast.recipient_count):
        return _confirm_draft(draft, _get_client_token(form), blast.recipient_count, blast)
    review = review_blast(
        ReviewRequest(
            draft,
            blast,
            now(),
            form.get_selected_fold(form.start),
            form.get_selected_fold(form.end),
            _parse_page_number(),
            _parse_person_position(),
        )
    )
    previous_count = seen_count if has_changed else None
    page = _render_review_page(form, review, confirmation, previous_count)
    if is_confirming or not review.recipient_count:
        return page, 422
    return page


def _render_review_page(
    form: ComposeForm,
    review: BlastReview,
    confirmation: BlastConfirmationForm,
    previous_count: int | None,
) -> str:
    """Return the page of a draft.

    `previous_count`: how many people an earlier review showed, where they are others now.
    """
    return render_template(
        "blasts/review.html",
        review=review,
        carried_fields=form.list_carried_fields(),
        confirmation=confirmation,
        must_type_count=review.recipient_count > MAX_PEOPLE_WITHOUT_TYPED_COUNT,
        changed_notice=_describe_changed_count(review, previous_count),
    )


def _describe_changed_count(review: BlastReview, previous_count: int | None) -> str:
    if previous_count is None:
        return ""
    difference = review.recipient_count - previous_count
    direction = "more" if difference > 0 else "fewer"
    return f"Now {review.recipients} ({abs(difference):,} {direction}). Please review again."


def _apply_button_changes(posted: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the fields as the review page's buttons change them.

    `plain` writes plain characters, `other_…` chooses the other of two equal times.
    """
    fields = MultiDict(translate_audience_fields(posted))
    if "plain" in posted:
        fields["message_body"] = replace_costly_characters(posted.get("message_body", ""))
    for name in ("fold", "end_fold"):
        if f"other_{name}" in posted:
            fields[name] = posted[f"other_{name}"]
    return fields


def _parse_page_number() -> int:
    number = parse_whole_number(request.form.get("page", ""), MAX_PAGE_DIGITS)
    return 1 if number is None else number


def _parse_person_position() -> int:
    return parse_whole_number(request.form.get("person", ""), MAX_PAGE_DIGITS) or 0


def _get_client_token(form: ComposeForm) -> str | None:
    return (form.client_token.data or "").strip()[:MAX_TOKEN_LENGTH] or None


def _find_earlier_blast(token: str | None) -> int | None:
    """Return the id of the blast that this form was confirmed as before, or None."""
    return scheduled_messages.find_blast_by_token(token) if token else None


def _derive_test_token(form: ComposeForm, draft: BlastDraft) -> str | None:
    """Return a token of the form and the text, for a test: the form's own is for the blast."""
    token = _get_client_token(form)
    if token is None:
        return None
    audience_values = (draft.target.value, draft.event_id, draft.people_of)
    identity = (token, draft.body, draft.footer, audience_values)
    return "test:" + hashlib.sha256(repr(identity).encode()).hexdigest()[:48]


def _confirm_draft(
    draft: BlastDraft, token: str | None, confirmed_count: int | None, shown: RenderedBlast
) -> ResponseReturnValue:
    moment = now()
    try:
        with audited_write("blast.confirmed", current_username()) as trace:
            # Read again inside the transaction: two posts of one form may come at the same time.
            earlier_id = _find_earlier_blast(token)
            if earlier_id is not None:
                raise BlastAlreadyConfirmed(earlier_id)
            people = _list_kept_people(shown)
            scheduled_id = blast_confirmation.confirm_blast(
                draft, token, current_username(), moment, confirmed_count, people
            )
            trace.about = f"scheduled blast {scheduled_id}"
            trace.details = _build_audit_details(draft)
    except BlastAlreadyConfirmed as error:
        return _redirect_to_scheduled_blast(error.scheduled_id)
    except AudienceGone:
        # Archived or deleted since the review was computed a moment ago.
        flash(LIST_GONE_ERROR, "error")
        return redirect(url_for("blasts.compose_blast"), 303)
    if draft.send_at:
        time = format_time_in_zone(draft.send_at, draft.timezone)
        flash(f"Scheduled for {time}.", "success")
    return _redirect_to_scheduled_blast(scheduled_id)


def _list_kept_people(shown: RenderedBlast) -> Iterator[tuple[str, str | None]]:
    """Yield (number, name) of whom a frozen audience keeps: not who is no contact any more."""
    for text in shown.texts:
        if text.skip_reason is not SkipReason.NOT_A_CONTACT:
            yield text.phone, text.name


def _build_audit_details(draft: BlastDraft) -> dict[str, object]:
    """Return what the audit keeps; a chosen time as the clocks showed it when it was chosen."""
    details: dict[str, object] = {
        "target": draft.target.value,
        "event": draft.event_id,
        "test": draft.is_test,
    }
    if isinstance(draft.people_of, ChosenAudience):
        details["audience"] = draft.people_of.sentence
    if draft.survey_id:
        details["survey"] = draft.survey_id
    if draft.send_at:
        local = local_times.build_local_time_input(draft.send_at, draft.timezone)
        details["leaves_at"] = f"{local.date} {local.time}"
        details["timezone"] = draft.timezone
    return details


def _redirect_to_scheduled_blast(scheduled_id: int) -> ResponseReturnValue:
    return redirect(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id), 303)
