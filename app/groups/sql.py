"""Prepared statements over groups, for people who join and leave them by text.

They run for each text while a hall full of people joins. A statement that is compiled once takes
10 µs, through SQLAlchemy's session 200 µs.
"""

from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from app.core.column_types import UtcDateTime
from app.core.prepared_statements import PreparedStatement
from app.groups.models import ContactGroup, GroupMembership

_MEMBERS = cast("Table", GroupMembership.__table__)
M = _MEMBERS.c

# b_group
SELECT_ACTIVE_GROUP = PreparedStatement(
    select(ContactGroup.id).where(
        ContactGroup.id == bindparam("b_group"), ContactGroup.archived_at.is_(None)
    )
)

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
