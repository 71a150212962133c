"""Finding the person of a number, and the numbers of a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.core.fetched_rows import RowSelect, fetch_dict
from app.core.listed_values import build_listed_column
from app.profiles.models import LanguageSource, Person, PersonPhone, PhoneKind


@dataclass(frozen=True)
class PhoneRecord:
    """A number of a person. `until` is set for a number that they had before."""

    phone: str
    rank: int
    kind: PhoneKind
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class PersonProfile:
    """A person with all their numbers: those of today by rank, then those of before.

    There may be none: a person whose last number was given to somebody else.
    """

    id: int
    public_id: str
    language: str | None
    birthday: date | None
    phones: Sequence[PhoneRecord]
    language_source: LanguageSource | None = None
    language_source_name: str | None = None
    language_set_at: datetime | None = None

    @property
    def numbers(self) -> list[str]:
        """All of their numbers, in this order."""
        return [record.phone for record in self.phones]

    @property
    def current_phones(self) -> list[PhoneRecord]:
        """The numbers that they have today, by rank."""
        return [record for record in self.phones if record.until is None]

    @property
    def former_phones(self) -> list[PhoneRecord]:
        """The numbers that they had before."""
        return [record for record in self.phones if record.until is not None]

    @property
    def phone(self) -> str | None:
        """The number that is texted; of somebody who has none today the last one."""
        return self.phones[0].phone if self.phones else None


def find_person_by_public_id(public_id: str) -> PersonProfile | None:
    """Return the person whose pages have this id in their address. One statement."""
    return _load_profile(_select_profiles().where(Person.public_id == public_id))


def find_person_of_phone(phone: str) -> PersonProfile | None:
    """Return the person who has this number, or had it last. One statement."""
    owner = select(PersonPhone.person_id).where(PersonPhone.phone == phone).scalar_subquery()
    return _load_profile(_select_profiles().where(Person.id == owner))


def find_public_ids(phones: Iterable[str]) -> dict[str, str]:
    """Return phone to the public id of its person, for those that are known. One statement."""
    listed = select(build_listed_column(phones))
    row = PersonPhone
    statement = select(row.phone, Person.public_id).join(Person, Person.id == row.person_id)
    return fetch_dict(statement.where(row.phone.in_(listed)))


def list_phones_of_history(phone: str) -> list[str]:
    """Return a number, and the numbers that its person had before it."""
    former, own_phone = aliased(PersonPhone), aliased(PersonPhone)
    statement = (
        select(former.phone)
        .join(own_phone, own_phone.person_id == former.person_id)
        .where(own_phone.phone == phone, own_phone.until.is_(None), former.until.is_not(None))
    )
    return [phone, *db.session.scalars(statement)]


def select_public_id(phone: Any) -> ColumnElement[str | None]:
    """Return the public id of the person who has a number, as a column for any select.

    `phone` is the column of another table.
    """
    row = PersonPhone
    ids = select(Person.public_id).join(row, row.person_id == Person.id).where(row.phone == phone)
    return ids.correlate_except(Person, row).scalar_subquery()


def select_person_phones() -> Select[str, int, str, int, datetime | None]:
    """Select phone, person_id, public_id, rank and until of every known number, to be joined."""
    row = PersonPhone
    statement = select(row.phone, row.person_id, Person.public_id, row.rank, row.until)
    return statement.join(Person, Person.id == row.person_id)


def _select_profiles() -> RowSelect:
    row = PersonPhone
    columns = (row.phone, row.rank, row.kind, row.since, row.until)
    people = (Person.id, Person.public_id, Person.language, Person.birthday)
    sources = (Person.language_source, Person.language_source_name, Person.language_set_at)
    statement = select(*people, *sources, *columns).outerjoin(row, row.person_id == Person.id)
    return statement.order_by(row.until.is_not(None), row.rank, row.until.desc(), row.id)


def _load_profile(statement: RowSelect) -> PersonProfile | None:
    """Return the person whom a select finds with all their numbers, or None."""
    rows = db.session.execute(statement).all()
    if not rows:
        return None
    person_id, public_id, language, birthday, *sources = rows[0][:7]
    phones = [PhoneRecord(*row[7:]) for row in rows if row[7] is not None]
    profile = PersonProfile(person_id, public_id, language, birthday, phones)
    source, source_name, set_at = sources
    return replace(
        profile,
        language_source=source,
        language_source_name=source_name,
        language_set_at=set_at,
    )
