"""Erasing a phone number from the registrations."""

from sqlalchemy import delete

from app.core.db import execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure
from app.events.models import EventRegistration


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Delete this number's registrations and return how many, by table. Inside write()."""
    statement = delete(EventRegistration).where(EventRegistration.phone == erasure.phone)
    count = execute_and_count_rows(statement.execution_options(synchronize_session=False))
    return {"event_registrations": count}
