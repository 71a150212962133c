"""A number is erased on request: the person who had it goes when it was their last one."""

from sqlalchemy import Delete, delete, exists, select

from app.core.db import db, execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure
from app.profiles.models import Person, PersonPhone


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Forget a number, and a person without another one with all their fields. Inside write().

    Returns how many rows went, by table.
    """
    row = PersonPhone
    person_id = db.session.scalar(select(row.person_id).where(row.phone == erasure.phone))
    phone_count = _delete_rows(delete(row).where(row.phone == erasure.phone))
    has_other_phones = exists().where(row.person_id == Person.id)
    # What fields say of them goes with the person: ON DELETE CASCADE.
    person = delete(Person).where(Person.id == person_id, ~has_other_phones)
    return {"person_phones": phone_count, "people": _delete_rows(person)}


def _delete_rows(statement: Delete) -> int:
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))
