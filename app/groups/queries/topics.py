"""The groups that people may leave by text, by name."""

from sqlalchemy import select

from app.core.db import db
from app.groups.models import ContactGroup


def list_topic_names() -> dict[int, str]:
    """Return the names of the topics that are in use, by their ids, in the order of the names."""
    statement = (
        select(ContactGroup.id, ContactGroup.name)
        .where(ContactGroup.is_topic, ContactGroup.archived_at.is_(None))
        .order_by(ContactGroup.folded_name)
    )
    return {row.id: row.name for row in db.session.execute(statement)}
