"""The rows of a page of the list of members, with the columns that a user has chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from app.community.models import CommunityMember
from app.core.db import db
from app.domain.delivery.skip_reasons import SkipReason
from app.profiles.person_addresses import remember_public_ids
from app.profiles.queries.person_lookup import select_public_id
from app.suppression.queries.sending_permission import select_suppression_reason

# What a cell is, for the column of the phones.
Column = Callable[[Any], ColumnElement[Any]]
NO_COLUMNS: Mapping[str, Column] = {}


@dataclass(frozen=True, slots=True)
class MemberListRow:
    """A member in the list; `left_out` is why no blast goes to them, or None.

    `cells`: what further columns of the list hold, by their keys.
    """

    id: int
    name: str | None
    phone: str
    created_at: datetime
    left_out: SkipReason | None
    cells: Mapping[str, Any]


def load_member_rows(ids: Sequence[int], columns: Mapping[str, Column]) -> list[MemberListRow]:
    """Return the members with these ids, in this order, in one statement with all their cells."""
    member = CommunityMember
    statement = select(
        member.id,
        member.name,
        member.phone,
        member.created_at,
        select_suppression_reason(member.phone),
        select_public_id(member.phone),
        *(build_column(member.phone) for build_column in columns.values()),
    ).where(member.id.in_(ids))
    rows_by_id = {}
    for row in db.session.execute(statement):
        id_, name, phone, created_at, left_out, public_id, *values = row
        cells = dict(zip(columns, values, strict=True))
        rows_by_id[id_] = MemberListRow(id_, name, phone, created_at, left_out, cells)
        remember_public_ids([(phone, public_id)])
    return [rows_by_id[id_] for id_ in ids if id_ in rows_by_id]
