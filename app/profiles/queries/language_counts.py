"""How many people read which language."""

from sqlalchemy import func, select

from app.core.fetched_rows import fetch_tuples
from app.profiles.models import Person


def count_people_by_language() -> dict[str, int]:
    """Return how many people have each language, the most frequent first; only known ones."""
    count = func.count().label("people")
    statement = select(Person.language, count).where(Person.language.is_not(None))
    rows = fetch_tuples(statement.group_by(Person.language).order_by(count.desc()))
    return {tag: people for tag, people in rows if tag}
