"""Drafts: one of them, those that a user may open, and how many there are."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, true

from app.blasts.models import StoredDraft
from app.blasts.queries.people_permission import find_people_problem, get_stored_people
from app.core.db import db
from app.core.fetched_rows import count_rows
from app.core.pagination import ListPage, ListParams, clamp_to_last_page
from app.core.permission_checks import is_reached
from app.delivery.queries.blast_records import find_scheduled_blast
from app.delivery.scheduled_models import ScheduledMessage
from app.domain.accounts.roles import Role
from app.domain.delivery.blast_labels import format_blast_title
from app.domain.delivery.message_statuses import ScheduledBlastStatus

UNTITLED = "No text yet"


def name_draft(draft: StoredDraft) -> str:
    """Return what a draft is called: its name, else how its text begins."""
    values = dict(draft.typed_fields)
    title = format_blast_title(values.get("message_body", ""), name=values.get("name"))
    return title.strip() or UNTITLED


def find_draft(draft_id: int) -> StoredDraft | None:
    """Return a draft as it is stored now, or None."""
    statement = select(StoredDraft).where(StoredDraft.id == draft_id)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def find_draft_by_token(client_token: str) -> StoredDraft | None:
    """Return the draft whose form has this one-time key, or None."""
    statement = select(StoredDraft).where(StoredDraft.client_token == client_token)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def find_draft_of_blast(scheduled_id: int) -> StoredDraft | None:
    """Return the draft that changes a scheduled blast, or None."""
    return db.session.scalar(select(StoredDraft).where(StoredDraft.scheduled_id == scheduled_id))


def find_edited_blast(draft: StoredDraft) -> ScheduledMessage | None:
    """Return the blast that a draft changes while it still waits; None for a new blast.

    A draft of a blast that was released or canceled meanwhile is one of a new blast.
    """
    blast = find_scheduled_blast(draft.scheduled_id) if draft.scheduled_id else None
    if blast is None or blast.status != ScheduledBlastStatus.PENDING:
        return None
    return blast


def may_open_draft(draft: StoredDraft, user_id: int, role: Role) -> bool:
    """Whether a user may open a draft: an admin any, others their own.

    The changes of a scheduled blast belong to that blast: whoever may text its people.
    """
    if role == Role.ADMIN or draft.created_by_id == user_id:
        return True
    blast = find_edited_blast(draft)
    if blast is None or not is_reached("scheduled_id", blast.id):
        return False
    return not find_people_problem(get_stored_people(blast), role)


def fetch_drafts_page(user_id: int, role: Role, params: ListParams) -> ListPage:
    """Return a page of the drafts in a user's list, the last changed first."""
    is_listed = is_draft_listed(user_id, role)
    total = count_rows(StoredDraft, is_listed)
    params = clamp_to_last_page(total, params)
    statement = select(StoredDraft).where(is_listed)
    statement = statement.order_by(StoredDraft.updated_at.desc(), StoredDraft.id.desc())
    rows = db.session.scalars(statement.offset(params.offset).limit(params.per_page)).all()
    return ListPage(rows, total, params)


def find_latest_own_draft(user_id: int) -> StoredDraft | None:
    """Return the draft that a user would go on with: their own, changed last; None for none."""
    statement = select(StoredDraft).where(StoredDraft.created_by_id == user_id)
    return db.session.scalar(statement.order_by(StoredDraft.updated_at.desc()).limit(1))


def list_drafts_with_people() -> Sequence[StoredDraft]:
    """Return the drafts that may hold pasted numbers."""
    statement = select(StoredDraft).where(StoredDraft.fields.contains('["people", "'))
    return db.session.scalars(statement).all()


def is_draft_listed(user_id: int, role: Role) -> ColumnElement[bool]:
    """Return the condition that a draft is in a user's list: an admin sees all."""
    return true() if role == Role.ADMIN else StoredDraft.created_by_id == user_id
