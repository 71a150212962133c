"""Storing that two people of one name are not the same. Inside write()."""

from sqlalchemy.dialects.sqlite import insert

from app.core.db import db
from app.profiles.apart_models import PeopleKeptApart


def keep_people_apart(person_id: int, other_id: int) -> None:
    """Store that these are two people, so that no page asks again."""
    first, second = sorted((person_id, other_id))
    statement = insert(PeopleKeptApart).values(person_id=first, other_id=second)
    db.session.execute(statement.on_conflict_do_nothing())
