"""Prepared statements over groups, for people who join and leave them by text.

They run for each text while a hall full of people joins. A statement that is compiled once takes
10 µs, through SQLAlchemy's session 200 µs.
"""

from typing import cast

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    bindparam,
    exists,
    literal,
    not_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import aliased

from app.core.column_types import UtcDateTime
from app.core.prepared_statements import PreparedStatement
from app.groups.models import ContactGroup, FormerGroupName, GroupMembership

_MEMBERS = cast("Table", GroupMembership.__table__)
M = _MEMBERS.c

# b_group
SELECT_ACTIVE_GROUP = PreparedStatement(
    select(ContactGroup.id).where(
        ContactGroup.id == bindparam("b_group"), ContactGroup.archived_at.is_(None)
    )
)


def _prepare_names(condition: ColumnElement[bool]) -> PreparedStatement:
    """Prepare a select of (id, name, folded_name, is_former) of groups, in order of the names."""
    group = ContactGroup
    former = FormerGroupName
    other = aliased(ContactGroup)
    is_taken = exists().where(other.folded_name == former.folded_name)
    current_rows = select(group.id, group.name, group.folded_name, literal(0)).where(condition)
    former_rows = (
        select(group.id, former.name, former.folded_name, literal(1))
        .join(former, former.group_id == group.id)
        .where(condition, ~is_taken)
    )
    return PreparedStatement(union_all(current_rows, former_rows).order_by("folded_name", "id"))


_is_topic_in_use = and_(ContactGroup.is_topic, ContactGroup.archived_at.is_(None))
# Asked for every text with a word such as "no" or "get": through the session each took 110 µs of
# processor time among 50 groups, this takes 18.
SELECT_TOPIC_NAMES = _prepare_names(_is_topic_in_use)
SELECT_OTHER_GROUP_NAMES = _prepare_names(not_(_is_topic_in_use))

# Whoever is in the group already stays in it once.
INSERT_MEMBER = PreparedStatement(
    insert(_MEMBERS).on_conflict_do_nothing(
        index_elements=["group_id", "phone"], index_where=M.until.is_(None)
    ),
    "group_id",
    "phone",
    "since",
    "source",
)

# b_group, b_phone, b_moment
END_MEMBERSHIP = PreparedStatement(
    update(_MEMBERS)
    .where(M.group_id == bindparam("b_group"), M.phone == bindparam("b_phone"), M.until.is_(None))
    .values(until=bindparam("b_moment", type_=UtcDateTime()))
)
