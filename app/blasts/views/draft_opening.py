"""Drafts that begin as a blast: the changes of a scheduled one, and the text of one undone."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.blasts.actions.blast_confirmation import create_client_token
from app.blasts.actions.draft_storage import TypedDraft, create_draft
from app.blasts.forms.draft_fields import build_typed_form, describe_chosen_people
from app.blasts.forms.draft_keys import create_changes_token
from app.blasts.models import TypedFields
from app.blasts.queries.draft_records import find_draft_of_blast
from app.blasts.queries.people_permission import find_people_problem, get_stored_people
from app.blasts.views.blueprint import bp
from app.blasts.views.compose_prefill import build_blast_values
from app.blasts.views.draft_saving import get_writer
from app.core.access import permission_required
from app.core.db import write
from app.delivery.queries.blast_records import find_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.permissions import Permission
from app.domain.delivery.message_statuses import ScheduledBlastStatus

NOT_EDITABLE = "This blast can’t be edited any more."
STARTED_NOTE = "Too late to edit: it has started. You can stop the rest here."
REMINDER_NOTE = "Edit this reminder at its event."
SERIES_NOTE = "Edit this blast on the page of its series."


@bp.post("/scheduled/<int:scheduled_id>/edit")
@permission_required(Permission.SEND_TEXTS)
def edit_pending_blast(scheduled_id: int) -> ResponseReturnValue:
    """Open the draft of a scheduled blast's changes; the blast waits on as it is."""
    blast = find_scheduled_blast(scheduled_id) or abort(404)
    if problem := _find_problem(blast):
        flash(problem, "warning")
        return redirect(url_for("blasts.show_scheduled_blast", scheduled_id=scheduled_id), 303)
    return _redirect_to_draft(_open_changes(blast))


def open_new_draft(blast: ScheduledMessage) -> ResponseReturnValue:
    """Store the text and the choices of a blast as the draft of a new one, and open it."""
    typed, writer = _type_blast(blast), get_writer()
    with write():
        draft_id = create_draft(create_client_token(), typed, writer).id
    return _redirect_to_draft(draft_id)


def _open_changes(blast: ScheduledMessage) -> int:
    """Return the id of the one draft of a blast's changes; two people share it."""
    typed, writer = _type_blast(blast), get_writer()
    scheduled_id = blast.id
    with write():
        draft = find_draft_of_blast(scheduled_id)
        if draft is None:
            draft = create_draft(create_changes_token(scheduled_id), typed, writer, scheduled_id)
        return draft.id


def _find_problem(blast: ScheduledMessage) -> str:
    """Return why a blast cannot be edited by this user, "" when it can."""
    if blast.message_log_id:
        return STARTED_NOTE
    if blast.status != ScheduledBlastStatus.PENDING or blast.test_mode:
        return NOT_EDITABLE
    if blast.event_reminder_id is not None:
        return REMINDER_NOTE
    if blast.series_id is not None:
        return SERIES_NOTE
    return find_people_problem(get_stored_people(blast), current_user.role)


def _type_blast(blast: ScheduledMessage) -> TypedDraft:
    """Return a blast as somebody would have typed it."""
    values = {"send_mode": "now" if blast.immediate else "later"} | build_blast_values(blast)
    fields: TypedFields = []
    for name, value in values.items():
        fields += [(name, text) for text in _write_value(value)]
    form = build_typed_form(fields, "")
    return TypedDraft(fields, describe_chosen_people(form))


def _write_value(value: object) -> list[str]:
    """Return a value as a browser would send it; an empty box sends none."""
    if isinstance(value, list):
        return list(map(str, value))
    if value is True:
        return ["y"]
    return [str(value)] if value else []


def _redirect_to_draft(draft_id: int) -> ResponseReturnValue:
    return redirect(url_for("blasts.edit_draft", draft_id=draft_id), 303)
