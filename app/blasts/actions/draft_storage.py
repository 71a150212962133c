"""Storing drafts: nothing typed is lost, and nobody's change is overwritten unseen."""

import json
from dataclasses import dataclass

from sqlalchemy import delete, update

from app.blasts.models import StoredDraft, TypedFields
from app.blasts.queries.draft_records import (
    find_draft,
    find_draft_by_token,
    find_draft_of_blast,
    list_drafts_with_people,
)
from app.core.clock import now
from app.core.db import NotFound, db, execute_and_count_rows, update_row
from app.domain.phones.phone_erasure import PhoneErasure, contains_phone_number

MAX_AUDIENCE_LENGTH = 300
# Pasted numbers, one person a line.
PEOPLE_FIELD = "people"


class DraftChanged(Exception):
    """The draft was changed since the form was opened, as it is stored in `draft` now."""

    def __init__(self, draft: StoredDraft) -> None:
        super().__init__(draft.id)
        self.draft = draft


@dataclass(frozen=True)
class DraftWriter:
    """Who saves a draft."""

    user_id: int
    username: str


@dataclass(frozen=True)
class TypedDraft:
    """A form as it was typed, and whom it is for in words."""

    fields: TypedFields
    audience: str = ""


def create_draft(
    client_token: str, typed: TypedDraft, writer: DraftWriter, scheduled_id: int | None = None
) -> StoredDraft:
    """Store a new draft. Inside write(). `scheduled_id`: of the blast that it changes."""
    draft = StoredDraft(
        client_token=client_token,
        created_by_id=writer.user_id,
        created_by=writer.username,
        updated_by=writer.username,
        updated_at=now(),
        scheduled_id=scheduled_id,
        **_build_content(typed),
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def save_new_draft(
    client_token: str, typed: TypedDraft, writer: DraftWriter, scheduled_id: int | None = None
) -> StoredDraft:
    """Store what was typed into a form without a draft. Inside write(). Raises DraftChanged.

    The form may have been stored before, when the answer did not arrive: its key says so.
    `scheduled_id`: of the blast that it changes; its changes are one draft.
    """
    draft = find_draft_by_token(client_token)
    if draft is None and scheduled_id is not None:
        draft = find_draft_of_blast(scheduled_id)
    if draft is None:
        return create_draft(client_token, typed, writer, scheduled_id)
    # Version 1 is what this form stored itself. No draft has version 0, so that the change of
    # another is shown and not overwritten.
    is_own_first = draft.version == 1 and draft.created_by_id == writer.user_id
    return save_draft(draft.id, 1 if is_own_first else 0, typed, writer)


def save_draft(draft_id: int, version: int, typed: TypedDraft, writer: DraftWriter) -> StoredDraft:
    """Store a draft whose form was opened at this version. Inside write().

    Raises NotFound, and DraftChanged when somebody else changed it since, in another way.
    """
    draft = find_draft(draft_id)
    if draft is None:
        raise NotFound
    content = _build_content(typed)
    # The same text again is no conflict: the answer to a save that was stored may be lost.
    if draft.fields == content["fields"]:
        return draft
    if draft.version != version:
        raise DraftChanged(draft)
    values = {"version": version + 1, "updated_by": writer.username, "updated_at": now()}
    update_row(StoredDraft, draft_id, content | values)
    db.session.refresh(draft)
    return draft


def delete_draft(draft_id: int, version: int | None = None) -> bool:
    """Delete a draft, if it has this version still; whether it was there. Inside write()."""
    statement = delete(StoredDraft).where(StoredDraft.id == draft_id)
    if version is not None:
        statement = statement.where(StoredDraft.version == version)
    return execute_and_count_rows(statement) == 1


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Take a number out of the lists that were pasted into drafts; how many drafts changed.

    Inside write(). A page that is open with the number is told that the draft was changed.
    """
    count = 0
    for draft in list_drafts_with_people():
        fields = draft.typed_fields
        # Read line by line: a number may be pasted in any spelling, so that no SQL finds it.
        rest = [(name, _remove_lines(name, value, erasure.phone)) for name, value in fields]
        if rest != fields:
            count += _replace_fields(draft, rest)
    return {"blast_drafts": count} if count else {}


def _remove_lines(name: str, value: str, phone: str) -> str:
    if name != PEOPLE_FIELD:
        return value
    lines = value.splitlines(keepends=True)
    return "".join(line for line in lines if not contains_phone_number(line, phone))


def _replace_fields(draft: StoredDraft, fields: TypedFields) -> int:
    values = {"fields": _write_fields(fields), "version": draft.version + 1}
    statement = update(StoredDraft).where(StoredDraft.id == draft.id).values(values)
    return execute_and_count_rows(statement)


def _build_content(typed: TypedDraft) -> dict[str, str]:
    audience = typed.audience[:MAX_AUDIENCE_LENGTH]
    return {"fields": _write_fields(typed.fields), "audience": audience}


def _write_fields(fields: TypedFields) -> str:
    return json.dumps(fields, ensure_ascii=False)
