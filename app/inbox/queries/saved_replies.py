"""Replies that are written again and again."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.core.db import db
from app.inbox.models import SavedReply


def find_saved_replies() -> Sequence[SavedReply]:
    """All of them by title."""
    return db.session.scalars(
        select(SavedReply).order_by(func.lower(SavedReply.title), SavedReply.id)
    ).all()


def find_saved_reply(reply_id: int) -> SavedReply | None:
    """One of them, as it is now."""
    return db.session.get(SavedReply, reply_id, populate_existing=True)
