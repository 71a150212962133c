"""The languages in which people read."""

from collections.abc import Collection

from sqlalchemy import String, select, type_coerce

from app.core.db import db
from app.profiles.models import Person, PersonPhone

# More numbers than these are looked up by reading the languages of everybody.
MAX_LISTED_PHONES = 500


def load_reader_languages(phones: Collection[str]) -> dict[str, str]:
    """Return the language (BCP 47) of the person of each number, where one is known.

    One statement. Of many numbers others may be in it too.
    """
    statement = (
        select(PersonPhone.phone, type_coerce(Person.language, String))
        .join(Person, Person.id == PersonPhone.person_id)
        .where(Person.language.is_not(None), PersonPhone.until.is_(None))
    )
    if len(phones) <= MAX_LISTED_PHONES:
        statement = statement.where(PersonPhone.phone.in_(phones))
    # Past the session, which costs as much a row as the database does.
    rows = db.session.connection().execute(statement)
    return {phone: language for phone, language in rows}
