"""Texts that were counted and not stored."""

from collections.abc import Sequence

from sqlalchemy import select

from app.core.db import db
from app.delivery.unkept_text_models import UnkeptTexts

MAX_DAYS = 30


def list_unkept_texts(phones: Sequence[str]) -> Sequence[UnkeptTexts]:
    """Return the days on which texts of these numbers were not stored, the newest first."""
    statement = select(UnkeptTexts).where(UnkeptTexts.phone.in_(phones))
    return db.session.scalars(statement.order_by(UnkeptTexts.day.desc()).limit(MAX_DAYS)).all()
