"""What a person has beside numbers and fields, and whose a number is, as columns of any select."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, select
from sqlalchemy.orm import aliased

from app.profiles.models import Person, PersonPhone


class PersonDetail(StrEnum):
    """What each person has one of. The words are columns of people."""

    LANGUAGE = "language"
    BIRTHDAY = "birthday"


def select_detail(phone: Any, detail: PersonDetail) -> ScalarSelect[Any]:
    """Select the language or birthday of the person who has this number."""
    person, owner = aliased(Person), aliased(PersonPhone)
    statement = select(getattr(person, detail)).join(owner, owner.person_id == person.id)
    return statement.where(owner.phone == phone).correlate_except(person, owner).scalar_subquery()


def is_phone_of_other(phone: Any, own_phone: Any) -> ColumnElement[bool]:
    """Return the condition that a number is known, and not of the person who has the other one."""
    row, own = aliased(PersonPhone), aliased(PersonPhone)
    person = select(own.person_id).where(own.phone == own_phone).correlate_except(own)
    is_of_other = row.person_id.is_distinct_from(person.scalar_subquery())
    return exists().where(row.phone == phone, is_of_other).correlate_except(row)
