"""Numbers of people: changed, added, taken away; and two people who are one. Inside write()."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Delete, Update, delete, func, select, update

from app.core.db import NotFound, db, execute_and_count_rows
from app.profiles.actions.value_storing import merge_person_values
from app.profiles.field_models import PersonValue
from app.profiles.models import Person, PersonPhone, PhoneKind


class NumberTaken(Exception):
    """Somebody else has this number."""


def change_phone(old_phone: str, new_phone: str, moment: datetime) -> None:
    """Let a person have a new number in place of one of theirs, which they had until now.

    Whoever had the new number before is joined with them: it is one person, says the user.
    Raises NotFound when nobody has the old number.
    """
    old = _find_phone(old_phone)
    if old is None:
        raise NotFound
    new = _find_phone(new_phone)
    if new is not None and new.person_id != old.person_id:
        join_people(old.person_id, new.person_id)
        new = _find_phone(new_phone)
    if new is None:
        new = PersonPhone(phone=new_phone, person_id=old.person_id)
        db.session.add(new)
    new.rank, new.kind = old.rank, PhoneKind.MOBILE
    new.since, new.until = moment, None
    old.until = moment
    db.session.flush()
    _number_ranks(old.person_id)


def add_phone(person_id: int, phone: str, kind: PhoneKind) -> None:
    """Give a person another number, which comes after those they have.

    Raises NumberTaken when somebody else has it.
    """
    row = _find_phone(phone)
    if row is not None and row.person_id != person_id:
        raise NumberTaken
    if row is None:
        row = PersonPhone(phone=phone, person_id=person_id)
        db.session.add(row)
    row.rank, row.kind = _find_last_rank(person_id) + 1, kind
    row.until = None
    db.session.flush()
    _number_ranks(person_id)


def make_phone_first(person_id: int, phone: str) -> None:
    """Let a number be the one that is texted. Raises NotFound when it is not theirs today."""
    row = _get_current_phone(person_id, phone)
    row.rank = 1
    other_rows = update(PersonPhone).where(
        PersonPhone.person_id == person_id, PersonPhone.id != row.id, PersonPhone.until.is_(None)
    )
    db.session.execute(other_rows.values(rank=PersonPhone.rank + 1))
    db.session.flush()
    _number_ranks(person_id)


def remove_phone(person_id: int, phone: str, *, is_known: bool) -> None:
    """Take a number away from a person. Raises NotFound when it is none of theirs, or the last.

    `is_known`: something else is stored under it, so that it becomes a person of its own.
    """
    rows = list(db.session.scalars(select(PersonPhone).where(PersonPhone.person_id == person_id)))
    row = next((row for row in rows if row.phone == phone), None)
    if row is None or len(rows) == 1:
        raise NotFound
    if is_known:
        _give_own_person(row)
    else:
        db.session.delete(row)
    db.session.flush()
    _number_ranks(person_id)


def release_given_up_phone(phone: str) -> None:
    """Make a number that its person gave up a person of its own: carriers give it to strangers."""
    row = _find_phone(phone)
    if row is not None and row.until is not None:
        _give_own_person(row)
        db.session.flush()


def _give_own_person(row: PersonPhone) -> None:
    person = Person()
    db.session.add(person)
    db.session.flush()
    row.person_id, row.rank = person.id, 1
    row.until = None


def join_people(kept_id: int, joined_id: int, replaced_field_ids: Collection[int] = ()) -> None:
    """Make two people one, who keeps the address of the first.

    The numbers of the second come after those of the first. Fields that only the second has are
    kept; where both have one, the first's counts, but for `replaced_field_ids`.
    """
    if kept_id == joined_id:
        return
    _join_values(kept_id, joined_id, replaced_field_ids)
    joined = db.session.get(Person, joined_id, populate_existing=True)
    person = db.session.get(Person, kept_id, populate_existing=True)
    if joined is None or person is None:
        raise NotFound
    if person.language is None:
        _take_language(person, joined)
    person.birthday = person.birthday or joined.birthday
    moved = update(PersonPhone).where(PersonPhone.person_id == joined_id)
    first_rank = _find_last_rank(kept_id)
    _execute(moved.values(person_id=kept_id, rank=PersonPhone.rank + first_rank))
    db.session.flush()
    _execute(delete(Person).where(Person.id == joined_id))
    db.session.expire_all()
    _number_ranks(kept_id)


def _join_values(kept_id: int, joined_id: int, replaced_field_ids: Collection[int]) -> None:
    """Move values to the kept person, who keeps their own ones but for the replaced fields."""
    value = PersonValue
    replaced = delete(value).where(
        value.person_id == kept_id, value.field_id.in_(list(replaced_field_ids))
    )
    filled = select(value.field_id).where(value.person_id == joined_id)
    _execute(replaced.where(value.field_id.in_(filled)))
    merge_person_values(joined_id, kept_id)


def _number_ranks(person_id: int) -> None:
    """Number the current numbers 1, 2, 3 in their order."""
    row = PersonPhone
    order = func.row_number().over(order_by=(row.rank, row.since.desc(), row.id))
    ranked = select(row.id, order.label("rank")).where(row.person_id == person_id)
    ranks = ranked.where(row.until.is_(None)).subquery()
    statement = update(row).where(row.id == ranks.c.id).values(rank=ranks.c.rank)
    _execute(statement)
    db.session.expire_all()


def _take_language(person: Person, joined: Person) -> None:
    """Give a person the language of the one who is joined with them, and how it was learnt."""
    person.language = joined.language
    person.language_source = joined.language_source
    person.language_source_name = joined.language_source_name
    person.language_set_at = joined.language_set_at


def _find_last_rank(person_id: int) -> int:
    """Return the rank of a person's last number of today, 0 without any."""
    last = select(func.max(PersonPhone.rank)).where(
        PersonPhone.person_id == person_id, PersonPhone.until.is_(None)
    )
    return db.session.scalar(last) or 0


def _find_phone(phone: str) -> PersonPhone | None:
    statement = select(PersonPhone).where(PersonPhone.phone == phone)
    return db.session.scalars(statement.execution_options(populate_existing=True)).first()


def _get_current_phone(person_id: int, phone: str) -> PersonPhone:
    row = _find_phone(phone)
    if row is None or row.person_id != person_id or row.until is not None:
        raise NotFound
    return row


def _execute(statement: Update | Delete) -> int:
    return execute_and_count_rows(statement.execution_options(synchronize_session=False))
