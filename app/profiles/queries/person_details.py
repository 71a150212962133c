"""What a person has beside numbers and fields, and whose a number is, as columns of any select."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.listed_values import build_listed_column
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
    row, owner = aliased(PersonPhone), aliased(PersonPhone)
    person = select(owner.person_id).where(owner.phone == own_phone).correlate_except(owner)
    is_of_other = row.person_id.is_distinct_from(person.scalar_subquery())
    return exists().where(row.phone == phone, is_of_other).correlate_except(row)


def has_any_details() -> bool:
    """Whether anyone has a language or a birthday."""
    is_known = Person.language.is_not(None) | Person.birthday.is_not(None)
    return db.session.scalar(select(Person.id).where(is_known).limit(1)) is not None


def find_details_of_phones(
    phones: Iterable[str],
) -> dict[str, tuple[str | None, date | None]]:
    """Return phone to (language, birthday), for a batch of an export. One statement."""
    statement = (
        select(PersonPhone.phone, Person.language, Person.birthday)
        .join(Person, Person.id == PersonPhone.person_id)
        .where(PersonPhone.phone.in_(select(build_listed_column(phones))))
    )
    return {phone: (language, day) for phone, language, day in db.session.execute(statement)}
