"""The phones of members, for actions on those whom somebody has chosen from the list."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, exists, select

from app.community.models import CommunityMember
from app.core.db import db
from app.core.listed_values import build_listed_column
from app.core.scope_conditions import list_scope_conditions


def select_member_phones(member_ids: Sequence[int]) -> Select[str]:
    """Select the phones of these members, however many they are."""
    ids = select(build_listed_column(member_ids))
    is_reached = list_scope_conditions(CommunityMember.phone)
    return select(CommunityMember.phone).where(CommunityMember.id.in_(ids), *is_reached)


def find_member_by_phone(phone: str) -> CommunityMember | None:
    """Return the member with this number as the database has them now, or None."""
    statement = select(CommunityMember).where(CommunityMember.phone == phone)
    return db.session.scalars(statement.execution_options(populate_existing=True)).first()


def is_member(phone: str) -> bool:
    """Whether somebody in the community has this number."""
    return bool(db.session.scalar(select(exists().where(CommunityMember.phone == phone))))


def find_members_named(
    folded_names: Collection[str], without_phones: Collection[str], limit: int
) -> list[tuple[str, str]]:
    """Return (name, phone) of some members with one of these folded names, by their index.

    `without_phones`: the numbers of the person whose namesakes they are.
    """
    row = CommunityMember
    statement = select(row.name, row.phone).where(
        row.folded_name.is_(None).is_(False),
        row.folded_name.in_(folded_names),
        row.phone.not_in(without_phones),
    )
    rows = db.session.execute(statement.order_by(row.id).limit(limit))
    return [(name or "", phone) for name, phone in rows]
