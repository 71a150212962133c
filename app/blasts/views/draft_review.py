"""The review of a draft, and the button that sends exactly what it showed."""

from collections.abc import Callable
from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app.audiences.queries.audience_recipients import AudienceGone
from app.blasts.actions import draft_storage
from app.blasts.actions.draft_storage import DraftChanged
from app.blasts.actions.scheduled_edits import BlastReleased
from app.blasts.forms.blast_confirmation import BlastConfirmationForm
from app.blasts.forms.compose import ComposeForm
from app.blasts.forms.draft_fields import (
    PLAIN_BUTTONS,
    apply_button_changes,
    build_draft_form,
    read_typed_draft,
)
from app.blasts.models import StoredDraft
from app.blasts.queries.draft_records import find_draft
from app.blasts.views.blast_sending import (
    LIST_GONE_ERROR,
    confirm_checked_blast,
    find_earlier_blast,
    redirect_to_scheduled_blast,
)
from app.blasts.views.blueprint import bp
from app.blasts.views.compose_page import ComposePlace, render_compose_page
from app.blasts.views.draft_saving import (
    RELEASED_NOTE,
    build_place,
    describe_draft_change,
    get_draft_or_404,
    get_seen_version,
    get_writer,
)
from app.blasts.views.name_fixes import apply_name_fixes
from app.blasts.views.review_page import (
    CheckedBlast,
    ReviewPlace,
    check_form,
    describe_change,
    is_as_reviewed,
    render_review,
)
from app.blasts.views.scheduled_edit_sending import change_blast
from app.core.access import permission_required
from app.core.db import NotFound, write
from app.domain.accounts.permissions import Permission
from app.domain.texts.whole_numbers import parse_id

# Which person and which page of texts is shown; nothing is stored of it.
POSITIONS = ("person", "page")
REVIEW_AGAIN = "Please review it again."


@bp.route("/drafts/<int:draft_id>/review", methods=["GET", "POST"])
@permission_required(Permission.SEND_TEXTS)
def review_draft(draft_id: int) -> ResponseReturnValue:
    """Show what a draft would send to whom; its buttons change the draft."""
    draft = get_draft_or_404(draft_id)
    if request.method == "POST":
        if "edit" in request.form:
            return redirect(url_for("blasts.edit_draft", draft_id=draft_id), 303)
        if "fix_names" in request.form:
            apply_name_fixes()
        problem = _apply_pressed_button(draft)
        if problem:
            flash(problem, "warning")
        position = [(name, request.form[name]) for name in POSITIONS if name in request.form]
        url = url_for("blasts.review_draft", draft_id=draft_id)
        return redirect(f"{url}?{urlencode(position)}" if position else url, 303)
    return _show_review(draft, BlastConfirmationForm())


@bp.post("/drafts/<int:draft_id>/send")
@permission_required(Permission.SEND_TEXTS)
def send_draft(draft_id: int) -> ResponseReturnValue:
    """Send or schedule a draft as its review showed it; otherwise show the review again."""
    scheduled_id = parse_id(request.form.get("scheduled_id", ""))
    sent_id = find_earlier_blast(request.form.get("client_token", "")) or scheduled_id
    if sent_id and find_draft(draft_id) is None:
        return redirect_to_scheduled_blast(sent_id)
    draft = get_draft_or_404(draft_id)
    if request.form.get("version") != str(draft.version):
        notice = f"{describe_draft_change(draft)} {REVIEW_AGAIN}"
        return _show_review(draft, BlastConfirmationForm(), notice, 422)
    return _send_reviewed(draft)


def _send_reviewed(draft: StoredDraft) -> ResponseReturnValue:
    place, form = build_place(draft), build_draft_form(draft)
    checked = check_form(form) if form.validate() else None
    if checked is None:
        return render_compose_page(form, place), 422
    confirmation = BlastConfirmationForm()
    edited_id = place.edited.id if place.edited else None
    if not is_as_reviewed(checked, edited_id):
        notice = place.note or describe_change(checked, confirmation)
        return _render(form, checked, confirmation, place, notice, 422)
    count = checked.blast.recipient_count
    may_exempt = current_user.may(Permission.APPROVE_TEXTS)
    has_reason = confirmation.check_any_hour_reason(may_exempt=may_exempt)
    if not count or not confirmation.check_typed_count(count) or not has_reason:
        return _render(form, checked, confirmation, place, "", 422)
    try:
        return _confirm(draft, place, checked, confirmation)
    except DraftChanged as error:
        notice = f"{describe_draft_change(error.draft)} {REVIEW_AGAIN}"
        return _show_review(error.draft, confirmation, notice, 422)
    except BlastReleased:
        return _show_review(draft, confirmation, RELEASED_NOTE, 422)
    except AudienceGone:
        flash(LIST_GONE_ERROR, "error")
        return redirect(place.action_url, 303)


def _confirm(
    draft: StoredDraft,
    place: ComposePlace,
    checked: CheckedBlast,
    confirmation: BlastConfirmationForm,
) -> ResponseReturnValue:
    finish, count = _build_finisher(draft.id, draft.version), checked.blast.recipient_count
    if place.edited is None:
        reason = confirmation.any_hour_reason.data or ""
        return confirm_checked_blast(checked, draft.client_token, count, finish, reason)
    scheduled_id = place.edited.id
    try:
        return change_blast(place.edited, checked, count, finish)
    except NotFound:
        # A second post of the same form, at the same time as the first.
        return redirect_to_scheduled_blast(scheduled_id)


def _build_finisher(draft_id: int, version: int) -> Callable[[], None]:
    """Return what deletes the draft as it was reviewed.

    It raises DraftChanged for another version, and NotFound when it is gone.
    """

    def finish() -> None:
        if draft_storage.delete_draft(draft_id, version):
            return
        changed = find_draft(draft_id)
        if changed is None:
            raise NotFound
        raise DraftChanged(changed)

    return finish


def _show_review(
    draft: StoredDraft, confirmation: BlastConfirmationForm, notice: str = "", status: int = 0
) -> ResponseReturnValue:
    place, form = build_place(draft), build_draft_form(draft)
    checked = check_form(form) if form.validate() else None
    if checked is None:
        return render_compose_page(form, place), 422
    return _render(form, checked, confirmation, place, notice or place.note, status)


def _render(
    form: ComposeForm,
    checked: CheckedBlast,
    confirmation: BlastConfirmationForm,
    place: ComposePlace,
    notice: str,
    status: int,
) -> ResponseReturnValue:
    draft = place.draft
    assert draft is not None
    fields = [("version", str(draft.version)), ("client_token", draft.client_token)]
    if place.edited:
        fields.append(("scheduled_id", str(place.edited.id)))
    review_place = ReviewPlace(
        url_for("blasts.review_draft", draft_id=draft.id),
        fields,
        send_url=url_for("blasts.send_draft", draft_id=draft.id),
        edit_url=place.action_url,
        changed_notice=notice,
        scheduled_id=place.edited.id if place.edited else None,
    )
    page, default_status = render_review(form, checked, confirmation, review_place)
    return page, status or default_status


def _apply_pressed_button(draft: StoredDraft) -> str:
    """Store the change of a button beside a notice; return why it could not be stored, or ""."""
    fields = MultiDict(draft.typed_fields)
    form = ComposeForm(request.form)
    for name, value in read_typed_draft(form, request.form).fields:
        fields[name] = value
    for name in (*PLAIN_BUTTONS, "other_fold", "other_end_fold"):
        if name in request.form:
            fields[name] = request.form[name]
    changed = apply_button_changes(fields)
    typed = read_typed_draft(ComposeForm(changed, meta={"csrf": False}), changed)
    if typed.fields == draft.typed_fields:
        return ""
    try:
        with write():
            draft_storage.save_draft(draft.id, get_seen_version(), typed, get_writer())
    except DraftChanged as error:
        return describe_draft_change(error.draft)
    return ""
