"""Numbers that the carrier says do not work."""

from sqlalchemy.dialects.sqlite import insert

from app.core.clock import now
from app.core.db import execute_and_count_rows
from app.suppression.models import CARRIER_SOURCE, SuppressedContact, SuppressionCategory


def mark_number_undeliverable(phone: str, *, reason: str | None, log_id: int | None = None) -> bool:
    """Suppress a number that does not work. Returns True when that is news.

    `log_id`: the blast whose text failed. An opt-out that the carrier reported stays an opt-out.
    """
    values = {
        "reason": reason,
        "category": SuppressionCategory.HARD_FAIL,
        "source": CARRIER_SOURCE,
        "source_type": None if log_id is None else "message_log",
        "source_message_log_id": log_id,
        "updated_at": now(),
    }
    statement = insert(SuppressedContact).values({"phone": phone, "created_at": now()} | values)
    is_soft_fail = SuppressedContact.category == SuppressionCategory.SOFT_FAIL
    return bool(
        execute_and_count_rows(
            statement.on_conflict_do_update(["phone"], set_=values, where=is_soft_fail)
        )
    )
