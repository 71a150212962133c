"""Put people of a list into a group or take them out, set-based, with a row in the audit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select

from app.audit.actions import MAX_NAMES, audited_write, build_name_details
from app.events.queries.contact_names import find_display_names
from app.groups.actions import memberships
from app.groups.actions.group_editing import get_group_for_update
from app.people.queries.listed_people import count_phones


@dataclass(frozen=True)
class GroupChange:
    """What became of a group: its name, how many came in or left, how many were so already.

    `moment` names the act, to undo it.
    """

    group_name: str
    count: int
    unchanged_count: int
    moment: datetime


def change_group(
    group_id: int,
    phones: Select[str],
    username: str,
    *,
    adds: bool,
) -> GroupChange:
    """Put the selected people into a group, or take them out of it. Raises NotFound."""
    verb = "group.people_added" if adds else "group.people_removed"
    with audited_write(verb, username) as trace:
        group = get_group_for_update(group_id)
        people_count = count_phones(phones)
        if adds:
            change = memberships.add_listed_people_to_group(group_id, phones, username)
        else:
            change = memberships.remove_listed_people_from_group(group_id, phones)
        trace.about = f"group {group_id}"
        trace.details = build_group_details(group.name, change.phones)
        count = len(change.phones)
    return GroupChange(group.name, count, people_count - count, change.moment)


def build_group_details(group_name: str, phones: list[str]) -> dict[str, object]:
    """Return the details of an audit row: the group, how many, and the first ones by name."""
    names = find_display_names(phones[:MAX_NAMES]) if phones else {}
    people = [(names.get(phone), phone) for phone in phones]
    return {"title": group_name, "count": len(phones), **build_name_details(people)}
