"""Somebody who was erased is put into a topic again that they had left. Inside write()."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select

from app.core.db import db
from app.groups.queries.group_records import list_folded_names
from app.suppression.actions.kept_topic_leaves import (
    has_erased_topic_leaves,
    restore_erased_topic_leaves,
)


def restore_leaves_of_members(group_id: int, phones: Sequence[str]) -> None:
    """Let those of these new members have left the topic who had left it before their erasure."""
    if phones and has_erased_topic_leaves():
        restore_erased_topic_leaves(group_id, list_folded_names([group_id]), phones)


def restore_leaves_of_selected_members(group_id: int, phones: Select[Any]) -> None:
    """Do the same for the new members whom a select of phones finds; reads them only if needed."""
    if has_erased_topic_leaves():
        members = [phone for phone in db.session.scalars(phones) if phone]
        restore_leaves_of_members(group_id, members)
