"""What a request saves of a draft, and the page that shows two changes beside each other."""

from dataclasses import dataclass

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app.blasts.actions import draft_storage
from app.blasts.actions.blast_confirmation import create_client_token
from app.blasts.actions.draft_storage import DraftWriter, TypedDraft
from app.blasts.forms.compose import ComposeForm
from app.blasts.forms.draft_fields import build_draft_form, read_typed_draft
from app.blasts.forms.draft_keys import find_changed_blast_id
from app.blasts.models import StoredDraft
from app.blasts.queries.draft_records import (
    find_draft,
    find_draft_by_token,
    find_edited_blast,
    may_open_draft,
)
from app.blasts.queries.people_permission import find_people_problem, get_stored_people
from app.blasts.queries.written_texts import BlastText, list_texts
from app.blasts.views.blast_sending import find_earlier_blast, get_client_token
from app.blasts.views.compose_page import ComposePlace
from app.core.access import current_username
from app.core.db import NotFound, write
from app.core.local_formats import format_recent_time
from app.core.permission_checks import is_reached
from app.core.user_names import name_user
from app.delivery.queries.blast_records import find_scheduled_blast
from app.domain.texts.whole_numbers import parse_whole_number

MAX_VERSION_DIGITS = 9
RELEASED_NOTE = (
    "The scheduled blast was sent or canceled meanwhile, so it did not change. "
    "This is a draft now. Sending it makes a new blast."
)


@dataclass(frozen=True)
class DraftVersion:
    """One of two versions of a draft: its texts, and whom it is for and when."""

    texts: list[BlastText]
    audience: str
    time: str
    name: str


class DraftSent(Exception):
    """The form became the scheduled blast `scheduled_id` meanwhile."""

    def __init__(self, scheduled_id: int) -> None:
        super().__init__(scheduled_id)
        self.scheduled_id = scheduled_id


def get_draft_or_404(draft_id: int) -> StoredDraft:
    """Return a draft that this user may open; others are not found."""
    draft = find_draft(draft_id)
    if draft is None or not may_open_draft(draft, current_user.id, current_user.role):
        abort(404)
    # Somebody else may have chosen people whom this user may not text, nor see.
    is_own = draft.created_by_id == current_user.id
    if not is_own and build_draft_form(draft).people_problem:
        abort(404)
    return draft


def get_writer() -> DraftWriter:
    """Return the user as who saves a draft."""
    return DraftWriter(current_user.id, current_username())


def get_seen_version() -> int:
    """Return the version that the form of this request was opened with; 0 for none."""
    return parse_whole_number(request.form.get("version", ""), MAX_VERSION_DIGITS) or 0


def build_place(draft: StoredDraft) -> ComposePlace:
    """Return what the compose page says of a draft."""
    edited = find_edited_blast(draft)
    is_released = draft.scheduled_id is not None and edited is None
    return ComposePlace(draft, edited, RELEASED_NOTE if is_released else "")


def save_posted_draft(
    draft_id: int | None, form: ComposeForm, posted: MultiDict[str, str]
) -> StoredDraft:
    """Store what a form holds and return its draft. Raises DraftChanged and DraftSent.

    A draft that was deleted meanwhile is stored anew: what was typed is never lost.
    """
    token = get_client_token(form) or create_client_token()
    typed, writer = read_typed_draft(form, posted), get_writer()
    version = get_seen_version()
    if draft_id is None:
        _require_own_token(token)
    with write():
        # Asked inside the transaction: the blast may be confirmed at this very moment.
        sent_id = find_earlier_blast(token)
        if sent_id is not None:
            raise DraftSent(sent_id)
        draft = None
        if draft_id is not None:
            draft = _save_if_there(draft_id, version, typed, writer)
        if draft is None:
            scheduled_id = _find_changed_blast(token)
            draft = draft_storage.save_new_draft(token, typed, writer, scheduled_id)
    form.client_token.data = draft.client_token
    return draft


def _save_if_there(
    draft_id: int, version: int, typed: TypedDraft, writer: DraftWriter
) -> StoredDraft | None:
    try:
        return draft_storage.save_draft(draft_id, version, typed, writer)
    except NotFound:
        return None


def _find_changed_blast(token: str) -> int | None:
    """Return the id of the blast that a form changes, where this user may; None otherwise."""
    scheduled_id = find_changed_blast_id(token)
    blast = find_scheduled_blast(scheduled_id) if scheduled_id else None
    if blast is None or not is_reached("scheduled_id", blast.id):
        return None
    if find_people_problem(get_stored_people(blast), current_user.role):
        return None
    return blast.id


def _require_own_token(token: str) -> None:
    """Refuse the key of a draft that this user may not open."""
    draft = find_draft_by_token(token)
    if draft and not may_open_draft(draft, current_user.id, current_user.role):
        abort(404)


def keep_copy(form: ComposeForm, posted: MultiDict[str, str]) -> StoredDraft:
    """Store what was typed as a draft of its own: its page is gone, and cannot ask any more."""
    typed = read_typed_draft(form, posted)
    with write():
        return draft_storage.create_draft(create_client_token(), typed, get_writer())


def describe_draft_change(draft: StoredDraft) -> str:
    """Return who changed a draft last, and when."""
    is_own = draft.updated_by == current_username()
    who = "You" if is_own else name_user(draft.updated_by)
    where = " in another window" if is_own else ""
    return f"{who} changed this draft{where} {format_recent_time(draft.updated_at)}."


def format_saved_time(draft: StoredDraft) -> str:
    """Return what stands beside the heading: "Saved today, 2:03 PM"."""
    return f"Saved {format_recent_time(draft.updated_at)}"


def render_conflict_page(
    form: ComposeForm, posted: MultiDict[str, str], theirs: StoredDraft
) -> ResponseReturnValue:
    """Show both versions beside each other; nothing was saved, and everything typed is here."""
    typed = read_typed_draft(form, posted)
    page = render_template(
        "blasts/draft_conflict.html",
        draft=theirs,
        change=describe_draft_change(theirs),
        their_name=_name_other_writer(theirs),
        mine=_describe_version(form, typed.audience),
        theirs=_describe_version(build_draft_form(theirs), theirs.audience),
        fields=typed.fields,
        action_url=url_for("blasts.edit_draft", draft_id=theirs.id),
    )
    return page, 409


def _name_other_writer(draft: StoredDraft) -> str:
    if draft.updated_by == current_username():
        return "You, in the other window"
    return name_user(draft.updated_by)


def _describe_version(form: ComposeForm, audience: str) -> DraftVersion:
    time = "Now"
    if form.send_mode.data == "later":
        typed = (form.schedule_date.data, form.schedule_time.data, form.timezone.data)
        time = ", ".join(filter(None, typed)) or "Later"
    texts = list_texts(form.message_body.data or "", form.translations)
    return DraftVersion(texts, audience or "No one yet", time, form.name.data or "–")
