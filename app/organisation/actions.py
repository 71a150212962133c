"""Writing the organisation's row."""

from collections.abc import Mapping
from typing import Any

from app.core.db import db
from app.organisation import queries
from app.organisation.models import Organisation


def update_organisation(values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Keep these values, by column; the row is made where there is none.

    Gives what changed: {column: [old, new]}.
    """
    row = queries.get_organisation()
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    db.session.add(row)
    db.session.flush()
    return {name: [before[name], value] for name, value in values.items() if value != before[name]}


def create_organisation(name: str | None = None, timezone: str | None = None) -> Organisation:
    """At the first start: the row from the environment, with this name and zone where given."""
    row = queries.get_organisation()
    row.name, row.timezone = name or row.name, timezone or row.timezone
    db.session.add(row)
    return row
