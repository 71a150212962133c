"""Add, change and delete the organisation's chats. Inside write()."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete

from app.core.db import NotFound, db, execute_and_count_rows
from app.notices.models import ChatWebhook


def add_chat(values: Mapping[str, Any]) -> ChatWebhook:
    """Add a chat. Raises UniqueViolation for a name or address that another one has."""
    chat = ChatWebhook(**values)
    db.session.add(chat)
    # Now, so that a name or address that is taken is known here.
    db.session.flush()
    return chat


def change_chat(webhook_id: int, values: Mapping[str, Any]) -> ChatWebhook:
    """Change a chat. Raises NotFound, or UniqueViolation as add_chat() does."""
    chat = db.session.get(ChatWebhook, webhook_id, populate_existing=True)
    if chat is None:
        raise NotFound
    for name, value in values.items():
        setattr(chat, name, value)
    db.session.flush()
    return chat


def delete_chat(webhook_id: int) -> None:
    """Delete a chat and the notices that it was told. Raises NotFound."""
    if not execute_and_count_rows(delete(ChatWebhook).where(ChatWebhook.id == webhook_id)):
        raise NotFound
