"""What is in the trash."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.core.db import NotFound, db
from app.trash.models import DAYS_IN_TRASH, TrashItem, TrashKind


def list_trash_items(
    kinds: Sequence[TrashKind], offset: int, limit: int
) -> tuple[Sequence[TrashItem], int]:
    """Return a page of the items of these kinds, the newest first, and how many there are."""
    is_shown = TrashItem.kind.in_(kinds)
    newest = (TrashItem.deleted_at.desc(), TrashItem.id.desc())
    page = select(TrashItem).where(is_shown).order_by(*newest).offset(offset).limit(limit)
    total = db.session.scalar(select(func.count()).select_from(TrashItem).where(is_shown)) or 0
    return db.session.scalars(page).all(), total


def get_trash_item(item_id: int) -> TrashItem:
    """Return an item as it is now. Raises NotFound."""
    item = db.session.get(TrashItem, item_id, populate_existing=True)
    if item is None:
        raise NotFound
    return item


def compute_end(item: TrashItem) -> datetime:
    """Return when an item is gone for good; the daily run may come a few hours later."""
    return item.deleted_at + timedelta(days=DAYS_IN_TRASH)
