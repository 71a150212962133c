"""How many people read which language."""

import json
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.core.db import db
from app.profiles.models import Person


def select_language_counts() -> ColumnElement[Any]:
    """Return the counts as one value, for the select of another feature.

    read_language_counts() reads it.
    """
    count = func.count().label("people")
    counts = (
        select(Person.language, count)
        .where(Person.language.is_not(None))
        .group_by(Person.language)
        .subquery()
    )
    return select(func.json_group_object(counts.c.language, counts.c.people)).scalar_subquery()


def read_language_counts(value: str | None) -> dict[str, int]:
    """Return how many people have each language, the most frequent first; only known ones."""
    counts: dict[str, int] = json.loads(value or "{}")
    return dict(sorted(counts.items(), key=lambda pair: -pair[1]))


def count_people_by_language() -> dict[str, int]:
    """Return how many people have each language, the most frequent first; only known ones."""
    return read_language_counts(db.session.scalar(select(select_language_counts())))
