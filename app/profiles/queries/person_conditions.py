"""What the rule of a segment asks of people: their fields, language and birthday."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from app.core.listed_values import build_listed_column
from app.domain.profiles.field_types import FieldType
from app.domain.profiles.field_values import ValueContext, compute_sort_value, fold_value
from app.profiles.field_models import PersonField, PersonValue
from app.profiles.models import Person, PersonPhone

# Each kind of words, so that the database chooses by the field's type.
WORD_TYPES = (FieldType.TEXT, FieldType.CHOICE)
# A condition of the person whose id a column holds.
PersonCondition = Callable[[Any], ColumnElement[bool]]


def exists_field(field_id: int) -> ColumnElement[bool]:
    """Return the condition that a field has not been deleted, for any select."""
    field = aliased(PersonField)
    return exists().where(field.id == field_id).correlate_except(field)


def is_person_with(
    phone: Any, conditions: Sequence[PersonCondition], *, is_looked_up: bool
) -> ColumnElement[bool]:
    """Return whether the person who has a phone today fulfils all these conditions.

    `is_looked_up`: ask for each phone, where other conditions leave few of 100,000; otherwise the
    phones of all such people are listed once. Two fields of 100,000 people: 26 ms with both in one
    list of people, 65 ms with a list of phones for each.
    """
    owner = aliased(PersonPhone)
    phones = select(owner.phone).where(owner.until.is_(None))
    phones = phones.where(*[build(owner.person_id) for build in conditions])
    if is_looked_up:
        return phones.where(owner.phone == phone).correlate_except(owner).exists()
    condition: ColumnElement[bool] = phone.in_(phones)
    return condition


def has_field_value(person_id: Any, field_id: int, *, is_looked_up: bool) -> ColumnElement[bool]:
    """Return the condition that a person has a value in a field."""
    return _has_value(person_id, field_id, is_looked_up=is_looked_up)


def lacks_field_value(phone: Any, field_id: int) -> ColumnElement[bool]:
    """Return the condition that whoever has a phone today has no value in a field.

    They are listed by person, as values are stored: 39 ms where all of 100,000 have one, by phone
    330. Each number of a list has its person (TABLES_WITH_PEOPLE), so no one is missing.
    """
    owner, row = aliased(PersonPhone), aliased(PersonValue)
    has_value = exists().where(row.person_id == owner.person_id, row.field_id == field_id)
    is_without = ~has_value.correlate_except(row)
    phones = select(owner.phone).where(or_(owner.until.is_not(None), is_without))
    condition: ColumnElement[bool] = phone.in_(phones)
    return condition


def has_field_equal(
    person_id: Any, field_id: int, value: str, context: ValueContext
) -> ColumnElement[bool]:
    """Return the condition that a field has this value, read as one of the field's type."""
    row = aliased(PersonValue)
    is_meant = row.sort_value == _select_sort_value(field_id, value, context)
    return _has_value(person_id, field_id, is_meant, row=row)


def is_value_of_field(field_id: int, value: str, context: ValueContext) -> ColumnElement[bool]:
    """Return the condition that a field can have this value: a number has no "abc"."""
    return _select_sort_value(field_id, value, context).is_not(None)


def _select_sort_value(field_id: int, value: str, context: ValueContext) -> ColumnElement[Any]:
    field = aliased(PersonField)
    sort_values = {kind: compute_sort_value(kind, value, context) for kind in FieldType}
    return (
        select(case(*((field.field_type == kind, sort_values[kind]) for kind in FieldType)))
        .where(field.id == field_id)
        .correlate_except(field)
        .scalar_subquery()
    )


def has_field_words(
    person_id: Any, field_id: int, words: str, *, is_looked_up: bool
) -> ColumnElement[bool]:
    """Return the condition that a field of words contains these."""
    row = aliased(PersonValue)
    has_words = func.instr(row.sort_value, fold_value(words)) > 0
    return _has_value(
        person_id, field_id, has_words, row=row, types=WORD_TYPES, is_looked_up=is_looked_up
    )


def has_field_between(
    person_id: Any, field_id: int, field_type: FieldType, bound: Any, *, is_looked_up: bool
) -> ColumnElement[bool]:
    """Return the condition that the sort value of a field of this type fulfils a bound.

    The bound is called with the column and returns a condition.
    """
    row = aliased(PersonValue)
    is_meant = bound(row.sort_value)
    return _has_value(
        person_id, field_id, is_meant, row=row, types=(field_type,), is_looked_up=is_looked_up
    )


def has_field_anniversary(
    person_id: Any, field_id: int, days: Sequence[str]
) -> ColumnElement[bool]:
    """Return the condition that a date field has its anniversary on one of these MM-DD."""
    row = aliased(PersonValue)
    is_meant = func.substr(row.sort_value, 6).in_(select(build_listed_column(days)))
    return _has_value(person_id, field_id, is_meant, row=row, types=(FieldType.DATE,))


def _has_value(
    person_id: Any,
    field_id: int,
    *conditions: ColumnElement[bool],
    row: Any = None,
    types: Sequence[FieldType] = (),
    is_looked_up: bool = False,
) -> ColumnElement[bool]:
    """Return the condition that a person has such a value.

    `is_looked_up`: ask for each person; otherwise all such people are listed once.
    """
    row = row or aliased(PersonValue)
    field = aliased(PersonField)
    values = select(row.person_id).where(row.field_id == field_id, *conditions)
    if types:
        is_of_type = exists().where(field.id == field_id, field.field_type.in_(types))
        values = values.where(is_of_type.correlate_except(field))
    if is_looked_up:
        return values.where(row.person_id == person_id).correlate_except(row).exists()
    condition: ColumnElement[bool] = person_id.in_(values)
    return condition


def has_language(person_id: Any, language: str) -> ColumnElement[bool]:
    """Return the condition that a person has this language."""
    person = aliased(Person)
    condition: ColumnElement[bool] = person_id.in_(
        select(person.id).where(person.language == language)
    )
    return condition


def has_birthday_on(person_id: Any, days: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a person's birthday is on one of these MM-DD."""
    person = aliased(Person)
    # A DATE is stored as YYYY-MM-DD. As ix_people_birthday has it: bound values would not match.
    day = func.substr(person.birthday, literal_column("6"))
    is_meant = and_(person.birthday.is_not(None), day.in_(select(build_listed_column(days))))
    condition: ColumnElement[bool] = person_id.in_(select(person.id).where(is_meant))
    return condition
