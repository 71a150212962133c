"""Learn a person's language from what they text. Inside write(); does not commit."""

from datetime import datetime

from sqlalchemy import select, update

from app.core.db import execute_and_count_rows
from app.profiles.models import LanguageSource, Person, PersonPhone


def learn_language(
    phone: str, language: str, source: LanguageSource, source_name: str, moment: datetime
) -> None:
    """Set the language (BCP 47) of the person who has this number today.

    `source_name`: the keyword or survey. What they say themselves comes before what was known.
    """
    owner = select(PersonPhone.person_id).where(
        PersonPhone.phone == phone, PersonPhone.until.is_(None)
    )
    values = {
        "language": language,
        "language_source": source,
        "language_source_name": source_name,
        "language_set_at": moment,
    }
    statement = update(Person).where(
        Person.id.in_(owner), Person.language.is_distinct_from(language)
    )
    execute_and_count_rows(statement.values(values).execution_options(synchronize_session=False))
