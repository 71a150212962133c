"""The languages in which people read."""

from collections.abc import Collection

from sqlalchemy import BindParameter, String, bindparam, select

from app.core.fetched_rows import iterate_stored_rows
from app.core.prepared_statements import PreparedStatement
from app.profiles.models import Person, PersonPhone

# More numbers than these are looked up by reading the languages of everybody.
MAX_LISTED_PHONES = 500
# Read for each text that comes in and is answered automatically.
_PHONE: BindParameter[str] = bindparam("b_phone", type_=String)
_SELECT_LANGUAGE = PreparedStatement(
    select(Person.language)
    .join(PersonPhone, PersonPhone.person_id == Person.id)
    .where(PersonPhone.phone == _PHONE, PersonPhone.until.is_(None))
)


def find_reader_language(phone: str) -> str | None:
    """Return the language (BCP 47) of whoever has this number today, in 10 µs; None: unknown."""
    language: str | None = _SELECT_LANGUAGE.fetch_value(b_phone=phone)
    return language


def load_reader_languages(phones: Collection[str] | None) -> dict[str, str]:
    """Return the language (BCP 47) of the person of each number, where one is known.

    One statement. `phones`: None for all; of many numbers others may be in it too.
    """
    statement = (
        select(PersonPhone.phone, Person.language)
        .join(Person, Person.id == PersonPhone.person_id)
        .where(Person.language.is_not(None), PersonPhone.until.is_(None))
    )
    if phones is not None and len(phones) <= MAX_LISTED_PHONES:
        statement = statement.where(PersonPhone.phone.in_(phones))
    return dict(iterate_stored_rows(statement))
