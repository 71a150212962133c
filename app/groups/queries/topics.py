"""The groups that people may leave by text, by name."""

from sqlalchemy import or_, select

from app.core.fetched_rows import fetch_dict
from app.groups.models import ContactGroup


def list_topic_names() -> dict[int, str]:
    """Return the names of the topics that are in use, by their ids, in the order of the names."""
    statement = (
        select(ContactGroup.id, ContactGroup.name)
        .where(ContactGroup.is_topic, ContactGroup.archived_at.is_(None))
        .order_by(ContactGroup.folded_name)
    )
    return fetch_dict(statement)


def list_other_group_names() -> dict[int, str]:
    """Return the names of the groups that no one can leave by text, by their ids."""
    row = ContactGroup
    is_other = or_(row.is_topic.is_(False), row.archived_at.is_not(None))
    return fetch_dict(select(row.id, row.name).where(is_other).order_by(row.folded_name))
