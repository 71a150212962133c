"""Who is in which group: by group, and by phone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    or_,
    select,
    union,
    union_all,
)

from app.core.db import db
from app.core.fetched_rows import count_rows, fetch_dict
from app.core.listed_values import build_listed_column
from app.core.scope_conditions import list_group_conditions
from app.domain.delivery.skip_reasons import SkipReason
from app.groups.models import ContactGroup, GroupMembership, MembershipSource
from app.profiles.person_addresses import remember_public_ids
from app.profiles.queries.other_phones import select_persons_with_several
from app.profiles.queries.person_lookup import select_public_id
from app.suppression.queries.left_topics import select_left_topic, select_left_topic_members
from app.suppression.queries.phone_records import select_listed_count, select_listed_phones
from app.suppression.queries.sending_permission import select_suppression_reason

# More phones on the do-not-text lists than a group has people: no group is larger.
MAX_LISTED = 1_000_000


def is_open_in_group(group_id: int) -> ColumnElement[bool]:
    """Return the condition that a membership is one of this group, and has not ended."""
    return and_(GroupMembership.group_id == group_id, GroupMembership.until.is_(None))


def select_group_phones(group_id: int) -> Select[str]:
    """Select the phones of the people in a group, to be narrowed."""
    return select(GroupMembership.phone).where(is_open_in_group(group_id))


def list_group_phones(group_id: int) -> Sequence[str]:
    """Return the phones of the people in a group, in the order in which they were added."""
    return db.session.scalars(select_group_phones(group_id).order_by(GroupMembership.id)).all()


def select_phones_in_groups(group_ids: Iterable[int]) -> Select[str]:
    """Select the phones of the people in any of these groups; for none, no phone."""
    row = GroupMembership
    return select(row.phone).where(row.group_id.in_(group_ids), row.until.is_(None))


def select_group_members(group_id: int) -> Select[int, str]:
    """Select (id, phone) of the memberships of a group that have not ended, to be joined."""
    return select(GroupMembership.id, GroupMembership.phone).where(is_open_in_group(group_id))


def count_people_added_at(group_id: int, moment: datetime) -> int:
    """Return how many people came into a group in one act and are still in it."""
    row = GroupMembership
    return count_rows(row, is_open_in_group(group_id), row.since == moment)


def count_people_removed_at(group_id: int, moment: datetime) -> int:
    """Return how many people one act has taken out of a group."""
    row = GroupMembership
    return count_rows(row, row.group_id == group_id, row.until == moment)


def count_people_by_group(phones: Select[str]) -> dict[int, int]:
    """Return how many of the people whom a select of phones finds are in which group."""
    row = GroupMembership
    counts = select(row.group_id, func.count()).where(row.phone.in_(phones), row.until.is_(None))
    return fetch_dict(counts.group_by(row.group_id))


@dataclass(frozen=True)
class MembershipRow:
    """Somebody in a group: since when, how they came in, and why they get no texts, or None."""

    id: int
    phone: str
    since: datetime
    source: MembershipSource
    added_by: str | None
    left_out: SkipReason | None


def select_memberships() -> Select[Any]:
    """Select what build_membership_rows() reads, to be narrowed; columns may be added."""
    row = GroupMembership
    reason = _select_group_reason()
    public_id = select_public_id(row.phone).label("public_id")
    return select(row.id, row.phone, row.since, row.source, row.added_by, reason, public_id)


def select_memberships_of_page(page: CTE) -> Select[Any]:
    """Select the same of the memberships whose ids a page of a list names in its column id."""
    return select_memberships().join(page, page.c.id == GroupMembership.id)


def build_membership_rows(rows: Sequence[Row[Any]]) -> list[MembershipRow]:
    """Return rows of select_memberships() as they are shown, with the links to their people."""
    remember_public_ids((row.phone, row.public_id) for row in rows)
    return [MembershipRow(*tuple(row)[:6]) for row in rows]


def find_memberships(membership_ids: Sequence[int]) -> dict[int, MembershipRow]:
    """Return these memberships by id; one that is gone is missing."""
    statement = select_memberships().where(GroupMembership.id.in_(membership_ids))
    rows = build_membership_rows(db.session.execute(statement).all())
    return {row.id: row for row in rows}


@dataclass(frozen=True)
class PersonGroups:
    """The groups that a number is in, archived ones too, and those in use that it is not in."""

    own: list[ContactGroup]
    others: list[ContactGroup]


def load_person_groups(phone: str) -> PersonGroups:
    """Return the groups of a number and the others, each by name, in one statement."""
    group, row = ContactGroup, GroupMembership
    is_own = and_(row.group_id == group.id, row.phone == phone, row.until.is_(None))
    statement = (
        select(group, row.id.is_not(None))
        .outerjoin_from(group, row, is_own)
        .where(
            or_(row.id.is_not(None), group.archived_at.is_(None)),
            *list_group_conditions(group.id),
        )
        .order_by(group.folded_name)
    )
    groups = PersonGroups([], [])
    for person_group, is_member in db.session.execute(statement):
        (groups.own if is_member else groups.others).append(person_group)
    return groups


def list_group_names_of_phones(phones: Sequence[str]) -> dict[str, list[str]]:
    """Return the names of the groups of each phone that is in one, by name.

    The phones are one bound JSON list: SQLite allows 32,766 bound values a statement.
    """
    given_phone = build_listed_column(phones)
    row = GroupMembership
    statement = (
        select(row.phone, ContactGroup.name)
        .join_from(row, ContactGroup)
        .where(
            row.phone.in_(select(given_phone)),
            row.until.is_(None),
            *list_group_conditions(row.group_id),
        )
        .order_by(ContactGroup.folded_name)
    )
    names: dict[str, list[str]] = {}
    for phone, name in db.session.execute(statement):
        names.setdefault(phone, []).append(name)
    return names


def count_skipped_people(group_ids: Sequence[int], *, is_exact: bool) -> dict[int, int]:
    """Return how many people of each group get no texts; a group without any is missing.

    The do-not-text lists are short beside 50 groups of 20,000 people: 30 ms instead of 2 s.
    `is_exact`: look at every person, for the recorded consent is demanded.
    """
    row = GroupMembership
    is_meant = (row.group_id.in_(group_ids), row.until.is_(None))
    if is_exact:
        reason = _select_group_reason()
        statement = select(row.group_id, func.count()).where(*is_meant, reason.is_not(None))
        statement = statement.group_by(row.group_id)
    else:
        # Every group: naming some of them makes SQLite walk all people of those.
        skipped = _select_skipped_members().subquery()
        statement = select(skipped.c.group_id, func.count()).group_by(skipped.c.group_id)
    return fetch_dict(statement)


@cache
def _select_group_reason() -> ColumnElement[Any]:
    """Return why somebody in a group gets none of its blasts, for a select of memberships."""
    row = GroupMembership
    has_left = select_left_topic(row.phone, row.group_id)
    return select_suppression_reason(row.phone, has_left_topic=has_left)


@cache
def _select_skipped_members() -> Any:
    """Select (group_id, phone) of whoever is in a group and gets no texts, or left its topic."""
    row = GroupMembership
    members = select(row.group_id, row.phone).where(row.until.is_(None))
    is_blocked = row.phone.in_(select(_select_blocked_phones().c.phone))
    left = select_left_topic_members().subquery()
    several = select_persons_with_several().subquery()
    possible = union(select(left.c.phone), select(several.c.phone)).subquery()
    # Whoever also gets no texts at all was counted: no one is counted twice.
    has_left = and_(
        row.phone.in_(select(possible.c.phone)),
        select_left_topic(row.phone, row.group_id),
        select_suppression_reason(row.phone).is_(None),
    )
    return union_all(members.where(is_blocked), members.where(has_left))


@cache
def _select_blocked_phones() -> CTE:
    """Return the phones that get no texts, each once: they, or another number of the person, are
    on a do-not-text list.
    """
    # Each phone is judged once, and not once for each of its groups.
    several = select_persons_with_several().subquery()
    listed = union(select_listed_phones(), select(several.c.phone)).subquery()
    reason = select_suppression_reason(listed.c.phone)
    return select(listed.c.phone).where(reason.is_not(None)).cte("blocked_phones")


def load_skipped_count(group_id: int, *, is_exact: bool) -> tuple[ContactGroup, int] | None:
    """Return a group and how many of its people get no texts, in one statement; None for none.

    `is_exact`: as for count_skipped_people().
    """
    row = GroupMembership
    people = select(func.count()).select_from(row).where(is_open_in_group(group_id))
    skipped: ColumnElement[Any] = people.where(
        _select_group_reason().is_not(None)
    ).scalar_subquery()
    if not is_exact:
        members = _select_skipped_members().subquery()
        listed = select(func.count()).where(members.c.group_id == group_id).scalar_subquery()
        # Only the chosen one is counted: 20,000 people one by one take 20 ms, 100,000 listed 150.
        listed_count = select_listed_count(MAX_LISTED).scalar_subquery()
        skipped = case((ContactGroup.member_count < listed_count, skipped), else_=listed)
    statement = select(ContactGroup, skipped).where(ContactGroup.id == group_id)
    values = db.session.execute(statement.execution_options(populate_existing=True)).first()
    return None if values is None else (values[0], values[1])
