"""The numbers of people who have several: mostly there are none, and then nothing is looked up."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    exists,
    literal_column,
    select,
)
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.prepared_statements import PreparedStatement
from app.domain.delivery.second_numbers import PersonNumber
from app.profiles.models import PersonPhone, PhoneKind


def select_has_second_numbers() -> ColumnElement[bool]:
    """Return whether anybody has a second number today, for any select.

    It does not depend on the row, so SQLite evaluates it once a statement, by one step in
    ix_person_phones_second: put it before whatever looks up the numbers of a person.
    """
    second = aliased(PersonPhone)
    return exists().where(*_is_second(second)).correlate_except(second)


def has_second_numbers() -> bool:
    """Whether anybody has a second number today."""
    return bool(_SELECT_HAS_SECOND.fetch_value())


def select_other_phones(phone_column: Any) -> Select[str]:
    """Select the other numbers that the person of this number has today, for any select."""
    own_phone, other = aliased(PersonPhone), aliased(PersonPhone)
    return (
        select(other.phone)
        .join(own_phone, own_phone.person_id == other.person_id)
        .where(
            own_phone.phone == phone_column,
            own_phone.until.is_(None),
            other.until.is_(None),
            other.phone != own_phone.phone,
        )
        .correlate_except(own_phone, other)
    )


def has_other_phone(
    phone_column: Any, build_condition: Callable[[Any], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Return whether another number of the person of this number meets a condition, for any select.

    For what holds for a person and is stored by number: that they left a topic, or were texted.
    `build_condition` returns the condition for a column of phones.
    """
    own_phone, other = aliased(PersonPhone), aliased(PersonPhone)
    is_met = exists().where(
        own_phone.phone == phone_column,
        own_phone.until.is_(None),
        other.person_id == own_phone.person_id,
        other.until.is_(None),
        other.phone != own_phone.phone,
        build_condition(other.phone),
    )
    return and_(select_has_second_numbers(), is_met.correlate_except(own_phone, other))


def select_rank(phone_column: Any) -> ColumnElement[int]:
    """Return the rank of a number among those of its person, for any select; 1 is texted first."""
    row = aliased(PersonPhone)
    rank = select(row.rank).where(row.phone == phone_column)
    return rank.correlate_except(row).scalar_subquery()


def select_persons_with_several() -> Select[str, int]:
    """Select (phone, person_id) of each number of today whose person has several."""
    second = select(PersonPhone.person_id).where(*_is_second(PersonPhone))
    return select(PersonPhone.phone, PersonPhone.person_id).where(
        PersonPhone.person_id.in_(second), PersonPhone.until.is_(None)
    )


def _is_second(row: Any) -> tuple[ColumnElement[bool], ...]:
    # A bound 1 would keep SQLite from ix_person_phones_second, which holds these rows only.
    return row.rank > literal_column("1"), row.until.is_(None)


def find_numbers_of_several() -> dict[str, PersonNumber]:
    """Return each number of today whose person has several, with its rank among theirs.

    One statement, which reads nothing where no one has a second number.
    """
    statement = select_persons_with_several().add_columns(PersonPhone.rank, PersonPhone.kind)
    # A landline gets no texts: it comes last.
    return {
        phone: PersonNumber(person_id, rank, is_landline=kind is PhoneKind.LANDLINE)
        for phone, person_id, rank, kind in db.session.execute(statement)
    }


# Compiled once: they run with each text that comes in, each that fails, and each tick that sends.
_SELECT_HAS_SECOND = PreparedStatement(select(select_has_second_numbers()))
_PHONE: BindParameter[str] = bindparam("b_phone", type_=String)
_OTHERS = select_other_phones(_PHONE).where(select_has_second_numbers())
_SELECT_OTHER_PHONES = PreparedStatement(_OTHERS)
_SELECT_PERSON_ID = PreparedStatement(
    select(PersonPhone.person_id).where(PersonPhone.phone == _PHONE, PersonPhone.until.is_(None))
)

_own = aliased(PersonPhone)
_SELECT_TEXTED_PHONE = PreparedStatement(
    select(PersonPhone.phone)
    .join(_own, _own.person_id == PersonPhone.person_id)
    .where(
        select_has_second_numbers(),
        _own.phone == _PHONE,
        _own.until.is_(None),
        PersonPhone.until.is_(None),
    )
    .order_by(PersonPhone.rank)
    .limit(1)
)


def find_texted_phone(phone: str) -> str:
    """Return the number that is texted of the person who has this one today, else this one."""
    return _SELECT_TEXTED_PHONE.fetch_value(b_phone=phone) or phone


def list_other_phones(phone: str) -> list[str]:
    """Return the other numbers that the person of this number has today, in no order."""
    return _SELECT_OTHER_PHONES.fetch_values(b_phone=phone)


def find_person_id(phone: str) -> int | None:
    """Return the id of the person who has this number today."""
    person_id: int | None = _SELECT_PERSON_ID.fetch_value(b_phone=phone)
    return person_id


def list_fallback_phones(phone: str) -> list[str]:
    """Return the numbers to try when this one does not work, the best-ranked first.

    Not those that are landlines, as the person says.
    """
    other_phones = list_other_phones(phone)
    if not other_phones:
        return []
    row = PersonPhone
    statement = select(row.phone).where(row.phone.in_(other_phones), row.kind != PhoneKind.LANDLINE)
    return list(db.session.scalars(statement.order_by(row.rank, row.phone)))
