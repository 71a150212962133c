"""Drafts: the list, the page of one, and every way in which it is saved."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app.audit.actions import audited_write
from app.blasts.actions import draft_storage
from app.blasts.actions.draft_storage import DraftChanged
from app.blasts.forms.audience_fields import WIDEN_BUTTON, translate_audience_fields
from app.blasts.forms.compose import ComposeForm
from app.blasts.forms.draft_fields import (
    add_gone_errors,
    apply_button_changes,
    build_draft_form,
    describe_listed_people,
)
from app.blasts.models import StoredDraft
from app.blasts.queries.draft_records import fetch_drafts_page, find_draft, name_draft
from app.blasts.queries.tab_counts import count_tabs
from app.blasts.views.blast_sending import (
    confirm_tests,
    get_client_token,
    redirect_to_scheduled_blast,
)
from app.blasts.views.blueprint import bp
from app.blasts.views.compose_page import render_compose_page
from app.blasts.views.draft_saving import (
    DraftSent,
    build_place,
    describe_draft_change,
    format_saved_time,
    get_draft_or_404,
    keep_copy,
    render_conflict_page,
    save_posted_draft,
)
from app.blasts.views.review_page import check_form
from app.blasts.views.test_sends import has_test_phone
from app.core.access import current_username, permission_required
from app.core.pagination import list_params
from app.domain.accounts.permissions import Permission
from app.domain.texts.whole_numbers import parse_id


@bp.get("/drafts")
@permission_required(Permission.SEND_TEXTS)
def list_drafts() -> ResponseReturnValue:
    """Show a user's drafts, an admin everybody's."""
    page = fetch_drafts_page(current_user.id, current_user.role, list_params((), ""))
    return render_template(
        "blasts/drafts.html",
        page=page,
        names={draft.id: name_draft(draft) for draft in page.rows},
        audiences={
            draft.id: describe_listed_people(draft, is_admin=current_user.is_admin)
            for draft in page.rows
        },
        tab_counts=count_tabs(current_user.id, current_user.role),
    )


@bp.post("/drafts")
@permission_required(Permission.SEND_TEXTS)
def start_draft() -> ResponseReturnValue:
    """Store the form of a new blast as a draft, and do what was pressed."""
    return _save_and_go_on(None)


@bp.route("/drafts/<int:draft_id>", methods=["GET", "POST"])
@permission_required(Permission.SEND_TEXTS)
def edit_draft(draft_id: int) -> ResponseReturnValue:
    """Show a draft as it was typed; store it, and do what was pressed."""
    if request.method == "POST":
        return _save_and_go_on(draft_id)
    draft = get_draft_or_404(draft_id)
    form = build_draft_form(draft)
    add_gone_errors(form)
    return render_compose_page(form, build_place(draft))


@bp.post("/drafts/<int:draft_id>/delete")
@permission_required(Permission.SEND_TEXTS)
def delete_draft(draft_id: int) -> ResponseReturnValue:
    """Delete a draft; a scheduled blast whose changes it holds stays as it is."""
    get_draft_or_404(draft_id)
    with audited_write("draft.deleted", current_username()) as trace:
        trace.about = f"draft {draft_id}"
        draft_storage.delete_draft(draft_id)
    flash("Draft deleted.", "success")
    return redirect(url_for("blasts.list_drafts"), 303)


@bp.post("/drafts/save")
@permission_required(Permission.SEND_TEXTS, json=True)
def autosave_draft() -> ResponseReturnValue:
    """Store what is typed, for the script that asks while one writes, and when the page is left."""
    posted = MultiDict(translate_audience_fields(request.form))
    form = ComposeForm(posted)
    draft_id = parse_id(request.form.get("draft_id", ""))
    try:
        draft = save_posted_draft(_check_draft_id(draft_id, form), form, posted)
    except DraftSent:
        return jsonify(sent="This blast was sent already."), 410
    except DraftChanged as error:
        if "leaving" in request.form:
            keep_copy(form, posted)
        return jsonify(conflict=describe_draft_change(error.draft)), 409
    return jsonify(
        id=draft.id,
        version=draft.version,
        url=url_for("blasts.edit_draft", draft_id=draft.id),
        saved=format_saved_time(draft),
    )


def _check_draft_id(draft_id: int | None, form: ComposeForm) -> int | None:
    """Return the id of the draft that a form is of; None where there is none any more.

    SQLite gives the id of a deleted draft to a new one, which the form's key tells apart.
    """
    draft = find_draft(draft_id) if draft_id is not None else None
    token = get_client_token(form)
    if draft is None or (token and token != draft.client_token):
        return None
    return get_draft_or_404(draft.id).id


def _save_and_go_on(draft_id: int | None) -> ResponseReturnValue:
    posted = apply_button_changes(request.form)
    form = ComposeForm(posted)
    try:
        draft = save_posted_draft(_check_draft_id(draft_id, form), form, posted)
    except DraftSent as error:
        return redirect_to_scheduled_blast(error.scheduled_id)
    except DraftChanged as error:
        return render_conflict_page(form, posted, error.draft)
    return _do_what_was_pressed(form, draft)


def _do_what_was_pressed(form: ComposeForm, draft: StoredDraft) -> ResponseReturnValue:
    """Go on from a stored draft: back to it, to its test, or to its review."""
    place = build_place(draft)
    if "save" in request.form:
        flash("Draft saved.", "success")
        return redirect(place.action_url, 303)
    if "edit" in request.form or "edit" in request.args:
        return render_compose_page(form, place, shows_lists=WIDEN_BUTTON in request.form)
    if not form.validate():
        return render_compose_page(form, place), 422
    if not form.is_test:
        return redirect(url_for("blasts.review_draft", draft_id=draft.id), 303)
    checked = check_form(form)
    if checked is None or not has_test_phone(form):
        return render_compose_page(form, place), 422
    return confirm_tests(form, checked)
