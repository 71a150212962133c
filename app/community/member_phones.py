"""The phones of members, for actions on those whom somebody has chosen from the list."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from app.community.models import CommunityMember
from app.core.listed_values import build_listed_column


def select_member_phones(member_ids: Sequence[int]) -> Select[str]:
    """Select the phones of these members, however many they are."""
    ids = select(build_listed_column(member_ids))
    return select(CommunityMember.phone).where(CommunityMember.id.in_(ids))
