"""The people of a group as the audience of a blast: "Choir: 34 people"."""

from typing import Any

from sqlalchemy import Select, func, select

from app.community.queries import select_member_name
from app.delivery.models import MessageLog, ScheduledMessage
from app.domain.accounts.roles import Role
from app.domain.delivery.group_audience import GroupAudience, describe_group
from app.domain.texts.plurals import pluralize
from app.events.queries.contact_names import select_registration_name
from app.groups.models import ContactGroup
from app.groups.queries.group_records import (
    find_active_group,
    find_group,
    list_textable_groups,
    may_text_group,
)
from app.groups.queries.memberships import select_group_members
from app.suppression.queries.left_topics import select_left_topic
from app.suppression.queries.sending_permission import select_suppression_reason

NO_GROUP_CHOICE = {"": "Choose a group"}
GROUP_NOT_CHOSEN_ERROR = "Choose a group."
GROUP_DELETED_ERROR = "That group was deleted."
GROUP_ARCHIVED_ERROR = (
    "That group is archived, so it gets no blasts. Restore it, or choose another."
)
GROUP_FOR_ADMINS_ERROR = "Only admins can text this group."


def build_group_choices(role: Role) -> dict[str, str]:
    """Return the groups that a user may text by their id, with how many people are in each.

    {} where there is none.
    """
    groups = list_textable_groups(role)
    if not groups:
        return {}
    choices = dict(NO_GROUP_CHOICE)
    for group in groups:
        people = pluralize(group.member_count, "person", "people")
        choices[str(group.id)] = f"{group.name} · {people}"
    return choices


def find_group_problem(group_id: int | None, role: Role) -> str:
    """Return why a user cannot text this group, "" when they can."""
    if group_id is None:
        return GROUP_NOT_CHOSEN_ERROR
    group = find_group(group_id)
    if group is None:
        return GROUP_DELETED_ERROR
    if group.archived_at is not None:
        return GROUP_ARCHIVED_ERROR
    return "" if may_text_group(group, role) else GROUP_FOR_ADMINS_ERROR


def find_group_audience(group_id: int | None) -> GroupAudience | None:
    """Return the audience of a group that is in use; None for an archived or deleted one."""
    group = find_active_group(group_id)
    return None if group is None else GroupAudience(group.id, group.name)


def get_stored_group(blast: MessageLog | ScheduledMessage) -> GroupAudience | None:
    """Return the group that a stored blast is for; None for another audience, or a deleted one."""
    if blast.audience_group_id is None:
        return None
    return GroupAudience(blast.audience_group_id, blast.audience_group_name or "")


def describe_group_people(audience: GroupAudience) -> str:
    """Return the group with how many people are in it, whoever may be texted or not."""
    group: ContactGroup | None = find_group(audience.group_id)
    return describe_group(audience.name, group.member_count if group else 0)


def select_group_recipients(audience: GroupAudience) -> Select[Any] | None:
    """Select (name, phone, skip reason) of a group's people; None for a group that gets none.

    The group is read in the snapshot of the session, as the opt-outs are.
    """
    if find_active_group(audience.group_id) is None:
        return None
    members = select_group_members(audience.group_id).subquery()
    phone = members.c.phone
    name = func.coalesce(select_member_name(phone), select_registration_name(phone))
    has_left = select_left_topic(phone, audience.group_id)
    reason = select_suppression_reason(phone, has_left_topic=has_left)
    return select(name.label("name"), phone, reason.label("left_out")).order_by(members.c.id)
