"""The organisation's chats."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import db
from app.domain.notices.chat_shapes import get_shown_host
from app.notices.models import ChatWebhook


def list_chats() -> Sequence[ChatWebhook]:
    """Return every chat, by name."""
    return db.session.scalars(select(ChatWebhook).order_by(ChatWebhook.name)).all()


def list_active_chats() -> Sequence[ChatWebhook]:
    """Return the chats that are told of something."""
    statement = select(ChatWebhook).where(ChatWebhook.is_active).order_by(ChatWebhook.id)
    return db.session.scalars(statement).all()


def find_chat(webhook_id: int) -> ChatWebhook | None:
    """Return a chat, or None."""
    return db.session.get(ChatWebhook, webhook_id)


def name_host(chat: ChatWebhook) -> str:
    """Return the only part of the chat's address that pages show."""
    return get_shown_host(chat.url)
