"""Forget what is in the trash: after 30 days, and when a person asks to be erased."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, select, update

from app.core.clock import now
from app.core.db import db, execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure
from app.trash.models import DAYS_IN_TRASH, TrashItem, TrashRow

# A user outlives the number that they once gave: it is taken out of their row.
PHONES_OF_USERS = ("phone", "pending_phone")


def delete_old_trash(before: datetime, limit: int) -> int:
    """Delete at most `limit` rows and items that were deleted before a moment; return how many.

    Rows first: an event may have 20,000. Inside write().
    """
    old_items = select(TrashItem.id).where(TrashItem.deleted_at < before)
    old_rows = select(TrashRow.id).where(TrashRow.item_id.in_(old_items)).limit(limit)
    count = _execute(delete(TrashRow).where(TrashRow.id.in_(old_rows)))
    if count:
        return count
    empty_items = old_items.limit(limit)
    return _execute(delete(TrashItem).where(TrashItem.id.in_(empty_items)))


def has_old_trash() -> bool:
    """Whether anything is in the trash for longer than it is kept. A read."""
    is_old = TrashItem.deleted_at < compute_oldest_moment()
    return bool(db.session.scalar(select(exists().where(is_old))))


def compute_oldest_moment() -> datetime:
    """Return the moment before which nothing is kept."""
    return now() - timedelta(days=DAYS_IN_TRASH)


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete what the trash keeps about this number; return how many rows, by table.

    An item that loses all its rows goes, and its name with them. Inside write().
    """
    phone = erasure.phone
    is_of_user = TrashRow.table_name == "users"
    count = _mask_users(phone)
    touched = list(
        db.session.scalars(select(TrashRow.item_id).where(TrashRow.phone == phone).distinct())
    )
    if not touched:
        return {"trash_rows": count}
    count += _execute(delete(TrashRow).where(TrashRow.phone == phone, ~is_of_user))
    has_rows = exists().where(TrashRow.item_id == TrashItem.id)
    _execute(delete(TrashItem).where(TrashItem.id.in_(touched), ~has_rows))
    return {"trash_rows": count}


def _mask_users(phone: str) -> int:
    """Take the number out of the rows of users; return of how many."""
    count = 0
    for column in PHONES_OF_USERS:
        path = f"$.{column}"
        has_it = func.json_extract(TrashRow.row, path) == phone
        values = {"row": func.json_set(TrashRow.row, path, None), "phone": None}
        is_of_user = TrashRow.table_name == "users"
        count += _execute(update(TrashRow).where(is_of_user, has_it).values(values))
    return count


def _execute(statement: Any) -> int:
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))
