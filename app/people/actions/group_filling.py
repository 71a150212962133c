"""Put people whom somebody typed or pasted into a group, and the new ones into the community."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.community.actions import add_missing_members
from app.groups.actions.group_editing import get_group_for_update
from app.groups.actions.memberships import add_people_to_group
from app.groups.models import MembershipSource
from app.suppression.actions import erased_numbers


@dataclass(frozen=True)
class FilledGroup:
    """Whom the filling has put into the group, by phone, and how many are new to the community."""

    name: str
    new_phones: list[str]
    known_count: int
    new_member_count: int


def fill_group(
    group_id: int, names: Mapping[str, str | None], username: str, *, adds_members: bool
) -> FilledGroup:
    """Put people, phone to name, into a group. Inside write(). Raises NotFound.

    `adds_members`: who is not in the community yet is added to it; others keep their names.
    """
    group = get_group_for_update(group_id)
    new_members: set[str] = set()
    if adds_members:
        new_members = add_missing_members(names)
        erased_numbers.restore_erased_opt_outs(sorted(new_members))
    new_phones = add_people_to_group(group_id, list(names), MembershipSource.HAND, username)
    return FilledGroup(
        name=group.name,
        new_phones=new_phones,
        known_count=len(names) - len(new_phones),
        new_member_count=len(new_members),
    )
