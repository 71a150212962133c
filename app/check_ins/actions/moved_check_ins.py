"""Check-ins of people who have another number, are joined, or are erased. Inside write()."""

from typing import Any

from sqlalchemy import delete, update

from app.check_ins.actions.check_in_recording import store_streak
from app.check_ins.models import CheckIn, CheckInStreak
from app.core.db import db, execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure


def move_check_ins(old_phone: str, new_phone: str) -> None:
    """Bring a person's check-ins to another of their numbers; one that it has too stays once."""
    # A day that the other number has by the same word breaks the unique index: it stays behind, and
    # is deleted below.
    moved = update(CheckIn).prefix_with("OR IGNORE").where(CheckIn.phone == old_phone)
    if not execute_and_count_rows(_apply_in_database(moved.values(phone=new_phone))):
        return
    _delete_of_phone(old_phone)
    store_streak(new_phone)


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete the check-ins of this number and its streak; return how many, by table."""
    return {"check_ins": _delete_of_phone(erasure.phone)}


def _delete_of_phone(phone: str) -> int:
    streak = delete(CheckInStreak).where(CheckInStreak.phone == phone)
    db.session.execute(_apply_in_database(streak))
    check_ins = delete(CheckIn).where(CheckIn.phone == phone)
    return execute_and_count_rows(_apply_in_database(check_ins))


def _apply_in_database(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
