"""What the rule of a segment asks of the community: who is a member, and since when."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from app.community.models import CommunityMember


def select_community_phones() -> Any:
    """Select the phones of all members."""
    return select(CommunityMember.phone)


def select_sample_phones(size: int) -> Any:
    """Select some members' phones, to find out how many of all fulfil conditions."""
    return select(CommunityMember.phone).order_by(CommunityMember.phone).limit(size)


def has_joined(phone: Any, *bounds: Any) -> ColumnElement[bool]:
    """Return the condition that a phone's member was added at a time that fulfils each bound.

    A bound is called with the column of that time and returns a condition.
    """
    member = aliased(CommunityMember)
    joined = select(member.phone).where(*(bound(member.created_at) for bound in bounds))
    condition: ColumnElement[bool] = phone.in_(joined)
    return condition


def select_member_count() -> Any:
    """Return how many members the community has, for any select."""
    return select(func.count()).select_from(CommunityMember).scalar_subquery()
