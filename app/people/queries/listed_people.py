"""Some people of a list: how many they are, and in which groups."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from app.community.queries import select_member_name
from app.core.db import db
from app.core.fetched_rows import fetch_tuples
from app.events.queries.contact_names import select_registration_name
from app.groups.models import ContactGroup
from app.groups.queries.memberships import select_group_members
from app.people.queries.group_people import build_people_search_condition


def count_phones(phones: Select[str]) -> int:
    """Return how many people a select of phones finds, each once."""
    phone = phones.subquery().columns[0]
    return db.session.scalar(select(func.count(phone.distinct()))) or 0


def list_names_and_phones(phones: Select[str]) -> list[tuple[str, str | None]]:
    """Return the (phone, name) of the people whom a select finds, each once, by phone."""
    listed = phones.subquery()
    column = listed.columns[0]
    name = func.coalesce(select_member_name(column), select_registration_name(column))
    return fetch_tuples(select(column, name).distinct().order_by(column))


def select_membership_phones(group: ContactGroup, membership_ids: Sequence[int]) -> Select[str]:
    """Select the phones of these memberships of a group that have not ended."""
    members = select_group_members(group.id).subquery()
    return select(members.c.phone).where(members.c.id.in_(membership_ids))


def select_matching_group_phones(group: ContactGroup, search: str, region: str) -> Select[str]:
    """Select the phones of all in a group whom a search finds; without one, of all in it."""
    members = select_group_members(group.id).subquery()
    statement = select(members.c.phone)
    if search:
        statement = statement.where(build_people_search_condition(members, search, region))
    return statement
