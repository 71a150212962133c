"""People by a day of theirs: a date in a field, or their birthday."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, func, select

from app.core.fetched_rows import fetch_dict
from app.core.listed_values import build_listed_column
from app.profiles.field_models import PersonValue
from app.profiles.models import Person, PersonPhone


def select_phones_with_date(field_id: int, day: date) -> Select[str]:
    """Select the first number of each person who has this date in a field, by its index."""
    statement = _select_first_phones().join(
        PersonValue, PersonValue.person_id == PersonPhone.person_id
    )
    return statement.where(
        PersonValue.field_id == field_id, PersonValue.sort_value == day.isoformat()
    )


def select_phones_with_birthday(month_days: Collection[str]) -> Select[str]:
    """Select the first number of each person with a birthday on one of these days, MM-DD."""
    statement = _select_first_phones().join(Person, Person.id == PersonPhone.person_id)
    # As ix_people_birthday has it, so that it is used.
    return statement.where(
        Person.birthday.is_not(None),
        func.substr(Person.birthday, 6).in_(select(build_listed_column(month_days))),
    )


def find_dates_of_phones(field_id: int, phones: Collection[str]) -> dict[str, str]:
    """Return what these numbers' people have in a date field, as YYYY-MM-DD; others are missing."""
    statement = (
        select(PersonPhone.phone, PersonValue.sort_value)
        .join(PersonValue, PersonValue.person_id == PersonPhone.person_id)
        .where(
            PersonPhone.phone.in_(select(build_listed_column(phones))),
            PersonPhone.until.is_(None),
            PersonValue.field_id == field_id,
            PersonValue.sort_value.is_not(None),
        )
    )
    return {phone: str(day) for phone, day in fetch_dict(statement).items()}


def find_birthdays_of_phones(phones: Collection[str]) -> dict[str, date]:
    """Return the birthdays of these numbers' people; who has none is missing."""
    statement = (
        select(PersonPhone.phone, Person.birthday)
        .join(Person, Person.id == PersonPhone.person_id)
        .where(
            PersonPhone.phone.in_(select(build_listed_column(phones))),
            PersonPhone.until.is_(None),
            Person.birthday.is_not(None),
        )
    )
    return {phone: day for phone, day in fetch_dict(statement).items() if day is not None}


def _select_first_phones() -> Select[str]:
    # One number a person: the others follow only where this one cannot be texted.
    return select(PersonPhone.phone).where(PersonPhone.until.is_(None), PersonPhone.rank == 1)
