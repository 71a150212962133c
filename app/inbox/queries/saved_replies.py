"""Reading saved replies."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.core.db import db
from app.inbox.models import SavedReply


def find_saved_replies() -> Sequence[SavedReply]:
    """Return all saved replies, by title."""
    replies = select(SavedReply).order_by(func.lower(SavedReply.title), SavedReply.id)
    return db.session.scalars(replies).all()


def find_saved_reply(reply_id: int) -> SavedReply | None:
    """Return one saved reply, read again from the database."""
    return db.session.get(SavedReply, reply_id, populate_existing=True)
