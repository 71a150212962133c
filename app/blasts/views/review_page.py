"""The review page of a form, and the seal by which what was reviewed is what is sent."""

import hashlib
import hmac
from dataclasses import dataclass, fields, replace

from flask import render_template, request
from flask_login import current_user

from app.approvals.queries.sender_excess import find_excess
from app.blasts.forms.blast_confirmation import (
    MAX_PEOPLE_WITHOUT_TYPED_COUNT,
    BlastConfirmationForm,
)
from app.blasts.forms.compose import ComposeForm
from app.blasts.queries import audience
from app.blasts.queries.approval_content import measure_blast
from app.blasts.queries.blast_review import review_blast
from app.blasts.queries.field_fillings import FieldNotTextable
from app.blasts.queries.review_notices import ReviewRequest
from app.blasts.queries.scope_judgement import explain_outside
from app.core.access import current_scope
from app.core.clock import now
from app.core.form_fields import add_error
from app.core.settings import current_settings
from app.domain.audiences.audience_rules import write_audience
from app.domain.audiences.chosen_audience import ChosenAudience
from app.domain.delivery.blast_draft import BlastDraft
from app.domain.delivery.blast_rendering import RenderedBlast, skip_too_long_texts
from app.domain.texts.whole_numbers import parse_whole_number

MAX_PAGE_DIGITS = 9


@dataclass(frozen=True)
class CheckedBlast:
    """A form without errors: what would be sent, and who would get which text."""

    draft: BlastDraft
    blast: RenderedBlast

    def seal(self, scheduled_id: int | None = None) -> str:
        """Return a keyed hash of everything that would be sent: the texts, their people, the times.

        `scheduled_id`: of the blast that it changes. Only the review page gives it out, so whoever
        sends it back has seen exactly this.
        """
        people_of = self.draft.people_of
        people = repr(people_of)
        if isinstance(people_of, ChosenAudience):
            # Not by the names of its lists, which may change.
            people = repr((write_audience(people_of.rule), people_of.is_frozen, people_of.people))
        choices = [
            getattr(self.draft, field.name)
            for field in fields(self.draft)
            if field.name != "people_of"
        ]
        texts = "\0".join(f"{text.phone} {text.body}" for text in self.blast.sendable_texts)
        sealed = repr((choices, people, scheduled_id)) + texts
        key = current_settings().secret_key.encode()
        return hmac.new(key, sealed.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class ReviewPlace:
    """Where the review's form is sent, and what it carries there beside the seal.

    `send_url`: where the button that sends posts to; "": to `action_url`. `edit_url`: the page of
    the draft; "": a button brings back the form. `changed_notice`: what is other than in an
    earlier review, "" for nothing.
    """

    action_url: str
    carried_fields: list[tuple[str, str]]
    send_url: str = ""
    edit_url: str = ""
    changed_notice: str = ""
    scheduled_id: int | None = None


def check_form(form: ComposeForm) -> CheckedBlast | None:
    """Return what a valid form would send; None, with sentences beside its fields, for errors."""
    try:
        draft = form.build_draft()
        blast = audience.render_draft(draft)
    except FieldNotTextable as error:
        # Archived or made private since the form was validated, a moment ago.
        add_error(form.message_body, error.reason)
        return None
    if not form.check_rendered_lengths(blast):
        return None
    outside = "" if draft.is_test else explain_outside(blast, current_scope())
    if outside:
        add_error(form.target, outside)
        return None
    # The carrier would refuse texts that are too long, and that would pause the blast for all.
    return CheckedBlast(draft, blast if draft.is_test else skip_too_long_texts(blast))


def render_review(
    form: ComposeForm,
    checked: CheckedBlast,
    confirmation: BlastConfirmationForm,
    place: ReviewPlace,
) -> tuple[str, int]:
    """Return the review page and its status: 422 when no one would get the text."""
    review = review_blast(
        ReviewRequest(
            checked.draft,
            checked.blast,
            now(),
            form.get_selected_fold(form.start),
            form.get_selected_fold(form.end),
            parse_whole_number(request.values.get("page", ""), MAX_PAGE_DIGITS) or 1,
            parse_whole_number(request.values.get("person", ""), MAX_PAGE_DIGITS) or 0,
        )
    )
    excess = _find_sender_excess(checked.blast, place.scheduled_id)
    if excess:
        review = replace(review, send_label=f"Ask to send to {review.recipients}")
    carried = [*place.carried_fields, ("review_hash", checked.seal(place.scheduled_id))]
    page = render_template(
        "blasts/review.html",
        review=review,
        place=place,
        carried_fields=carried,
        confirmation=confirmation,
        excess=excess,
        must_type_count=review.recipient_count > MAX_PEOPLE_WITHOUT_TYPED_COUNT,
    )
    return page, 200 if review.recipient_count else 422


def _find_sender_excess(blast: RenderedBlast, scheduled_id: int | None) -> str:
    """Return why what this user sends would wait for approval, as a sentence; "" if it would not.

    Of a scheduled blast, `scheduled_id`, only the change counts to the money of the day.
    """
    return find_excess(current_user, measure_blast(blast), now(), scheduled_id)


def is_as_reviewed(checked: CheckedBlast, scheduled_id: int | None = None) -> bool:
    """Whether the page that this was sent from showed exactly what would be sent now."""
    seal = request.form.get("review_hash", "")
    return hmac.compare_digest(seal.encode(), checked.seal(scheduled_id).encode())


def describe_change(checked: CheckedBlast, confirmation: BlastConfirmationForm) -> str:
    """Return what is other than in the review that this was sent from."""
    seen_count = confirmation.get_seen_count()
    count = checked.blast.recipient_count
    if seen_count is None or seen_count == count:
        return "The people, their texts or the event changed meanwhile. Please review again."
    difference = count - seen_count
    direction = "more" if difference > 0 else "fewer"
    people = "person" if count == 1 else "people"
    return f"Now {count:,} {people} ({abs(difference):,} {direction}). Please review again."
