"""Change the language and birthday of one person. Inside write(); does not commit."""

from datetime import date

from app.core.clock import now
from app.core.db import NotFound, db
from app.profiles.models import LanguageSource, Person


def update_person_details(person_id: int, language: str | None, birthday: date | None) -> list[str]:
    """Write both and return the names of what changed. Raises NotFound."""
    person = db.session.get(Person, person_id, populate_existing=True)
    if person is None:
        raise NotFound
    changed = []
    for name, value in (("language", language), ("birthday", birthday)):
        if getattr(person, name) != value:
            setattr(person, name, value)
            changed.append(name)
    if "language" in changed:
        person.language_source = LanguageSource.USER if language else None
        person.language_source_name = None
        person.language_set_at = now() if language else None
    return changed
