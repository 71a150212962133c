"""Gives people several numbers, for tests of every feature."""

from app.core.db import db, write
from app.profiles.models import Person, PersonPhone


def give_numbers(*phones):
    """Make these the numbers of one person, the first one texted first; return the person's id.

    Inside an app context. The numbers may be those of members, who have a person each by then.
    """
    with write() as session:
        session.add(person := Person())
        session.flush()
        for rank, phone in enumerate(phones, start=1):
            row = session.scalar(db.select(PersonPhone).where(PersonPhone.phone == phone))
            if row is None:
                session.add(PersonPhone(phone=phone, person_id=person.id, rank=rank))
            else:
                row.person_id, row.rank = person.id, rank
        return person.id
