"""Who is not the same person, as a user has said."""

from sqlalchemy import or_, select

from app.core.db import db
from app.profiles.apart_models import PeopleKeptApart
from app.profiles.models import Person


def find_people_kept_apart(person_id: int) -> set[str]:
    """Return the public ids of the people who are somebody else than this one."""
    row = PeopleKeptApart
    is_pair = or_(
        (row.person_id == person_id) & (row.other_id == Person.id),
        (row.other_id == person_id) & (row.person_id == Person.id),
    )
    return set(db.session.scalars(select(Person.public_id).join(row, is_pair)))
