"""Erasing a phone number from the sequences."""

from sqlalchemy import delete

from app.core.db import execute_and_count_rows
from app.domain.phones.phone_erasure import PhoneErasure
from app.sequences.progress_models import SequencePerson


def erase_phone(erasure: PhoneErasure) -> dict[str, int]:
    """Take this number out of all sequences and return how often it was in one, by table.

    What was sent to it is counted by its texts, which stay without number and words. In write().
    """
    statement = delete(SequencePerson).where(SequencePerson.phone == erasure.phone)
    count = execute_and_count_rows(statement.execution_options(synchronize_session=False))
    return {"sequence_people": count}
