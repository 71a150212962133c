"""Write, check, send: one address, and nothing leaves before the review page was shown and
answered.
"""

import hashlib
from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.audit.actions import audited_write
from app.blasts import queries
from app.blasts.actions import blast_confirmation as blasts
from app.blasts.actions.blast_confirmation import BlastDraft
from app.blasts.forms import (
    MAX_PEOPLE_WITHOUT_TYPED_COUNT,
    BlastConfirmationForm,
    ComposeForm,
)
from app.blasts.views.blast_review import BlastReview
from app.blasts.views.blueprint import bp
from app.core.access import ALL_ROLES, current_username, roles_required
from app.core.clock import now
from app.delivery.queries.scheduled_blasts import find_blast_by_token
from app.domain.delivery.blast_rendering import skip_too_long_texts
from app.domain.delivery.message_statuses import BlastTarget
from app.domain.surveys.question_definitions import build_opening_text, parse_questions
from app.domain.texts import message_templates, text_cleaning
from app.domain.texts.segments import measure_segments, replace_costly_characters
from app.domain.time import local_times
from app.organisation import queries as organisation
from app.surveys import queries as surveys

PRACTICE_TEXT = "Hi {first_name|friend}, this is our first text from SMS Admin. Nothing to do, we are only trying it out."
MAX_TOKEN_LENGTH = 64
ViewResponse = ResponseReturnValue


class BlastAlreadyConfirmed(Exception):
    """This form was sent before: it is the blast `scheduled_id`."""

    def __init__(self, scheduled_id: int) -> None:
        super().__init__(scheduled_id)
        self.scheduled_id = scheduled_id


@bp.route("/new", methods=["GET", "POST"])
@roles_required(*ALL_ROLES)
def compose_blast() -> ViewResponse:
    """Compose; check; and, with confirm=1, send."""
    if request.method != "POST":
        return _render_compose_page(_create_prefilled_form())
    form = ComposeForm(_apply_button_changes(request.form))
    earlier = find_blast_by_token(token) if (token := _get_client_token(form)) else None
    if earlier is not None:
        return _redirect_to_scheduled_blast(earlier)
    if "edit" in request.form:
        return _render_compose_page(form)
    if not form.validate():
        return _render_compose_page(form), 422
    return _review_or_send(form)


def _review_or_send(form: ComposeForm) -> ViewResponse:
    rehearsal = form.render_draft()
    if not form.check_rendered_lengths(rehearsal):
        return _render_compose_page(form), 422
    draft = form.draft
    if draft.is_test:
        return _confirm_draft(draft, _derive_test_token(form, draft))
    rehearsal = skip_too_long_texts(rehearsal)
    review = BlastReview(
        draft,
        rehearsal,
        now(),
        form.get_selected_fold(form.start),
        form.get_selected_fold(form.end),
        _parse_page_number(),
    )
    confirmation = BlastConfirmationForm()
    confirming = "confirm" in request.form
    seen = confirmation.get_seen_count()
    changed = seen is not None and seen != review.recipient_count
    if (
        confirming
        and review.recipient_count
        and not changed
        and confirmation.check_typed_count(review.recipient_count)
    ):
        return _confirm_draft(draft, _get_client_token(form))
    status = 422 if confirming or not review.recipient_count else 200
    return _render_review_page(form, review, confirmation, seen if changed else None), status


def _render_review_page(
    form: ComposeForm,
    review: BlastReview,
    confirmation: BlastConfirmationForm,
    seen: int | None,
) -> str:
    return render_template(
        "blasts/check.html",
        form=form,
        review=review,
        confirm=confirmation,
        must_type=review.recipient_count > MAX_PEOPLE_WITHOUT_TYPED_COUNT,
        seen=seen,
        undo_seconds=organisation.get_undo_seconds(),
    )


def _render_compose_page(form: ComposeForm) -> str:
    org = organisation.get_organisation()
    return render_template(
        "blasts/compose.html",
        form=form,
        footer=org.footer.strip(),
        tokens=[
            (f"{{{token}|friend}}", label)
            for token, label in message_templates.NAME_PLACEHOLDERS.items()
        ],
        event_tokens=[
            (f"{{{token}}}", label) for token, label in message_templates.EVENT_PLACEHOLDERS.items()
        ],
        preview=_build_preview(form),
    )


def _build_preview(form: ComposeForm) -> dict[str, object] | None:
    """The text as somebody of the audience would read it; None while there is nothing to read."""
    body = form.message_body.data or ""
    target = (
        BlastTarget(form.target.data)
        if form.target.data in set(BlastTarget)
        else BlastTarget.COMMUNITY
    )
    if text_cleaning.is_blank_text(body) or message_templates.list_template_problems(
        body, of_event=target == BlastTarget.EVENT
    ):
        return None
    name = queries.find_sample_recipient_name(target, form.selected_event_id)
    text = message_templates.fill_template(
        body, name, queries.get_blast_placeholders(target, form.selected_event_id)
    ).strip()
    text = (
        message_templates.append_footer(text, form.selected_footer)
        if form.selected_footer
        else text
    )
    return {"name": name, "text": text, "parts": measure_segments(text).segments}


def _create_prefilled_form() -> ComposeForm:
    """An empty form; ?again=<id> fills it with an earlier blast (&later=1: for a new time),
    ?first=1 with a text.

    ?target=event&event_id=<id> chooses an event, ?survey=<id> asks that survey.
    """
    values: dict[str, object] = {"client_token": blasts.create_client_token()}
    if "first" in request.args:
        values["message_body"] = PRACTICE_TEXT
    if "later" in request.args:
        values["send_mode"] = "later"
    if request.args.get("target") == BlastTarget.EVENT.value:
        values |= {
            "target": BlastTarget.EVENT.value,
            "event_id": request.args.get("event_id", ""),
        }
    if "survey" in request.args:
        values |= _prefill_from_survey(request.args["survey"])
    if "again" in request.args:
        values |= _prefill_from_earlier_blast(request.args["again"])
    return ComposeForm(formdata=None, data=values)


def _prefill_from_survey(typed: str) -> dict[str, object]:
    """The first text of a survey; whoever answers it begins that survey."""
    known = typed.isascii() and typed.isdigit() and len(typed) <= 18
    survey = surveys.find_survey(int(typed)) if known else None
    if survey is None:
        abort(404)
    first = next(iter(parse_questions(survey.questions_json)), None)
    words = (
        build_opening_text(survey.intro_message or "", first.message_text)
        if first
        else survey.intro_message or ""
    )
    return {
        "message_body": words,
        "survey_id": str(survey.id) if survey.is_active else "",
    }


def _prefill_from_earlier_blast(typed: str) -> dict[str, object]:
    known = typed.isascii() and typed.isdigit() and len(typed) <= 18
    blast = queries.find_scheduled_blast(int(typed)) if known else None
    if blast is None:
        abort(404)
    zone = (
        blast.timezone
        if blast.timezone and local_times.is_time_zone(blast.timezone)
        else organisation.get_organisation_timezone()
    )
    return {
        "message_body": blast.message_body,
        "target": blast.target.value,
        "event_id": str(blast.event_id or ""),
        "include_unsubscribe": blast.footer is not None,
        "survey_id": str(blast.survey_id or ""),
        "timezone": zone,
        **_prefill_end_time(blast.not_after, zone),
    }


def _prefill_end_time(end: datetime | None, zone: str) -> dict[str, object]:
    """What to fill in for an earlier blast's end, unless that has passed."""
    if end is None or end <= now():
        return {}
    local = local_times.build_local_time_input(end, zone)
    return {"end_date": local.date, "end_time": local.time, "end_fold": local.fold}


def _apply_button_changes(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """The review page's buttons: `plain` writes plain characters, `other_…` chooses the other
    of two equal times.
    """
    changed = MultiDict(typed)
    if "plain" in typed:
        changed["message_body"] = replace_costly_characters(typed.get("message_body", ""))
    for name in ("fold", "end_fold"):
        if f"other_{name}" in typed:
            changed[name] = typed[f"other_{name}"]
    return changed


def _parse_page_number() -> int:
    typed = request.form.get("page", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else 1


def _get_client_token(form: ComposeForm) -> str | None:
    return (form.client_token.data or "").strip()[:MAX_TOKEN_LENGTH] or None


def _derive_test_token(form: ComposeForm, draft: BlastDraft) -> str | None:
    """A test uses up a key of its own, made from the form's and the text: the blast itself is
    still to come.
    """
    token = _get_client_token(form)
    if token is None:
        return None
    parts = (token, draft.body, draft.footer, draft.target.value, draft.event_id)
    return "test:" + hashlib.sha256(repr(parts).encode()).hexdigest()[:48]


def _confirm_draft(draft: BlastDraft, token: str | None) -> ViewResponse:
    moment = now()
    try:
        with audited_write("blast.confirmed", current_username()) as trace:
            earlier = find_blast_by_token(token) if token else None
            if earlier is not None:
                raise BlastAlreadyConfirmed(earlier)
            scheduled_id = blasts.confirm_blast(draft, token, current_username(), moment)
            trace.about = f"scheduled blast {scheduled_id}"
            trace.details = _build_audit_details(draft)
    except BlastAlreadyConfirmed as again:
        return _redirect_to_scheduled_blast(again.scheduled_id)
    if draft.send_at:
        flash(
            f"Scheduled for {local_times.format_moment(draft.send_at, draft.timezone, now=moment)}.",
            "success",
        )
    return _redirect_to_scheduled_blast(scheduled_id)


def _build_audit_details(draft: BlastDraft) -> dict[str, object]:
    """What the audit keeps of it: with a time that was chosen, as it stood on the clocks then."""
    kept: dict[str, object] = {
        "target": draft.target.value,
        "event": draft.event_id,
        "test": draft.is_test,
    }
    kept |= {"survey": draft.survey_id} if draft.survey_id else {}
    if draft.send_at:
        chosen = local_times.build_local_time_input(draft.send_at, draft.timezone)
        kept |= {
            "leaves_at": f"{chosen.date} {chosen.time}",
            "timezone": draft.timezone,
        }
    return kept


def _redirect_to_scheduled_blast(scheduled_id: int) -> ViewResponse:
    return redirect(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id), 303)
